/* The client against our own server. */
#include "io/http_client.h"
#include "io/http_server.h"

#include "wire.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

enum { URL_MAX = 128, HEARD_MAX = 1024 };

struct pair {
    struct wire wire;
    struct hy_http_server *server;
    struct hy_http_client *client;
    struct hy_http_exchange *parked[8];
    size_t parked_count;
    char heard[HEARD_MAX]; /* the last request, as the server saw it */
    size_t heads;
    bool is_stopped;
};

struct result {
    bool is_over;
    int overs;
    enum hy_code code;
    bool connected;
    int status;
    char error[256], header[64], body[256];
    size_t header_count, body_len;
    struct hy_http_client *destroys; /* inside the callback */
};

static void note(struct pair *pair, const struct hy_http_request *request)
{
    size_t at = (size_t)snprintf(pair->heard, HEARD_MAX, "%.*s %.*s\n", HY_SV_ARG(request->method),
                                 HY_SV_ARG(request->target));
    for (size_t i = 0; i < request->headers.count; i++) {
        const struct hy_http_header *header = &request->headers.items[i];
        if (!hy_sv_equal_nocase(header->name, HY_SV("host"))) {
            at += (size_t)snprintf(pair->heard + at, HEARD_MAX - at, "%.*s: %.*s\n",
                                   HY_SV_ARG(header->name), HY_SV_ARG(header->value));
        }
    }
    (void)snprintf(pair->heard + at, HEARD_MAX - at, "%.*s",
                   (int)(request->body_len < 100 ? request->body_len : 100), request->body);
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    static const struct hy_http_header headers[] = {
        { HY_SV_INIT("X-One"), HY_SV_INIT("first") },
        { HY_SV_INIT("Location"), HY_SV_INIT("/elsewhere") },
        { HY_SV_INIT("X-Empty"), HY_SV_INIT("") },
    };
    static char megabyte[1024 * 1024];
    struct pair *pair = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    struct hy_http_headers all = { headers, ROWS(headers) };
    note(pair, request);
    if (hy_sv_equal(request->path, HY_SV("/park"))) {
        pair->parked[pair->parked_count++] = exchange;
    } else if (hy_sv_equal(request->path, HY_SV("/404"))) {
        hy_http_exchange_answer(exchange, 404, all, HY_SV("nothing here"));
    } else if (hy_sv_equal(request->path, HY_SV("/302"))) {
        hy_http_exchange_answer(exchange, 302, all, HY_SV(""));
    } else if (hy_sv_equal(request->path, HY_SV("/megabyte"))) {
        hy_http_exchange_answer(exchange, 200, all, (hy_sv){ megabyte, sizeof megabyte });
    } else if (hy_sv_equal(request->path, HY_SV("/cut"))) {
        hy_http_exchange_cut(exchange);
    } else if (hy_sv_equal(request->path, HY_SV("/chunks"))) {
        hy_http_exchange_begin(exchange, 200, all);
        hy_http_exchange_piece(exchange, HY_SV("in "));
        hy_http_exchange_piece(exchange, HY_SV("pieces"));
        hy_http_exchange_end(exchange);
    } else {
        hy_http_exchange_answer(exchange, 200, all, HY_SV("hello"));
    }
}

static size_t on_head(void *ctx, const struct hy_http_request *request)
{
    (void)request;
    ((struct pair *)ctx)->heads++;
    return 16 * 1024 * 1024;
}

static void on_stopped(void *ctx)
{
    *(bool *)ctx = true;
}

static void open_pair(struct pair *pair)
{
    *pair = (struct pair){ 0 };
    wire_open(&pair->wire);
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_head = on_head, .on_request = on_request, .ctx = pair,
    };
    struct hy_err err;
    if (hy_http_server_create(pair->wire.loop, &options, &pair->server, &err) != HY_OK) {
        fail_msg("%s", err.text);
    }
    pair->client = hy_http_client_create(pair->wire.loop);
    assert_non_null(pair->client);
}

static void close_pair(struct pair *pair)
{
    if (pair->client != NULL) {
        hy_http_client_destroy(pair->client);
    }
    hy_http_server_stop(pair->server, 0, on_stopped, &pair->is_stopped);
    wire_turn_until(&pair->wire, &pair->is_stopped);
    for (size_t i = 0; i < pair->parked_count; i++) {
        hy_http_exchange_cut(pair->parked[i]);
    }
    wire_close(&pair->wire);
}

