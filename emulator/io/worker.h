/* worker.h - a thread with a queue: jobs run one at a time, in the order they were pushed.
 *
 * The disk thread is one. Pushing never blocks; no lock is held while a job runs. done (may
 * be NULL) runs on the loop, in the same order.
 */
#ifndef HY_IO_WORKER_H
#define HY_IO_WORKER_H

#include "io/loop.h"

struct hy_worker; /* opaque */

struct hy_worker *hy_worker_create(struct hy_loop *loop, const char *name);

/* Loop thread only. False when out of memory; then neither is called. */
HY_MUST_CHECK
bool hy_worker_push(struct hy_worker *worker, hy_loop_fn *run, hy_loop_fn *done, void *ctx);

/* Runs what is queued (and what the dones push meanwhile), calls all dones, joins the thread.
 * Blocks. */
void hy_worker_destroy(struct hy_worker *worker); /* NULL is fine */

#endif
