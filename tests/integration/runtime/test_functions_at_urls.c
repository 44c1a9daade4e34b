/* Functions behind a URL: a server of our own plays the many Invoke APIs. */
#include "functions_fixture.h"

#include "io/http_server.h"

struct endpoint {
    struct fixture *fixture;
    struct hy_http_server *server;
    bool is_stopped;
    int status;
    const char *header, *value, *body;
    bool is_silent;
    struct hy_http_exchange *held; /* while silent */
    unsigned requests;
    char method[8], path[128], content_type[64], received[256];
};

static void on_gone(void *ctx, struct hy_http_exchange *exchange)
{
    struct endpoint *endpoint = ctx;
    endpoint->held = NULL;
    hy_http_exchange_cut(exchange);
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct endpoint *endpoint = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    hy_sv type = hy_http_header(request->headers, HY_SV("content-type"));
    endpoint->requests++;
    (void)snprintf(endpoint->method, sizeof endpoint->method, "%.*s", HY_SV_ARG(request->method));
    (void)snprintf(endpoint->path, sizeof endpoint->path, "%.*s", HY_SV_ARG(request->target));
    (void)snprintf(endpoint->content_type, sizeof endpoint->content_type, "%.*s",
                   HY_SV_ARG(type));
    (void)snprintf(endpoint->received, sizeof endpoint->received, "%.*s",
                   (int)request->body_len, request->body);
    if (endpoint->is_silent) {
        endpoint->held = exchange;
        hy_http_exchange_on_gone(exchange, on_gone, endpoint);
        return;
    }
    struct hy_http_header header = { hy_sv_of(endpoint->header), hy_sv_of(endpoint->value) };
    hy_http_exchange_answer(exchange, endpoint->status,
                            (struct hy_http_headers){ &header, endpoint->header != NULL },
                            hy_sv_of(endpoint->body));
}

static void start_endpoint(struct fixture *fixture, struct endpoint *endpoint)
{
    struct hy_err err;
    *endpoint = (struct endpoint){ .fixture = fixture, .status = 200, .body = "{\"ok\":1}" };
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_request = on_request, .ctx = endpoint,
    };
    assert_int_equal(hy_http_server_create(fixture->loop, &options, &endpoint->server, &err),
                     HY_OK);
}

static void on_stopped(void *ctx)
{
    *(bool *)ctx = true;
}

static void stop_endpoint(struct endpoint *endpoint)
{
    if (endpoint->held != NULL) {
        hy_http_exchange_cut(endpoint->held);
    }
    hy_http_server_stop(endpoint->server, 0, on_stopped, &endpoint->is_stopped);
    run_until(endpoint->fixture, &endpoint->is_stopped);
}

static void add_url(struct fixture *fixture, const struct endpoint *endpoint, const char *name,
                    const char *path, unsigned timeout_s)
{
    char url[128];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u%s",
                   hy_http_server_port(endpoint->server), path);
    struct hy_function_spec *spec = new_spec(name);
    spec->url = hy_sv_dup(hy_sv_of(url));
    spec->timeout_s = timeout_s;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
}

static void test_where_the_event_goes(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    static const struct {
        const char *rule, *path, *asked;
    } paths[] = {
        { "no path: the Invoke API's", "", "/2015-03-31/functions/f/invocations" },
        { "a slash is none either", "/", "/2015-03-31/functions/f/invocations" },
        { "a path is used as it is", "/2015-03-31/functions/function/invocations",
          "/2015-03-31/functions/function/invocations" },
        { "with its query", "/run?x=1", "/run?x=1" },
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        add_url(fixture, &endpoint, "f", paths[i].path, 5);
        assert_ok(call_function(fixture, "f"), "{\"ok\":1}");
        if (strcmp(endpoint.path, paths[i].asked) != 0) {
            fail_msg("%s: %s", paths[i].rule, endpoint.path);
        }
        hy_functions_remove(fixture->functions, HY_SV("f"));
    }
    assert_string_equal(endpoint.method, "POST");
    assert_string_equal(endpoint.content_type, "application/json");
    assert_string_equal(endpoint.received, "{\"records\":[]}");
    stop_endpoint(&endpoint);
}