static void copy(char *to, size_t size, hy_sv text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    if (len > 0) {
        memcpy(to, text.ptr, len);
    }
    to[len] = '\0';
}

static void on_answer(void *ctx, const struct hy_http_response *response)
{
    struct result *result = ctx;
    result->is_over = true;
    result->overs++;
    result->code = response->code;
    result->connected = response->connected;
    result->status = response->status;
    result->header_count = response->headers.count;
    result->body_len = response->body.len;
    copy(result->error, sizeof result->error,
         response->code == HY_OK ? HY_SV("") : hy_sv_of(response->error));
    copy(result->header, sizeof result->header,
         hy_http_header(response->headers, HY_SV("x-one")));
    copy(result->body, sizeof result->body, response->body);
    if (result->destroys != NULL) {
        hy_http_client_destroy(result->destroys);
    }
}

static struct hy_http_fetch_options options_of(struct pair *pair, const char *method,
                                               const char *path, char url[URL_MAX])
{
    (void)snprintf(url, URL_MAX, "http://127.0.0.1:%u%s", hy_http_server_port(pair->server), path);
    return (struct hy_http_fetch_options){
        .method = method, .url = url, .response_max = 1024, .timeout_ms = 20000,
    };
}

static struct hy_http_fetch *fetch(struct pair *pair, const char *path, struct result *result)
{
    char url[URL_MAX];
    const struct hy_http_fetch_options options = options_of(pair, "GET", path, url);
    struct hy_http_fetch *started = hy_http_fetch(pair->client, &options, on_answer, result);
    assert_non_null(started);
    assert_false(result->is_over); /* never from inside the call */
    return started;
}

static const struct fetch_case {
    const char *name, *method, *path, *body;
    int status;
    const char *answer, *heard;
} fetch_cases[] = {
    { "GET", "GET", "/a?b=c", "", 200, "hello", "GET /a?b=c\nAccept: */*\n" },
    { "POST", "POST", "/", "data", 200, "hello",
      "POST /\nAccept: */*\nContent-Length: 4\ndata" },
    { "POST of nothing", "POST", "/", "", 200, "hello",
      "POST /\nAccept: */*\nContent-Length: 0\n" },
    { "PUT", "PUT", "/k", "data", 200, "hello",
      "PUT /k\nAccept: */*\nContent-Length: 4\ndata" },
    { "DELETE", "DELETE", "/k", "", 200, "hello", "DELETE /k\nAccept: */*\n" },
    { "HEAD", "HEAD", "/k", "", 200, "", "HEAD /k\nAccept: */*\n" },
    { "an error status is an answer", "GET", "/404", "", 404, "nothing here",
      "GET /404\nAccept: */*\n" },
    { "redirects are not followed", "GET", "/302", "", 302, "", "GET /302\nAccept: */*\n" },
    { "chunks", "GET", "/chunks", "", 200, "in pieces", "GET /chunks\nAccept: */*\n" },
    { "the path stays as it is", "GET", "/a/../b/./c", "", 200, "hello",
      "GET /a/../b/./c\nAccept: */*\n" },
};

static void test_fetches(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    for (size_t i = 0; i < ROWS(fetch_cases); i++) {
        const struct fetch_case *row = &fetch_cases[i];
        char url[URL_MAX];
        struct hy_http_fetch_options options = options_of(&pair, row->method, row->path, url);
        options.body = hy_sv_of(row->body);
        struct result result = { 0 };
        assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
        memset(url, 'x', sizeof url - 1); /* it was copied */
        wire_turn_until(&pair.wire, &result.is_over);
        if (result.code != HY_OK || result.status != row->status ||
            strcmp(result.body, row->answer) != 0 || strcmp(pair.heard, row->heard) != 0 ||
            strcmp(result.header, "first") != 0 || !result.connected) {
            fail_msg("row %zu, %s: %s (%s), status %d, body '%s', server heard '%s'", i, row->name,
                     hy_code_name(result.code), result.error, result.status, result.body,
                     pair.heard);
        }
    }
    close_pair(&pair);
}

