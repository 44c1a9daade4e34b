/* timer.h - one call after a while of real time.
 *
 * For sockets, processes and app/'s ticker. What Firehose decides uses the clock that is
 * passed down, never this.
 */
#ifndef HY_IO_TIMER_H
#define HY_IO_TIMER_H

#include "io/loop.h"

struct hy_timer; /* opaque */

struct hy_timer *hy_timer_create(struct hy_loop *loop, hy_loop_fn *fn, void *ctx);
void hy_timer_start(struct hy_timer *timer, uint64_t delay_ms); /* restarts a running one */
void hy_timer_stop(struct hy_timer *timer);
void hy_timer_destroy(struct hy_timer *timer); /* NULL is fine; no call comes after it */

#endif
