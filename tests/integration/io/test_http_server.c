/* What goes over the wire: a row is what a client says and, to the byte (but for the date),
 * what it hears. */
#include "io/http_server.h"

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

enum { HEAD_MAX = 2048, BODY_MAX = 100, TEXT_MAX = 64 * 1024 };

struct house {
    struct wire wire;
    struct hy_http_server *server;
    unsigned port;
    struct hy_http_exchange *waiting[16]; /* for the end of the turn */
    size_t waiting_count;
    size_t heads;
    bool is_stopped;
};

static size_t on_head(void *ctx, const struct hy_http_request *request)
{
    struct house *house = ctx;
    house->heads++;
    assert_int_equal(request->body_len, 0);
    return hy_sv_equal(request->path, HY_SV("/large")) ? 8 * 1024 * 1024 : BODY_MAX;
}

static void answer_echo(struct hy_http_exchange *exchange)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    char text[TEXT_MAX];
    hy_sv trailer = hy_http_header(request->trailers, HY_SV("x-sum"));
    int len = snprintf(text, sizeof text, "%.*s %.*s %zu:%.*s%s%.*s", HY_SV_ARG(request->method),
                       HY_SV_ARG(request->target), request->body_len,
                       (int)(request->body_len < 200 ? request->body_len : 200), request->body,
                       request->truncated_body ? " truncated" : "", (int)trailer.len,
                       trailer.len > 0 ? trailer.ptr : "");
    assert_true(request->peer_is_loopback);
    assert_true(hy_sv_equal(request->peer, HY_SV("127.0.0.1")));
    hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ NULL, 0 },
                            (hy_sv){ text, (size_t)len });
}

static void answer_stream(struct hy_http_exchange *exchange)
{
    static const struct hy_http_header type = { HY_SV_INIT("Content-Type"), HY_SV_INIT("text/x") };
    hy_http_exchange_begin(exchange, 200, (struct hy_http_headers){ &type, 1 });
    hy_http_exchange_piece(exchange, HY_SV("one,"));
    hy_http_exchange_piece(exchange, HY_SV("")); /* would be the end, were it sent */
    hy_http_exchange_piece(exchange, HY_SV("and then another"));
    hy_http_exchange_end(exchange);
}

static void answer_large(struct hy_http_exchange *exchange)
{
    enum { SIZE = 6 * 1024 * 1024 };
    char *body = malloc(SIZE);
    assert_non_null(body);
    memset(body, 'x', SIZE);
    hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ NULL, 0 },
                            (hy_sv){ body, SIZE });
    free(body);
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    static const struct hy_http_header own[] = {
        { HY_SV_INIT("content-length"), HY_SV_INIT("77") },
        { HY_SV_INIT("X-Clean"), HY_SV_INIT("a\r\nb") },
        { HY_SV_INIT("date"), HY_SV_INIT("today") },
    };
    static const struct hy_http_header close_it = { HY_SV_INIT("Connection"), HY_SV_INIT("close") };
    struct house *house = ctx;
    hy_sv path = hy_http_exchange_request(exchange)->path;
    if (hy_sv_equal(path, HY_SV("/turn"))) {
        house->waiting[house->waiting_count++] = exchange;
    } else if (hy_sv_equal(path, HY_SV("/204"))) {
        hy_http_exchange_answer(exchange, 204, (struct hy_http_headers){ NULL, 0 }, HY_SV("x"));
    } else if (hy_sv_equal(path, HY_SV("/304"))) {
        hy_http_exchange_answer(exchange, 304, (struct hy_http_headers){ NULL, 0 }, HY_SV("x"));
    } else if (hy_sv_equal(path, HY_SV("/own"))) {
        hy_http_exchange_answer(exchange, 299, (struct hy_http_headers){ own, 3 }, HY_SV(""));
    } else if (hy_sv_equal(path, HY_SV("/close"))) {
        hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ &close_it, 1 },
                                HY_SV("bye"));
    } else if (hy_sv_equal(path, HY_SV("/stream"))) {
        answer_stream(exchange);
    } else if (hy_sv_equal(path, HY_SV("/six-megabytes"))) {
        answer_large(exchange);
    } else if (hy_sv_equal(path, HY_SV("/cut"))) {
        hy_http_exchange_cut(exchange);
    } else {
        answer_echo(exchange);
    }
}

