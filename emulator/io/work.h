/* work.h - one piece of work on libuv's thread pool: compression, object files, large parses.
 *
 * run(ctx) is called on a pool thread and may block. done(ctx) is called on the loop, always,
 * once. Nobody else may touch what ctx holds between the two.
 */
#ifndef HY_IO_WORK_H
#define HY_IO_WORK_H

#include "io/loop.h"

/* False when out of memory; then neither is called. */
HY_MUST_CHECK
bool hy_work(struct hy_loop *loop, hy_loop_fn *run, hy_loop_fn *done, void *ctx);

#endif
