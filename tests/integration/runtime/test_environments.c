/* The life of environments: side by side, kept, replaced, held back, ended. */
#include "functions_fixture.h"

static const char forever[] = "sleep 60";

static void add_python(struct fixture *fixture, const char *name, const char *source,
                       unsigned concurrency, unsigned timeout_s)
{
    if (!have_program("python3")) {
        skip();
    }
    char file[64], handler[64];
    (void)snprintf(file, sizeof file, "%s.py", name);
    (void)snprintf(handler, sizeof handler, "%s.main", name);
    write_code(fixture, file, source);
    struct hy_function_spec *spec = new_spec(name);
    spec->runtime = hy_sv_dup(HY_SV("python3.11"));
    spec->handler = hy_sv_dup(hy_sv_of(handler));
    spec->code = code_path(fixture, "");
    spec->concurrency = concurrency;
    spec->timeout_s = timeout_s;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
}

static void wait_for_all(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        run_until(fixture, &fixture->calls[i].is_over);
    }
}

static uint64_t now_ms(void)
{
    return hy_loop_nanoseconds() / 1000000;
}

static void test_five_slow_calls_run_side_by_side(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "slow", "import time, os\ndef main(e, c):\n  time.sleep(1)\n"
                                "  return os.getpid()\n", 0, 20);
    uint64_t from_ms = now_ms();
    for (size_t i = 0; i < 5; i++) {
        (void)begin_call(fixture, i, "slow", HY_SV("{}"), 0);
    }
    wait_for_all(fixture, 5);
    assert_in_range(now_ms() - from_ms, 1000, 4500);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(fixture->calls[i].outcome, HY_INVOKE_OK);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(fixture->calls[i].payload, fixture->calls[k].payload);
        }
    }
}

static void test_a_concurrency_of_one_is_a_queue(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "queue", "n = 0\ndef main(e, c):\n  global n\n  n += 1\n"
                                 "  return [n, e]\n", 1, 20);
    static const char *const events[] = { "0", "1", "2", "3", "4", "5" };
    for (size_t i = 0; i < 6; i++) {
        (void)begin_call(fixture, i, "queue", hy_sv_of(events[i]), 0);
    }
    wait_for_all(fixture, 6);
    for (size_t i = 0; i < 6; i++) {
        char wanted[16];
        (void)snprintf(wanted, sizeof wanted, "[%zu, %zu]", i + 1, i);
        assert_ok(&fixture->calls[i], wanted); /* one process, in order */
        assert_int_equal(fixture->calls[i].cold, i == 0);
    }
}

static void test_calls_beyond_the_cap_wait(void **state)
{
    struct fixture *fixture = *state;
    char script[256];
    char *log = code_path(fixture, "log");
    (void)snprintf(script, sizeof script, "echo x >> %s; sleep 0.3; wc -l < %s", log, log);
    const char *const words[] = { "sh", "-c", script, NULL };
    struct hy_function_spec *spec = new_command("f", HY_PROTOCOL_STDIO, words);
    spec->concurrency = 2;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    for (size_t i = 0; i < 4; i++) {
        (void)begin_call(fixture, i, "f", HY_SV("{}"), 0);
    }
    run_until(fixture, &fixture->calls[0].is_over);
    assert_true(strtol(fixture->calls[0].payload, NULL, 10) <= 3); /* not all four began */
    wait_for_all(fixture, 4);
    free(log);
}

static void test_a_waiting_call_has_its_limit_too(void **state)
{
    struct fixture *fixture = *state;
    const char *const words[] = { "sh", "-c", forever, NULL };
    struct hy_function_spec *spec = new_command("f", HY_PROTOCOL_STDIO, words);
    spec->concurrency = 1;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    (void)begin_call(fixture, 0, "f", HY_SV("{}"), 0);
    struct call *waiting = begin_call(fixture, 1, "f", HY_SV("{}"), 100);
    run_until(fixture, &waiting->is_over);
    assert_error(waiting, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", "became free");
    assert_false(fixture->calls[0].is_over);
}

static void test_changed_code_is_run(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "code", "def main(e, c): return 'old'\n", 0, 20);
    assert_ok(call_function(fixture, "code"), "\"old\"");
    write_code(fixture, "code.py", "def main(e, c): return 'newer'\n");
    struct call *call = call_function(fixture, "code");
    assert_ok(call, "\"newer\"");
    assert_true(call->cold);
    assert_false(call_function(fixture, "code")->cold);
}

static void test_a_crash_loop_is_held_back(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "crash", "import os\nos._exit(3)\n", 0, 20);
    uint64_t from_ms = now_ms();
    for (int i = 0; i < 4; i++) {
        assert_error(call_function(fixture, "crash"), HY_INVOKE_FUNCTION_ERROR,
                     "Runtime.ExitError", "exit status 3");
    }
    assert_true(now_ms() - from_ms >= 100 + 200 + 400);
}

