#include "store/group.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { GROUP_BYTES_MIN = 4096, WAITERS_MIN = 8 };

static size_t memory_of(const struct hy_group *group)
{
    return sizeof *group + group->cap + group->waiter_cap * sizeof *group->waiters;
}

struct hy_group *hy_group_take(struct hy_group_pool *pool)
{
    struct hy_group *group = pool->spare;
    if (group == NULL) {
        return calloc(1, sizeof *group);
    }
    LL_DELETE(pool->spare, group); /* the head */
    pool->bytes -= memory_of(group);
    return group;
}

void hy_group_give_back(struct hy_group_pool *pool, struct hy_group *group)
{
    const size_t memory = memory_of(group);
    if (memory > HY_POOL_BYTES_MAX - pool->bytes) {
        hy_group_destroy(group);
        return;
    }
    *group = (struct hy_group){
        .bytes = group->bytes,
        .cap = group->cap,
        .waiters = group->waiters,
        .waiter_cap = group->waiter_cap,
    };
    pool->bytes += memory;
    LL_PREPEND(pool->spare, group);
}

void hy_group_destroy(struct hy_group *group)
{
    if (group != NULL) {
        free(group->bytes);
        free(group->waiters);
        free(group);
    }
}

void hy_group_pool_finish(struct hy_group_pool *pool)
{
    struct hy_group *group, *next;
    LL_FOREACH_SAFE(pool->spare, group, next)
    {
        hy_group_destroy(group);
    }
    *pool = (struct hy_group_pool){ 0 };
}

static bool grow(struct hy_group *group, size_t wanted)
{
    size_t cap = group->cap < GROUP_BYTES_MIN ? GROUP_BYTES_MIN : group->cap;
    while (cap < wanted) {
        cap *= 2;
    }
    char *bytes = realloc(group->bytes, cap);
    if (bytes == NULL) {
        return false;
    }
    group->bytes = bytes;
    group->cap = cap;
    return true;
}

char *hy_group_reserve(struct hy_group *group, size_t size)
{
    if (size > HY_GROUP_BYTES_MAX - group->len) {
        return NULL;
    }
    if (size > group->cap - group->len && !grow(group, group->len + size)) {
        return NULL;
    }
    return group->bytes + group->len;
}

bool hy_group_add_waiter(struct hy_group *group, hy_journal_done_fn *done, void *ctx)
{
    if (group->waiter_count == group->waiter_cap) {
        const size_t cap = group->waiter_cap == 0 ? WAITERS_MIN : group->waiter_cap * 2;
        struct hy_waiter *waiters = realloc(group->waiters, cap * sizeof *waiters);
        if (waiters == NULL) {
            return false;
        }
        group->waiters = waiters;
        group->waiter_cap = cap;
    }
    group->waiters[group->waiter_count++] = (struct hy_waiter){ done, ctx };
    return true;
}

void hy_group_tell(struct hy_group *group, enum hy_code code)
{
    const size_t count = group->waiter_count;
    for (size_t i = 0; i < count; i++) {
        group->waiters[i].done(group->waiters[i].ctx, code);
    }
    group->waiter_count = 0;
}
