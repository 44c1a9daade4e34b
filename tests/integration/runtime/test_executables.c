/* Plain executables: one process a call, one line a call, and finding out which. */
#include "functions_fixture.h"

static const struct stdio_case {
    const char *rule, *script;
    enum hy_invoke_outcome outcome;
    const char *type, *text; /* of the payload when OK, else of the message */
} stdio_cases[] = {
    { "a filter gets the event and a newline", "cat", HY_INVOKE_OK, "", "{\"records\":[]}\n" },
    { "stdin is a pipe, not a socket", "cat /dev/stdin", HY_INVOKE_OK, "", "{\"records\":[]}\n" },
    { "it need not read it all", "head -c 5", HY_INVOKE_OK, "", "{\"rec" },
    { "or at all", "exec <&-; echo '{}'", HY_INVOKE_OK, "", "{}\n" },
    { "stderr is log", "echo noise >&2; echo 1", HY_INVOKE_OK, "", "1\n" },
    { "exit status", "echo '{}'; exit 3", HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
      " Error: Runtime exited with error: exit status 3" },
    { "nothing said", "exit 0", HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
      " Error: Runtime exited without providing a reason" },
    { "a signal", "kill -SEGV $$", HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
      " Error: Runtime exited with error: signal: segmentation fault" },
    { "another", "kill -KILL $$", HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
      "signal: killed" },
    { "no such program", "exec /nonexistent/program", HY_INVOKE_FUNCTION_ERROR,
      "Runtime.ExitError", "exit status 127" },
};

static void test_stdio(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof stdio_cases / sizeof *stdio_cases; i++) {
        const struct stdio_case *row = &stdio_cases[i];
        add_shell(fixture, "f", HY_PROTOCOL_STDIO, row->script);
        struct call *call = call_function(fixture, "f");
        const char *text = call->outcome == HY_INVOKE_OK ? call->payload : call->message;
        bool same = call->outcome == HY_INVOKE_OK ? strcmp(text, row->text) == 0
                                                  : strstr(text, row->text) != NULL;
        if (call->outcome != row->outcome || strcmp(call->type, row->type) != 0 || !same) {
            fail_msg("%s: outcome %d, %s, %s", row->rule, (int)call->outcome, call->type, text);
        }
        assert_true(call->cold);
        hy_functions_remove(fixture->functions, HY_SV("f"));
    }
}

static void test_the_message_names_the_request(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "echo why >&2; exit 3");
    struct call *call = call_function(fixture, "f");
    char message[128], payload[256];
    (void)snprintf(message, sizeof message,
                   "RequestId: %s Error: Runtime exited with error: exit status 3",
                   call->request_id);
    assert_string_equal(call->message, message);
    (void)snprintf(payload, sizeof payload,
                   "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"%s\"}", message);
    assert_string_equal(call->payload, payload);
    assert_string_equal(call->log, "why\n");
}

static void test_no_program_and_not_executable(void **state)
{
    struct fixture *fixture = *state;
    write_code(fixture, "plain", "no program");
    char *plain = code_path(fixture, "plain");
    assert_int_equal(chmod(plain, 0644), 0);
    const char *const programs[] = { "/nonexistent/program", plain, "no-such-program-anywhere" };
    for (size_t i = 0; i < 3; i++) {
        const char *const words[] = { programs[i], NULL };
        assert_int_equal(add_spec(fixture, new_command("f", HY_PROTOCOL_STDIO, words)), HY_OK);
        assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR,
                     "Runtime.InvalidEntrypoint", "RequestId: ");
        hy_functions_remove(fixture->functions, HY_SV("f"));
    }
    free(plain);
}

static char *filled(size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, 'x', size);
    bytes[size] = '\0';
    return bytes;
}

static void test_megabytes_through_a_filter(void **state)
{
    struct fixture *fixture = *state;
    enum { SIZE = 6000000 };
    char *bytes = filled(SIZE);
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "cat");
    struct call *call = call_with(fixture, "f", (hy_sv){ bytes, SIZE });
    assert_int_equal(call->outcome, HY_INVOKE_OK);
    assert_int_equal(call->payload_len, SIZE + 1);
    assert_memory_equal(call->payload, bytes, SIZE);
    free(bytes);
}

static void test_a_reply_without_end_is_stopped(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "cat /dev/zero");
    assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR,
                 "Function.ResponseSizeTooLarge", "6291556 bytes");
}

static void test_a_flood_on_stderr(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO,
              "head -c 100000000 /dev/zero >&2; echo end >&2; echo '{}'");
    struct call *call = call_function(fixture, "f");
    assert_ok(call, "{}\n");
}

