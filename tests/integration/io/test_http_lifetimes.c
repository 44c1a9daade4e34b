/* Who goes first: clients, handlers, the server. Each test ends with hy_loop_destroy, which
 * asserts that no handle is left; the sanitizer tells on memory. */
#include "io/http_server.h"

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include <fcntl.h>

static const struct hy_http_headers none = { NULL, 0 };

/* A handler that parks everything and notes what happens to it. */
struct lot {
    struct wire wire;
    struct hy_http_server *server;
    struct hy_http_exchange *parked[8];
    size_t count;
    int gone;
    bool answers_when_gone;
    bool is_stopping, is_stopped;
    int stops;
};

static void on_gone(void *ctx, struct hy_http_exchange *exchange)
{
    struct lot *lot = ctx;
    lot->gone++;
    if (lot->answers_when_gone) {
        hy_http_exchange_answer(exchange, 200, none, HY_SV("nobody hears this"));
        lot->count--;
    }
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct lot *lot = ctx;
    hy_http_exchange_set_user(exchange, &lot->parked[lot->count]);
    hy_http_exchange_on_gone(exchange, on_gone, lot);
    lot->parked[lot->count++] = exchange;
}

static void on_stopped(void *ctx)
{
    struct lot *lot = ctx;
    lot->is_stopped = true;
    lot->stops++;
}

static void open_lot(struct lot *lot)
{
    *lot = (struct lot){ 0 };
    wire_open(&lot->wire);
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_request = on_request, .ctx = lot,
    };
    struct hy_err err;
    if (hy_http_server_create(lot->wire.loop, &options, &lot->server, &err) != HY_OK) {
        fail_msg("%s", err.text);
    }
}

static void stop(struct lot *lot, uint64_t grace_ms)
{
    lot->is_stopping = true;
    hy_http_server_stop(lot->server, grace_ms, on_stopped, lot);
    assert_false(lot->is_stopped); /* never from inside the call */
}

static void close_lot(struct lot *lot)
{
    if (!lot->is_stopping) {
        stop(lot, 0);
    }
    wire_turn_until(&lot->wire, &lot->is_stopped);
    assert_int_equal(lot->stops, 1);
    wire_close(&lot->wire);
}

static int park_one(struct lot *lot)
{
    size_t before = lot->count;
    int fd = wire_connect(hy_http_server_port(lot->server));
    assert_true(wire_say(&lot->wire, fd, "POST /park HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"));
    while (lot->count == before) {
        wire_turns(&lot->wire, 1);
    }
    return fd;
}

static void answer(struct lot *lot, size_t at)
{
    assert_ptr_equal(hy_http_exchange_user(lot->parked[at]), &lot->parked[at]);
    hy_http_exchange_answer(lot->parked[at], 200, none, HY_SV("done"));
}

static void assert_hears_and_ends(struct lot *lot, int fd, const char *wanted)
{
    char heard[1024] = "";
    assert_true(wire_hear(&lot->wire, fd, heard, sizeof heard, NULL));
    if (strstr(heard, wanted) == NULL) {
        fail_msg("'%s' does not hold '%s'", heard, wanted);
    }
    (void)close(fd);
}

static void test_stop_with_nobody_there(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    stop(&lot, 600000); /* done does not wait for the grace period */
    close_lot(&lot);
}

static void test_stop_closes_idle_connections(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fresh = wire_connect(hy_http_server_port(lot.server));
    int used = park_one(&lot);
    answer(&lot, 0);
    char heard[1024] = "";
    assert_true(wire_hear(&lot.wire, used, heard, sizeof heard, "done"));
    wire_turns(&lot.wire, 3);
    stop(&lot, 600000);
    assert_hears_and_ends(&lot, fresh, "");
    assert_hears_and_ends(&lot, used, "");
    close_lot(&lot);
}

