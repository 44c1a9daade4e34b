/* test_command_options.c - words of a command line into fields. */
#include "harness/options.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

struct fields {
    const char *speed, *region;
    uint64_t batch;
    bool quiet;
};

#define FIELD(f) offsetof(struct fields, f)
static const struct hy_option options[] = {
    { .name = "--speed", .arg = "S", .preset = "max", .help = "h", .kind = HY_OPTION_TEXT,
      .offset = FIELD(speed) },
    { .name = "--region", .arg = "R", .help = "h", .kind = HY_OPTION_TEXT,
      .offset = FIELD(region), .env = "TEST_OPTIONS_REGION",
      .env_else = "TEST_OPTIONS_DEFAULT" },
    { .name = "--batch", .arg = "N", .preset = "1", .help = "h", .kind = HY_OPTION_NUMBER,
      .offset = FIELD(batch), .least = 1, .most = 500 },
    { .name = "--quiet", .arg = "", .help = "h", .kind = HY_OPTION_SWITCH,
      .offset = FIELD(quiet) },
};
#undef FIELD

static const struct hy_command command = {
    .name = "try", .arguments = "FILE...", .summary = "s", .help = "h\n", .notes = "n\n",
    .options = options, .option_count = ROWS(options), .arguments_min = 1, .arguments_max = 2,
};

enum { WORDS_MAX = 8 };

static enum hy_code read_words(const char *const words[WORDS_MAX], char *argv[WORDS_MAX + 1],
                               struct fields *fields, struct hy_arguments *arguments,
                               struct hy_err *err)
{
    int argc = 0;
    argv[argc++] = (char *)"try";
    for (size_t i = 0; i < WORDS_MAX && words[i] != NULL; i++) {
        argv[argc++] = (char *)words[i];
    }
    memset(fields, 0xff, sizeof *fields); /* whatever was there before does not count */
    return hy_options_read(&command, argc, argv, fields, arguments, err);
}

static void test_options_and_arguments_in_any_order(void **state)
{
    (void)state;
    const char *words[WORDS_MAX] = { "a", "--batch", "500", "-", "--quiet", "--speed=x2" };
    char *argv[WORDS_MAX + 1];
    struct fields fields;
    struct hy_arguments arguments;
    struct hy_err err;
    assert_int_equal(read_words(words, argv, &fields, &arguments, &err), HY_OK);
    assert_string_equal(fields.speed, "x2");
    assert_int_equal(fields.batch, 500);
    assert_true(fields.quiet);
    assert_null(fields.region);
    assert_int_equal(arguments.count, 2);
    assert_string_equal(arguments.items[0], "a");
    assert_string_equal(arguments.items[1], "-");
}

static void test_preset_environment_and_option(void **state)
{
    (void)state;
    const char *plain[WORDS_MAX] = { "--", "--quiet" };
    const char *given[WORDS_MAX] = { "a", "--region", "here" };
    char *argv[WORDS_MAX + 1];
    struct fields fields;
    struct hy_arguments arguments;
    struct hy_err err;
    assert_int_equal(setenv("TEST_OPTIONS_REGION", "", 1), 0);
    assert_int_equal(setenv("TEST_OPTIONS_DEFAULT", "anywhere", 1), 0);
    assert_int_equal(read_words(plain, argv, &fields, &arguments, &err), HY_OK);
    assert_string_equal(fields.region, "anywhere");
    assert_int_equal(setenv("TEST_OPTIONS_REGION", "there", 1), 0);
    assert_int_equal(read_words(plain, argv, &fields, &arguments, &err), HY_OK);
    assert_string_equal(fields.region, "there");
    assert_string_equal(fields.speed, "max");
    assert_int_equal(fields.batch, 1);
    assert_false(fields.quiet);
    assert_string_equal(arguments.items[0], "--quiet");
    assert_int_equal(read_words(given, argv, &fields, &arguments, &err), HY_OK);
    assert_string_equal(fields.region, "here");
    assert_int_equal(unsetenv("TEST_OPTIONS_REGION"), 0);
    assert_int_equal(unsetenv("TEST_OPTIONS_DEFAULT"), 0);
}

static const struct refusal_case {
    const char *words[WORDS_MAX];
    const char *sentence;
} refusal_cases[] = {
    { { "--sped", "x2", "a" }, "unknown option --sped; see firedrill try --help" },
    { { "a", "--batch" }, "--batch needs a value: N" },
    { { "a", "--batch", "0" }, "--batch must be a number from 1 to 500, not '0'" },
    { { "a", "--batch", "501" }, "--batch must be a number from 1 to 500, not '501'" },
    { { "a", "--batch", "1x" }, "--batch must be a number from 1 to 500, not '1x'" },
    { { "a", "--quiet=1" }, "--quiet takes no value" },
    { { NULL }, "try needs FILE...; see firedrill try --help" },
    { { "a", "b", "c" }, "try takes only FILE...; see firedrill try --help" },
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refusal_cases); i++) {
        char *argv[WORDS_MAX + 1];
        struct fields fields;
        struct hy_arguments arguments;
        struct hy_err err;
        assert_int_equal(read_words(refusal_cases[i].words, argv, &fields, &arguments, &err),
                         HY_INVALID);
        assert_string_equal(err.text, refusal_cases[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_and_arguments_in_any_order),
        cmocka_unit_test(test_preset_environment_and_option),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
