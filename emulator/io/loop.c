/* loop.c - libuv's loop with turn-end hooks and deferred calls.
 *
 *   timers, closings -> idle: deferred calls -> prepare: hooks -> poll (sleeps) -> handlers
 *
 * libuv calls prepare handles right before it sleeps, after everything else of a round; that
 * is where the hooks run. While calls are deferred an idle handle is active, which makes the
 * poll return at once and keeps the loop alive.
 *
 * Hooks may add and remove hooks while they run: a removed one leaves a hole (fn NULL) that
 * is closed when nobody walks over the list.
 */
#include "io/loop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

struct call {
    hy_loop_fn *fn;
    void *ctx;
};

struct calls {
    struct call *items;
    size_t count, cap;
};

struct hy_loop {
    uv_loop_t uv;
    uv_prepare_t before_sleep;
    uv_idle_t awake; /* active while something is deferred */
    struct calls hooks;
    struct calls deferred;
    struct calls running; /* the deferred calls of this round; swapped with `deferred` */
    bool in_hooks;
    bool has_holes;
};

static bool calls_add(struct calls *calls, hy_loop_fn *fn, void *ctx)
{
    if (calls->count == calls->cap) {
        size_t cap = calls->cap == 0 ? 16 : 2 * calls->cap;
        struct call *items = realloc(calls->items, cap * sizeof *items);
        if (items == NULL) {
            return false;
        }
        calls->items = items;
        calls->cap = cap;
    }
    calls->items[calls->count++] = (struct call){ fn, ctx };
    return true;
}

static void close_holes(struct hy_loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->hooks.count; i++) {
        if (loop->hooks.items[i].fn != NULL) {
            loop->hooks.items[kept++] = loop->hooks.items[i];
        }
    }
    loop->hooks.count = kept;
    loop->has_holes = false;
}

static void run_hooks(struct hy_loop *loop)
{
    loop->in_hooks = true;
    for (size_t i = 0; i < loop->hooks.count; i++) {
        struct call hook = loop->hooks.items[i];
        if (hook.fn != NULL) {
            hook.fn(hook.ctx);
        }
    }
    loop->in_hooks = false;
    if (loop->has_holes) {
        close_holes(loop);
    }
}

static void run_deferred(struct hy_loop *loop)
{
    struct calls now = loop->deferred;
    loop->deferred = loop->running;
    loop->running = now;
    for (size_t i = 0; i < loop->running.count; i++) {
        struct call call = loop->running.items[i];
        call.fn(call.ctx);
    }
    loop->running.count = 0;
    if (loop->deferred.count == 0) {
        (void)uv_idle_stop(&loop->awake);
    }
}

static void on_before_sleep(uv_prepare_t *handle)
{
    run_hooks(handle->data);
}

static void on_awake(uv_idle_t *handle)
{
    run_deferred(handle->data);
}

struct hy_loop *hy_loop_create(void)
{
    struct hy_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return NULL;
    }
    if (uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return NULL;
    }
    /* A client or a child that has left is an EPIPE for the one who writes, not our end. */
    (void)signal(SIGPIPE, SIG_IGN);

    (void)uv_prepare_init(&loop->uv, &loop->before_sleep);
    (void)uv_idle_init(&loop->uv, &loop->awake);
    loop->before_sleep.data = loop;
    loop->awake.data = loop;
    (void)uv_prepare_start(&loop->before_sleep, on_before_sleep);
    uv_unref((uv_handle_t *)&loop->before_sleep);
    return loop;
}

void hy_loop_destroy(struct hy_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    uv_close((uv_handle_t *)&loop->before_sleep, NULL);
    uv_close((uv_handle_t *)&loop->awake, NULL);
    /* Never blocks: a handle that somebody forgot is an assertion, not a hang. */
    for (int i = 0; i < 3 && uv_loop_alive(&loop->uv); i++) {
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    int rc = uv_loop_close(&loop->uv);
    assert(rc == 0);
    (void)rc;
    free(loop->hooks.items);
    free(loop->deferred.items);
    free(loop->running.items);
    free(loop);
}

void hy_loop_run(struct hy_loop *loop)
{
    bool more = true;
    while (more) {
        bool was_stopped = uv_run(&loop->uv, UV_RUN_DEFAULT) != 0;
        /* What the last closings gathered is still to be written. */
        run_hooks(loop);
        more = !was_stopped && uv_loop_alive(&loop->uv);
    }
}

void hy_loop_stop(struct hy_loop *loop)
{
    uv_stop(&loop->uv);
}

bool hy_loop_turn(struct hy_loop *loop)
{
    (void)uv_run(&loop->uv, UV_RUN_ONCE);
    run_hooks(loop);
    return uv_loop_alive(&loop->uv) != 0;
}

bool hy_loop_defer(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    if (!calls_add(&loop->deferred, fn, ctx)) {
        return false;
    }
    (void)uv_idle_start(&loop->awake, on_awake);
    return true;
}

bool hy_loop_add_turn_end(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    return calls_add(&loop->hooks, fn, ctx);
}

void hy_loop_remove_turn_end(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    for (size_t i = 0; i < loop->hooks.count; i++) {
        struct call *hook = &loop->hooks.items[i];
        if (hook->fn == fn && hook->ctx == ctx) {
            hook->fn = NULL;
            loop->has_holes = true;
            break;
        }
    }
    if (loop->has_holes && !loop->in_hooks) {
        close_holes(loop);
    }
}

uint64_t hy_loop_nanoseconds(void)
{
    return uv_hrtime();
}

uint64_t hy_loop_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct uv_loop_s *hy_loop_uv(struct hy_loop *loop)
{
    return &loop->uv;
}
