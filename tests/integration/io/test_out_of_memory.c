/* Every allocation of io fails once: nothing crashes, leaks or hangs, and what cannot be done
 * is said or closed. (What libuv and curl allocate for themselves is not counted.) */
#include "io/http_client.h"
#include "io/http_server.h"
#include "io/process.h"
#include "io/work.h"
#include "io/worker.h"

#include "support/torture.h"
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static const struct hy_http_headers none = { NULL, 0 };

/* The tests' own loop may fail to come up, too. */
static bool open_wire(struct wire *wire)
{
    wire->loop = hy_loop_create();
    if (wire->loop == NULL) {
        return false;
    }
    wire->tick = hy_timer_create(wire->loop, wire_on_tick, wire);
    if (wire->tick == NULL) {
        hy_loop_destroy(wire->loop);
        return false;
    }
    hy_timer_start(wire->tick, WIRE_TICK_MS);
    return true;
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

/* --- the server --- */

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    (void)ctx;
    static char large[9 * 1024 * 1024]; /* more than a socket takes */
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    if (hy_sv_equal(request->path, HY_SV("/stream"))) {
        hy_http_exchange_begin(exchange, 200, none);
        hy_http_exchange_piece(exchange, HY_SV("piece"));
        hy_http_exchange_end(exchange);
    } else if (hy_sv_equal(request->path, HY_SV("/large"))) {
        hy_http_exchange_answer(exchange, 200, none, (hy_sv){ large, sizeof large });
    } else {
        hy_http_exchange_answer(exchange, 200, none, HY_SV("done"));
    }
}

/* Until the stream ends, whatever is said meanwhile. Returns how much was heard. */
static size_t drain(struct wire *wire, int fd)
{
    static char bytes[64 * 1024];
    size_t heard = 0;
    for (;;) {
        ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            return heard;
        }
        heard += got > 0 ? (size_t)got : 0;
        if (got < 0) {
            wire_turns(wire, 1);
        }
    }
}

static size_t talk(struct wire *wire, unsigned port, const char *says)
{
    static char body[100 * 1024];
    int fd = wire_connect(port);
    (void)wire_say(wire, fd, says);
    if (strstr(says, "102400") != NULL) {
        (void)wire_send(wire, fd, body, sizeof body);
    }
    (void)shutdown(fd, SHUT_WR);
    size_t heard = drain(wire, fd);
    (void)close(fd);
    return heard;
}

static void serve(struct wire *wire, struct hy_http_server *server)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nA: b\r\n\r\nGET /stream HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 102400\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "GET /large HTTP/1.1\r\n\r\n",
        "nonsense\r\n\r\n",
    };
    unsigned port = hy_http_server_port(server);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        size_t heard = talk(wire, port, requests[i]);
        assert_true(heard > 0 || torture_struck());
    }
}

static void try_server(void *ctx)
{
    (void)ctx;
    struct wire wire;
    if (!open_wire(&wire)) {
        return;
    }
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_request = on_request,
        .head_timeout_ms = 40, /* the sweep comes often: it retries what could not be accepted */
    };
    struct hy_http_server *server;
    struct hy_err err;
    enum hy_code code = hy_http_server_create(wire.loop, &options, &server, &err);
    if (code == HY_OK) {
        bool is_stopped = false;
        serve(&wire, server);
        hy_http_server_stop(server, 0, set_flag, &is_stopped);
        wire_turn_until(&wire, &is_stopped);
    } else {
        assert_int_equal(code, HY_NO_MEMORY);
        assert_true(torture_struck());
    }
    wire_close(&wire);
}

static void test_the_server(void **state)
{
    (void)state;
    assert_true(torture(try_server, NULL) > 10);
}

/* --- processes --- */

struct echo {
    bool is_over, is_written;
    size_t heard;
};

static void on_output(void *ctx, enum hy_process_stream stream, hy_sv bytes)
{
    (void)stream;
    ((struct echo *)ctx)->heard += bytes.len;
}

