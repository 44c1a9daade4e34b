/* signals.h - SIGTERM and SIGINT ask us to stop. */
#ifndef HY_APP_SIGNALS_H
#define HY_APP_SIGNALS_H

#include "io/loop.h"

struct hy_signals; /* opaque */

/* fn(ctx) at the first of either. NULL when out of memory. */
struct hy_signals *hy_signals_create(struct hy_loop *loop, hy_loop_fn *fn, void *ctx);
void hy_signals_destroy(struct hy_signals *signals); /* NULL is fine */

#endif
