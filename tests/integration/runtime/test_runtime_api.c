/* The Runtime API to the byte, as a runtime on a raw socket sees it (lambda-contract.md 1). */
#include "runtime/runtime_api.h"

#include "io/timer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define ID "11111111-2222-4333-8444-555555555555"
#define OTHER_ID "99999999-2222-4333-8444-555555555555"
#define NEXT "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST /2018-06-01/runtime/invocation/"
#define ACCEPTED "202"

enum { TURNS_MAX = 4000, ANSWER_MAX = 64 * 1024 };

struct fixture {
    struct hy_loop *loop;
    struct hy_timer *tick;
    struct hy_random random;
    struct hy_runtime_api *api;
    unsigned ready;   /* how often on_ready was called */
    unsigned results; /* how often on_result */
    enum hy_runtime_outcome outcome;
    char payload[256], type[HY_ERROR_TYPE_BYTES], message[256];
    size_t payload_len;
    bool stopped;
};

static void on_ready(void *ctx)
{
    struct fixture *fixture = ctx;
    fixture->ready++;
}

static void on_result(void *ctx, const struct hy_runtime_result *result)
{
    struct fixture *fixture = ctx;
    fixture->results++;
    fixture->outcome = result->outcome;
    fixture->payload_len = result->payload.len;
    (void)snprintf(fixture->payload, sizeof fixture->payload, "%.*s",
                   (int)(result->payload.len < 200 ? result->payload.len : 200),
                   result->payload.len > 0 ? result->payload.ptr : "");
    (void)snprintf(fixture->type, sizeof fixture->type, "%s", result->error.type);
    (void)snprintf(fixture->message, sizeof fixture->message, "%.250s", result->error.message);
}

static void on_tick(void *ctx)
{
    (void)ctx;
}

static void on_stopped(void *ctx)
{
    ((struct fixture *)ctx)->stopped = true;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->loop = hy_loop_create();
    fixture->tick = hy_timer_create(fixture->loop, on_tick, NULL);
    fixture->random = hy_random_from_seed(1);
    const struct hy_runtime_api_options options = {
        .function_name = "clicks", .handler = "app.main", .random = &fixture->random,
        .on_ready = on_ready, .on_result = on_result, .ctx = fixture,
    };
    struct hy_err err;
    *state = fixture;
    return hy_runtime_api_create(fixture->loop, &options, &fixture->api, &err) == HY_OK ? 0 : -1;
}

/* A turn that does not wait long for anything. */
static void turn(struct fixture *fixture)
{
    hy_timer_start(fixture->tick, 1);
    (void)hy_loop_turn(fixture->loop);
}

static void turns(struct fixture *fixture, int count)
{
    while (count-- > 0) {
        turn(fixture);
    }
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    hy_runtime_api_stop(fixture->api, on_stopped, fixture);
    for (int i = 0; i < TURNS_MAX && !fixture->stopped; i++) {
        turn(fixture);
    }
    assert_true(fixture->stopped);
    hy_timer_destroy(fixture->tick);
    hy_loop_destroy(fixture->loop);
    free(fixture);
    return 0;
}

static int dial(struct fixture *fixture)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)hy_runtime_api_port(fixture->api)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void send_all(struct fixture *fixture, int fd, const char *bytes, size_t len)
{
    for (int i = 0; len > 0 && i < TURNS_MAX; i++) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        assert_true(sent >= 0 || errno == EAGAIN);
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
        }
        turn(fixture);
    }
    assert_int_equal(len, 0);
}

/* Is there a whole answer in `text`? */
static bool is_whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    return body != NULL && length != NULL &&
           strlen(body + 4) >= strtoul(length + 16, NULL, 10);
}

static char answer[ANSWER_MAX];

/* Until an answer is whole or the connection ends. */
static const char *receive(struct fixture *fixture, int fd)
{
    size_t len = 0;
    answer[0] = '\0';
    for (int i = 0; i < TURNS_MAX && !is_whole(answer); i++) {
        turn(fixture);
        ssize_t got = recv(fd, answer + len, sizeof answer - 1 - len, 0);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            len += (size_t)got;
            answer[len] = '\0';
        }
    }
    return answer;
}

