#include "io/http_conn.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { BODY_DEFAULT_MAX = 8 * 1024 * 1024 };

static uint64_t now_of(const struct hy_http_conn *conn)
{
    return uv_now(conn->tcp.loop);
}

/* --- the end --- */

static void conn_free(struct hy_http_conn *conn)
{
    hy_http_parse_finish(&conn->parse);
    free(conn);
}

static void on_closed(uv_handle_t *handle)
{
    struct hy_http_conn *conn = handle->data;
    struct hy_http_server *server = conn->server;
    DL_DELETE(server->conns, conn);
    if (conn->is_ready) {
        DL_DELETE2(server->ready, conn, ready_prev, ready_next);
    }
    conn->is_closed = true;
    if (!conn->is_out) {
        conn_free(conn);
    } else {
        server->ghosts++;
        if (conn->exchange.on_gone != NULL) {
            /* It may answer: the conn may be gone afterwards, the server is not. */
            conn->exchange.on_gone(conn->exchange.gone_ctx, &conn->exchange);
        }
    }
    hy_http_server_conn_closed(server);
}

void hy_http_conn_close(struct hy_http_conn *conn)
{
    if (conn->state == HY_CONN_CLOSING) {
        return;
    }
    conn->state = HY_CONN_CLOSING;
    uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

/* --- requests --- */

static void hand_over(struct hy_http_conn *conn)
{
    conn->state = HY_CONN_HANDLING;
    conn->is_out = true;
    conn->close_after = !conn->parse.keep_alive;
    conn->exchange = (struct hy_http_exchange){ .conn = conn };
    const struct hy_http_server_options *options = &conn->server->options;
    options->on_request(options->ctx, &conn->exchange);
}

static void ask_head(struct hy_http_conn *conn)
{
    const struct hy_http_server_options *options = &conn->server->options;
    size_t body_max = BODY_DEFAULT_MAX;
    if (options->on_head != NULL) {
        body_max = options->on_head(options->ctx, &conn->parse.request);
    }
    hy_http_parse_allow(&conn->parse, body_max);
    if (hy_http_parse_waits_for_continue(&conn->parse)) {
        hy_sv go_on = HY_SV("HTTP/1.1 100 Continue\r\n\r\n");
        hy_http_conn_send(conn, &go_on, 1);
    }
}

/* The client has sent its FIN and the parser wants more. */
static void end_of_input(struct hy_http_conn *conn)
{
    if (!conn->parse.has_begun) {
        hy_http_conn_close(conn);
    } else if (conn->server->options.accept_truncated && hy_http_parse_truncate(&conn->parse)) {
        hand_over(conn);
    } else {
        hy_http_conn_refuse(conn, 400);
    }
}

void hy_http_conn_drive(struct hy_http_conn *conn)
{
    conn->is_driving = true;
    bool wants_more = false;
    while (conn->state == HY_CONN_READING && !wants_more) {
        switch (hy_http_parse_turn(&conn->parse)) {
        case HY_HTTP_HEAD:
            ask_head(conn);
            break;
        case HY_HTTP_WHOLE:
            hand_over(conn);
            break;
        case HY_HTTP_REFUSED:
            hy_http_conn_refuse(conn, conn->parse.refusal);
            break;
        case HY_HTTP_MORE:
            wants_more = !conn->is_half;
            if (conn->is_half) {
                end_of_input(conn);
            }
            break;
        }
    }
    conn->is_driving = false;
}

/* --- reading --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct hy_http_conn *conn = handle->data;
    size_t room;
    char *at = hy_http_parse_room(&conn->parse, &room);
    *buf = uv_buf_init(at, room > UINT32_MAX ? UINT32_MAX : (unsigned)room);
}

static void discard(struct hy_http_conn *conn, size_t size)
{
    hy_http_parse_drop(&conn->parse);
    conn->discarded += size;
    if (conn->discarded > conn->server->options.discard_max) {
        hy_http_conn_close(conn);
    }
}

static void on_bytes(struct hy_http_conn *conn, size_t size)
{
    bool was_begun = conn->parse.has_begun;
    hy_http_parse_received(&conn->parse, size);
    if (conn->state == HY_CONN_DISCARDING) {
        discard(conn, size);
    } else if (conn->state == HY_CONN_READING) {
        /* A head is timed from its first byte, a body from its last. */
        if (!was_begun || conn->parse.phase != HY_HTTP_IN_HEAD) {
            conn->since_ms = now_of(conn);
        }
        hy_http_conn_drive(conn);
    }
}

static void on_fin(struct hy_http_conn *conn)
{
    conn->is_half = true;
    if (conn->state == HY_CONN_READING) {
        hy_http_conn_drive(conn);
    } else if (conn->state == HY_CONN_STREAMING || conn->state == HY_CONN_DISCARDING) {
        /* Who listens to a stream does not half-close; there would be no other sign. */
        hy_http_conn_close(conn);
    }
}

static void on_broken(struct hy_http_conn *conn)
{
    if (conn->state == HY_CONN_READING && conn->server->options.accept_truncated &&
        hy_http_parse_truncate(&conn->parse)) {
        hand_over(conn);
    }
    hy_http_conn_close(conn);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    (void)buf;
    struct hy_http_conn *conn = stream->data;
    if (nread > 0) {
        on_bytes(conn, (size_t)nread);
    } else if (nread == UV_EOF) {
        on_fin(conn);
    } else if (nread == UV_ENOBUFS && conn->state != HY_CONN_READING) {
        (void)uv_read_stop(stream);
        conn->is_full = true;
    } else if (nread < 0) {
        on_broken(conn);
    }
}

