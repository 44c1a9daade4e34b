/* http_exchange.c - what the handler may ask of an exchange and leave on it. */
#include "io/http_conn.h"

#include <assert.h>

const struct hy_http_request *hy_http_exchange_request(struct hy_http_exchange *exchange)
{
    return &exchange->conn->parse.request;
}

void hy_http_exchange_shorten_body(struct hy_http_exchange *exchange, size_t len)
{
    struct hy_http_request *request = &exchange->conn->parse.request;
    assert(len <= request->body_len);
    request->body_len = len;
}

void hy_http_exchange_set_user(struct hy_http_exchange *exchange, void *user)
{
    exchange->user = user;
}

void *hy_http_exchange_user(struct hy_http_exchange *exchange)
{
    return exchange->user;
}

void hy_http_exchange_on_gone(struct hy_http_exchange *exchange,
                              void (*on_gone)(void *ctx, struct hy_http_exchange *exchange),
                              void *ctx)
{
    exchange->on_gone = on_gone;
    exchange->gone_ctx = ctx;
}