static void test_own_headers_are_sent_as_they_are(void **state)
{
    (void)state;
    static const struct hy_http_header headers[] = {
        { HY_SV_INIT("Content-Type"), HY_SV_INIT("application/json") },
        { HY_SV_INIT("X-Empty"), HY_SV_INIT("") },
        { HY_SV_INIT("Accept"), HY_SV_INIT("nothing") },
    };
    struct pair pair;
    open_pair(&pair);
    char url[URL_MAX];
    struct hy_http_fetch_options options = options_of(&pair, "POST", "/", url);
    options.headers = (struct hy_http_headers){ headers, ROWS(headers) };
    options.body = HY_SV("{}");
    struct result result = { 0 };
    assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
    wire_turn_until(&pair.wire, &result.is_over);
    assert_string_equal(pair.heard, "POST /\nContent-Type: application/json\nX-Empty: \n"
                                    "Accept: nothing\nContent-Length: 2\n{}");
    close_pair(&pair);
}

/* curl asks for 100 Continue beyond a megabyte, and waits for it, unless told not to. */
static void test_a_large_body_is_sent_without_asking(void **state)
{
    (void)state;
    enum { SIZE = 4 * 1024 * 1024 };
    char *bytes = calloc(1, SIZE);
    struct pair pair;
    open_pair(&pair);
    char url[URL_MAX];
    struct hy_http_fetch_options options = options_of(&pair, "POST", "/", url);
    options.body = (hy_sv){ bytes, SIZE };
    struct result result = { 0 };
    assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
    wire_turn_until(&pair.wire, &result.is_over);
    assert_int_equal(result.status, 200);
    assert_null(strstr(pair.heard, "Expect"));
    free(bytes);
    close_pair(&pair);
}

/* A listening socket of our own: only what comes over its one accepted connection counts. */
static int listen_raw(unsigned *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void test_one_connection_for_one_after_another(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    unsigned port;
    int listener = listen_raw(&port), accepted = -1;
    char url[URL_MAX];
    struct hy_http_fetch_options options = options_of(&pair, "GET", "/", url);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
    for (int i = 0; i < 3; i++) {
        struct result result = { 0 };
        char heard[HEARD_MAX] = "";
        assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
        wire_turns(&pair.wire, 5);
        if (accepted < 0) {
            accepted = accept(listener, NULL, NULL);
        }
        assert_true(wire_hear(&pair.wire, accepted, heard, sizeof heard, "\r\n\r\n"));
        assert_true(wire_say(&pair.wire, accepted, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        wire_turn_until(&pair.wire, &result.is_over);
        assert_int_equal(result.status, 200);
    }
    (void)close(accepted);
    (void)close(listener);
    close_pair(&pair);
}

static void test_connections_to_one_host_have_a_limit(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    char url[URL_MAX];
    struct hy_http_fetch_options options = options_of(&pair, "GET", "/park", url);
    options.connections_max = 2;
    struct result results[3] = { { 0 } };
    for (size_t i = 0; i < ROWS(results); i++) {
        assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &results[i]));
    }
    while (pair.parked_count < 2) {
        wire_turns(&pair.wire, 1);
    }
    wire_turns(&pair.wire, 10);
    assert_int_equal(pair.parked_count, 2);
    hy_http_exchange_answer(pair.parked[0], 200, (struct hy_http_headers){ NULL, 0 }, HY_SV(""));
    while (pair.parked_count < 3) {
        wire_turns(&pair.wire, 1);
    }
    pair.parked[0] = pair.parked[2];
    pair.parked_count = 2;
    close_pair(&pair);
    assert_int_equal(results[0].code, HY_OK);
    assert_int_equal(results[1].code, HY_CANCELLED);
    assert_int_equal(results[2].code, HY_CANCELLED);
}

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
        uint64_t timeout_ms;
        enum hy_code code;
        bool connected;
    } rows[] = {
        { "no answer in time", "/park", 40, HY_TIMEOUT, true },
        { "more than response_max", "/megabyte", 0, HY_LIMIT, true },
        { "cut off", "/cut", 0, HY_IO, true },
    };
    struct pair pair;
    open_pair(&pair);
    for (size_t i = 0; i < ROWS(rows); i++) {
        char url[URL_MAX];
        struct hy_http_fetch_options options = options_of(&pair, "GET", rows[i].path, url);
        options.timeout_ms = rows[i].timeout_ms;
        struct result result = { 0 };
        assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
        wire_turn_until(&pair.wire, &result.is_over);
        if (result.code != rows[i].code || result.connected != rows[i].connected ||
            result.error[0] == '\0') {
            fail_msg("row %zu, %s: %s '%s'", i, rows[i].name, hy_code_name(result.code),
                     result.error);
        }
    }
    close_pair(&pair);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    /* A port that is surely nobody's: bound, and not listening. */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    char url[URL_MAX];
    struct hy_http_fetch_options options = options_of(&pair, "GET", "/", url);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    struct result result = { 0 };
    assert_non_null(hy_http_fetch(pair.client, &options, on_answer, &result));
    wire_turn_until(&pair.wire, &result.is_over);
    assert_int_equal(result.code, HY_IO);
    assert_false(result.connected);
    assert_true(result.error[0] != '\0');
    (void)close(fd);
    close_pair(&pair);
}

