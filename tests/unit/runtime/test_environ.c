/* The environment of a function: what is let in, what the user may set, what he may not. */
#include "runtime/environ.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const inherited[] = {
    "PATH=/opt/tools:/bin",  "LANG=de_DE.UTF-8", "LC_TIME=C",        "SSL_CERT_FILE=/ca.pem",
    "AWS_PROFILE=secret",    "http_proxy=http://proxy", "NODE_OPTIONS=--inspect",
    "PYTHONPATH=/elsewhere", "LD_PRELOAD=/evil.so",     "HOME=/home/me",
    "AWS_SECRET_ACCESS_KEY=mine", NULL,
};

static char *users[] = {
    "LEVEL=debug", "AWS_REGION=eu-west-1", "_HANDLER=other.one", "TWICE=1", "TWICE=2",
    "EMPTY=", "rubbish", NULL,
};

static struct hy_host host = {
    .work_dir = "/work", .runtime_dir = "/rt", .region = "us-east-1", .account = "123456789012",
    .endpoint = "http://127.0.0.1:4573", .inherited = inherited,
};
static struct hy_function_spec spec = {
    .name = "clicks", .runtime = "python3.12", .handler = "app.handler", .code = "/code",
    .environment = users, .timeout_s = 3, .memory_mib = 256,
};
static struct hy_launch launch = { .task_root = "/code", .language = HY_LANGUAGE_PYTHON };

static struct hy_environ_facts facts(void)
{
    return (struct hy_environ_facts){
        .host = &host, .spec = &spec, .launch = &launch, .scratch = "/work/tmp/1",
        .log_stream = "2026/01/15/[$LATEST]0", .api_port = 9001,
    };
}

static const struct variable_case {
    const char *rule, *name, *value; /* NULL: not there */
} variable_cases[] = {
    { "PATH comes in", "PATH", "/opt/tools:/bin" },
    { "so does the language", "LANG", "de_DE.UTF-8" },
    { "and LC_*", "LC_TIME", "C" },
    { "and certificates", "SSL_CERT_FILE", "/ca.pem" },
    { "no profile", "AWS_PROFILE", NULL },
    { "no proxy", "http_proxy", NULL },
    { "no options for node", "NODE_OPTIONS", NULL },
    { "no path of another python", "PYTHONPATH", NULL },
    { "nothing preloaded", "LD_PRELOAD", NULL },
    { "the user's credentials never come in", "AWS_SECRET_ACCESS_KEY", "hydrant" },
    { "home is the scratch folder", "HOME", "/work/tmp/1" },
    { "so is the folder for temporary files", "TMPDIR", "/work/tmp/1" },
    { "the user's own", "LEVEL", "debug" },
    { "an empty one", "EMPTY", "" },
    { "the later one of two", "TWICE", "2" },
    { "not a variable", "rubbish", NULL },
    { "the region may be overruled", "AWS_REGION", "eu-west-1" },
    { "the other one stays", "AWS_DEFAULT_REGION", "us-east-1" },
    { "a reserved name may not", "_HANDLER", "app.handler" },
    { "where the code is", "LAMBDA_TASK_ROOT", "/code" },
    { "that is also where it runs", "PWD", "/code" },
    { "the API without a scheme", "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001" },
    { "what a managed runtime is called", "AWS_EXECUTION_ENV", "AWS_Lambda_python3.12" },
    { "memory", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256" },
    { "log group", "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/clicks" },
    { "back to the emulator", "AWS_ENDPOINT_URL", "http://127.0.0.1:4573" },
    { "the client sets the trace", "_X_AMZN_TRACE_ID", NULL },
    { "never: it changes how AWS's client works", "AWS_LAMBDA_MAX_CONCURRENCY", NULL },
};

static void test_variables(void **state)
{
    (void)state;
    struct hy_environ_facts given = facts();
    struct hy_environ made;
    assert_int_equal(hy_environ_make(&made, &given), HY_OK);
    for (size_t i = 0; i < sizeof variable_cases / sizeof *variable_cases; i++) {
        const struct variable_case *row = &variable_cases[i];
        const char *value = hy_environ_get(&made, row->name);
        bool same = value == NULL || row->value == NULL ? value == row->value
                                                        : strcmp(value, row->value) == 0;
        if (!same) {
            fail_msg("%s: %s is %s", row->rule, row->name, value == NULL ? "not there" : value);
        }
    }
    hy_environ_finish(&made);
}

static void test_a_name_is_there_once(void **state)
{
    (void)state;
    struct hy_environ_facts given = facts();
    struct hy_environ made;
    assert_int_equal(hy_environ_make(&made, &given), HY_OK);
    for (size_t i = 0; i < made.count; i++) {
        size_t len = strcspn(made.variables[i], "=") + 1;
        for (size_t k = i + 1; k < made.count; k++) {
            assert_true(strncmp(made.variables[i], made.variables[k], len) != 0);
        }
    }
    assert_null(made.variables[made.count]);
    hy_environ_finish(&made);
}

static void test_an_executable_without_a_runtime(void **state)
{
    (void)state;
    char *command[] = { "./transform", NULL };
    struct hy_function_spec plain = { .name = "clicks", .command = command, .memory_mib = 128 };
    struct hy_launch runs = { .task_root = "/here" };
    struct hy_host bare = host;
    bare.inherited = NULL;
    bare.endpoint = NULL;
    struct hy_environ_facts given = {
        .host = &bare, .spec = &plain, .launch = &runs, .scratch = "/t", .log_stream = "s",
        .request_id = "id", .trace_id = "Root=1", .deadline_ms = 17,
    };
    struct hy_environ made;
    assert_int_equal(hy_environ_make(&made, &given), HY_OK);
    assert_string_equal(hy_environ_get(&made, "PATH"), hy_default_path);
    assert_string_equal(hy_environ_get(&made, "_HANDLER"), "");
    assert_string_equal(hy_environ_get(&made, "HYDRANT_REQUEST_ID"), "id");
    assert_string_equal(hy_environ_get(&made, "HYDRANT_DEADLINE_MS"), "17");
    assert_string_equal(hy_environ_get(&made, "_X_AMZN_TRACE_ID"), "Root=1");
    assert_null(hy_environ_get(&made, "AWS_EXECUTION_ENV"));
    assert_null(hy_environ_get(&made, "AWS_LAMBDA_RUNTIME_API"));
    assert_null(hy_environ_get(&made, "AWS_ENDPOINT_URL"));
    assert_null(hy_environ_get(&made, "LD_LIBRARY_PATH"));
    hy_environ_finish(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_a_name_is_there_once),
        cmocka_unit_test(test_an_executable_without_a_runtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
