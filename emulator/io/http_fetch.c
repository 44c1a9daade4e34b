#include "io/http_fetch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_DEFAULT_MS = 2000,
    HEAD_MAX = 1024 * 1024,
    FIELDS_MAX = 1024,
};

struct field {
    size_t name_at, name_len, value_at, value_len;
};

/* --- what comes back --- */

static size_t on_body(char *bytes, size_t one, size_t size, void *ctx)
{
    struct hy_http_fetch *fetch = ctx;
    (void)one;
    if (size > fetch->response_max - fetch->body.len) {
        fetch->is_too_large = true;
        return 0;
    }
    hy_buf_append(&fetch->body, (hy_sv){ bytes, size });
    fetch->failed |= fetch->body.failed;
    return fetch->body.failed ? 0 : size;
}

static hy_sv trimmed(hy_sv text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.ptr[0]) != NULL) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* Called with one whole line, also for trailers and for each head (100, then 200). */
static size_t on_header(char *bytes, size_t one, size_t size, void *ctx)
{
    struct hy_http_fetch *fetch = ctx;
    (void)one;
    hy_sv line = { bytes, size };
    if (hy_sv_starts_with(line, HY_SV("HTTP/"))) {
        hy_buf_clear(&fetch->head);
        hy_buf_clear(&fetch->fields);
        return size;
    }
    size_t colon = hy_sv_find(line, ':');
    if (colon == 0 || colon == line.len) {
        return size; /* the empty line, or nothing we could name */
    }
    hy_sv value = trimmed((hy_sv){ line.ptr + colon + 1, line.len - colon - 1 });
    struct field field = {
        .name_at = fetch->head.len, .name_len = colon,
        .value_at = fetch->head.len + colon, .value_len = value.len,
    };
    hy_buf_append(&fetch->head, (hy_sv){ line.ptr, colon });
    hy_buf_append(&fetch->head, value);
    if (!fetch->head.failed) { /* a field names bytes that are there */
        hy_buf_append(&fetch->fields, (hy_sv){ (const char *)&field, sizeof field });
    }
    fetch->failed |= fetch->head.failed || fetch->fields.failed;
    return fetch->failed ? 0 : size;
}

/* curl's own sockets would be inherited by the children we start. */
static curl_socket_t on_open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)ctx;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- the request --- */

static bool has_usable_url(const char *url)
{
    CURLU *parsed = hy_curl.url();
    char *scheme = NULL;
    bool is_usable = parsed != NULL &&
                     hy_curl.url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                     hy_curl.url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                     (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    hy_curl.free(scheme);
    hy_curl.url_cleanup(parsed);
    return is_usable;
}

static bool add_line(struct hy_http_fetch *fetch, const char *line)
{
    struct curl_slist *list = hy_curl.slist_append(fetch->headers, line);
    if (list == NULL) {
        return false;
    }
    fetch->headers = list;
    return true;
}

static bool add_header(struct hy_http_fetch *fetch, const struct hy_http_header *header)
{
    struct hy_buf line;
    hy_buf_init(&line, HEAD_MAX);
    hy_buf_append(&line, header->name);
    /* curl's way to say "this header, without a value" is a semicolon. */
    hy_buf_append(&line, header->value.len > 0 ? HY_SV(": ") : HY_SV(";"));
    hy_buf_append(&line, header->value);
    hy_buf_append_byte(&line, '\0');
    bool is_added = !line.failed && add_line(fetch, line.data);
    hy_buf_finish(&line);
    return is_added;
}

/* "Name:" takes out a header that curl would add by itself. */
static bool add_headers(struct hy_http_fetch *fetch, struct hy_http_headers headers)
{
    for (size_t i = 0; i < headers.count; i++) {
        if (!add_header(fetch, &headers.items[i])) {
            return false;
        }
    }
    bool has_type = hy_http_header(headers, HY_SV("content-type")).ptr != NULL;
    return add_line(fetch, "Expect:") && (has_type || add_line(fetch, "Content-Type:"));
}

static void set_method(CURL *easy, const struct hy_http_fetch_options *options)
{
    hy_sv method = hy_sv_of(options->method);
    bool sends_length = hy_sv_equal(method, HY_SV("POST")) || hy_sv_equal(method, HY_SV("PUT")) ||
                        hy_sv_equal(method, HY_SV("PATCH"));
    if (options->body.len > 0 || sends_length) {
        (void)hy_curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)options->body.len);
        (void)hy_curl.easy_setopt(easy, CURLOPT_POSTFIELDS,
                               options->body.len > 0 ? options->body.ptr : "");
    } else if (hy_sv_equal(method, HY_SV("HEAD"))) {
        (void)hy_curl.easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else {
        (void)hy_curl.easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
}

static void set_manners(CURL *easy, const struct hy_http_fetch_options *options)
{
    (void)hy_curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)hy_curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)hy_curl.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)hy_curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)hy_curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    long connect_ms = options->connect_timeout_ms == 0 ? CONNECT_DEFAULT_MS
                                                       : (long)options->connect_timeout_ms;
    (void)hy_curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    (void)hy_curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    if (options->insecure_tls) {
        (void)hy_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        (void)hy_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static void set_callbacks(CURL *easy, struct hy_http_fetch *fetch)
{
    (void)hy_curl.easy_setopt(easy, CURLOPT_PRIVATE, fetch);
    (void)hy_curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
    (void)hy_curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)hy_curl.easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    (void)hy_curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)hy_curl.easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
}