static void on_turn_end(void *ctx)
{
    struct house *house = ctx;
    size_t count = house->waiting_count;
    house->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        answer_echo(house->waiting[i]);
    }
}

static void on_stopped(void *ctx)
{
    ((struct house *)ctx)->is_stopped = true;
}

static struct hy_http_server_options options_of(struct house *house)
{
    return (struct hy_http_server_options){
        .host = "127.0.0.1", .head_max = HEAD_MAX, .discard_max = 1024 * 1024,
        .on_head = on_head, .on_request = on_request, .ctx = house,
    };
}

static void open_house(struct house *house, const struct hy_http_server_options *options)
{
    *house = (struct house){ 0 };
    wire_open(&house->wire);
    struct hy_err err;
    if (hy_http_server_create(house->wire.loop, options, &house->server, &err) != HY_OK) {
        fail_msg("%s", err.text);
    }
    house->port = hy_http_server_port(house->server);
    assert_true(hy_loop_add_turn_end(house->wire.loop, on_turn_end, house));
}

static void close_house(struct house *house)
{
    hy_http_server_stop(house->server, 0, on_stopped, house);
    wire_turn_until(&house->wire, &house->is_stopped);
    hy_loop_remove_turn_end(house->wire.loop, on_turn_end, house);
    wire_close(&house->wire);
}

/* Takes the "Date: ..." lines out: the one thing no row can know. */
static void strip_dates(char *text)
{
    for (char *at; (at = strstr(text, "Date: ")) != NULL;) {
        char *end = strstr(at, "\r\n");
        if (end == NULL) {
            return;
        }
        memmove(at, end + 2, strlen(end + 2) + 1);
    }
}

/* Hears until `expected` is complete; the rest is compared by the caller. True when the end
 * of the stream came instead. */
static bool hear(struct house *house, int fd, char *text, const char *expected)
{
    char raw[TEXT_MAX];
    size_t len = 0;
    text[0] = '\0';
    while (strlen(text) < strlen(expected)) {
        ssize_t got = recv(fd, raw + len, sizeof raw - 1 - len, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            return true;
        }
        if (got > 0) {
            len += (size_t)got;
            raw[len] = '\0';
            memcpy(text, raw, len + 1);
            strip_dates(text);
        } else {
            (void)hy_loop_turn(house->wire.loop);
        }
    }
    return false;
}

enum then {
    STAYS, /* the connection goes on: another request is answered */
    ENDS,  /* the server closes it */
    HALF,  /* the client shuts its side down right after speaking; the server closes then */
};

#define OK(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n"
#define REFUSED(line) "HTTP/1.1 " line "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define CLOSE "Connection: close\r\n\r\n"
#define GO_ON "HTTP/1.1 100 Continue\r\n\r\n"
#define TEN(x) x x x x x x x x x x

