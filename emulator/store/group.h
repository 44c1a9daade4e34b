/* group.h - what a journal gathers between two writes: frames back to back, and who waits.
 *
 * A group belongs to one journal from its first reservation until everybody who waits for it
 * was told; then it goes back to the pool with its memory. A journal that has nothing to write
 * has no group, so idle streams hold nothing.
 */
#ifndef HY_STORE_GROUP_H
#define HY_STORE_GROUP_H

#include "store/journal.h"
#include "store/segment.h"

enum {
    HY_GROUP_BYTES_MAX = 32 * 1024 * 1024,
    HY_POOL_BYTES_MAX = HY_GROUP_BYTES_MAX /* memory that waits in the pool for its next use */
};

struct hy_waiter {
    hy_journal_done_fn *done;
    void *ctx;
};

struct hy_group {
    char *bytes;
    size_t len, cap;
    size_t committed;   /* what lies behind is not kept when the turn ends */
    uint64_t first_seq; /* of the first frame */
    uint32_t count;     /* frames; set when the group is sealed */
    struct hy_waiter *waiters;
    size_t waiter_count, waiter_cap;

    /* while it is on its way to the disk */
    struct hy_segment_write write;
    struct hy_journals *journals; /* NULL: gone */
    struct hy_journal *journal;   /* NULL: gone, nobody waits any more */
    bool finished;                /* under the set's lock: code, nanoseconds, write are final */
    enum hy_code code;
    uint64_t nanoseconds;
    struct hy_group *prev, *next; /* in the pool, or among those on their way */
};

struct hy_group_pool {
    struct hy_group *spare;
    size_t bytes; /* of the spare ones */
};

struct hy_group *hy_group_take(struct hy_group_pool *pool); /* NULL when out of memory */
void hy_group_give_back(struct hy_group_pool *pool, struct hy_group *group);
void hy_group_destroy(struct hy_group *group);
void hy_group_pool_finish(struct hy_group_pool *pool);

/* Room for `size` bytes at the end; NULL: over HY_GROUP_BYTES_MAX, or out of memory. */
char *hy_group_reserve(struct hy_group *group, size_t size);
bool hy_group_add_waiter(struct hy_group *group, hy_journal_done_fn *done, void *ctx);
void hy_group_tell(struct hy_group *group, enum hy_code code); /* everybody; they wait no more */

#endif
