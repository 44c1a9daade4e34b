/* arena.h - memory for one request: many allocations, one release.
 *
 * An arena grows in blocks up to a hard cap chosen by its owner, so a hostile request runs
 * out of its own arena and not out of the process. Allocation past the cap returns NULL and
 * the arena stays usable. Nothing taken from an arena is freed one by one, and nothing taken
 * from it may be kept past hy_arena_reset(): copy it out first.
 */
#ifndef HY_BASE_ARENA_H
#define HY_BASE_ARENA_H

#include "base/err.h"
#include "base/sv.h"

struct hy_arena_block;

struct hy_arena {
    struct hy_arena_block *blocks; /* newest first */
    size_t used;                   /* size of all blocks, at most cap */
    size_t cap;
};

void hy_arena_init(struct hy_arena *arena, size_t cap); /* allocates nothing yet */
void hy_arena_finish(struct hy_arena *arena);           /* fine on a zeroed arena */
void hy_arena_reset(struct hy_arena *arena);            /* keeps the first block unless large */

void *hy_arena_alloc(struct hy_arena *arena, size_t size);  /* aligned for any type; not zeroed */
void *hy_arena_zalloc(struct hy_arena *arena, size_t size); /* zeroed */
char *hy_arena_cstr(struct hy_arena *arena, hy_sv text);    /* NUL-terminated copy */
HY_PRINTF(2, 3)
char *hy_arena_printf(struct hy_arena *arena, const char *format, ...);

#endif
