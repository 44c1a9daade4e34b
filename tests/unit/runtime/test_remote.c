/* What the answers of the many Invoke APIs out there mean. */
#include "runtime/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct answer_case {
    const char *rule;
    int status;
    const char *header, *value, *body;
    enum hy_invoke_outcome outcome;
    const char *type;
} answer_cases[] = {
    { "a reply", 200, "X", "", "{\"records\":[]}", HY_INVOKE_OK, "" },
    { "any JSON is a reply", 200, "X", "", "null", HY_INVOKE_OK, "" },
    { "the mark decides, whatever the body", 200, "x-amz-function-error", "Unhandled",
      "{\"records\":[]}", HY_INVOKE_FUNCTION_ERROR, "Function.Unknown" },
    { "AWS's emulator does not mark errors", 200, "X", "",
      "{\"errorMessage\":\"m\",\"errorType\":\"KeyError\"}", HY_INVOKE_FUNCTION_ERROR,
      "KeyError" },
    { "and says timeouts in plain text", 200, "X", "", "Task timed out after 3.00 seconds",
      HY_INVOKE_TIMED_OUT, "Sandbox.Timedout" },
    { "a marked timeout", 200, "X-Amz-Function-Error", "Unhandled",
      "{\"errorMessage\":\"2026 id Task timed out after 1.00 seconds\"}", HY_INVOKE_TIMED_OUT,
      "Sandbox.Timedout" },
    { "not JSON", 200, "X", "", "<html>", HY_INVOKE_FUNCTION_ERROR, "Function.Unknown" },
    { "nothing", 200, "X", "", "", HY_INVOKE_FUNCTION_ERROR, "Function.Unknown" },
    { "throttled", 429, "x-amzn-ErrorType", "TooManyRequestsException:http://x", "{}",
      HY_INVOKE_THROTTLED, "TooManyRequestsException" },
    { "not found", 404, "X", "", "{\"Message\":\"m\"}", HY_INVOKE_NOT_FOUND,
      "Lambda.ServiceError" },
    { "denied", 403, "X", "", "", HY_INVOKE_ACCESS_DENIED, "Lambda.ServiceError" },
    { "not signed well enough", 401, "X", "", "", HY_INVOKE_ACCESS_DENIED,
      "Lambda.ServiceError" },
    { "too large for it", 413, "x-amzn-ErrorType", "RequestTooLargeException", "",
      HY_INVOKE_FUNCTION_ERROR, "RequestTooLargeException" },
    { "the service is ill", 500, "X", "", "oops", HY_INVOKE_TRANSPORT, "Lambda.ServiceError" },
    { "a crash, as AWS's emulator tells it", 502, "X", "",
      "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"m\"}", HY_INVOKE_FUNCTION_ERROR,
      "Runtime.ExitError" },
    { "a redirect is not followed", 302, "Location", "http://x", "", HY_INVOKE_TRANSPORT,
      "Lambda.ServiceError" },
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answer_cases / sizeof *answer_cases; i++) {
        const struct answer_case *row = &answer_cases[i];
        struct hy_http_header header = { hy_sv_of(row->header), hy_sv_of(row->value) };
        const struct hy_http_response response = {
            .code = HY_OK, .connected = true, .status = row->status,
            .headers = { &header, 1 }, .body = hy_sv_of(row->body),
        };
        struct hy_function_error error = { 0 };
        enum hy_invoke_outcome outcome = hy_remote_outcome(&response, &error);
        if (outcome != row->outcome || strcmp(error.type, row->type) != 0) {
            fail_msg("%s: outcome %d, type %s", row->rule, (int)outcome, error.type);
        }
    }
}

static const struct silence_case {
    const char *rule;
    enum hy_code code;
    enum hy_invoke_outcome outcome;
} silence_cases[] = {
    { "nobody there", HY_IO, HY_INVOKE_TRANSPORT },
    { "too slow", HY_TIMEOUT, HY_INVOKE_TRANSPORT },
    { "a reply over the limit is the function's fault", HY_LIMIT, HY_INVOKE_FUNCTION_ERROR },
};

static void test_no_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof silence_cases / sizeof *silence_cases; i++) {
        const struct silence_case *row = &silence_cases[i];
        const struct hy_http_response response = { .code = row->code, .error = "why" };
        struct hy_function_error error = { 0 };
        if (hy_remote_outcome(&response, &error) != row->outcome ||
            strcmp(error.message, "why") != 0) {
            fail_msg("%s: %s", row->rule, error.message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