static void test_a_success_ends_the_back_off(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "f", "import os\ndef main(e, c):\n  os._exit(1) if e else None\n", 0, 20);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(call_with(fixture, "f", HY_SV("1"))->outcome, HY_INVOKE_FUNCTION_ERROR);
        assert_ok(call_with(fixture, "f", HY_SV("0")), "null");
    }
    uint64_t from_ms = now_ms();
    assert_int_equal(call_with(fixture, "f", HY_SV("1"))->outcome, HY_INVOKE_FUNCTION_ERROR);
    assert_ok(call_with(fixture, "f", HY_SV("0")), "null"); /* after 100 ms, not 5 s */
    assert_in_range(now_ms() - from_ms, 100, 4990);
}

static void test_a_start_that_never_asks_for_an_event(void **state)
{
    struct fixture *fixture = *state;
    const char *const words[] = { "sh", "-c", forever, NULL };
    struct hy_function_spec *spec = new_command("f", HY_PROTOCOL_RUNTIME_API, words);
    spec->timeout_s = 1;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    struct call *call = call_function(fixture, "f"); /* 5 s of its own in these tests */
    assert_error(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", "after 1.00 seconds");
    assert_true(call->duration_ms >= 5900);
}

static void test_a_process_that_dies_in_mid_answer(void **state)
{
    struct fixture *fixture = *state;
    add_python(fixture, "half",
               "import os, socket\n"
               "def main(event, context):\n"
               "    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
               "    s = socket.create_connection((host, int(port)))\n"
               "    s.sendall(('POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\n'\n"
               "               'Host: x\\r\\nContent-Length: 100\\r\\n\\r\\nhalf'\n"
               "               % context.aws_request_id).encode())\n"
               "    if event: os._exit(0)\n"
               "    s.close()\n"
               "    import time; time.sleep(60)\n", 0, 20);
    assert_error(call_with(fixture, "half", HY_SV("0")), HY_INVOKE_FUNCTION_ERROR,
                 "Runtime.TruncatedResponse", "");
    /* With the process gone too, either may be noticed first. */
    struct call *call = call_with(fixture, "half", HY_SV("1"));
    assert_int_equal(call->outcome, HY_INVOKE_FUNCTION_ERROR);
    assert_true(strcmp(call->type, "Runtime.TruncatedResponse") == 0 ||
                strcmp(call->type, "Runtime.ExitError") == 0);
}

static void test_work_after_the_reply_does_not_delay_it(void **state)
{
    struct fixture *fixture = *state;
    if (!have_program("curl")) {
        skip();
    }
    add_shell(fixture, "f", HY_PROTOCOL_RUNTIME_API,
              "R=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n"
              "curl -sS -D $TMPDIR/h -o $TMPDIR/e $R/next || exit 1\n"
              "id=$(grep -Fi aws-request-id $TMPDIR/h | tr -d '[:space:]' | cut -d: -f2)\n"
              "curl -sS -o /dev/null -d 1 $R/$id/response\n"
              "sleep 60\n");
    struct call *call = call_function(fixture, "f");
    assert_ok(call, "1");
    assert_in_range(call->duration_ms, 0, 5000);
    call = call_function(fixture, "f"); /* another environment, as the first is still at work */
    assert_ok(call, "1");
    assert_true(call->cold);
}

static void test_temporary_folders_are_private_and_go(void **state)
{
    struct fixture *fixture = *state;
    struct stat st;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "mkdir $TMPDIR/a; touch $TMPDIR/a/b; "
                                               "printf %s $TMPDIR");
    struct call *call = call_function(fixture, "f");
    assert_int_equal(call->outcome, HY_INVOKE_OK);
    assert_non_null(strstr(call->payload, "/work/tmp/"));
    char *folder = hy_sv_dup(hy_sv_of(call->payload));
    stop_functions(fixture);
    assert_int_not_equal(stat(folder, &st), 0);
    free(folder);
}

static void test_idle_environments_beyond_one_end(void **state)
{
    struct fixture *fixture = *state;
    char script[256];
    char *log = code_path(fixture, "log");
    (void)snprintf(script, sizeof script, "trap 'echo x >> %s; exit' TERM\n"
                   "while read -r l; do sleep 0.2; echo '{}'; done", log);
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON, script);
    for (size_t i = 0; i < 3; i++) {
        (void)begin_call(fixture, i, "f", HY_SV("{}"), 0);
    }
    wait_for_all(fixture, 3);
    run_until_size(fixture, log, 2 * 2); /* 500 ms in these tests; two of three are told */
    assert_false(call_function(fixture, "f")->cold);
    free(log);
}

