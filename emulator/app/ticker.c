#include "app/ticker.h"

static uint64_t now(const struct hy_ticker *ticker)
{
    return ticker->env->clock.now_ms(ticker->env->clock.ctx);
}

/* ---- real and scaled clocks ------------------------------------------------------------- */

static void on_timer(void *ctx)
{
    struct hy_ticker *ticker = ctx;
    ticker->armed_for_ms = HY_NEVER_MS;
    (void)hy_agenda_turn(ticker->env->agenda, now(ticker));
}

/* At the end of each turn: does the timer still sleep for the right moment? */
static void on_turn_end(void *ctx)
{
    struct hy_ticker *ticker = ctx;
    uint64_t due_ms = hy_agenda_due_ms(ticker->env->agenda);
    if (due_ms == ticker->armed_for_ms || ticker->wall->kind == HY_CLOCK_MANUAL) {
        return;
    }
    ticker->armed_for_ms = due_ms;
    uint64_t delay_ms = hy_wall_real_delay_ms(ticker->wall, due_ms);
    if (delay_ms == HY_NEVER_MS) {
        hy_timer_stop(ticker->timer);
    } else {
        hy_timer_start(ticker->timer, delay_ms);
    }
}

/* ---- the manual clock ------------------------------------------------------------------- */

static void step(void *ctx);

/* Later, so that whatever called us has returned and what it started is counted. */
static void step_soon(struct hy_ticker *ticker)
{
    if (!ticker->stepping) {
        ticker->stepping = hy_loop_defer(ticker->env->loop, step, ticker);
    }
}

static void step(void *ctx)
{
    struct hy_ticker *ticker = ctx;
    ticker->stepping = false;
    if (!ticker->advancing || ticker->env->under_way > 0) {
        return; /* on_quiet comes back */
    }
    uint64_t due_ms = hy_agenda_due_ms(ticker->env->agenda);
    if (due_ms <= ticker->target_ms) {
        if (due_ms > ticker->wall->now_ms) {
            ticker->wall->now_ms = due_ms;
        }
        (void)hy_agenda_turn(ticker->env->agenda, ticker->wall->now_ms);
        step_soon(ticker);
        return;
    }
    ticker->wall->now_ms = ticker->target_ms;
    ticker->advancing = false;
    ticker->done(ticker->done_ctx);
}

static void on_quiet(void *ctx)
{
    struct hy_ticker *ticker = ctx;
    if (ticker->advancing) {
        step_soon(ticker);
    }
}

enum hy_code hy_ticker_advance(void *ctx, uint64_t to_ms, hy_loop_fn *done, void *done_ctx,
                               struct hy_err *err)
{
    struct hy_ticker *ticker = ctx;
    if (ticker->wall->kind != HY_CLOCK_MANUAL) {
        return hy_fail(err, HY_INVALID, "the clock is %s; start hydrant with --clock manual",
                       ticker->wall->name);
    }
    if (ticker->advancing) {
        return hy_fail(err, HY_INVALID, "the clock is being moved already");
    }
    bool idle = ticker->env->under_way == 0 &&
                hy_agenda_due_ms(ticker->env->agenda) == HY_NEVER_MS;
    if (to_ms < ticker->wall->now_ms && !idle) {
        return hy_fail(err, HY_INVALID,
                       "the clock shows %llu and does not go back while records wait",
                       (unsigned long long)ticker->wall->now_ms);
    }
    ticker->advancing = true;
    ticker->target_ms = to_ms;
    ticker->done = done;
    ticker->done_ctx = done_ctx;
    step_soon(ticker);
    if (!ticker->stepping) {
        ticker->advancing = false;
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    return HY_OK;
}

/* ---- life -------------------------------------------------------------------------------- */

bool hy_ticker_init(struct hy_ticker *ticker, struct hy_pipeline_env *env, struct hy_wall *wall)
{
    *ticker = (struct hy_ticker){ .env = env, .wall = wall, .armed_for_ms = HY_NEVER_MS };
    env->on_quiet = on_quiet;
    env->on_quiet_ctx = ticker;
    ticker->timer = hy_timer_create(env->loop, on_timer, ticker);
    if (ticker->timer == NULL) {
        return false;
    }
    if (!hy_loop_add_turn_end(env->loop, on_turn_end, ticker)) {
        hy_timer_destroy(ticker->timer);
        ticker->timer = NULL;
        return false;
    }
    return true;
}

void hy_ticker_finish(struct hy_ticker *ticker)
{
    if (ticker->timer == NULL) {
        return;
    }
    hy_loop_remove_turn_end(ticker->env->loop, on_turn_end, ticker);
    hy_timer_destroy(ticker->timer);
    if (ticker->advancing) {
        ticker->advancing = false;
        ticker->done(ticker->done_ctx); /* whoever waits is answered with the time that it is */
    }
}