static void test_a_timeout_ends_the_whole_group(void **state)
{
    struct fixture *fixture = *state;
    struct stat st;
    char *mark = code_path(fixture, "mark");
    char script[512];
    /* The grandchild would leave a mark as soon as its reader is gone. */
    (void)snprintf(script, sizeof script, "trap '' TERM; (sleep 3; touch %s) & sleep 60", mark);
    const char *const words[] = { "sh", "-c", script, NULL };
    struct hy_function_spec *spec = new_command("f", HY_PROTOCOL_STDIO, words);
    spec->timeout_s = 1;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    struct call *call = call_function(fixture, "f");
    assert_error(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout",
                 " Error: Task timed out after 1.00 seconds");
    assert_in_range(call->duration_ms, 990, 2500);
    stop_functions(fixture);
    assert_int_not_equal(stat(mark, &st), 0);
    free(mark);
}

static void test_a_grandchild_does_not_delay_the_reply(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "sleep 3 & echo '{}'");
    add_shell(fixture, "g", HY_PROTOCOL_STDIO, "setsid sleep 3 & echo '{}'"); /* out of reach */
    for (const char *name = "f"; name != NULL; name = *name == 'f' ? "g" : NULL) {
        struct call *call = call_function(fixture, name);
        assert_ok(call, "{}\n");
        assert_in_range(call->duration_ms, 0, 2000);
    }
}

static void test_the_callers_limit(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO, "sleep 30");
    struct call *call = begin_call(fixture, 0, "f", HY_SV("{}"), 200);
    run_until(fixture, &call->is_over);
    assert_error(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", "timed out after 0.20 seconds");
}

static void test_environment_of_one_process_a_call(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_STDIO,
              "echo $HYDRANT_REQUEST_ID $AWS_LAMBDA_FUNCTION_NAME $AWS_ENDPOINT_URL "
              "${HYDRANT_DEADLINE_MS:+deadline} ${AWS_LAMBDA_RUNTIME_API:-none} "
              "$(test -d $TMPDIR && test $TMPDIR = $HOME && echo scratch)");
    struct call *call = call_function(fixture, "f");
    char wanted[256];
    (void)snprintf(wanted, sizeof wanted,
                   "%s f http://127.0.0.1:4573 deadline none scratch\n", call->request_id);
    assert_ok(call, wanted);
}

/* ndjson */

static void test_ndjson_on_descriptor_3(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON,
              "n=0; while read -r line; do n=$((n+1)); echo \"log $n\"; echo '{\"log\":1}' >&2; "
              "echo \"{\\\"n\\\":$n,\\\"got\\\":$line}\" >&3; done");
    assert_ok(call_with(fixture, "f", HY_SV("{\"a\":\n1}")), "{\"n\":1,\"got\":{\"a\": 1}}");
    struct call *call = call_function(fixture, "f");
    assert_ok(call, "{\"n\":2,\"got\":{\"records\":[]}}"); /* the same process */
    assert_false(call->cold);
}

static void test_ndjson_on_stdout(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON,
              "while read -r line; do echo log; echo '{not json'; echo \"{\\\"got\\\":$line}\"; "
              "done");
    assert_ok(call_function(fixture, "f"), "{\"got\":{\"records\":[]}}");
    assert_ok(call_with(fixture, "f", HY_SV("2")), "{\"got\":2}");
}

static void test_ndjson_prints_objects_once_descriptor_3_is_used(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON,
              "read -r line; echo 1 >&3; read -r line; echo '{\"log\":1}'; echo 2 >&3; cat");
    assert_ok(call_function(fixture, "f"), "1");
    assert_ok(call_function(fixture, "f"), "2");
}

static void test_ndjson_that_answers_twice_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON,
              "while read -r line; do printf '%s\\nstray\\n' \"$line\" >&3; done");
    assert_ok(call_with(fixture, "f", HY_SV("1")), "1");
    struct call *call = call_with(fixture, "f", HY_SV("2"));
    assert_ok(call, "2"); /* not "stray" */
    assert_true(call->cold);
}

static void test_ndjson_that_dies_in_between(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON, "read -r line; printf half >&3; exit 4");
    assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
                 "exit status 4");
}

static void test_ndjson_without_a_newline(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_NDJSON, "read -r line; cat /dev/zero >&3");
    assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR,
                 "Function.ResponseSizeTooLarge", "6291556 bytes");
}

