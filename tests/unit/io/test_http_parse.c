/* Bytes to request, without a socket: every row is fed in one piece, byte by byte, and in
 * pieces of seven, and must say the same each time. */
#include "io/http_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

enum { HEAD_MAX = 300, BODY_MAX = 40, SAID_MAX = 8192 };

/* What a request says, as one line: so that rows can be compared. */
static void say(char *said, const struct hy_http_parse *parse)
{
    const struct hy_http_request *r = &parse->request;
    size_t at = strlen(said);
    at += (size_t)snprintf(said + at, SAID_MAX - at, "%.*s %.*s?%.*s", HY_SV_ARG(r->method),
                           HY_SV_ARG(r->path), (int)r->query.len,
                           r->query.len > 0 ? r->query.ptr : "");
    for (size_t i = 0; i < r->headers.count; i++) {
        at += (size_t)snprintf(said + at, SAID_MAX - at, " [%.*s=%.*s]",
                               HY_SV_ARG(r->headers.items[i].name),
                               HY_SV_ARG(r->headers.items[i].value));
    }
    at += (size_t)snprintf(said + at, SAID_MAX - at, " body(%.*s)", (int)r->body_len, r->body);
    for (size_t i = 0; i < r->trailers.count; i++) {
        at += (size_t)snprintf(said + at, SAID_MAX - at, " {%.*s=%.*s}",
                               HY_SV_ARG(r->trailers.items[i].name),
                               HY_SV_ARG(r->trailers.items[i].value));
    }
    (void)snprintf(said + at, SAID_MAX - at, "%s%s\n", r->truncated_body ? " truncated" : "",
                   parse->keep_alive ? "" : " close");
}

/* Until more bytes are wanted. True when refused. */
static bool turn_all(struct hy_http_parse *parse, char *said)
{
    for (;;) {
        switch (hy_http_parse_turn(parse)) {
        case HY_HTTP_MORE:
            return false;
        case HY_HTTP_HEAD:
            hy_http_parse_allow(parse, BODY_MAX);
            break;
        case HY_HTTP_WHOLE:
            say(said, parse);
            (void)hy_http_parse_next(parse);
            break;
        case HY_HTTP_REFUSED: {
            size_t at = strlen(said);
            (void)snprintf(said + at, SAID_MAX - at, "refused %d\n", parse->refusal);
            return true;
        }
        }
    }
}

static void feed(const char *bytes, size_t size, size_t piece, char *said)
{
    struct hy_http_parse parse;
    hy_http_parse_init(&parse, HEAD_MAX);
    bool is_refused = false;
    said[0] = '\0';
    for (size_t at = 0; at < size && !is_refused;) {
        size_t room;
        char *to = hy_http_parse_room(&parse, &room);
        assert_non_null(to);
        size_t now = size - at < piece ? size - at : piece;
        now = now < room ? now : room;
        memcpy(to, bytes + at, now);
        hy_http_parse_received(&parse, now);
        at += now;
        is_refused = turn_all(&parse, said);
    }
    if (!is_refused && hy_http_parse_truncate(&parse)) {
        say(said, &parse);
    }
    hy_http_parse_finish(&parse);
}

#define FORTY "0123456789012345678901234567890123456789"

