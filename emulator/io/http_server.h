/* http_server.h - HTTP/1.1 over libuv and llhttp: bytes in, whole requests out.
 *
 * A connection handles one request at a time: the next one (pipelined or not) is not parsed
 * before this one is answered, so answers are in order by construction. Keep-alive, fixed and
 * chunked bodies, trailers, `Expect: 100-continue` (answered after on_head allowed the body),
 * HTTP/1.0. Head and body go out in one write; TCP_NODELAY is on.
 *
 * Refused without asking the handler: a head over head_max (431), a body over what on_head
 * allows (413; read and thrown away up to discard_max, so that the client can read the
 * answer), a head not complete within head_timeout_ms (408, silent close when nothing came),
 * anything llhttp calls malformed (400). After a refusal the connection is closed.
 *
 * Memory: the views of an exchange lie in the connection's buffer and live until the exchange
 * is answered. The body is contiguous (chunks are joined in place) and belongs to the handler
 * until then: it may write into it, e.g. to unescape in place.
 *
 * An exchange must be answered exactly once, now or later. When the client goes away first,
 * the handler's on_gone (when set) runs once; answering is still required and then does
 * nothing but free. That holds after hy_http_server_stop cut it, too, and even after its done.
 *
 * A FIN alone is not going away: a client may shut down its sending side and still wait for
 * the answer (lambda-contract.md 1.8), and TCP cannot tell the two apart before something is
 * sent. So it gets its answer, and the connection is closed after it. Only while a stream
 * (begin, piece) is on its way a FIN counts as gone. A reset always does.
 */
#ifndef HY_IO_HTTP_SERVER_H
#define HY_IO_HTTP_SERVER_H

#include "io/http_message.h"
#include "io/loop.h"

struct hy_http_server;   /* opaque */
struct hy_http_exchange; /* opaque: one request and its answer */

struct hy_http_request {
    hy_sv method;   /* "POST" */
    hy_sv target;   /* as sent: path and query */
    hy_sv path;     /* up to the '?', as sent (not decoded) */
    hy_sv query;    /* after the '?', or empty */
    struct hy_http_headers headers;
    struct hy_http_headers trailers; /* of a chunked body */
    char *body;     /* not NUL-terminated; may be written to */
    size_t body_len;
    hy_sv peer;     /* "127.0.0.1" or "::1": numeric, without port */
    bool peer_is_loopback;
    bool truncated_body; /* true only with accept_truncated: the peer left in mid-body */
};

struct hy_http_server_options {
    const char *host; /* numeric or a name; copied */
    unsigned port;    /* 0 picks a free one */
    size_t head_max;          /* default 64 KiB */
    size_t discard_max;       /* default 64 MiB */
    uint64_t head_timeout_ms; /* default 30 s, from the first byte of a head */
    uint64_t idle_timeout_ms; /* default 75 s between requests, and for a body or an answer
                                 that does not move; HY_NEVER_MS: never */
    bool accept_truncated;    /* hand over a request whose body ended early (Runtime API) */

    /* The head is there: how large may the body be? Optional; default 8 MiB. The request's
     * body is not there yet. */
    size_t (*on_head)(void *ctx, const struct hy_http_request *request);
    /* Required. The request is whole. */
    void (*on_request)(void *ctx, struct hy_http_exchange *exchange);
    void *ctx;
};

/* Binds and listens. On failure *out is untouched and err says why ("address already in
 * use: 127.0.0.1:4573"). */
HY_MUST_CHECK
enum hy_code hy_http_server_create(struct hy_loop *loop,
                                   const struct hy_http_server_options *options,
                                   struct hy_http_server **out, struct hy_err *err);
unsigned hy_http_server_port(const struct hy_http_server *server);

/* Graceful stop: no new connections, idle ones are closed, requests in flight are answered
 * with `Connection: close`; after grace_ms what is left is cut. done(ctx) once, then the
 * server is gone. */
void hy_http_server_stop(struct hy_http_server *server, uint64_t grace_ms, hy_loop_fn *done,
                         void *ctx);

const struct hy_http_request *hy_http_exchange_request(struct hy_http_exchange *exchange);

/* The handler has decoded the body in place: for whoever looks at the request from now on, only
 * its first `len` bytes are there. */
void hy_http_exchange_shorten_body(struct hy_http_exchange *exchange, size_t len);

/* For the handler: anything, e.g. its call. */
void hy_http_exchange_set_user(struct hy_http_exchange *exchange, void *user);
void *hy_http_exchange_user(struct hy_http_exchange *exchange);
void hy_http_exchange_on_gone(struct hy_http_exchange *exchange,
                              void (*on_gone)(void *ctx, struct hy_http_exchange *exchange),
                              void *ctx);

/* The answer, whole. Everything is copied before it returns. Content-Length, Date and (where
 * it says something) Connection are added, unless `headers` has them; `Connection: close`
 * there closes. For HEAD, and for 204 and 304, no body is sent. The exchange and its views are
 * dead afterwards. */
void hy_http_exchange_answer(struct hy_http_exchange *exchange, int status,
                             struct hy_http_headers headers, hy_sv body);

/* The answer in pieces, chunked: begin, any number of pieces, end. A stream whose client has
 * gone takes pieces and drops them; one whose client has 16 MiB to read is cut. Used by
 * server-sent events. */
void hy_http_exchange_begin(struct hy_http_exchange *exchange, int status,
                            struct hy_http_headers headers);
void hy_http_exchange_piece(struct hy_http_exchange *exchange, hy_sv bytes);
void hy_http_exchange_end(struct hy_http_exchange *exchange);

/* Closes the connection without an answer (fault injection, protocol violations). */
void hy_http_exchange_cut(struct hy_http_exchange *exchange);

#endif