static void test_ndjson_megabytes(void **state)
{
    struct fixture *fixture = *state;
    enum { SIZE = 3000000 };
    char *bytes = filled(SIZE);
    const char *const words[] = { "cat", NULL };
    bytes[0] = bytes[SIZE - 1] = '"';
    bytes[0] = '{';
    memcpy(bytes, "{\"a\":\"", 6);
    bytes[SIZE - 1] = '}';
    bytes[SIZE - 2] = '"';
    assert_int_equal(add_spec(fixture, new_command("f", HY_PROTOCOL_NDJSON, words)), HY_OK);
    for (int i = 0; i < 3; i++) {
        struct call *call = call_with(fixture, "f", (hy_sv){ bytes, SIZE });
        assert_int_equal(call->outcome, HY_INVOKE_OK);
        assert_int_equal(call->payload_len, SIZE);
        assert_int_equal(call->cold, i == 0);
    }
    free(bytes);
}

/* auto */

static void test_auto_finds_a_filter(void **state)
{
    struct fixture *fixture = *state;
    add_shell(fixture, "f", HY_PROTOCOL_AUTO, "env | grep -c '^AWS_LAMBDA_RUNTIME_API='; cat");
    assert_ok(call_function(fixture, "f"), "1\n{\"records\":[]}\n"); /* both were offered */
    assert_ok(call_function(fixture, "f"), "0\n{\"records\":[]}\n"); /* and then only one */
}

static void test_auto_finds_a_runtime(void **state)
{
    struct fixture *fixture = *state;
    if (!have_program("curl")) {
        print_message("skipped: no curl\n");
        return;
    }
    /* The bootstrap of AWS's documentation; it prints to stdout as well. */
    add_shell(fixture, "f", HY_PROTOCOL_AUTO,
              "R=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n"
              "echo starting\n"
              "while :; do\n"
              "  curl -sS -D $TMPDIR/h -o $TMPDIR/e $R/next || exit 1\n"
              "  id=$(grep -Fi lambda-runtime-aws-request-id $TMPDIR/h"
              "       | tr -d '[:space:]' | cut -d: -f2)\n"
              "  curl -sS -o /dev/null -d @$TMPDIR/e $R/$id/response\n"
              "done\n");
    struct call *call = call_function(fixture, "f");
    assert_ok(call, "{\"records\":[]}");
    assert_string_equal(call->log, "starting\n");
    call = call_with(fixture, "f", HY_SV("2"));
    assert_ok(call, "2");
    assert_false(call->cold);
}

static void test_auto_learns_nothing_from_a_failure(void **state)
{
    struct fixture *fixture = *state;
    char *mark = code_path(fixture, "mark");
    char script[256];
    (void)snprintf(script, sizeof script, "test -f %s || { touch %s; exit 1; }; cat", mark, mark);
    add_shell(fixture, "f", HY_PROTOCOL_AUTO, script);
    assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
                 "exit status 1");
    assert_ok(call_function(fixture, "f"), "{\"records\":[]}\n");
    free(mark);
}

static void test_auto_forgets_when_the_program_changes(void **state)
{
    struct fixture *fixture = *state;
    char *program = code_path(fixture, "transform");
    const char *const words[] = { program, NULL };
    const char offered[] = "#!/bin/sh\necho ${AWS_LAMBDA_RUNTIME_API:+api}\n";
    write_code(fixture, "transform", offered);
    assert_int_equal(add_spec(fixture, new_command("f", HY_PROTOCOL_AUTO, words)), HY_OK);
    assert_ok(call_function(fixture, "f"), "api\n");
    assert_ok(call_function(fixture, "f"), "\n");
    write_code(fixture, "transform", "#!/bin/sh\necho ${AWS_LAMBDA_RUNTIME_API:+new}\n");
    assert_ok(call_function(fixture, "f"), "new\n");
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stdio),
        TEST(test_the_message_names_the_request),
        TEST(test_no_program_and_not_executable),
        TEST(test_megabytes_through_a_filter),
        TEST(test_a_reply_without_end_is_stopped),
        TEST(test_a_flood_on_stderr),
        TEST(test_a_timeout_ends_the_whole_group),
        TEST(test_a_grandchild_does_not_delay_the_reply),
        TEST(test_the_callers_limit),
        TEST(test_environment_of_one_process_a_call),
        TEST(test_ndjson_on_descriptor_3),
        TEST(test_ndjson_on_stdout),
        TEST(test_ndjson_prints_objects_once_descriptor_3_is_used),
        TEST(test_ndjson_that_answers_twice_is_replaced),
        TEST(test_ndjson_that_dies_in_between),
        TEST(test_ndjson_without_a_newline),
        TEST(test_ndjson_megabytes),
        TEST(test_auto_finds_a_filter),
        TEST(test_auto_finds_a_runtime),
        TEST(test_auto_learns_nothing_from_a_failure),
        TEST(test_auto_forgets_when_the_program_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