static const struct parse_case {
    const char *name, *bytes, *said;
} parse_cases[] = {
    { "the smallest", "GET / HTTP/1.1\r\n\r\n", "GET /? body()\n" },
    { "path and query", "GET /a/b?c=d?e HTTP/1.1\r\n\r\n", "GET /a/b?c=d?e body()\n" },
    { "an empty query", "GET /a? HTTP/1.1\r\n\r\n", "GET /a? body()\n" },
    { "method with a dash", "M-SEARCH * HTTP/1.1\r\n\r\n", "M-SEARCH *? body()\n" },
    { "HEAD", "HEAD /x HTTP/1.1\r\n\r\n", "HEAD /x? body()\n" },
    { "values are trimmed", "GET / HTTP/1.1\r\nA: \t b c \t \r\nB:\r\nC:d\r\n\r\n",
      "GET /? [A=b c] [B=] [C=d] body()\n" },
    { "repeated headers stay apart", "GET / HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n",
      "GET /? [A=1] [a=2] body()\n" },
    { "empty lines before a request", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "GET /? body()\n" },

    { "a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
      "POST /? [Content-Length=5] body(hello)\n" },
    { "a body of none", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST /? [Content-Length=0] body()\n" },
    { "a GET may have a body", "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
      "GET /? [Content-Length=2] body(hi)\n" },
    { "the largest body", "PUT / HTTP/1.1\r\nContent-Length: 40\r\n\r\n" FORTY,
      "PUT /? [Content-Length=40] body(" FORTY ")\n" },
    { "one byte more than that", "PUT / HTTP/1.1\r\nContent-Length: 41\r\n\r\n" FORTY "x",
      "refused 413\n" },
    { "a length that does not fit",
      "PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "refused 400\n" },

    { "chunks are joined",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n,\r\n"
      "6\r\n world\r\n0\r\n\r\n",
      "POST /? [Transfer-Encoding=chunked] body(hello, world)\n" },
    { "no chunk at all", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /? [Transfer-Encoding=chunked] body()\n" },
    { "trailers",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\nTrailer: A\r\n\r\n"
      "3\r\nabc\r\n0\r\nA: one\r\nB: two\r\n\r\nGET /n HTTP/1.1\r\n\r\n",
      "POST /? [Transfer-Encoding=chunked] [Trailer=A] [Trailer=A] body(abc) {A=one} {B=two}\n"
      "GET /n? body()\n" },
    { "chunks up to the largest body",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n27\r\n"
      "012345678901234567890123456789012345678\r\n0\r\n\r\n",
      "POST /? [Transfer-Encoding=chunked] body(x012345678901234567890123456789012345678)\n" },
    { "chunks beyond it",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n28\r\n" FORTY "\r\n0\r\n\r\n",
      "refused 413\n" },
    { "a chunk size that does not fit",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      "refused 400\n" },
    { "a CONNECT is like any other",
      "CONNECT a:1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      "CONNECT a:1? [Transfer-Encoding=chunked] body(hi)\n" },
    { "an upgrade is not taken up",
      "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
      "GET /? [Connection=upgrade] [Upgrade=x] body()\nGET /2? body()\n" },

    { "pipelined",
      "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
      "GET /3 HTTP/1.1\r\n\r\n",
      "GET /1? body()\nPOST /2? [Content-Length=2] body(hi)\nGET /3? body()\n" },
    { "1.1 asks for the end", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
      "GET /? [Connection=close] body() close\n" },
    { "1.0 ends by itself", "GET / HTTP/1.0\r\n\r\n", "GET /? body() close\n" },
    { "1.0 asks to go on", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
      "GET /? [Connection=Keep-Alive] body()\n" },

    { "end in a body of known length", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",
      "POST /? [Content-Length=5] body(hel) truncated close\n" },
    { "end in a chunk",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      "POST /? [Transfer-Encoding=chunked] body(hel) truncated close\n" },
    { "end in a head", "POST / HTTP/1.1\r\nContent-Le", "" },

    { "not HTTP", "hello there\r\n\r\n", "refused 400\n" },
    { "a method nobody knows", "FETCH / HTTP/1.1\r\n\r\n", "refused 400\n" },
    { "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "refused 400\n" },
    { "a version that is not 1.x", "GET / HTTP/2.0\r\n\r\n", "refused 505\n" },
    { "a folded value", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "refused 400\n" },
    { "a value that begins folded", "GET / HTTP/1.1\r\nA:\r\n c\r\n\r\n", "refused 400\n" },
    { "a blank before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n", "refused 400\n" },
    { "length and encoding",
      "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "refused 400\n" },
    { "encoding and length",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
      "refused 400\n" },
    { "two lengths", "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
      "refused 400\n" },
    { "a length that is no number", "POST / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n",
      "refused 400\n" },
    { "another encoding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "refused 400\n" },
    { "chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "refused 400\n" },
    { "a chunk without a size", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "refused 400\n" },
    { "a chunk longer than it said",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n", "refused 400\n" },
};

static void test_any_pieces_give_the_same(void **state)
{
    (void)state;
    static const size_t pieces[] = { SIZE_MAX, 1, 7 };
    for (size_t i = 0; i < ROWS(parse_cases); i++) {
        const struct parse_case *row = &parse_cases[i];
        for (size_t k = 0; k < ROWS(pieces); k++) {
            char said[SAID_MAX];
            feed(row->bytes, strlen(row->bytes), pieces[k], said);
            if (strcmp(said, row->said) != 0) {
                fail_msg("row %zu, %s, pieces of %zu:\nsaid     %sexpected %s", i, row->name,
                         pieces[k], said, row->said);
            }
        }
    }
}

/* A head of exactly `size` bytes. */
static char *make_head(size_t size)
{
    static const char begin[] = "GET / HTTP/1.1\r\nA: ";
    char *head = malloc(size + 1);
    assert_non_null(head);
    memset(head, 'x', size);
    memcpy(head, begin, sizeof begin - 1);
    memcpy(head + size - 4, "\r\n\r\n", 5);
    return head;
}

static void test_head_max_is_exact(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        bool is_refused;
    } rows[] = { { HEAD_MAX - 1, false }, { HEAD_MAX, false }, { HEAD_MAX + 1, true } };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char *head = make_head(rows[i].size);
        for (size_t piece = 1; piece <= rows[i].size; piece += rows[i].size - 1) {
            char said[SAID_MAX];
            feed(head, rows[i].size, piece, said);
            assert_int_equal(strcmp(said, "refused 431\n") == 0, rows[i].is_refused);
        }
        free(head);
    }
}

static void test_a_head_without_end_is_refused_while_it_comes(void **state)
{
    (void)state;
    char *head = make_head(HEAD_MAX + 100);
    char said[SAID_MAX];
    feed(head, HEAD_MAX + 1, 1, said); /* its end never came */
    assert_string_equal(said, "refused 431\n");
    free(head);
}

static void test_trailers_have_the_heads_limit(void **state)
{
    (void)state;
    char bytes[2 * HEAD_MAX];
    int len = snprintf(bytes, sizeof bytes,
                       "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ");
    memset(bytes + len, 'x', HEAD_MAX);
    char said[SAID_MAX];
    feed(bytes, (size_t)len + HEAD_MAX, 50, said);
    assert_string_equal(said, "refused 431\n");
}

static void test_headers_have_a_number(void **state)
{
    (void)state;
    struct hy_http_parse parse;
    hy_http_parse_init(&parse, 1024 * 1024);
    static const char line[] = "GET / HTTP/1.1\r\n";
    enum hy_http_turn turn = HY_HTTP_MORE;
    const char *bytes = line;
    size_t sent = 0;
    while (turn == HY_HTTP_MORE && sent++ < 5000) {
        size_t room;
        char *to = hy_http_parse_room(&parse, &room);
        memcpy(to, bytes, strlen(bytes));
        hy_http_parse_received(&parse, strlen(bytes));
        bytes = "a:b\r\n";
        turn = hy_http_parse_turn(&parse);
    }
    assert_int_equal(turn, HY_HTTP_REFUSED);
    assert_int_equal(parse.refusal, 431);
    assert_true(sent > 1000);
    hy_http_parse_finish(&parse);
}

static void put(struct hy_http_parse *parse, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t room;
        char *to = hy_http_parse_room(parse, &room);
        assert_non_null(to);
        size_t now = size < room ? size : room;
        memcpy(to, bytes, now);
        hy_http_parse_received(parse, now);
        bytes += now;
        size -= now;
        if (hy_http_parse_turn(parse) == HY_HTTP_HEAD) {
            hy_http_parse_allow(parse, SIZE_MAX / 2);
        }
    }
}

/* The memory of 1,000 connections that each sent one large batch must not stay. */
static void test_memory_for_something_large_is_given_back(void **state)
{
    (void)state;
    enum { LARGE = 6 * 1024 * 1024 };
    struct hy_http_parse parse;
    hy_http_parse_init(&parse, HEAD_MAX);
    static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 6291456\r\n\r\n";
    char *body = calloc(1, LARGE);
    assert_non_null(body);
    put(&parse, head, sizeof head - 1);
    size_t cap = parse.input.cap;
    put(&parse, body, LARGE);
    free(body);
    assert_int_equal(hy_http_parse_turn(&parse), HY_HTTP_WHOLE);
    assert_int_equal(parse.request.body_len, LARGE);
    assert_true(cap == parse.input.cap && cap < LARGE + 8192); /* reserved once, exactly */
    assert_false(hy_http_parse_next(&parse));

    static const char small[] = "GET / HTTP/1.1\r\n\r\n";
    int count = 0;
    while (parse.input.cap > 64 * 1024 && count++ < 100) {
        put(&parse, small, sizeof small - 1);
        assert_int_equal(hy_http_parse_turn(&parse), HY_HTTP_WHOLE);
        (void)hy_http_parse_next(&parse);
    }
    assert_in_range(count, 2, 32); /* not at once: another batch may follow */
    assert_int_equal(hy_http_parse_turn(&parse), HY_HTTP_MORE); /* without memory, too */
    hy_http_parse_finish(&parse);
}

static void test_bytes_between_chunks_take_no_memory(void **state)
{
    (void)state;
    struct hy_http_parse parse;
    hy_http_parse_init(&parse, HEAD_MAX);
    static const char head[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const char chunk[] = "1;extension=0123456789012345678901234567890123456789\r\nx\r\n";
    put(&parse, head, sizeof head - 1);
    for (int i = 0; i < 20000; i++) {
        put(&parse, chunk, sizeof chunk - 1);
    }
    put(&parse, "0\r\n\r\n", 5);
    assert_int_equal(hy_http_parse_turn(&parse), HY_HTTP_WHOLE);
    assert_int_equal(parse.request.body_len, 20000);
    assert_true(parse.input.cap <= 128 * 1024);
    hy_http_parse_finish(&parse);
}

static const struct continue_case {
    const char *name, *bytes;
    bool waits;
} continue_cases[] = {
    { "with a length",
      "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", true },
    { "with chunks", "PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n",
      true },
    { "the body is on its way",
      "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na", false },
    { "no body", "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", false },
    { "HTTP/1.0", "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", false },
    { "something else", "PUT / HTTP/1.1\r\nExpect: tea\r\nContent-Length: 3\r\n\r\n", false },
    { "not asked for", "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", false },
};

static void test_who_waits_for_continue(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(continue_cases); i++) {
        const struct continue_case *row = &continue_cases[i];
        struct hy_http_parse parse;
        hy_http_parse_init(&parse, HEAD_MAX);
        put(&parse, row->bytes, strlen(row->bytes));
        if (hy_http_parse_waits_for_continue(&parse) != row->waits) {
            fail_msg("row %zu, %s", i, row->name);
        }
        hy_http_parse_finish(&parse);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_pieces_give_the_same),
        cmocka_unit_test(test_head_max_is_exact),
        cmocka_unit_test(test_a_head_without_end_is_refused_while_it_comes),
        cmocka_unit_test(test_trailers_have_the_heads_limit),
        cmocka_unit_test(test_headers_have_a_number),
        cmocka_unit_test(test_memory_for_something_large_is_given_back),
        cmocka_unit_test(test_bytes_between_chunks_take_no_memory),
        cmocka_unit_test(test_who_waits_for_continue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
