/* journals.h - what journals.c (the set) and journal.c (one stream's) share; private to store/.
 *
 * A journal's groups, on the loop:
 *
 *   reserve         turn end                                        on_written, done
 *   --------> open ----------> written at once --------------------------> pool
 *                  \---------> writing, on the disk thread --> back on the loop --^
 *
 * `open` gathers; `writing` is at most one. A journal is in the dirty list exactly while it
 * has an open group and none that is being written: the next group waits for the one before.
 */
#ifndef HY_STORE_JOURNALS_H
#define HY_STORE_JOURNALS_H

#include "store/group.h"
#include "store/segment.h"

#include <pthread.h>

enum {
    HY_JOURNAL_FILES_MAX = 512, /* open at a time, over all journals */
    HY_GATHERED_BYTES_MAX = 2 * HY_GROUP_BYTES_MAX /* not yet written, over all journals */
};

struct hy_journals {
    struct hy_loop *loop;
    struct hy_worker *disk;
    char *dir;
    bool power;
    uint64_t segment_bytes, budget_bytes;

    uint64_t bytes;              /* in segments */
    uint64_t gathered;           /* in groups that are open or being written */
    struct hy_group_pool pool;
    struct hy_journal *dirty;    /* in the order they became so */
    uint64_t turn;               /* tells this turn's dirty journals from the next one's */
    struct hy_journal *files;    /* with an open file, least recently written first */
    size_t file_count;
    size_t journal_count;
    bool is_slow;                /* the last write took too long: let the disk thread wait */

    struct hy_group *under_way;  /* given to the disk thread and not yet back on the loop */
    pthread_mutex_t lock;        /* of every group's `finished` */
    pthread_cond_t finished;
};

struct hy_journal {
    struct hy_journals *set;
    uint64_t id;
    hy_journal_written_fn *on_written;
    void *ctx;

    struct hy_group *open, *writing;
    uint64_t next_seq;
    bool closing;

    struct hy_segment *segments; /* oldest first; the last is written to */
    size_t segment_count, segment_cap;
    bool begins_segment;         /* the last is not to be appended to */
    bool needs_cut;
    int fd;                      /* of the last segment; -1: not open, or with `writing` */

    uint64_t dirty_turn;
    struct hy_journal *dirty_prev, *dirty_next;
    struct hy_journal *file_prev, *file_next;
};

void hy_journal_mark_dirty(struct hy_journal *journal); /* has an open group, may be written */
void hy_journal_unmark_dirty(struct hy_journal *journal);

/* Writes the open group, if there is one, or sends it to the disk thread. Afterwards the
 * journal may be gone: whoever was told may have closed it. */
void hy_journal_write_open(struct hy_journal *journal);

void hy_journal_keep_file(struct hy_journal *journal, int fd); /* closes the one unused longest */
int hy_journal_take_file(struct hy_journal *journal);          /* -1 when there is none */

/* Blocks until the disk thread's part of the group is over. */
void hy_journals_wait(struct hy_journals *journals, const struct hy_group *group);

#endif