static const struct dialogue {
    const char *name, *says, *hears;
    enum then then;
} dialogues[] = {
    { "a request", "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n", OK("11") "\r\nGET /a?b 0:", STAYS },
    { "a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", OK("14") "\r\nPOST / 5:hello",
      STAYS },
    { "chunks and a trailer",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n"
      "X-Sum: !\r\n\r\n",
      OK("15") "\r\nPOST / 5:abcde!", STAYS },
    { "ten in one segment, in order",
      "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"
      "GET /4 HTTP/1.1\r\n\r\nGET /5 HTTP/1.1\r\n\r\nGET /6 HTTP/1.1\r\n\r\n"
      "GET /7 HTTP/1.1\r\n\r\nGET /8 HTTP/1.1\r\n\r\nGET /9 HTTP/1.1\r\n\r\n"
      "GET /0 HTTP/1.1\r\n\r\n",
      OK("9") "\r\nGET /1 0:" OK("9") "\r\nGET /2 0:" OK("9") "\r\nGET /3 0:"
      OK("9") "\r\nGET /4 0:" OK("9") "\r\nGET /5 0:" OK("9") "\r\nGET /6 0:"
      OK("9") "\r\nGET /7 0:" OK("9") "\r\nGET /8 0:" OK("9") "\r\nGET /9 0:"
      OK("9") "\r\nGET /0 0:", STAYS },
    { "ten in one segment, each answered at the end of a turn",
      TEN("GET /turn HTTP/1.1\r\n\r\n"), TEN(OK("12") "\r\nGET /turn 0:"), STAYS },
    { "those, and then a FIN", TEN("GET /turn HTTP/1.1\r\n\r\n"), TEN(OK("12") "\r\nGET /turn 0:"),
      HALF },
    { "a FIN after a request", "GET / HTTP/1.1\r\n\r\n", OK("8") "\r\nGET / 0:", HALF },
    { "a FIN in a head", "GET / HTT", REFUSED("400 Bad Request"), HALF },
    { "a FIN in a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",
      REFUSED("400 Bad Request"), HALF },
    { "a FIN and nothing else", "", "", HALF },
    { "HEAD", "HEAD /xyz HTTP/1.1\r\n\r\n", OK("12") "\r\n", STAYS },
    { "204", "GET /204 HTTP/1.1\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", STAYS },
    { "304", "GET /304 HTTP/1.1\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n", STAYS },
    { "the handler's own headers win, and cannot break out",
      "HEAD /own HTTP/1.1\r\n\r\n",
      "HTTP/1.1 299 Unknown\r\ncontent-length: 77\r\nX-Clean: a  b\r\ndate: today\r\n\r\n", STAYS },
    { "the handler closes", "GET /close HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbye", ENDS },
    { "the client closes", "GET / HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      OK("8") CLOSE "GET / 0:", ENDS },
    { "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", OK("8") CLOSE "GET / 0:", ENDS },
    { "HTTP/1.0 that goes on", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      OK("8") "Connection: keep-alive\r\n\r\nGET / 0:", STAYS },
    { "a stream", "GET /stream HTTP/1.1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\none,\r\n10\r\nand then another\r\n0\r\n\r\n", STAYS },
    { "a stream for HTTP/1.0", "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\n" CLOSE "one,and then another", ENDS },
    { "a stream for HEAD", "HEAD /stream HTTP/1.1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nTransfer-Encoding: chunked\r\n\r\n", STAYS },
    { "a stream after a FIN", "GET /stream HTTP/1.1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\none,\r\n10\r\nand then another\r\n0\r\n\r\n", HALF },
    { "cut", "GET /cut HTTP/1.1\r\n\r\n", "", ENDS },
    { "malformed", "nonsense\r\n\r\n", REFUSED("400 Bad Request"), ENDS },
    { "malformed after an answer", "GET / HTTP/1.1\r\n\r\nnonsense\r\n\r\n",
      OK("8") "\r\nGET / 0:" REFUSED("400 Bad Request"), ENDS },
    { "length and encoding",
      "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      REFUSED("400 Bad Request"), ENDS },
    { "the largest body allowed", "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
      TEN("0123456789"), OK("111") "\r\nPOST / 100:" TEN("0123456789"), STAYS },
    { "a body over what is allowed", "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n"
      TEN("0123456789") "x", REFUSED("413 Payload Too Large"), ENDS },
    { "chunks over what is allowed",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n",
      REFUSED("413 Payload Too Large"), ENDS },
    { "a version that is not 1.x", "GET / HTTP/2.0\r\n\r\n",
      REFUSED("505 HTTP Version Not Supported"), ENDS },
    { "100-continue over what is allowed",
      "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n",
      REFUSED("413 Payload Too Large"), ENDS },
    { "100-continue", "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", GO_ON,
      STAYS },
};

static void check(size_t at, const struct dialogue *row, const char *heard, const char *expected)
{
    if (strcmp(heard, expected) != 0) {
        fail_msg("row %zu, %s:\nheard    '%s'\nexpected '%s'", at, row->name, heard, expected);
    }
}

/* After 100 Continue the body is still owed. */
static void go_on(struct house *house, int fd, size_t at, const struct dialogue *row)
{
    char heard[TEXT_MAX];
    if (strcmp(row->hears, GO_ON) == 0) {
        (void)wire_say(&house->wire, fd, "hi");
        static const char rest[] = OK("10") "\r\nPUT / 2:hi";
        (void)hear(house, fd, heard, rest);
        check(at, row, heard, rest);
    }
    static const char answer[] = OK("13") "\r\nGET /probe 0:";
    (void)wire_say(&house->wire, fd, "GET /probe HTTP/1.1\r\n\r\n");
    (void)hear(house, fd, heard, answer);
    check(at, row, heard, answer);
}

static void hold_dialogue(struct house *house, size_t at, const struct dialogue *row, size_t piece)
{
    int fd = wire_connect(house->port);
    assert_true(fd >= 0);
    size_t size = strlen(row->says);
    for (size_t done = 0; done < size; done += piece) {
        size_t now = size - done < piece ? size - done : piece;
        if (!wire_send(&house->wire, fd, row->says + done, now)) {
            break; /* refused in mid-sentence */
        }
        if (piece < size) {
            wire_turns(&house->wire, 1);
        }
    }
    if (row->then == HALF) {
        (void)shutdown(fd, SHUT_WR);
    }
    char heard[TEXT_MAX];
    (void)hear(house, fd, heard, row->hears);
    check(at, row, heard, row->hears);
    if (row->then == STAYS) {
        go_on(house, fd, at, row);
    } else {
        char rest[64] = "";
        assert_true(wire_hear(&house->wire, fd, rest, sizeof rest, NULL));
        assert_string_equal(rest, "");
    }
    (void)close(fd);
}

static void test_dialogues(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    for (size_t i = 0; i < ROWS(dialogues); i++) {
        hold_dialogue(&house, i, &dialogues[i], SIZE_MAX / 2);
    }
    close_house(&house);
}

static void test_dialogues_byte_by_byte(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    for (size_t i = 0; i < ROWS(dialogues); i++) {
        hold_dialogue(&house, i, &dialogues[i], 1);
    }
    close_house(&house);
}

static void test_a_head_over_its_limit_is_refused(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    char says[HEAD_MAX + 2];
    memset(says, 'x', sizeof says);
    memcpy(says, "GET / HTTP/1.1\r\nA: ", 19);
    says[HEAD_MAX + 1] = '\0';
    const struct dialogue row = { "431", says, REFUSED("431 Request Header Fields Too Large"),
                                  ENDS };
    hold_dialogue(&house, 0, &row, SIZE_MAX / 2);

    memcpy(says + HEAD_MAX - 4, "\r\n\r\n", 5); /* exactly the limit */
    const struct dialogue fits = { "fits", says, OK("8") "\r\nGET / 0:", STAYS };
    hold_dialogue(&house, 1, &fits, SIZE_MAX / 2);
    close_house(&house);
}

static void test_a_truncated_body_is_handed_over_when_asked_for(void **state)
{
    (void)state;
    static const struct dialogue rows[] = {
        { "in a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",
          OK("22") CLOSE "POST / 3:hel truncated", HALF },
        { "in a chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
          OK("21") CLOSE "POST / 2:he truncated", HALF },
        { "in a head", "POST / HTTP/1.1\r\nConte", REFUSED("400 Bad Request"), HALF },
    };
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    options.accept_truncated = true;
    open_house(&house, &options);
    for (size_t i = 0; i < ROWS(rows); i++) {
        hold_dialogue(&house, i, &rows[i], SIZE_MAX / 2);
    }
    close_house(&house);
}

/* A client that sends everything before it reads gets its 413, and not a reset. */
static void test_a_refused_body_is_read_to_its_end(void **state)
{
    (void)state;
    enum { SIZE = 900 * 1024 };
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    char *body = calloc(1, SIZE);
    int fd = wire_connect(house.port);
    char head[128];
    (void)snprintf(head, sizeof head, "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n", SIZE);
    assert_true(wire_say(&house.wire, fd, head));
    assert_true(wire_send(&house.wire, fd, body, SIZE));
    char heard[TEXT_MAX] = "";
    assert_true(wire_hear(&house.wire, fd, heard, sizeof heard, NULL));
    strip_dates(heard);
    assert_string_equal(heard, REFUSED("413 Payload Too Large"));
    (void)close(fd);
    free(body);
    close_house(&house);
}

static void test_but_only_up_to_a_limit(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    static char zeros[64 * 1024];
    int fd = wire_connect(house.port);
    static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n";
    assert_true(wire_say(&house.wire, fd, head));
    size_t sent = 0;
    while (wire_send(&house.wire, fd, zeros, sizeof zeros)) {
        sent += sizeof zeros;
        wire_turns(&house.wire, 1);
        assert_true(sent < 64u * 1024 * 1024);
    }
    (void)close(fd);
    close_house(&house);
}

static void test_megabytes_there_and_back(void **state)
{
    (void)state;
    enum { SIZE = 6 * 1024 * 1024 };
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    char *bytes = calloc(1, SIZE + 1024);
    int fd = wire_connect(house.port);
    for (int round = 0; round < 2; round++) {
        static const char *const framing[] = {
            "Content-Length: 6291456\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n600000\r\n"
        };
        char heard[TEXT_MAX] = "";
        memset(bytes, 'y', SIZE);
        assert_true(wire_say(&house.wire, fd, "POST /large HTTP/1.1\r\n"));
        assert_true(wire_say(&house.wire, fd, framing[round]));
        assert_true(wire_send(&house.wire, fd, bytes, SIZE));
        assert_true(wire_say(&house.wire, fd, round == 0 ? "" : "\r\n0\r\n\r\n"));
        assert_true(wire_hear(&house.wire, fd, heard, sizeof heard, "POST /large 6291456:yyyy"));

        /* Pipelined behind a large answer: not before it is written. */
        bytes[0] = '\0';
        assert_true(wire_say(&house.wire, fd, "GET /six-megabytes HTTP/1.1\r\n\r\n"
                                              "GET /after HTTP/1.1\r\n\r\n"));
        assert_true(wire_hear(&house.wire, fd, bytes, SIZE + 1024, "GET /after 0:"));
    }
    (void)close(fd);
    free(bytes);
    close_house(&house);
}

static void test_timeouts(void **state)
{
    (void)state;
    static const struct dialogue rows[] = {
        { "nothing came: silence", "", "", ENDS },
        { "an empty line is nothing", "\r\n", "", ENDS },
        { "between requests: silence", "GET / HTTP/1.1\r\n\r\n", OK("8") "\r\nGET / 0:", ENDS },
        { "in a head", "GET / HTTP/1.1\r\nHos", REFUSED("408 Request Timeout"), ENDS },
        { "in a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",
          REFUSED("408 Request Timeout"), ENDS },
    };
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    options.head_timeout_ms = options.idle_timeout_ms = 40;
    open_house(&house, &options);
    for (size_t i = 0; i < ROWS(rows); i++) {
        hold_dialogue(&house, i, &rows[i], SIZE_MAX / 2);
    }
    close_house(&house);
}

/* A head is timed as a whole: dripping does not help. */
static void test_a_dripping_head_is_refused(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    options.head_timeout_ms = 40;
    open_house(&house, &options);
    int fd = wire_connect(house.port);
    char heard[TEXT_MAX] = "";
    assert_true(wire_say(&house.wire, fd, "GET / HTTP/1.1\r\nA: "));
    int drips = 0;
    while (recv(fd, heard, sizeof heard, MSG_DONTWAIT | MSG_PEEK) < 0 && drips < 1500) {
        (void)wire_say(&house.wire, fd, "x");
        wire_turns(&house.wire, 2);
        drips++;
    }
    assert_true(wire_hear(&house.wire, fd, heard, sizeof heard, "408 Request Timeout"));
    assert_true(drips < 1500);
    (void)close(fd);
    close_house(&house);
}

static void test_addresses_that_cannot_be_had(void **state)
{
    (void)state;
    struct house house;
    struct hy_http_server_options options = options_of(&house);
    open_house(&house, &options);
    struct hy_err err;
    struct hy_http_server *other = NULL;
    options.port = house.port;
    assert_int_equal(hy_http_server_create(house.wire.loop, &options, &other, &err), HY_IO);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "address already in use: 127.0.0.1:%u", house.port);
    assert_string_equal(err.text, expected);

    options.host = "no such name";
    assert_int_equal(hy_http_server_create(house.wire.loop, &options, &other, &err), HY_IO);
    assert_null(other);
    close_house(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialogues),
        cmocka_unit_test(test_dialogues_byte_by_byte),
        cmocka_unit_test(test_a_head_over_its_limit_is_refused),
        cmocka_unit_test(test_a_truncated_body_is_handed_over_when_asked_for),
        cmocka_unit_test(test_a_refused_body_is_read_to_its_end),
        cmocka_unit_test(test_but_only_up_to_a_limit),
        cmocka_unit_test(test_megabytes_there_and_back),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_a_dripping_head_is_refused),
        cmocka_unit_test(test_addresses_that_cannot_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
