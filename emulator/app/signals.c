#include "app/signals.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

enum { SIGNAL_COUNT = 2 };

struct hy_signals {
    uv_signal_t handles[SIGNAL_COUNT];
    unsigned open_handles; /* at zero the struct is freed */
    hy_loop_fn *fn;
    void *ctx;
};

static void on_closed(uv_handle_t *handle)
{
    struct hy_signals *signals = handle->data;
    if (--signals->open_handles == 0) {
        free(signals);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct hy_signals *signals = handle->data;
    (void)number;
    signals->fn(signals->ctx);
}

struct hy_signals *hy_signals_create(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    static const int numbers[SIGNAL_COUNT] = { SIGTERM, SIGINT };
    struct hy_signals *signals = calloc(1, sizeof *signals);
    if (signals == NULL) {
        return NULL;
    }
    signals->fn = fn;
    signals->ctx = ctx;
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        uv_signal_t *handle = &signals->handles[i];
        (void)uv_signal_init(hy_loop_uv(loop), handle);
        handle->data = signals;
        signals->open_handles++;
        (void)uv_signal_start(handle, on_signal, numbers[i]);
        uv_unref((uv_handle_t *)handle);
    }
    return signals;
}

void hy_signals_destroy(struct hy_signals *signals)
{
    if (signals == NULL) {
        return;
    }
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        uv_close((uv_handle_t *)&signals->handles[i], on_closed);
    }
}
