/* Which program runs a function. The programs are empty files on a PATH of our own. */
#include "runtime/interpreter.h"

#include "runtime/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char bin[] = "/tmp/test_interpreter.XXXXXX";
static char path_variable[64];
static const char *environment[] = { path_variable, NULL };

static void make_program(const char *name, int mode)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", bin, name);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    assert_true(file >= 0);
    (void)close(file);
}

static int make_programs(void **state)
{
    (void)state;
    if (mkdtemp(bin) == NULL) {
        return -1;
    }
    (void)snprintf(path_variable, sizeof path_variable, "PATH=/nonexistent:%s", bin);
    make_program("python3", 0755);
    make_program("python3.12", 0755);
    make_program("node", 0755);
    make_program("ruby", 0644); /* found, and not executable */
    make_program("bootstrap", 0755);
    return 0;
}

static int remove_programs(void **state)
{
    (void)state;
    hy_scratch_remove(bin);
    return 0;
}

static const struct launch_case {
    const char *rule, *runtime, *handler;
    enum hy_code code;
    const char *argv; /* blanks between the words; "BIN" is our folder; or of the message */
} launch_cases[] = {
    { "the very version", "python3.12", "app.main", HY_OK,
      "BIN/python3.12 -u /rt/bootstrap.py app.main" },
    { "else any python3", "python3.9", "app.main", HY_OK,
      "BIN/python3 -u /rt/bootstrap.py app.main" },
    { "node has no versioned name", "nodejs22.x", "app.main", HY_OK,
      "BIN/node /rt/bootstrap.cjs app.main" },
    { "provided brings its own", "provided.al2023", NULL, HY_OK, "BIN/bootstrap" },
    { "an interpreter that is not executable", "ruby3.3", "a.b", HY_INVALID,
      "Runtime ruby3.3 of function f needs ruby on PATH" },
    { "unknown, refused by name", "java21", "a.b", HY_INVALID, "Runtime java21 of function f" },
    { "no version: any python3", "python3", "app.main", HY_OK,
      "BIN/python3 -u /rt/bootstrap.py app.main" },
    { "letters after the name", "nodejsx", "a.b", HY_INVALID, "Runtime nodejsx of function f" },
    { "too old", "python2.7", "a.b", HY_INVALID, "Runtime python2.7 of function f" },
    { "no handler", "python3.12", NULL, HY_INVALID, "has the runtime python3.12 and no handler" },
    { "nothing at all", NULL, NULL, HY_INVALID, "neither a runtime nor a command" },
};

static void join_argv(const struct hy_launch *launch, char *out, size_t size)
{
    size_t len = 0;
    for (char **word = launch->argv; *word != NULL; word++) {
        bool ours = strncmp(*word, bin, strlen(bin)) == 0;
        len += (size_t)snprintf(out + len, size - len, "%s%s%s", len > 0 ? " " : "",
                                ours ? "BIN" : "", ours ? *word + strlen(bin) : *word);
    }
}

static void test_launch(void **state)
{
    (void)state;
    const struct hy_host host = { .runtime_dir = "/rt", .launch_dir = "/here",
                                  .inherited = environment };
    for (size_t i = 0; i < sizeof launch_cases / sizeof *launch_cases; i++) {
        const struct launch_case *row = &launch_cases[i];
        struct hy_function_spec spec = { .name = "f", .runtime = (char *)row->runtime,
                                         .handler = (char *)row->handler };
        struct hy_launch launch = { 0 };
        struct hy_err err = { 0 };
        enum hy_code code = hy_launch_plan(&launch, &host, &spec, bin, &err);
        char got[512] = "";
        if (code == HY_OK) {
            join_argv(&launch, got, sizeof got);
        }
        const char *text = code == HY_OK ? got : err.text;
        bool same = code == HY_OK ? strcmp(text, row->argv) == 0
                                  : strstr(text, row->argv) != NULL;
        if (code != row->code || !same) {
            fail_msg("%s: %s", row->rule, text);
        }
        hy_launch_finish(&launch);
    }
}

static void test_a_wrapper_goes_in_front(void **state)
{
    (void)state;
    const struct hy_host host = { .runtime_dir = "/rt", .launch_dir = "/here",
                                  .inherited = environment };
    char *variables[] = { "A=1", "AWS_LAMBDA_EXEC_WRAPPER=/opt/wrap", NULL };
    struct hy_function_spec spec = { .name = "f", .runtime = "nodejs20.x", .handler = "a.b",
                                     .environment = variables };
    struct hy_launch launch;
    struct hy_err err;
    assert_int_equal(hy_launch_plan(&launch, &host, &spec, bin, &err), HY_OK);
    assert_string_equal(launch.argv[0], "/opt/wrap");
    assert_string_equal(launch.argv[2], "/rt/bootstrap.cjs");
    hy_launch_finish(&launch);
}

static void test_a_command_runs_where_we_were_started(void **state)
{
    (void)state;
    const struct hy_host host = { .runtime_dir = "/rt", .launch_dir = "/here" };
    char *command[] = { "jq", "-c", ".", NULL };
    struct hy_function_spec spec = { .name = "f", .command = command };
    struct hy_launch launch;
    struct hy_err err;
    assert_int_equal(hy_launch_plan(&launch, &host, &spec, NULL, &err), HY_OK);
    assert_string_equal(launch.argv[2], ".");
    assert_string_equal(launch.task_root, "/here");
    assert_false(launch.is_bootstrap);
    hy_launch_finish(&launch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_launch),
        cmocka_unit_test(test_a_wrapper_goes_in_front),
        cmocka_unit_test(test_a_command_runs_where_we_were_started),
    };
    return cmocka_run_group_tests(tests, make_programs, remove_programs);
}
