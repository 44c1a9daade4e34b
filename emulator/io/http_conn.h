/* http_conn.h - one client's connection, the request in it, and when its memory may go.
 *
 *   READING --whole request--> HANDLING --answer--> READING
 *                                 |  \--begin--> STREAMING --end--> READING
 *                                 answered, but the client reads slowly: FLUSHING --> READING
 *   READING --refused--> DISCARDING (answered; what still comes is thrown away)
 *   any --error / close / cut--> CLOSING --libuv--> closed
 *
 * A conn is freed when its handle is closed and its exchange is not with the handler:
 * whichever comes last. Between the two it is a ghost: its views stay readable, answering it
 * only frees it. on_gone runs in the handle's close callback.
 *
 * A write owns a copy of its bytes; libuv ends writes before the close callback.
 *
 * One loop, `drive`, walks through pipelined requests: an answer given inside on_request
 * returns to it; one given later puts the conn on the server's ready list, so that on_request
 * never runs inside somebody's call.
 */
#ifndef HY_IO_HTTP_CONN_H
#define HY_IO_HTTP_CONN_H

#include "base/buf.h"
#include "io/http_answer.h"
#include "io/http_parse.h"
#include "io/http_server.h"

#include <uv.h>

struct hy_http_conn;

struct hy_http_exchange {
    struct hy_http_conn *conn;
    void *user;
    void (*on_gone)(void *ctx, struct hy_http_exchange *exchange);
    void *gone_ctx;
};

enum hy_http_conn_state {
    HY_CONN_READING,
    HY_CONN_HANDLING,
    HY_CONN_STREAMING,
    HY_CONN_FLUSHING,
    HY_CONN_DISCARDING,
    HY_CONN_CLOSING,
};

struct hy_http_conn {
    uv_tcp_t tcp;
    uv_shutdown_t shutdown;
    struct hy_http_server *server;
    struct hy_http_conn *prev, *next;             /* of the server's connections */
    struct hy_http_conn *ready_prev, *ready_next; /* of those with requests to go on with */
    bool is_ready;

    enum hy_http_conn_state state;
    bool is_driving;
    bool is_out;      /* the exchange is with the handler */
    bool is_closed;   /* libuv has let go of the handle */
    bool is_half;     /* the client has sent its FIN */
    bool is_full;     /* we stopped reading: no room while views are out */
    bool close_after; /* this answer is the last */
    bool is_chunked;  /* STREAMING: pieces are chunks */
    bool drops_body;  /* STREAMING: HEAD, 204, 304 */
    uint64_t since_ms;  /* loop time of the last step forward, for timeouts */
    size_t queued_seen; /* bytes queued when we last looked */
    size_t writes;      /* under way */
    size_t discarded;

    struct hy_http_exchange exchange;
    struct hy_http_parse parse;
    char peer[48];
};

/* What the server keeps; conns use it. */
struct hy_http_server {
    uv_tcp_t listener;
    uv_timer_t sweep;       /* timeouts; the grace period while stopping */
    unsigned open_handles;  /* of these two */
    struct hy_loop *loop;
    struct hy_http_server_options options;
    unsigned port;
    struct hy_http_conn *conns; /* open ones */
    struct hy_http_conn *ready;
    bool is_ready_deferred;
    bool is_starved;  /* a connection waits that could not be accepted for lack of memory */
    bool is_stopping;
    bool is_over;     /* done was called */
    size_t ghosts;    /* conns that are closed while their exchange is out */
    uint64_t sweep_ms;
    uint64_t warned_ms;
    hy_loop_fn *done;
    void *done_ctx;
    struct hy_buf scratch; /* heads, on their way to the socket */
    struct hy_http_date date;
};

/* The listener has a connection. False when out of memory; then it is still waiting. */
bool hy_http_conn_accept(struct hy_http_server *server);
void hy_http_conn_close(struct hy_http_conn *conn); /* any time, any number of times */
void hy_http_conn_sweep(struct hy_http_conn *conn, uint64_t now_ms);
void hy_http_conn_drive(struct hy_http_conn *conn);
bool hy_http_conn_is_idle(const struct hy_http_conn *conn);

/* http_send.c: writing. Sends what the socket takes and queues a copy of the rest. */
void hy_http_conn_send(struct hy_http_conn *conn, hy_sv *parts, unsigned count);
void hy_http_conn_refuse(struct hy_http_conn *conn, int status);
/* http_conn.c: everything queued has been written. */
void hy_http_conn_flushed(struct hy_http_conn *conn);
/* The answer is complete; the exchange is dead. */
void hy_http_conn_answered(struct hy_http_conn *conn);

/* http_server.c */
void hy_http_server_conn_closed(struct hy_http_server *server);
void hy_http_server_release(struct hy_http_server *server); /* frees it when nobody is left */
void hy_http_server_ready(struct hy_http_server *server, struct hy_http_conn *conn);

#endif
