/* http_parse.h - the llhttp seam: bytes to request, without a socket.
 *
 *   HEAD --turn says HEAD; allow--> FIXED or CHUNKED --turn says WHOLE--> WHOLE --next--> HEAD
 *     any of them --turn says REFUSED--> REFUSED, for good
 *
 * llhttp sees the head and chunked bodies. A body with a Content-Length never passes through
 * it: room for all of it is reserved when the head is there, and it is read to where it stays.
 * Chunks are joined in place; what held them together is overwritten by what comes next.
 *
 * The views of `request` lie in the input and are valid from HEAD (without body) or WHOLE
 * until allow or next, respectively: only those, `room` and `received` in other phases move
 * the input.
 */
#ifndef HY_IO_HTTP_PARSE_H
#define HY_IO_HTTP_PARSE_H

#include "io/http_input.h"
#include "io/http_server.h"

#include <llhttp.h>

enum hy_http_turn {
    HY_HTTP_MORE,    /* nothing to say before more bytes come */
    HY_HTTP_HEAD,    /* the head is there: look at `request`, then call allow */
    HY_HTTP_WHOLE,   /* the request is whole; `next` when done with it */
    HY_HTTP_REFUSED, /* answer with the status `refusal` and close */
};

struct hy_http_span {
    size_t name_at, name_len, value_at, value_len; /* from hy_http_input_at */
};

struct hy_http_fields {
    struct hy_http_span *spans;
    struct hy_http_header *items;
    size_t count, cap;
};

enum hy_http_phase {
    HY_HTTP_IN_HEAD,
    HY_HTTP_AFTER_HEAD,
    HY_HTTP_IN_FIXED,
    HY_HTTP_IN_CHUNKS,
    HY_HTTP_IS_WHOLE,
    HY_HTTP_IS_REFUSED,
};

struct hy_http_parse {
    struct hy_http_request request;
    bool keep_alive;       /* from HEAD on: the client wants to go on afterwards */
    bool is_http_1_0;
    bool expects_continue; /* from HEAD on: waits for 100 Continue before the body */
    bool has_begun;        /* something of a head is there (empty lines before it are not) */
    int refusal;

    /* private */
    enum hy_http_phase phase;
    bool in_value; /* the current field's value has begun */
    bool in_field; /* the current field is not over */
    bool in_trailers;
    llhttp_t llhttp;
    struct hy_http_input input;
    struct hy_http_fields headers, trailers;
    size_t head_max;
    size_t target_at, target_len;
    size_t parsed;      /* offset behind what llhttp has seen */
    size_t body_at;     /* offset of the body: the head's length */
    size_t body_len;    /* FIXED: declared; CHUNKED: joined so far */
    size_t body_max;
    size_t trailers_at;
    size_t end;         /* WHOLE: offset behind the request */
};

void hy_http_parse_init(struct hy_http_parse *parse, size_t head_max);
void hy_http_parse_finish(struct hy_http_parse *parse);

/* Where to put bytes that come now. 0 and NULL: nowhere (out of memory; or WHOLE, when views
 * are out and what lies behind the request is full). */
char *hy_http_parse_room(struct hy_http_parse *parse, size_t *size);
void hy_http_parse_received(struct hy_http_parse *parse, size_t size);

enum hy_http_turn hy_http_parse_turn(struct hy_http_parse *parse);

/* After HEAD: the body may have up to body_max bytes. */
void hy_http_parse_allow(struct hy_http_parse *parse, size_t body_max);

/* No more bytes will come: in mid-body, the request is made whole as it is (truncated_body)
 * and true is returned. */
bool hy_http_parse_truncate(struct hy_http_parse *parse);

/* The body is expected and nothing of it is there: 100 Continue would help. */
bool hy_http_parse_waits_for_continue(const struct hy_http_parse *parse);

/* After WHOLE: on to the next request. True when something of it may be there already. */
bool hy_http_parse_next(struct hy_http_parse *parse);

/* Forgets everything received: for reading what is thrown away. */
void hy_http_parse_drop(struct hy_http_parse *parse);

#endif
