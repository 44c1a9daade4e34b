/* http_client.h - requests to other servers: libcurl's multi interface on the loop.
 *
 * libcurl is loaded at the first fetch (curl_lib.h): who never fetches does not pay for it.
 *
 * For functions behind a URL, the HTTP endpoint destination and firedrill. Connections are
 * kept alive and reused. Redirects are never followed. Proxies from the environment are not
 * used: everything we talk to is named by the user.
 */
#ifndef HY_IO_HTTP_CLIENT_H
#define HY_IO_HTTP_CLIENT_H

#include "io/http_message.h"
#include "io/loop.h"

struct hy_http_client; /* opaque */
struct hy_http_fetch;  /* opaque: one request under way */

struct hy_http_response {
    enum hy_code code; /* HY_OK: an answer came, whatever its status. HY_TIMEOUT, HY_IO (see
                          error), HY_LIMIT (body over response_max), HY_CANCELLED */
    const char *error; /* for people, when code is not HY_OK */
    bool connected;    /* false: the request never reached the other side */
    bool tls_failed;   /* the two sides did not come to terms */
    int status;
    struct hy_http_headers headers;
    hy_sv body;
};                     /* all views live until the callback returns */

typedef void hy_http_fetch_fn(void *ctx, const struct hy_http_response *response);

struct hy_http_fetch_options {
    const char *method; /* "POST" */
    const char *url;    /* http:// or https://; copied */
    struct hy_http_headers headers; /* copied */
    hy_sv body;         /* must live until the callback */
    uint64_t connect_timeout_ms; /* 0: 2,000 */
    uint64_t timeout_ms;         /* 0: none */
    size_t response_max;         /* required */
    bool insecure_tls;           /* accept any certificate */
    const char *aws_sigv4;       /* NULL, or curl's "aws:amz:REGION:SERVICE" */
    const char *aws_user;        /* "KEY:SECRET", with aws_sigv4 */
    unsigned connections_max;    /* to one host; 0: no limit. Of the client's first fetch */
};

struct hy_http_client *hy_http_client_create(struct hy_loop *loop);
/* Everything under way is called back with HY_CANCELLED first, from inside the call. NULL is
 * fine. */
void hy_http_client_destroy(struct hy_http_client *client);

/* fn(ctx) exactly once, later. NULL when out of memory, when the URL is unusable, or without
 * a libcurl on this system (the log says so). */
struct hy_http_fetch *hy_http_fetch(struct hy_http_client *client,
                                    const struct hy_http_fetch_options *options,
                                    hy_http_fetch_fn *fn, void *ctx);
void hy_http_fetch_cancel(struct hy_http_fetch *fetch); /* fn comes later with HY_CANCELLED */

#endif