static const char *ask(struct fixture *fixture, int fd, const char *request)
{
    send_all(fixture, fd, request, strlen(request));
    return receive(fixture, fd);
}

static const char *post(struct fixture *fixture, int fd, const char *path, const char *headers,
                        const char *body)
{
    char request[4096];
    (void)snprintf(request, sizeof request, POST "%s HTTP/1.1\r\nHost: x\r\n%s"
                   "Content-Length: %zu\r\n\r\n%s", path, headers, strlen(body), body);
    return ask(fixture, fd, request);
}

static void assert_status(const char *text, const char *status)
{
    if (strncmp(text, "HTTP/1.1 ", 9) != 0 || strncmp(text + 9, status, 3) != 0) {
        fail_msg("not %s: %.300s", status, text);
    }
}

static void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no %s in: %.600s", part, text);
    }
}

static void deliver(struct fixture *fixture, const char *id)
{
    const struct hy_runtime_event event = {
        .request_id = id,
        .arn = "arn:aws:lambda:us-east-1:123456789012:function:clicks",
        .trace_id = "Root=1-0-0;Sampled=0",
        .deadline_ms = 1700000003000,
        .payload = HY_SV("{\"records\":[]}"),
    };
    hy_runtime_api_deliver(fixture->api, &event);
}

/* GET next, parked, then an event for it. */
static const char *run_to_event(struct fixture *fixture, int fd)
{
    unsigned before = fixture->ready;
    send_all(fixture, fd, NEXT, strlen(NEXT));
    for (int i = 0; i < TURNS_MAX && fixture->ready == before; i++) {
        turn(fixture);
    }
    assert_int_equal(fixture->ready, before + 1);
    deliver(fixture, ID);
    return receive(fixture, fd);
}

static void test_one_call(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    const char *event = run_to_event(fixture, fd);
    assert_status(event, "200");
    assert_says(event, "Content-Type: application/json\r\n"); /* exactly: Python looks at it */
    assert_says(event, "Lambda-Runtime-Aws-Request-Id: " ID "\r\n");
    assert_says(event, "Lambda-Runtime-Deadline-Ms: 1700000003000\r\n");
    assert_says(event, "Lambda-Runtime-Invoked-Function-Arn: "
                       "arn:aws:lambda:us-east-1:123456789012:function:clicks\r\n");
    assert_says(event, "Lambda-Runtime-Trace-Id: Root=1-0-0;Sampled=0\r\n");
    assert_says(event, "\r\n\r\n{\"records\":[]}");

    const char *accepted = post(fixture, fd, ID "/response", "", "{\"ok\":1}");
    assert_status(accepted, ACCEPTED);
    assert_says(accepted, "Content-Type: application/json\r\n");
    assert_says(accepted, "\r\n\r\n{\"status\":\"OK\"}\n");
    assert_int_equal(fixture->results, 1);
    assert_int_equal(fixture->outcome, HY_RUNTIME_REPLY);
    assert_string_equal(fixture->payload, "{\"ok\":1}");

    assert_status(run_to_event(fixture, fd), "200"); /* and so on, on the same connection */
    (void)close(fd);
}

static void test_a_parked_next_survives_its_connection(void **state)
{
    struct fixture *fixture = *state;
    int first = dial(fixture);
    send_all(fixture, first, NEXT, strlen(NEXT));
    turns(fixture, 5);
    assert_int_equal(fixture->ready, 1);
    (void)close(first);
    turns(fixture, 5);
    deliver(fixture, ID); /* nobody is there: it waits */
    int second = dial(fixture);
    assert_says(ask(fixture, second, NEXT), "{\"records\":[]}");
    (void)close(second);
}

static void test_a_second_next_gets_the_same_event_again(void **state)
{
    struct fixture *fixture = *state;
    int one = dial(fixture), two = dial(fixture);
    assert_says(run_to_event(fixture, one), "{\"records\":[]}");
    assert_says(ask(fixture, two, NEXT), "Request-Id: " ID);
    assert_status(post(fixture, two, ID "/response", "", "1"), ACCEPTED);
    assert_int_equal(fixture->ready, 1);
    (void)close(one);
    (void)close(two);
}

