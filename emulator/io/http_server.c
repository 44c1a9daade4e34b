/* http_server.c - the listener, the sweep over timeouts, and the graceful end.
 *
 * One timer for all connections: it walks over them a few times per timeout, so a request
 * costs no timer calls. While stopping, the same timer is the grace period.
 *
 * The server is over when its two handles and all connections are closed; its memory goes
 * when, in addition, no ghost (http_conn.h) is left.
 */
#include "io/http_conn.h"

#include "base/log.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

enum {
    BACKLOG = 1024,
    HEAD_DEFAULT_MAX = 64 * 1024,
    DISCARD_DEFAULT_MAX = 64 * 1024 * 1024,
    HEAD_DEFAULT_MS = 30 * 1000,
    IDLE_DEFAULT_MS = 75 * 1000,
    SWEEP_MIN_MS = 10,
    SWEEP_MAX_MS = 1000,
    SWEEPS_PER_TIMEOUT = 4,
    WARN_EVERY_MS = 1000,
};

void hy_http_server_release(struct hy_http_server *server)
{
    if (server->is_over && server->ghosts == 0) {
        hy_buf_finish(&server->scratch);
        free(server);
    }
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct hy_http_server *server = handle->data;
    assert(server->open_handles > 0);
    if (--server->open_handles > 0) {
        return;
    }
    server->is_over = true;
    if (server->done != NULL) {
        server->done(server->done_ctx);
    }
    hy_http_server_release(server);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, on_handle_closed);
    }
}

/* While the ready pass is deferred it holds a pointer to the server. */
static void maybe_finish(struct hy_http_server *server)
{
    if (server->is_stopping && server->conns == NULL && !server->is_ready_deferred) {
        close_handle((uv_handle_t *)&server->sweep);
    }
}

void hy_http_server_conn_closed(struct hy_http_server *server)
{
    maybe_finish(server);
}

/* --- connections that have something to go on with --- */

static void on_ready(void *ctx)
{
    struct hy_http_server *server = ctx;
    server->is_ready_deferred = false;
    struct hy_http_conn *list = server->ready;
    server->ready = NULL; /* who becomes ready meanwhile is for the next pass */
    for (struct hy_http_conn *conn; (conn = list) != NULL;) {
        DL_DELETE2(list, conn, ready_prev, ready_next);
        conn->is_ready = false;
        if (conn->state == HY_CONN_READING) {
            hy_http_conn_drive(conn);
        }
    }
    maybe_finish(server);
}

void hy_http_server_ready(struct hy_http_server *server, struct hy_http_conn *conn)
{
    if (conn->is_ready) {
        return;
    }
    if (!server->is_ready_deferred && !hy_loop_defer(server->loop, on_ready, server)) {
        hy_http_conn_close(conn);
        return;
    }
    server->is_ready_deferred = true;
    conn->is_ready = true;
    DL_APPEND2(server->ready, conn, ready_prev, ready_next);
}

/* --- timeouts --- */

static void accept_one(struct hy_http_server *server)
{
    server->is_starved = !hy_http_conn_accept(server);
    if (!uv_is_active((uv_handle_t *)&server->sweep)) {
        uv_timer_again(&server->sweep);
    }
}

static void on_sweep(uv_timer_t *timer)
{
    struct hy_http_server *server = timer->data;
    uint64_t now_ms = uv_now(timer->loop);
    struct hy_http_conn *conn, *next;
    DL_FOREACH_SAFE(server->conns, conn, next)
    {
        hy_http_conn_sweep(conn, now_ms);
    }
    if (server->is_starved) {
        accept_one(server);
    } else if (server->conns == NULL) {
        (void)uv_timer_stop(timer); /* nobody there: the process may sleep */
    }
}

static uint64_t sweep_interval(const struct hy_http_server_options *options)
{
    uint64_t shortest_ms = options->head_timeout_ms < options->idle_timeout_ms
                               ? options->head_timeout_ms
                               : options->idle_timeout_ms;
    uint64_t ms = shortest_ms / SWEEPS_PER_TIMEOUT;
    return ms < SWEEP_MIN_MS ? SWEEP_MIN_MS : ms > SWEEP_MAX_MS ? SWEEP_MAX_MS : ms;
}

/* --- the beginning --- */

static void on_connection(uv_stream_t *listener, int status)
{
    struct hy_http_server *server = listener->data;
    if (status == 0) {
        accept_one(server);
        return;
    }
    /* EMFILE and friends: libuv turns the client away and we go on. Said once a second. */
    uint64_t now_ms = uv_now(listener->loop);
    if (server->warned_ms == 0 || now_ms - server->warned_ms >= WARN_EVERY_MS) {
        server->warned_ms = now_ms;
        hy_log(HY_LOG_WARN, "io", NULL, "cannot accept a connection: %s", uv_strerror(status));
    }
}