/* --- after an answer --- */

static void go_on(struct hy_http_conn *conn)
{
    if (conn->close_after || conn->server->is_stopping) {
        hy_http_conn_close(conn);
        return;
    }
    conn->state = HY_CONN_READING;
    conn->since_ms = now_of(conn);
    bool has_more = hy_http_parse_next(&conn->parse);
    if (conn->is_full) {
        conn->is_full = false;
        if (uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read) != 0) {
            hy_http_conn_close(conn);
            return;
        }
    }
    if ((has_more || conn->is_half) && !conn->is_driving) {
        hy_http_server_ready(conn->server, conn);
    }
}

void hy_http_conn_answered(struct hy_http_conn *conn)
{
    struct hy_http_server *server = conn->server;
    conn->is_out = false;
    if (conn->is_closed) {
        conn_free(conn);
        server->ghosts--;
        hy_http_server_release(server);
    } else if (conn->state != HY_CONN_CLOSING) {
        conn->since_ms = now_of(conn);
        if (conn->writes > 0) {
            conn->state = HY_CONN_FLUSHING;
        } else {
            go_on(conn);
        }
    }
}

void hy_http_conn_flushed(struct hy_http_conn *conn)
{
    if (conn->state == HY_CONN_FLUSHING) {
        go_on(conn);
    }
}

/* --- timeouts --- */

bool hy_http_conn_is_idle(const struct hy_http_conn *conn)
{
    return conn->state == HY_CONN_READING && !conn->parse.has_begun &&
           conn->parse.phase == HY_HTTP_IN_HEAD;
}

/* A client that reads slowly is fine as long as it reads. */
static bool is_stuck(struct hy_http_conn *conn, uint64_t now_ms)
{
    size_t queued = uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp);
    if (queued != conn->queued_seen) {
        conn->queued_seen = queued;
        conn->since_ms = now_ms;
    }
    return now_ms - conn->since_ms >= conn->server->options.idle_timeout_ms;
}

static void sweep_reading(struct hy_http_conn *conn, uint64_t waited_ms)
{
    const struct hy_http_server_options *options = &conn->server->options;
    if (hy_http_conn_is_idle(conn)) {
        if (waited_ms >= options->idle_timeout_ms) {
            hy_http_conn_close(conn);
        } else if (waited_ms >= conn->server->sweep_ms) {
            hy_http_input_rest(&conn->parse.input);
        }
        return;
    }
    uint64_t limit_ms = conn->parse.phase == HY_HTTP_IN_HEAD ? options->head_timeout_ms
                                                             : options->idle_timeout_ms;
    if (waited_ms >= limit_ms) {
        hy_http_conn_refuse(conn, 408);
    }
}

void hy_http_conn_sweep(struct hy_http_conn *conn, uint64_t now_ms)
{
    uint64_t waited_ms = now_ms - conn->since_ms;
    switch (conn->state) {
    case HY_CONN_READING:
        sweep_reading(conn, waited_ms);
        break;
    case HY_CONN_FLUSHING:
        if (is_stuck(conn, now_ms)) {
            hy_http_conn_close(conn);
        }
        break;
    case HY_CONN_DISCARDING:
        if (waited_ms >= conn->server->options.head_timeout_ms) {
            hy_http_conn_close(conn);
        }
        break;
    default:
        break; /* how long the handler takes is the handler's business */
    }
}

/* --- the beginning --- */

static bool is_mapped_v4(const struct in6_addr *address)
{
    static const unsigned char prefix[12] = { [10] = 0xff, [11] = 0xff };
    return memcmp(address->s6_addr, prefix, sizeof prefix) == 0;
}

static void note_peer(struct hy_http_conn *conn)
{
    struct sockaddr_storage storage;
    int len = sizeof storage;
    struct hy_http_request *request = &conn->parse.request;
    if (uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&storage, &len) != 0) {
        return; /* it has left already */
    }
    if (storage.ss_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)&storage)->sin6_addr;
        if (is_mapped_v4(v6)) {
            (void)inet_ntop(AF_INET, v6->s6_addr + 12, conn->peer, sizeof conn->peer);
        } else {
            (void)inet_ntop(AF_INET6, v6, conn->peer, sizeof conn->peer);
        }
    } else {
        const struct in_addr *v4 = &((const struct sockaddr_in *)&storage)->sin_addr;
        (void)inet_ntop(AF_INET, v4, conn->peer, sizeof conn->peer);
    }
    request->peer = hy_sv_of(conn->peer);
    request->peer_is_loopback =
        hy_sv_starts_with(request->peer, HY_SV("127.")) || hy_sv_equal(request->peer, HY_SV("::1"));
}

bool hy_http_conn_accept(struct hy_http_server *server)
{
    struct hy_http_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        return false;
    }
    conn->server = server;
    hy_http_parse_init(&conn->parse, server->options.head_max);
    (void)uv_tcp_init(server->listener.loop, &conn->tcp); /* without a socket: cannot fail */
    conn->tcp.data = conn;
    DL_APPEND(server->conns, conn);

    int rc = uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&conn->tcp);
    if (rc == 0) {
        note_peer(conn);
        conn->since_ms = now_of(conn);
        (void)uv_tcp_nodelay(&conn->tcp, 1);
        rc = uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
    }
    if (rc != 0) {
        /* The handle is live: freeing here would leave libuv with a dead pointer. */
        hy_http_conn_close(conn);
    }
    return true;
}