static void on_end(void *ctx, const struct hy_process_end *end)
{
    struct echo *echo = ctx;
    assert_int_equal(end->signal, 0);
    assert_true(echo->is_written);
    echo->is_over = true;
}

static void try_process(void *ctx)
{
    (void)ctx;
    static const char *const argv[] = { "cat", NULL };
    static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
    struct wire wire;
    if (!open_wire(&wire)) {
        return;
    }
    struct echo echo = { false, false, 0 };
    const struct hy_process_options options = {
        .argv = argv, .env = env, .with_stdin = true,
        .on_output = on_output, .on_end = on_end, .ctx = &echo,
    };
    struct hy_process *process;
    struct hy_err err;
    if (hy_process_start(wire.loop, &options, &process, &err) == HY_OK) {
        hy_process_write(process, HY_SV("hello"), NULL, NULL);
        hy_process_write(process, HY_SV(""), set_flag, &echo.is_written);
        hy_process_close_stdin(process);
        wire_turn_until(&wire, &echo.is_over);
        assert_true(echo.heard == 5 || torture_struck());
    } else {
        assert_true(torture_struck());
    }
    wire_close(&wire);
}

static void test_processes(void **state)
{
    (void)state;
    assert_true(torture(try_process, NULL) > 4);
}

/* --- the client, and threads --- */

static void on_response(void *ctx, const struct hy_http_response *response)
{
    assert_true(response->code == HY_OK || torture_struck());
    *(bool *)ctx = true;
}

static void fetch_once(struct wire *wire, struct hy_http_server *server)
{
    struct hy_http_client *client = hy_http_client_create(wire->loop);
    if (client == NULL) {
        return;
    }
    static const struct hy_http_header header = { HY_SV_INIT("A"), HY_SV_INIT("b") };
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", hy_http_server_port(server));
    const struct hy_http_fetch_options options = {
        .method = "GET", .url = url, .response_max = 100, .headers = { &header, 1 },
    };
    bool is_over = false;
    if (hy_http_fetch(client, &options, on_response, &is_over) != NULL) {
        wire_turn_until(wire, &is_over);
    } else {
        assert_true(torture_struck());
    }
    hy_http_client_destroy(client);
}

static void try_client(void *ctx)
{
    (void)ctx;
    struct wire wire;
    if (!open_wire(&wire)) {
        return;
    }
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_request = on_request, .head_timeout_ms = 40,
    };
    struct hy_http_server *server;
    struct hy_err err;
    if (hy_http_server_create(wire.loop, &options, &server, &err) == HY_OK) {
        bool is_stopped = false;
        fetch_once(&wire, server);
        hy_http_server_stop(server, 0, set_flag, &is_stopped);
        wire_turn_until(&wire, &is_stopped);
    }
    wire_close(&wire);
}

static void test_the_client(void **state)
{
    (void)state;
    assert_true(torture(try_client, NULL) > 10);
}

static void do_nothing(void *ctx)
{
    (void)ctx;
}

static void try_threads(void *ctx)
{
    (void)ctx;
    struct wire wire;
    if (!open_wire(&wire)) {
        return;
    }
    struct hy_worker *worker = hy_worker_create(wire.loop, "test");
    bool is_pushed = false, is_worked = false;
    if (worker != NULL && hy_worker_push(worker, do_nothing, set_flag, &is_pushed)) {
        wire_turn_until(&wire, &is_pushed);
    }
    if (hy_work(wire.loop, do_nothing, set_flag, &is_worked)) {
        wire_turn_until(&wire, &is_worked);
    }
    assert_true((is_pushed && is_worked) || torture_struck());
    hy_worker_destroy(worker);
    wire_close(&wire);
}

static void test_threads(void **state)
{
    (void)state;
    assert_true(torture(try_threads, NULL) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_server),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_the_client),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
