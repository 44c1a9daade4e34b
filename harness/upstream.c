#include "harness/upstream.h"

#include "io/timer.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { REMEMBERED_MAX = 64 * 1024 * 1024 };

struct hy_upstream {
    struct hy_upstream_options options;
    struct hy_http_server *server;
    struct waiting *waiting;
    struct hy_arena arena;
    struct hy_upstream_request *requests;
    size_t count, cap;
    hy_loop_fn *done;
    void *done_ctx;
};

/* An answer that is delayed. */
struct waiting {
    struct hy_upstream *upstream;
    struct hy_http_exchange *exchange;
    struct hy_stub_answer answer;
    struct hy_timer *timer;
    struct waiting *prev, *next;
};

static void give(struct hy_http_exchange *exchange, const struct hy_stub_answer *answer)
{
    if (answer->cut) {
        hy_http_exchange_cut(exchange);
    } else {
        hy_http_exchange_answer(exchange, answer->status, answer->headers, answer->body);
    }
}

static void on_delay(void *ctx)
{
    struct waiting *waiting = ctx;
    DL_DELETE(waiting->upstream->waiting, waiting);
    give(waiting->exchange, &waiting->answer);
    hy_timer_destroy(waiting->timer);
    free(waiting);
}

/* False when out of memory. */
static bool delay(struct hy_upstream *upstream, struct hy_http_exchange *exchange,
                  const struct hy_stub_answer *answer)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL) {
        return false;
    }
    *waiting = (struct waiting){ .upstream = upstream, .exchange = exchange, .answer = *answer };
    waiting->timer = hy_timer_create(upstream->options.loop, on_delay, waiting);
    if (waiting->timer == NULL) {
        free(waiting);
        return false;
    }
    DL_APPEND(upstream->waiting, waiting);
    hy_timer_start(waiting->timer, answer->delay_ms);
    return true;
}

static hy_sv keep(struct hy_arena *arena, hy_sv text)
{
    char *copy = hy_arena_cstr(arena, text);
    return (hy_sv){ copy, copy != NULL ? text.len : 0 };
}

/* Without memory for it a request is not remembered; the drill that counts it then fails. */
static void remember(struct hy_upstream *upstream, const struct hy_http_request *request)
{
    if (upstream->count == upstream->cap) {
        size_t cap = upstream->cap == 0 ? 64 : upstream->cap * 2;
        void *grown = realloc(upstream->requests, cap * sizeof *upstream->requests);
        if (grown == NULL) {
            return;
        }
        upstream->requests = grown;
        upstream->cap = cap;
    }
    struct hy_upstream_request kept = {
        .method = keep(&upstream->arena, request->method),
        .target = keep(&upstream->arena, request->target),
        .body = keep(&upstream->arena, (hy_sv){ request->body, request->body_len }),
    };
    if (kept.method.ptr != NULL && kept.target.ptr != NULL) {
        upstream->requests[upstream->count++] = kept;
    }
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct hy_upstream *upstream = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    if (upstream->options.remembers) {
        remember(upstream, request);
    }
    struct hy_stub_answer answer =
        hy_stub_answer(upstream->options.stub, request->method, request->path);
    if (answer.delay_ms == 0 || !delay(upstream, exchange, &answer)) {
        give(exchange, &answer);
    }
}

enum hy_code hy_upstream_create(const struct hy_upstream_options *options,
                                struct hy_upstream **out, struct hy_err *err)
{
    struct hy_upstream *upstream = calloc(1, sizeof *upstream);
    if (upstream == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    upstream->options = *options;
    hy_arena_init(&upstream->arena, REMEMBERED_MAX);
    struct hy_http_server_options server = {
        .host = options->host, .port = options->port, .on_request = on_request, .ctx = upstream,
    };
    enum hy_code code = hy_http_server_create(options->loop, &server, &upstream->server, err);
    if (code != HY_OK) {
        hy_arena_finish(&upstream->arena);
        free(upstream);
        return code;
    }
    *out = upstream;
    return HY_OK;
}

static void on_stopped(void *ctx)
{
    struct hy_upstream *upstream = ctx;
    hy_loop_fn *done = upstream->done;
    void *done_ctx = upstream->done_ctx;
    hy_arena_finish(&upstream->arena);
    free(upstream->requests);
    free(upstream);
    done(done_ctx);
}

void hy_upstream_stop(struct hy_upstream *upstream, uint64_t grace_ms, hy_loop_fn *done, void *ctx)
{
    upstream->done = done;
    upstream->done_ctx = ctx;
    while (upstream->waiting != NULL) {
        on_delay(upstream->waiting);
    }
    hy_http_server_stop(upstream->server, grace_ms, on_stopped, upstream);
}

unsigned hy_upstream_port(const struct hy_upstream *upstream)
{
    return hy_http_server_port(upstream->server);
}

size_t hy_upstream_count(const struct hy_upstream *upstream)
{
    return upstream->count;
}

const struct hy_upstream_request *hy_upstream_request(const struct hy_upstream *upstream,
                                                      size_t index)
{
    return &upstream->requests[index];
}
