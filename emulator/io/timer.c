/* timer.c - a libuv timer whose memory goes in its close callback. */
#include "io/timer.h"

#include <stdlib.h>
#include <uv.h>

struct hy_timer {
    uv_timer_t uv;
    hy_loop_fn *fn;
    void *ctx;
};

static void on_due(uv_timer_t *handle)
{
    struct hy_timer *timer = handle->data;
    timer->fn(timer->ctx); /* may destroy the timer: nothing is touched afterwards */
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct hy_timer *hy_timer_create(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    struct hy_timer *timer = calloc(1, sizeof *timer);
    if (timer == NULL) {
        return NULL;
    }
    timer->fn = fn;
    timer->ctx = ctx;
    (void)uv_timer_init(hy_loop_uv(loop), &timer->uv); /* documented never to fail */
    timer->uv.data = timer;
    return timer;
}

void hy_timer_start(struct hy_timer *timer, uint64_t delay_ms)
{
    /* libuv counts from its cached time; after a long callback that lies in the past. */
    uv_update_time(timer->uv.loop);
    (void)uv_timer_start(&timer->uv, on_due, delay_ms, 0);
}

void hy_timer_stop(struct hy_timer *timer)
{
    (void)uv_timer_stop(&timer->uv);
}

void hy_timer_destroy(struct hy_timer *timer)
{
    if (timer != NULL) {
        uv_close((uv_handle_t *)&timer->uv, on_closed);
    }
}