static void test_two_parked_the_other_is_ready_at_once(void **state)
{
    struct fixture *fixture = *state;
    int one = dial(fixture), two = dial(fixture);
    send_all(fixture, one, NEXT, strlen(NEXT));
    turns(fixture, 3);
    send_all(fixture, two, NEXT, strlen(NEXT));
    turns(fixture, 3);
    assert_int_equal(fixture->ready, 1);
    deliver(fixture, ID);
    assert_says(receive(fixture, one), ID); /* the older one */
    assert_status(post(fixture, one, ID "/response", "", "1"), ACCEPTED);
    assert_int_equal(fixture->ready, 2);
    deliver(fixture, OTHER_ID);
    assert_says(receive(fixture, two), OTHER_ID);
    (void)close(one);
    (void)close(two);
}

static void test_what_is_refused_and_how(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    const char *text = post(fixture, fd, ID "/response", "", "1"); /* nothing was asked yet */
    assert_status(text, "403");
    assert_says(text, "{\"errorMessage\":\"State transition from Started to InvocationResponse "
                      "failed for runtime. Error: State transition is not allowed\","
                      "\"errorType\":\"InvalidStateTransition\"}\n");
    (void)run_to_event(fixture, fd);

    text = post(fixture, fd, OTHER_ID "/response", "", "1");
    assert_status(text, "400");
    assert_says(text, "\r\n\r\n{\"errorMessage\":\"Invalid request ID\","
                      "\"errorType\":\"InvalidRequestID\"}\n");
    text = post(fixture, fd, ID "/response", "Lambda-Runtime-Invocation-Id: stale\r\n", "1");
    assert_status(text, "410");
    assert_int_equal(fixture->results, 0);

    assert_status(post(fixture, fd, ID "/response", "", "1"), ACCEPTED);
    text = post(fixture, fd, ID "/response", "", "2");
    assert_status(text, "403");
    assert_says(text, "from RuntimeResponseSentState to InvocationResponse failed");
    assert_says(post(fixture, fd, ID "/error", "", "2"), "to InvocationErrorResponse failed");
    assert_int_equal(fixture->results, 1);
    (void)close(fd);
}

static const struct error_case {
    const char *rule, *headers, *body;
    const char *type, *message, *payload;
} error_cases[] = {
    { "Python: type in the body only", "", "{\"errorMessage\":\"m\",\"errorType\":\"KeyError\"}",
      "KeyError", "m", "{\"errorMessage\":\"m\",\"errorType\":\"KeyError\"}" },
    { "the body's type wins", "Lambda-Runtime-Function-Error-Type: Function.X\r\n",
      "{\"errorType\":\"E\"}", "E", "", "{\"errorType\":\"E\"}" },
    { "header in any case, no body", "lambda-runtime-function-error-type: unhandled\r\n", "",
      "unhandled", "", "" },
    { "neither", "", "", "Function.Unknown", "", "" },
    { "a body that is not an object is of no use", "", "oops", "Function.Unknown", "", "" },
    { "with a cause: reduced",
      "Content-Type: application/vnd.aws.lambda.error.cause+json\r\n",
      "{\"errorType\":\"E\",\"cause\":{}}", "E", "", "{\"errorType\":\"E\"}" },
};

static void test_errors(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    for (size_t i = 0; i < sizeof error_cases / sizeof *error_cases; i++) {
        const struct error_case *row = &error_cases[i];
        (void)run_to_event(fixture, fd);
        assert_status(post(fixture, fd, ID "/error", row->headers, row->body), ACCEPTED);
        if (fixture->outcome != HY_RUNTIME_ERROR || strcmp(fixture->type, row->type) != 0 ||
            strcmp(fixture->message, row->message) != 0 ||
            strcmp(fixture->payload, row->payload) != 0) {
            fail_msg("%s: %s, %s, %s", row->rule, fixture->type, fixture->message,
                     fixture->payload);
        }
    }
    (void)close(fd);
}