static void test_stop_lets_requests_finish(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int parked = park_one(&lot);
    int half_sent = wire_connect(hy_http_server_port(lot.server));
    assert_true(wire_say(&lot.wire, half_sent, "GET /late HTTP/1.1\r\n"));
    wire_turns(&lot.wire, 5);
    stop(&lot, 600000);
    wire_turns(&lot.wire, 5);
    assert_false(lot.is_stopped);
    assert_true(wire_say(&lot.wire, half_sent, "\r\n"));
    while (lot.count < 2) {
        wire_turns(&lot.wire, 1);
    }
    answer(&lot, 0);
    answer(&lot, 1);
    assert_hears_and_ends(&lot, parked, "Connection: close\r\n");
    assert_hears_and_ends(&lot, half_sent, "done");
    assert_int_equal(lot.gone, 0);
    close_lot(&lot);
}

static void test_stop_cuts_what_is_left_after_the_grace_period(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    stop(&lot, 30);
    wire_turn_until(&lot.wire, &lot.is_stopped);
    assert_int_equal(lot.gone, 1);
    /* After done, the views still stand and the answer is still owed. */
    const struct hy_http_request *request = hy_http_exchange_request(lot.parked[0]);
    assert_memory_equal(request->body, "body", 4);
    answer(&lot, 0);
    assert_hears_and_ends(&lot, fd, "");
    close_lot(&lot);
}

static void test_stop_cuts_streams(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    hy_http_exchange_begin(lot.parked[0], 200, none);
    hy_http_exchange_piece(lot.parked[0], HY_SV("before"));
    stop(&lot, 20);
    wire_turn_until(&lot.wire, &lot.is_stopped);
    assert_int_equal(lot.gone, 1);
    hy_http_exchange_piece(lot.parked[0], HY_SV("after")); /* dropped */
    hy_http_exchange_end(lot.parked[0]);
    assert_hears_and_ends(&lot, fd, "before");
    close_lot(&lot);
}

static void test_a_stream_that_ends_while_stopping_closes(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    hy_http_exchange_begin(lot.parked[0], 200, none); /* promised to go on */
    stop(&lot, 600000);
    hy_http_exchange_end(lot.parked[0]);
    assert_hears_and_ends(&lot, fd, "0\r\n\r\n");
    close_lot(&lot);
}

static void test_a_client_that_resets_is_gone(void **state)
{
    (void)state;
    for (int answers = 0; answers < 2; answers++) {
        struct lot lot;
        open_lot(&lot);
        lot.answers_when_gone = answers == 1;
        wire_reset(park_one(&lot));
        while (lot.gone == 0) {
            wire_turns(&lot.wire, 1);
        }
        if (answers == 0) {
            wire_turns(&lot.wire, 3);
            assert_memory_equal(hy_http_exchange_request(lot.parked[0])->body, "body", 4);
            answer(&lot, 0);
        }
        assert_int_equal(lot.gone, 1);
        close_lot(&lot);
    }
}

static void test_a_half_closed_client_gets_its_answer(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    (void)shutdown(fd, SHUT_WR);
    wire_turns(&lot.wire, 5);
    assert_int_equal(lot.gone, 0);
    answer(&lot, 0);
    assert_hears_and_ends(&lot, fd, "done");
    close_lot(&lot);
}

static void test_a_stream_whose_client_leaves_is_gone(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    hy_http_exchange_begin(lot.parked[0], 200, none);
    (void)close(fd);
    while (lot.gone == 0) {
        wire_turns(&lot.wire, 1);
    }
    hy_http_exchange_piece(lot.parked[0], HY_SV("dropped"));
    hy_http_exchange_end(lot.parked[0]);
    close_lot(&lot);
}

/* Nobody reads: what waits in memory has a limit. */
static void test_a_stream_that_is_not_read_is_cut(void **state)
{
    (void)state;
    static char bytes[1024 * 1024];
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    hy_http_exchange_begin(lot.parked[0], 200, none);
    int pieces = 0;
    while (lot.gone == 0 && pieces < 200) {
        hy_http_exchange_piece(lot.parked[0], (hy_sv){ bytes, sizeof bytes });
        wire_turns(&lot.wire, 1);
        pieces++;
    }
    assert_int_equal(lot.gone, 1);
    assert_true(pieces < 200);
    hy_http_exchange_end(lot.parked[0]);
    (void)close(fd);
    close_lot(&lot);
}