static int listen_at(struct hy_http_server *server, const struct sockaddr *address)
{
    int rc = uv_tcp_bind(&server->listener, address, 0);
    if (rc == 0) {
        rc = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    }
    struct sockaddr_storage own;
    int len = sizeof own;
    if (rc == 0) {
        rc = uv_tcp_getsockname(&server->listener, (struct sockaddr *)&own, &len);
    }
    if (rc == 0) {
        server->port = own.ss_family == AF_INET6
                           ? ntohs(((const struct sockaddr_in6 *)&own)->sin6_port)
                           : ntohs(((const struct sockaddr_in *)&own)->sin_port);
    }
    return rc;
}

/* A name may have several addresses; the first one is it, as everybody prints only one. */
static int open_listener(struct hy_http_server *server, const char *host, unsigned port)
{
    char service[16];
    (void)snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    uv_getaddrinfo_t request;
    int rc = uv_getaddrinfo(server->listener.loop, &request, NULL, host, service, &hints);
    if (rc == 0) {
        rc = listen_at(server, request.addrinfo->ai_addr);
        uv_freeaddrinfo(request.addrinfo);
    }
    return rc;
}

static void set_defaults(struct hy_http_server_options *options)
{
    options->head_max = options->head_max == 0 ? HEAD_DEFAULT_MAX : options->head_max;
    options->discard_max = options->discard_max == 0 ? DISCARD_DEFAULT_MAX : options->discard_max;
    if (options->head_timeout_ms == 0) {
        options->head_timeout_ms = HEAD_DEFAULT_MS;
    }
    if (options->idle_timeout_ms == 0) {
        options->idle_timeout_ms = IDLE_DEFAULT_MS;
    }
}

static enum hy_code init_handles(struct hy_http_server *server)
{
    uv_loop_t *uv = hy_loop_uv(server->loop);
    (void)uv_timer_init(uv, &server->sweep); /* neither can fail: no descriptor yet */
    (void)uv_tcp_init(uv, &server->listener);
    server->sweep.data = server->listener.data = server;
    server->open_handles = 2;
    server->sweep_ms = sweep_interval(&server->options);
    return uv_timer_start(&server->sweep, on_sweep, server->sweep_ms, server->sweep_ms) == 0
               ? HY_OK
               : HY_IO;
}

enum hy_code hy_http_server_create(struct hy_loop *loop,
                                   const struct hy_http_server_options *options,
                                   struct hy_http_server **out, struct hy_err *err)
{
    struct hy_http_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    server->loop = loop;
    server->options = *options;
    server->options.host = NULL; /* used here and not kept */
    set_defaults(&server->options);
    int rc = init_handles(server) == HY_OK ? open_listener(server, options->host, options->port)
                                           : UV_EINVAL;
    if (rc != 0) {
        /* The handles are live: the last close callback frees the server. */
        close_handle((uv_handle_t *)&server->listener);
        close_handle((uv_handle_t *)&server->sweep);
        return hy_fail(err, rc == UV_ENOMEM ? HY_NO_MEMORY : HY_IO, "%s: %s:%u", uv_strerror(rc),
                       options->host, options->port);
    }
    *out = server;
    return HY_OK;
}

unsigned hy_http_server_port(const struct hy_http_server *server)
{
    return server->port;
}

/* --- the end --- */

static void on_grace_over(uv_timer_t *timer)
{
    struct hy_http_server *server = timer->data;
    struct hy_http_conn *conn, *next;
    DL_FOREACH_SAFE(server->conns, conn, next)
    {
        hy_http_conn_close(conn);
    }
}

void hy_http_server_stop(struct hy_http_server *server, uint64_t grace_ms, hy_loop_fn *done,
                         void *ctx)
{
    assert(!server->is_stopping);
    server->is_stopping = true;
    server->done = done;
    server->done_ctx = ctx;
    close_handle((uv_handle_t *)&server->listener);
    uv_update_time(server->sweep.loop);
    (void)uv_timer_start(&server->sweep, on_grace_over, grace_ms, 0);
    struct hy_http_conn *conn, *next;
    DL_FOREACH_SAFE(server->conns, conn, next)
    {
        if (hy_http_conn_is_idle(conn)) {
            hy_http_conn_close(conn);
        }
    }
    maybe_finish(server);
}
