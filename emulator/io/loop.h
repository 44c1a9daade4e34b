/* loop.h - the one thread that decides: libuv's loop, and what happens at the end of a turn.
 *
 * A turn is: everything that is ready is read and handled, then the turn-end hooks run in the
 * order they were added, then the loop sleeps. The journal writes what a turn gathered in its
 * hook; that is group commit.
 *
 * All functions of io/ are for the loop's thread unless they say otherwise. Callbacks never
 * run from inside the call that asked for them.
 */
#ifndef HY_IO_LOOP_H
#define HY_IO_LOOP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct hy_loop; /* opaque */

typedef void hy_loop_fn(void *ctx);

struct hy_loop *hy_loop_create(void); /* NULL when out of memory */

/* Every handle must have been closed by its owner. Asserts that none is left. */
void hy_loop_destroy(struct hy_loop *loop);

/* Runs until hy_loop_stop, or until nothing is left that could wake it. */
void hy_loop_run(struct hy_loop *loop);
void hy_loop_stop(struct hy_loop *loop);

/* One turn, waiting for something to happen at most once. For tests and for shutting down.
 * False when nothing is left that could wake the loop. */
bool hy_loop_turn(struct hy_loop *loop);

/* Calls fn(ctx) once, later in this turn or early in the next. False when out of memory. */
HY_MUST_CHECK
bool hy_loop_defer(struct hy_loop *loop, hy_loop_fn *fn, void *ctx);

/* fn(ctx) at the end of every turn, before the loop sleeps. A hook may defer and answer
 * requests. Removed with the same two values. */
HY_MUST_CHECK
bool hy_loop_add_turn_end(struct hy_loop *loop, hy_loop_fn *fn, void *ctx);
void hy_loop_remove_turn_end(struct hy_loop *loop, hy_loop_fn *fn, void *ctx);

/* Monotonic nanoseconds, for measuring durations; not a date. Any thread. */
uint64_t hy_loop_nanoseconds(void);
/* The system's wall clock, milliseconds since the epoch. Only app/ may call it. Any thread. */
uint64_t hy_loop_wall_ms(void);

struct uv_loop_s;
struct uv_loop_s *hy_loop_uv(struct hy_loop *loop); /* for io/ and app/ only */

#endif