/* What a caller may do when he is called back. */
struct caller {
    struct fixture *fixture;
    unsigned calls;
    bool is_over, stops;
};

static void call_again_then_end_it(void *ctx, const struct hy_invoke_result *result)
{
    struct caller *caller = ctx;
    struct fixture *fixture = caller->fixture;
    assert_true(result->payload.len > 0);
    if (++caller->calls < 3) {
        const struct hy_invoke_options options = { .function = HY_SV("f"),
                                                   .payload = HY_SV("{}") };
        assert_non_null(hy_invoke(fixture->functions, &options, call_again_then_end_it, caller));
        return;
    }
    if (caller->stops) {
        hy_functions_stop(fixture->functions, fixture_on_stopped, fixture);
    } else {
        hy_functions_remove(fixture->functions, HY_SV("f"));
        assert_false(hy_functions_has(fixture->functions, HY_SV("f")));
    }
    assert_true(result->payload.ptr[0] == '{'); /* still there */
    caller->is_over = true;
}

static void run_caller(struct fixture *fixture, bool stops)
{
    struct caller caller = { .fixture = fixture, .stops = stops };
    const struct hy_invoke_options options = { .function = HY_SV("f"), .payload = HY_SV("{}") };
    assert_non_null(hy_invoke(fixture->functions, &options, call_again_then_end_it, &caller));
    run_until(fixture, &caller.is_over);
}

static void test_a_callback_may_call_remove_and_stop(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        enum hy_protocol protocol;
        const char *script;
    } kinds[] = {
        { HY_PROTOCOL_STDIO, "cat" },
        { HY_PROTOCOL_STDIO, "exit 1" },
        { HY_PROTOCOL_NDJSON, "while read -r l; do echo '{}'; done" },
        { HY_PROTOCOL_NDJSON, "read -r l; exit 1" },
        { HY_PROTOCOL_AUTO, "cat" },
        { HY_PROTOCOL_RUNTIME_API, "exec /nonexistent" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        add_shell(fixture, "f", kinds[i].protocol, kinds[i].script);
        run_caller(fixture, false);
    }
    add_python(fixture, "f", "def main(e, c): return {}\n", 0, 20);
    run_caller(fixture, false);
    add_python(fixture, "f", "1 / 0\n", 0, 20);
    run_caller(fixture, true);
    run_until(fixture, &fixture->is_stopped);
}

static void test_a_removed_function_ends_its_calls(void **state)
{
    struct fixture *fixture = *state;
    char script[256];
    char *log = code_path(fixture, "log");
    (void)snprintf(script, sizeof script, "echo x >> %s; sleep 60", log);
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, script);
    for (size_t i = 0; i < 12; i++) { /* ten run, two wait */
        (void)begin_call(fixture, i, "f", HY_SV("{}"), 0);
    }
    run_until_size(fixture, log, 2 * 10);
    free(log);
    hy_functions_remove(fixture->functions, HY_SV("f"));
    assert_false(hy_functions_has(fixture->functions, HY_SV("f")));
    wait_for_all(fixture, 12);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(fixture->calls[i].outcome, HY_INVOKE_CANCELLED);
    }
}

static void test_a_stop_while_busy_is_quick(void **state)
{
    struct fixture *fixture = *state;
    char script[256];
    char *log = code_path(fixture, "log");
    (void)snprintf(script, sizeof script, "trap '' TERM; echo x >> %s; while :; do sleep 1; done",
                   log);
    add_shell(fixture, "stubborn", HY_PROTOCOL_STDIO, script);
    add_shell(fixture, "line", HY_PROTOCOL_NDJSON, "while read -r l; do echo '{}'; done");
    assert_ok(call_function(fixture, "line"), "{}");
    struct call *call = begin_call(fixture, 1, "stubborn", HY_SV("{}"), 0);
    run_until_size(fixture, log, 2);
    free(log);
    uint64_t from_ms = now_ms();
    stop_functions(fixture);
    assert_in_range(now_ms() - from_ms, 0, 950);
    assert_true(call->is_over);
    assert_int_equal(call->outcome, HY_INVOKE_CANCELLED);
}

static void test_a_polite_process_gets_its_sigterm(void **state)
{
    struct fixture *fixture = *state;
    struct stat st;
    char script[256];
    char *mark = code_path(fixture, "mark");
    (void)snprintf(script, sizeof script,
                   "trap 'touch %s; exit 0' TERM; while read -r l; do echo '{}'; done", mark);
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON, script);
    assert_ok(call_function(fixture, "f"), "{}");
    uint64_t from_ms = now_ms();
    stop_functions(fixture);
    assert_in_range(now_ms() - from_ms, 0, 450); /* no waiting for SIGKILL */
    assert_int_equal(stat(mark, &st), 0);
    free(mark);
}