/* Options that are copied, which may fail. */
static bool set_texts(CURL *easy, const struct hy_http_fetch_options *options)
{
    CURLcode rc = hy_curl.easy_setopt(easy, CURLOPT_URL, options->url);
    if (rc == CURLE_OK) {
        rc = hy_curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, options->method);
    }
    if (rc == CURLE_OK) {
        rc = hy_curl.easy_setopt(easy, CURLOPT_PROXY, "");
    }
    if (rc == CURLE_OK && options->aws_sigv4 != NULL) {
        rc = hy_curl.easy_setopt(easy, CURLOPT_AWS_SIGV4, options->aws_sigv4);
    }
    if (rc == CURLE_OK && options->aws_sigv4 != NULL) {
        rc = hy_curl.easy_setopt(easy, CURLOPT_USERPWD, options->aws_user);
    }
    return rc == CURLE_OK;
}

static bool set_up(struct hy_http_fetch *fetch, const struct hy_http_fetch_options *options)
{
    fetch->easy = hy_curl.easy_init();
    if (fetch->easy == NULL || !add_headers(fetch, options->headers)) {
        return false;
    }
    set_method(fetch->easy, options);
    set_manners(fetch->easy, options);
    set_callbacks(fetch->easy, fetch);
    (void)hy_curl.easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers);
    return set_texts(fetch->easy, options);
}

struct hy_http_fetch *hy_http_fetch_create(struct hy_http_client *client,
                                           const struct hy_http_fetch_options *options,
                                           hy_http_fetch_fn *fn, void *ctx)
{
    struct hy_http_fetch *fetch = has_usable_url(options->url) ? calloc(1, sizeof *fetch) : NULL;
    if (fetch == NULL) {
        return NULL;
    }
    fetch->client = client;
    fetch->fn = fn;
    fetch->ctx = ctx;
    fetch->response_max = options->response_max;
    hy_buf_init(&fetch->head, HEAD_MAX);
    hy_buf_init(&fetch->fields, FIELDS_MAX * sizeof(struct field));
    hy_buf_init(&fetch->body, options->response_max);
    if (!set_up(fetch, options)) {
        hy_http_fetch_destroy(fetch);
        return NULL;
    }
    return fetch;
}

void hy_http_fetch_destroy(struct hy_http_fetch *fetch)
{
    hy_curl.easy_cleanup(fetch->easy);
    hy_curl.slist_free_all(fetch->headers);
    hy_buf_finish(&fetch->head);
    hy_buf_finish(&fetch->fields);
    hy_buf_finish(&fetch->body);
    free(fetch);
}

/* --- the report --- */

enum hy_code hy_http_fetch_code(struct hy_http_fetch *fetch, CURLcode result)
{
    if (result == CURLE_OK) {
        return HY_OK;
    }
    fetch->tls_failed = result == CURLE_SSL_CONNECT_ERROR;
    if (fetch->is_too_large) {
        (void)snprintf(fetch->error, sizeof fetch->error, "the answer has more than %zu bytes",
                       fetch->response_max);
        return HY_LIMIT;
    }
    if (fetch->failed) {
        (void)snprintf(fetch->error, sizeof fetch->error, "out of memory or a head too large");
    } else if (fetch->error[0] == '\0') {
        (void)snprintf(fetch->error, sizeof fetch->error, "%s", hy_curl.easy_strerror(result));
    }
    return result == CURLE_OPERATION_TIMEDOUT ? HY_TIMEOUT : HY_IO;
}

/* The items are on the heap and the caller's; NULL with count 0. */
static struct hy_http_headers make_headers(const struct hy_http_fetch *fetch,
                                           struct hy_http_header *items, size_t count)
{
    const char *base = fetch->head.data;
    for (size_t i = 0; i < count; i++) {
        struct field field;
        memcpy(&field, fetch->fields.data + i * sizeof field, sizeof field);
        items[i] = (struct hy_http_header){
            .name = { base + field.name_at, field.name_len },
            .value = { base + field.value_at, field.value_len },
        };
    }
    return (struct hy_http_headers){ items, count };
}

void hy_http_fetch_report(struct hy_http_fetch *fetch, enum hy_code code)
{
    size_t count = fetch->fields.len / sizeof(struct field);
    struct hy_http_header *items = count > 0 ? calloc(count, sizeof *items) : NULL;
    if (count > 0 && items == NULL) {
        count = 0;
        code = code == HY_OK ? HY_NO_MEMORY : code;
    }
    long status = 0, sent = 0;
    (void)hy_curl.easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)hy_curl.easy_getinfo(fetch->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (code == HY_CANCELLED) {
        (void)snprintf(fetch->error, sizeof fetch->error, "cancelled");
    }
    struct hy_http_response response = {
        .code = code,
        .error = fetch->error,
        .connected = sent > 0,
        .tls_failed = fetch->tls_failed,
        .status = (int)status,
        .headers = make_headers(fetch, items, count),
        .body = hy_buf_sv(&fetch->body),
    };
    fetch->fn(fetch->ctx, &response);
    free(items);
    hy_http_fetch_destroy(fetch);
}