static void test_cut_and_answers_of_every_order(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int first = park_one(&lot), second = park_one(&lot), third = park_one(&lot);
    hy_http_exchange_cut(lot.parked[1]);
    answer(&lot, 2);
    answer(&lot, 0);
    char heard[1024] = "";
    assert_hears_and_ends(&lot, second, "");
    assert_true(wire_hear(&lot.wire, first, heard, sizeof heard, "done"));
    assert_true(wire_hear(&lot.wire, third, heard, sizeof heard, "done"));
    assert_int_equal(lot.gone, 0); /* we left, not the client */
    (void)close(first);
    (void)close(third);
    close_lot(&lot);
}

/* More than the buffer holds, while its views are out: nothing moves, nothing is lost. */
static void test_bytes_that_come_while_a_request_is_parked(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    int fd = park_one(&lot);
    const char *body = hy_http_exchange_request(lot.parked[0])->body;
    enum { MORE = 100 * 1024 };
    static char more[MORE];
    memset(more, 'z', sizeof more);
    assert_true(wire_say(&lot.wire, fd, "POST /more HTTP/1.1\r\nContent-Length: 102400\r\n\r\n"));
    assert_true(wire_send(&lot.wire, fd, more, sizeof more));
    wire_turns(&lot.wire, 10);
    assert_int_equal(lot.count, 1);
    assert_memory_equal(body, "body", 4);
    answer(&lot, 0);
    assert_int_equal(lot.count, 1); /* the next one is not handed over inside the answer */
    while (lot.count < 2) {
        wire_turns(&lot.wire, 1);
    }
    const struct hy_http_request *request = hy_http_exchange_request(lot.parked[1]);
    assert_int_equal(request->body_len, MORE);
    assert_memory_equal(request->body, more, MORE);
    answer(&lot, 1);
    (void)close(fd);
    close_lot(&lot);
}

/* Out of descriptors: clients are turned away, the server goes on. */
static void test_no_descriptor_left(void **state)
{
    (void)state;
    struct lot lot;
    open_lot(&lot);
    struct rlimit before, low;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int waiting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int next = fcntl(waiting, F_DUPFD_CLOEXEC, 0);
    (void)close(next);
    low = before;
    low.rlim_cur = (rlim_t)next; /* none may be opened above the ones there are */
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)hy_http_server_port(lot.server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    assert_int_equal(connect(waiting, (struct sockaddr *)&address, sizeof address), 0);
    wire_turns(&lot.wire, 5);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    (void)close(waiting);

    int fd = park_one(&lot);
    answer(&lot, 0);
    char heard[1024] = "";
    assert_true(wire_hear(&lot.wire, fd, heard, sizeof heard, "done"));
    (void)close(fd);
    close_lot(&lot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_with_nobody_there),
        cmocka_unit_test(test_stop_closes_idle_connections),
        cmocka_unit_test(test_stop_lets_requests_finish),
        cmocka_unit_test(test_stop_cuts_what_is_left_after_the_grace_period),
        cmocka_unit_test(test_stop_cuts_streams),
        cmocka_unit_test(test_a_stream_that_ends_while_stopping_closes),
        cmocka_unit_test(test_a_client_that_resets_is_gone),
        cmocka_unit_test(test_a_half_closed_client_gets_its_answer),
        cmocka_unit_test(test_a_stream_whose_client_leaves_is_gone),
        cmocka_unit_test(test_a_stream_that_is_not_read_is_cut),
        cmocka_unit_test(test_cut_and_answers_of_every_order),
        cmocka_unit_test(test_bytes_that_come_while_a_request_is_parked),
        cmocka_unit_test(test_no_descriptor_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