static void test_go_sends_chunks_and_announces_trailers(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    assert_status(ask(fixture, fd, POST ID "/response HTTP/1.1\r\nHost: x\r\n"
                      "Transfer-Encoding: chunked\r\n"
                      "Trailer: Lambda-Runtime-Function-Error-Body,"
                      "Lambda-Runtime-Function-Error-Type\r\n\r\n"
                      "6\r\n{\"ok\":\r\n5;x=y\r\ntrue}\r\n0\r\n\r\n"), ACCEPTED);
    assert_int_equal(fixture->outcome, HY_RUNTIME_REPLY);
    assert_string_equal(fixture->payload, "{\"ok\":true}");
    (void)close(fd);
}

static void test_an_error_in_the_trailers(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    /* {"errorType":"E","errorMessage":"m"} */
    assert_status(ask(fixture, fd, POST ID "/response HTTP/1.1\r\nHost: x\r\n"
                      "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n3\r\nhal\r\n0\r\n"
                      "Lambda-Runtime-Function-Error-Type: Function.Bad\r\n"
                      "Lambda-Runtime-Function-Error-Body: "
                      "eyJlcnJvclR5cGUiOiJFIiwiZXJyb3JNZXNzYWdlIjoibSJ9\r\n\r\n"), ACCEPTED);
    assert_int_equal(fixture->outcome, HY_RUNTIME_ERROR);
    assert_string_equal(fixture->type, "E");
    assert_string_equal(fixture->message, "m");
    (void)close(fd);
}

static void test_another_response_mode_fails_the_call(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    const char *text = post(fixture, fd, ID "/response",
                            "Lambda-Runtime-Function-Response-Mode: fast\r\n", "1");
    assert_status(text, "400");
    assert_says(text, "\"errorType\":\"InvalidFunctionResponseMode\"}\n");
    assert_string_equal(fixture->type, "Runtime.InvalidResponseModeHeader");
    (void)close(fd);
}

static void test_a_response_cut_off_fails_the_call(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    const char *half = POST ID "/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf";
    send_all(fixture, fd, half, strlen(half));
    assert_int_equal(fixture->results, 0);
    (void)close(fd);
    for (int i = 0; i < TURNS_MAX && fixture->results == 0; i++) {
        turn(fixture);
    }
    assert_string_equal(fixture->type, "Runtime.TruncatedResponse");
}

static void post_sized(struct fixture *fixture, int fd, size_t size, const char *status)
{
    char head[256];
    char *body = malloc(size);
    assert_non_null(body);
    memset(body, 'x', size);
    (void)run_to_event(fixture, fd);
    (void)snprintf(head, sizeof head, POST ID "/response HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: %zu\r\n\r\n", size);
    send_all(fixture, fd, head, strlen(head));
    send_all(fixture, fd, body, size);
    assert_status(receive(fixture, fd), status);
    free(body);
}

static void test_both_sides_of_the_size_limit(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    post_sized(fixture, fd, 6291556, ACCEPTED);
    assert_int_equal(fixture->outcome, HY_RUNTIME_REPLY);
    assert_int_equal(fixture->payload_len, 6291556);
    post_sized(fixture, fd, 6291557, "413");
    assert_says(answer, "\r\n\r\n{\"errorMessage\":\"Exceeded maximum allowed payload size "
                        "(6291556 bytes).\",\"errorType\":\"RequestEntityTooLarge\"}\n");
    assert_string_equal(fixture->type, "Function.ResponseSizeTooLarge");
    assert_string_equal(fixture->message, "Response payload size (6291557 bytes) exceeded "
                                          "maximum allowed payload size (6291556 bytes).");
    assert_status(run_to_event(fixture, fd), "200"); /* a client that survived it goes on */
    (void)close(fd);
}

static void test_a_header_of_a_megabyte(void **state)
{
    struct fixture *fixture = *state;
    enum { CAUSE = 1024 * 1024 - 1 };
    const char head[] = POST ID "/error HTTP/1.1\r\nHost: x\r\n"
                        "Lambda-Runtime-Function-XRay-Error-Cause: ";
    const char tail[] = "\r\nContent-Length: 2\r\n\r\n{}";
    char *cause = malloc(CAUSE);
    assert_non_null(cause);
    memset(cause, 'x', CAUSE);
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    send_all(fixture, fd, head, strlen(head));
    send_all(fixture, fd, cause, CAUSE);
    send_all(fixture, fd, tail, strlen(tail));
    assert_status(receive(fixture, fd), ACCEPTED);
    free(cause);
    (void)close(fd);
}