static void test_urls_that_are_none(void **state)
{
    (void)state;
    static const char *const urls[] = { "", "no url", "ftp://127.0.0.1/", "file:///etc/passwd",
                                        "http://", "127.0.0.1:80" };
    struct pair pair;
    open_pair(&pair);
    for (size_t i = 0; i < ROWS(urls); i++) {
        struct result result = { 0 };
        const struct hy_http_fetch_options options = { .method = "GET", .url = urls[i],
                                                       .response_max = 1 };
        if (hy_http_fetch(pair.client, &options, on_answer, &result) != NULL) {
            fail_msg("'%s' was taken", urls[i]);
        }
    }
    close_pair(&pair);
}

static void test_proxies_of_the_environment_are_not_used(void **state)
{
    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    struct pair pair;
    open_pair(&pair);
    struct result result = { 0 };
    (void)fetch(&pair, "/", &result);
    wire_turn_until(&pair.wire, &result.is_over);
    assert_int_equal(result.status, 200);
    close_pair(&pair);
    assert_int_equal(unsetenv("http_proxy"), 0);
}

static void test_cancel(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct result parked = { 0 }, fresh = { 0 };
    struct hy_http_fetch *first = fetch(&pair, "/park", &parked);
    while (pair.parked_count == 0) {
        wire_turns(&pair.wire, 1);
    }
    struct hy_http_fetch *second = fetch(&pair, "/", &fresh);
    hy_http_fetch_cancel(first);
    hy_http_fetch_cancel(second);
    hy_http_fetch_cancel(second); /* harmless */
    assert_false(parked.is_over || fresh.is_over);
    wire_turn_until(&pair.wire, &parked.is_over);
    wire_turn_until(&pair.wire, &fresh.is_over);
    wire_turns(&pair.wire, 5);
    assert_int_equal(parked.code, HY_CANCELLED);
    assert_int_equal(fresh.code, HY_CANCELLED);
    assert_int_equal(parked.overs, 1);
    assert_int_equal(fresh.overs, 1);
    close_pair(&pair);
}

static void test_destroy_with_everything_under_way(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct result parked = { 0 }, fresh = { 0 }, cancelled = { 0 };
    (void)fetch(&pair, "/park", &parked);
    while (pair.parked_count == 0) {
        wire_turns(&pair.wire, 1);
    }
    (void)fetch(&pair, "/", &fresh);
    hy_http_fetch_cancel(fetch(&pair, "/", &cancelled));
    hy_http_client_destroy(pair.client);
    pair.client = NULL;
    assert_int_equal(parked.code, HY_CANCELLED);
    assert_int_equal(fresh.code, HY_CANCELLED);
    assert_int_equal(cancelled.code, HY_CANCELLED);
    assert_int_equal(parked.overs + fresh.overs + cancelled.overs, 3);
    close_pair(&pair);
}

static void test_destroy_inside_a_callback(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct result quick = { .destroys = pair.client }, parked = { 0 };
    (void)fetch(&pair, "/park", &parked);
    while (pair.parked_count == 0) {
        wire_turns(&pair.wire, 1);
    }
    (void)fetch(&pair, "/", &quick);
    wire_turn_until(&pair.wire, &quick.is_over);
    pair.client = NULL;
    assert_int_equal(quick.code, HY_OK);
    assert_int_equal(parked.code, HY_CANCELLED);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fetches),
        cmocka_unit_test(test_own_headers_are_sent_as_they_are),
        cmocka_unit_test(test_a_large_body_is_sent_without_asking),
        cmocka_unit_test(test_one_connection_for_one_after_another),
        cmocka_unit_test(test_connections_to_one_host_have_a_limit),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_urls_that_are_none),
        cmocka_unit_test(test_proxies_of_the_environment_are_not_used),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_destroy_with_everything_under_way),
        cmocka_unit_test(test_destroy_inside_a_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
