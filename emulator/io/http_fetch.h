/* http_fetch.h - one request of the client as a curl handle: its options and what comes back.
 * Knows nothing of the loop. */
#ifndef HY_IO_HTTP_FETCH_H
#define HY_IO_HTTP_FETCH_H

#include "base/buf.h"
#include "io/curl_lib.h"
#include "io/http_client.h"

struct hy_http_fetch {
    struct hy_http_client *client;
    struct hy_http_fetch *prev, *next; /* in one of the client's lists */
    CURL *easy;
    struct curl_slist *headers;
    hy_http_fetch_fn *fn;
    void *ctx;
    bool is_cancelled;
    bool is_too_large;
    bool failed; /* out of memory while the answer came */
    bool tls_failed;
    size_t response_max;
    struct hy_buf head;   /* the last head's header lines (and trailers), as they came */
    struct hy_buf fields; /* struct field, where they are in head */
    struct hy_buf body;
    char error[CURL_ERROR_SIZE];
};

/* NULL when out of memory or the URL is not an http or https one. */
struct hy_http_fetch *hy_http_fetch_create(struct hy_http_client *client,
                                           const struct hy_http_fetch_options *options,
                                           hy_http_fetch_fn *fn, void *ctx);
void hy_http_fetch_destroy(struct hy_http_fetch *fetch);

/* Our code for curl's; fills in the sentence where curl has none. */
enum hy_code hy_http_fetch_code(struct hy_http_fetch *fetch, CURLcode result);

/* Calls fn and destroys the fetch. */
void hy_http_fetch_report(struct hy_http_fetch *fetch, enum hy_code code);

#endif
