/* ticker.h - wakes whoever is due. All the timing there is.
 *
 * With a real or scaled clock one timer sleeps until the agenda's next due time. With a manual
 * clock nothing happens by itself: hy_ticker_advance moves the time, stops at every due time on
 * the way, and waits there until what became due has settled. So an hour passes in the order of
 * events that a real hour would have had.
 */
#ifndef HY_APP_TICKER_H
#define HY_APP_TICKER_H

#include "app/wall.h"
#include "io/timer.h"
#include "pipeline/pipeline.h"

struct hy_ticker {
    struct hy_pipeline_env *env;
    struct hy_wall *wall;
    struct hy_timer *timer;
    uint64_t armed_for_ms; /* the due time that the timer sleeps for */

    /* An advance under way. */
    bool advancing;
    bool stepping; /* a step is deferred already */
    uint64_t target_ms;
    hy_loop_fn *done;
    void *done_ctx;
};

/* False when out of memory. Sets env->on_quiet. */
HY_MUST_CHECK
bool hy_ticker_init(struct hy_ticker *ticker, struct hy_pipeline_env *env, struct hy_wall *wall);
void hy_ticker_finish(struct hy_ticker *ticker);

/* As struct hy_control_clock's advance; ctx is the ticker. */
HY_MUST_CHECK
enum hy_code hy_ticker_advance(void *ctx, uint64_t to_ms, hy_loop_fn *done, void *done_ctx,
                               struct hy_err *err);

#endif
