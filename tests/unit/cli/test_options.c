/* test_options.c - the command line: what is taken, what is refused, and with which words. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARGS_MAX = 9 };

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Parses with stdout and stderr going to a file, whose text is returned. */
static enum hy_options_result parse(const char *const *words, struct hy_options *options,
                                    char *said, size_t said_max)
{
    char *argv[ARGS_MAX + 2] = { (char *)(uintptr_t)"hydrant" };
    int argc = 1;
    for (; argc <= ARGS_MAX && words[argc - 1] != NULL; argc++) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    }
    FILE *file = tmpfile();
    assert_non_null(file);
    (void)fflush(stdout);
    (void)fflush(stderr);
    int out = dup(1);
    int err = dup(2);
    assert_true(dup2(fileno(file), 1) == 1 && dup2(fileno(file), 2) == 2);
    enum hy_options_result result = hy_options_parse(argc, argv, options);
    (void)fflush(stdout);
    (void)fflush(stderr);
    assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
    (void)close(out);
    (void)close(err);
    rewind(file);
    said[fread(said, 1, said_max - 1, file)] = '\0';
    (void)fclose(file);
    return result;
}

static const struct refused {
    const char *name;
    const char *words[ARGS_MAX];
    const char *said;
} refused[] = {
    { "unknown option", { "--prot" }, "hydrant: unknown option --prot; see --help\n" },
    { "a word that is no option", { "clicks" }, "hydrant: unknown option clicks; see --help\n" },
    { "value missing", { "--data" }, "hydrant: --data needs DIR; see --help\n" },
    { "value empty", { "--data=" }, "hydrant: --data needs DIR; see --help\n" },
    { "switch with a value", { "--no-control=1" },
      "hydrant: --no-control takes no value; see --help\n" },
    { "port is not a number", { "--listen", "localhost:http" },
      "hydrant: --listen must be HOST:PORT; see --help\n" },
    { "port is too large", { "--listen", "localhost:65536" },
      "hydrant: --listen must be HOST:PORT; see --help\n" },
    { "host is missing", { "--listen", ":80" },
      "hydrant: --listen must be HOST:PORT; see --help\n" },
    { "clock unknown", { "--clock", "fast" },
      "hydrant: --clock must be real|manual|xN; see --help\n" },
    { "clock factor 0", { "--clock", "x0" },
      "hydrant: --clock must be real|manual|xN; see --help\n" },
    { "clock factor with rest", { "--clock", "x60s" },
      "hydrant: --clock must be real|manual|xN; see --help\n" },
    { "seed is negative", { "--seed", "-1" }, "hydrant: --seed must be N; see --help\n" },
    { "interval is no number", { "--stream", "s", "--bucket", "bkt", "--buffer-interval", "1m" },
      "hydrant: --buffer-interval must be SECONDS; see --help\n" },
    { "durability unknown", { "--durability", "none" },
      "hydrant: --durability must be process|power; see --help\n" },
    { "auth unknown", { "--auth", "on" }, "hydrant: --auth must be off|sign; see --help\n" },
    { "quotas unknown", { "--quotas", "on" },
      "hydrant: --quotas must be off|aws; see --help\n" },
    { "log level unknown", { "--log", "loud" }, "hydrant: --log must be LEVEL; see --help\n" },
    { "stream without bucket", { "--stream", "s" },
      "hydrant: --stream needs --bucket NAME; see --help\n" },
    { "transform without stream", { "--transform", "./x" },
      "hydrant: --transform needs --stream NAME; see --help\n" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct hy_options options;
        char said[4096];
        enum hy_options_result result = parse(refused[i].words, &options, said, sizeof said);
        if (result != HY_OPTIONS_WRONG || strcmp(said, refused[i].said) != 0) {
            fail_msg("%s: result %d, said: %s", refused[i].name, (int)result, said);
        }
    }
}

static void test_presets(void **state)
{
    (void)state;
    static const char *const words[] = { NULL };
    struct hy_options options;
    char said[64];
    assert_int_equal(parse(words, &options, said, sizeof said), HY_OPTIONS_RUN);
    assert_string_equal(said, "");
    assert_string_equal(options.listen_host, "127.0.0.1");
    assert_int_equal(options.listen_port, 4573);
    assert_string_equal(options.data_dir, ".hydrant");
    assert_null(options.buckets_dir);
    assert_int_equal(options.clock, HY_CLOCK_REAL);
    assert_int_equal(options.auth, HY_AUTH_OFF);
    assert_false(options.has_seed || options.power || options.no_control || options.log_json ||
                 options.quotas);
    hy_options_finish(&options);
}

static void test_values_joined_or_apart(void **state)
{
    (void)state;
    static const char *const words[] = { "--listen=[::1]:0", "--clock", "x60",    "--seed=7",
                                         "--durability",     "power",   "--no-control",
                                         "--auth=sign", "--quotas=aws", NULL };
    struct hy_options options;
    char said[64];
    assert_int_equal(parse(words, &options, said, sizeof said), HY_OPTIONS_RUN);
    assert_string_equal(options.listen_host, "::1");
    assert_int_equal(options.listen_port, 0);
    assert_int_equal(options.clock, HY_CLOCK_SCALED);
    assert_true(options.clock_factor > 59.9 && options.clock_factor < 60.1);
    assert_true(options.has_seed && options.seed == 7);
    assert_true(options.power && options.no_control);
    assert_int_equal(options.auth, HY_AUTH_SIGN);
    assert_true(options.quotas);
    hy_options_finish(&options);
}

static void test_help_and_version_exit(void **state)
{
    (void)state;
    static const char *const help[] = { "--help", NULL };
    static const char *const version[] = { "--version", NULL };
    struct hy_options options;
    char said[16384];
    assert_int_equal(parse(help, &options, said, sizeof said), HY_OPTIONS_EXIT);
    assert_non_null(strstr(said, "--buffer-interval SECONDS"));
    assert_int_equal(parse(version, &options, said, sizeof said), HY_OPTIONS_EXIT);
    assert_true(strncmp(said, "hydrant ", 8) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_values_joined_or_apart),
        cmocka_unit_test(test_help_and_version_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