static const struct answer_case {
    const char *rule;
    int status;
    const char *header, *value, *body;
    enum hy_invoke_outcome outcome;
} answer_cases[] = {
    { "a reply", 200, NULL, NULL, "{\"records\":[]}", HY_INVOKE_OK },
    { "a function's error", 200, "X-Amz-Function-Error", "Unhandled",
      "{\"errorMessage\":\"m\",\"errorType\":\"E\"}", HY_INVOKE_FUNCTION_ERROR },
    { "throttled", 429, NULL, NULL, "{\"Reason\":\"x\"}", HY_INVOKE_THROTTLED },
    { "not found", 404, NULL, NULL, "{\"Message\":\"x\"}", HY_INVOKE_NOT_FOUND },
    { "denied", 403, NULL, NULL, "{}", HY_INVOKE_ACCESS_DENIED },
    { "broken", 500, NULL, NULL, "oops", HY_INVOKE_TRANSPORT },
};

static void test_answers(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    add_url(fixture, &endpoint, "f", "", 5);
    for (size_t i = 0; i < sizeof answer_cases / sizeof *answer_cases; i++) {
        const struct answer_case *row = &answer_cases[i];
        endpoint.status = row->status;
        endpoint.header = row->header;
        endpoint.value = row->value;
        endpoint.body = row->body;
        struct call *call = call_function(fixture, "f");
        if (call->outcome != row->outcome || call->payload_len == 0) {
            fail_msg("%s: outcome %d, %s", row->rule, (int)call->outcome, call->payload);
        }
    }
    stop_endpoint(&endpoint);
}

static void test_nobody_listens(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    add_url(fixture, &endpoint, "f", "", 5);
    stop_endpoint(&endpoint);
    struct call *call = call_function(fixture, "f");
    assert_int_equal(call->outcome, HY_INVOKE_TRANSPORT);
    assert_string_equal(call->type, "Lambda.TransportError");
    assert_true(call->message[0] != '\0');
}

static void test_a_silent_endpoint_and_the_callers_limit(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    endpoint.is_silent = true;
    add_url(fixture, &endpoint, "f", "", 60);
    struct call *call = begin_call(fixture, 0, "f", HY_SV("{}"), 300);
    run_until(fixture, &call->is_over);
    assert_error(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", "after 0.30 seconds");
    stop_endpoint(&endpoint);
}

static void test_one_at_a_time_when_asked_for(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    endpoint.is_silent = true;
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", hy_http_server_port(endpoint.server));
    struct hy_function_spec *spec = new_spec("f");
    spec->url = hy_sv_dup(hy_sv_of(url));
    spec->concurrency = 1; /* AWS's own emulator dies of two */
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    struct call *first = begin_call(fixture, 0, "f", HY_SV("1"), 300);
    struct call *second = begin_call(fixture, 1, "f", HY_SV("2"), 0);
    run_until(fixture, &first->is_over);
    assert_int_equal(endpoint.requests, 1);
    endpoint.is_silent = false;
    run_until(fixture, &second->is_over);
    assert_ok(second, "{\"ok\":1}");
    assert_string_equal(endpoint.received, "2");
    stop_endpoint(&endpoint);
}

static void test_a_stop_cancels(void **state)
{
    struct fixture *fixture = *state;
    struct endpoint endpoint;
    start_endpoint(fixture, &endpoint);
    endpoint.is_silent = true;
    add_url(fixture, &endpoint, "f", "", 60);
    struct call *call = begin_call(fixture, 0, "f", HY_SV("{}"), 0);
    while (endpoint.requests == 0) {
        (void)hy_loop_turn(fixture->loop);
    }
    uint64_t from_ns = hy_loop_nanoseconds();
    stop_functions(fixture);
    assert_true(call->is_over);
    assert_int_equal(call->outcome, HY_INVOKE_CANCELLED);
    assert_in_range((hy_loop_nanoseconds() - from_ns) / 1000000, 0, 500);
    stop_endpoint(&endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_where_the_event_goes),
        TEST(test_answers),
        TEST(test_nobody_listens),
        TEST(test_a_silent_endpoint_and_the_callers_limit),
        TEST(test_one_at_a_time_when_asked_for),
        TEST(test_a_stop_cancels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