static void test_init_errors(void **state)
{
    struct fixture *fixture = *state;
    const char *request = "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\n"
                          "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n"
                          "Content-Length: 20\r\n\r\n{\"errorMessage\":\"m\"}";
    int fd = dial(fixture);
    assert_status(ask(fixture, fd, request), ACCEPTED);
    assert_int_equal(fixture->outcome, HY_RUNTIME_INIT_ERROR);
    assert_string_equal(fixture->type, "Runtime.ImportModuleError");
    assert_string_equal(fixture->message, "m");
    assert_says(ask(fixture, fd, request), "from InitError to InitError failed");
    assert_says(ask(fixture, fd, NEXT), "from InitError to Ready failed");
    (void)close(fd);
}

static void test_no_init_error_while_running(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    (void)run_to_event(fixture, fd);
    assert_status(ask(fixture, fd, "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\n"
                                   "Content-Length: 0\r\n\r\n"), "403");
    assert_int_equal(fixture->results, 0);
    (void)close(fd);
}

static const struct other_case {
    const char *rule, *request, *status, *part;
} other_cases[] = {
    { "ping", "GET /2018-06-01/ping", "200", "\r\n\r\npong" },
    { "unknown path", "GET /2018-06-01/what", "404", "\r\n\r\n404 page not found\n" },
    { "wrong method", "PUT /2018-06-01/runtime/invocation/next", "405", "Content-Length: 0" },
    { "a path that goes on", "GET /2018-06-01/ping/pong", "404", "404 page" },
    { "an extension", "POST /2020-01-01/extension/register", "200",
      "\r\n\r\n{\"functionName\":\"clicks\",\"functionVersion\":\"$LATEST\","
      "\"handler\":\"app.main\"}\n" },
    { "its id", "POST /2020-01-01/extension/register", "200", "Lambda-Extension-Identifier: " },
    { "its end", "POST /2020-01-01/extension/exit/error", "202", "{\"status\":\"OK\"}" },
    { "logs", "PUT /2020-08-15/logs", "202", "\"errorType\":\"Logs.NotSupported\"}" },
    { "telemetry", "PUT /2022-07-01/telemetry", "202",
      "{\"errorMessage\":\"Telemetry API is not supported\"," },
};

static void test_the_other_endpoints(void **state)
{
    struct fixture *fixture = *state;
    int fd = dial(fixture);
    for (size_t i = 0; i < sizeof other_cases / sizeof *other_cases; i++) {
        char request[256];
        (void)snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: x\r\n"
                       "Content-Length: 0\r\n\r\n", other_cases[i].request);
        const char *text = ask(fixture, fd, request);
        if (strncmp(text + 9, other_cases[i].status, 3) != 0 ||
            strstr(text, other_cases[i].part) == NULL) {
            fail_msg("%s: %s", other_cases[i].rule, text);
        }
    }
    (void)close(fd);
}

static void test_an_extension_waits_for_ever_and_a_stop_ends_it(void **state)
{
    struct fixture *fixture = *state;
    const char *request = "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: x\r\n\r\n";
    int fd = dial(fixture);
    send_all(fixture, fd, request, strlen(request));
    turns(fixture, 5);
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
    assert_status(run_to_event(fixture, dial(fixture)), "200"); /* it is in nobody's way */
    (void)close(fd); /* the other one is cut by the stop in tear_down */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_call),
        TEST(test_a_parked_next_survives_its_connection),
        TEST(test_a_second_next_gets_the_same_event_again),
        TEST(test_two_parked_the_other_is_ready_at_once),
        TEST(test_what_is_refused_and_how),
        TEST(test_errors),
        TEST(test_go_sends_chunks_and_announces_trailers),
        TEST(test_an_error_in_the_trailers),
        TEST(test_another_response_mode_fails_the_call),
        TEST(test_a_response_cut_off_fails_the_call),
        TEST(test_both_sides_of_the_size_limit),
        TEST(test_a_header_of_a_megabyte),
        TEST(test_init_errors),
        TEST(test_no_init_error_while_running),
        TEST(test_the_other_endpoints),
        TEST(test_an_extension_waits_for_ever_and_a_stop_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