static void test_a_stop_with_nothing_running(void **state)
{
    struct fixture *fixture = *state;
    hy_functions_stop(fixture->functions, fixture_on_stopped, fixture);
    assert_false(fixture->is_stopped);
    run_until(fixture, &fixture->is_stopped);
    struct call *call = call_function(fixture, "f"); /* too late */
    assert_int_equal(call->outcome, HY_INVOKE_CANCELLED);
}

static void test_names(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "cat");
    assert_int_equal(call_function(fixture, "nobody")->outcome, HY_INVOKE_NOT_FOUND);
    assert_string_equal(fixture->calls[0].type, "ResourceNotFoundException");
    assert_int_equal(
        call_function(fixture, "arn:aws:lambda:us-east-1:123456789012:function:f:live")->outcome,
        HY_INVOKE_OK);
    const char *const words[] = { "cat", NULL };
    assert_int_equal(add_spec(fixture, new_command("f", HY_PROTOCOL_STDIO, words)), HY_EXISTS);
}

static void test_what_cannot_be_added(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *runtime, *code, *part;
    } refused[] = {
        { "cobol74", "", "Runtime cobol74 of function f is not supported" },
        { "python3.11", "nowhere", "there is no" },
        { "python3.11", "no.zip", "no.zip" },
    };
    write_code(fixture, "no.zip", "this is no zip");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct hy_err err = { 0 };
        struct hy_function_spec *spec = new_spec("f");
        spec->runtime = hy_sv_dup(hy_sv_of(refused[i].runtime));
        spec->handler = hy_sv_dup(HY_SV("a.b"));
        spec->code = code_path(fixture, refused[i].code);
        assert_int_equal(hy_functions_add(fixture->functions, spec, &err), HY_INVALID);
        assert_non_null(strstr(err.text, refused[i].part));
        assert_false(hy_functions_has(fixture->functions, HY_SV("f")));
    }
}

static void test_provided_runs_its_bootstrap(void **state)
{
    struct fixture *fixture = *state;
    add_handler(fixture, "missing", "provided.al2023", NULL);
    assert_error(call_function(fixture, "missing"), HY_INVOKE_FUNCTION_ERROR,
                 "Runtime.InvalidEntrypoint", "bootstrap");
    if (!have_program("curl")) {
        skip();
    }
    write_code(fixture, "bootstrap",
               "#!/bin/sh\n"
               "R=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n"
               "while :; do\n"
               "curl -sS -D $TMPDIR/h -o $TMPDIR/e $R/next || exit 1\n"
               "id=$(grep -Fi aws-request-id $TMPDIR/h | tr -d '[:space:]' | cut -d: -f2)\n"
               "curl -sS -o /dev/null --data-binary @$TMPDIR/e $R/$id/response\n"
               "done\n");
    add_handler(fixture, "f", "provided.al2023", NULL);
    assert_ok(call_function(fixture, "f"), "{\"records\":[]}");
    /* More than 1 MiB: curl asks first whether it may (Expect: 100-continue). */
    enum { SIZE = 2 * 1024 * 1024 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    memset(bytes, '1', SIZE);
    struct call *call = call_with(fixture, "f", (hy_sv){ bytes, SIZE });
    assert_int_equal(call->payload_len, SIZE);
    assert_in_range(call->duration_ms, 0, 900); /* curl gives up waiting after a second */
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_five_slow_calls_run_side_by_side),
        TEST(test_a_concurrency_of_one_is_a_queue),
        TEST(test_calls_beyond_the_cap_wait),
        TEST(test_a_waiting_call_has_its_limit_too),
        TEST(test_changed_code_is_run),
        TEST(test_a_crash_loop_is_held_back),
        TEST(test_a_success_ends_the_back_off),
        TEST(test_a_start_that_never_asks_for_an_event),
        TEST(test_a_process_that_dies_in_mid_answer),
        TEST(test_work_after_the_reply_does_not_delay_it),
        TEST(test_temporary_folders_are_private_and_go),
        TEST(test_idle_environments_beyond_one_end),
        TEST(test_a_callback_may_call_remove_and_stop),
        TEST(test_a_removed_function_ends_its_calls),
        TEST(test_a_stop_while_busy_is_quick),
        TEST(test_a_polite_process_gets_its_sigterm),
        TEST(test_a_stop_with_nothing_running),
        TEST(test_names),
        TEST(test_what_cannot_be_added),
        TEST(test_provided_runs_its_bootstrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
