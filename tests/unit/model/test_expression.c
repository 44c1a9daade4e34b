/* Prefixes with expressions: what they are made of, and what is wrong with them. */
#include "model/naming.h"

#include "support/test.h"
#include "support/torture.h"

#include <string.h>

static const struct {
    const char *text;
    size_t count;
    bool has_expressions, has_error_type, has_keys;
} good[] = {
    { "", 0, false, false, false },
    { "a/b", 1, false, false, false },
    { "!", 1, false, false, false },
    { "{timestamp:yyyy}", 1, false, false, false },
    { "a!b!!", 1, false, false, false },
    { "!{timestamp:yyyy}", 1, true, false, false },
    { "a!{timestamp:yyyy}b", 3, true, false, false },
    { "!!{timestamp:yyyy}}", 3, true, false, false }, /* a bang before, a brace after */
    { "!{timestamp:HH:mm}", 1, true, false, false },  /* the first colon divides */
    { "!{firehose:random-string}!{firehose:random-string}", 2, true, false, false },
    { "x!{firehose:error-output-type}", 2, true, true, false },
    { "!{partitionKeyFromQuery:a}", 1, true, false, true },
    { "!{partitionKeyFromLambda:a:b}/", 2, true, false, true },
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(good); i++) {
        struct hy_expression read;
        struct hy_err err;
        assert_int_equal(hy_expression_parse(hy_sv_of(good[i].text), "Prefix", &read, &err),
                         HY_OK);
        if (read.count != good[i].count || read.has_expressions != good[i].has_expressions ||
            read.has_error_type != good[i].has_error_type ||
            read.has_keys != good[i].has_keys) {
            fail_msg("%s: %zu pieces", good[i].text, read.count);
        }
        hy_expression_finish(&read);
    }
}

#define USAGE "Invalid expression usage"
#define LETTER "Invalid conversion character used in the value of the expression in "

static const struct {
    const char *text, *member, *sentence;
} wrong[] = {
    { "!{", "Prefix", USAGE },
    { "a/!{timestamp:yyyy", "Prefix", USAGE },
    { "!{}", "Prefix", USAGE },
    { "!{timestamp}", "Prefix", USAGE },
    { "!{timestamp:}", "Prefix", USAGE },
    { "!{:yyyy}", "Prefix", "Namespace to the left of colon () is an invalid keyword!" },
    { "!{firehose:}", "Prefix", USAGE },
    { "!{firehose:other}", "Prefix", USAGE },
    { "!{firehose:random-string }", "Prefix", USAGE },
    { "!{timestamp:!{timestamp:yyyy}}", "Prefix", USAGE },
    { "!{partitionKeyFromQuery:}", "Prefix", USAGE },
    { "!{Timestamp:yyyy}", "Prefix",
      "Namespace to the left of colon (Timestamp) is an invalid keyword!" },
    { "!{ timestamp:yyyy}", "Prefix",
      "Namespace to the left of colon ( timestamp) is an invalid keyword!" },
    { "!{timestamp:yyyyT}", "Prefix", LETTER "Prefix" },
    { "!{timestamp:V}", "ErrorOutputPrefix", LETTER "ErrorOutputPrefix" },
    { "!{timestamp:p}", "Prefix", LETTER "Prefix" },
    { "!{timestamp:'}", "Prefix", LETTER "Prefix" },
    { "!{timestamp:yyyy}/!{timestamp:t}", "Prefix", LETTER "Prefix" },
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct hy_expression read;
        struct hy_err err = { 0 };
        if (hy_expression_parse(hy_sv_of(wrong[i].text), wrong[i].member, &read, &err) !=
                HY_INVALID || strcmp(err.text, wrong[i].sentence) != 0) {
            fail_msg("%s: %s", wrong[i].text, err.text);
        }
    }
}

/* Each letter alone in a pattern: these are refused, all others are not, but for V and p. */
static void test_every_letter(void **state)
{
    (void)state;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const char refused[] = "CIJPRTUVbfijloprt";
    for (const char *letter = letters; *letter != '\0'; letter++) {
        char text[] = "!{timestamp:?}";
        struct hy_expression read;
        struct hy_err err;
        text[strlen(text) - 2] = *letter;
        const enum hy_code code = hy_expression_parse(hy_sv_of(text), "Prefix", &read, &err);
        if ((code == HY_OK) != (strchr(refused, *letter) == NULL)) {
            fail_msg("%s", text);
        }
        if (code == HY_OK) {
            hy_expression_finish(&read);
        }
    }
}

static void test_naming(void **state)
{
    (void)state;
    struct hy_naming *naming = NULL;
    struct hy_err err = { 0 };
    assert_int_equal(hy_naming_create(HY_SV("a"), HY_SV(""), HY_SV(""), &naming, &err), HY_OK);
    assert_null(naming->zone);
    hy_naming_destroy(naming);
    assert_int_equal(hy_naming_create(HY_SV(""), HY_SV(""), HY_SV("Mars/Olympus"), &naming, &err),
                     HY_INVALID);
    assert_string_equal(err.text, "CustomTimeZone Mars/Olympus is not a time zone of the tz "
                                  "database on this machine (Debian package tzdata)");
    assert_int_equal(hy_naming_create(HY_SV("a"), HY_SV("!{"), HY_SV("Asia/Tokyo"), &naming, &err),
                     HY_INVALID);
    assert_string_equal(err.text, USAGE);
}

static void read_all(void *ctx)
{
    (void)ctx;
    struct hy_naming *naming = NULL;
    struct hy_err err;
    const enum hy_code code =
        hy_naming_create(HY_SV("a/!{timestamp:yyyy}/!{firehose:random-string}/"),
                         HY_SV("e/!{firehose:error-output-type}/"), HY_SV("Europe/Berlin"),
                         &naming, &err);
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    hy_naming_destroy(naming);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(read_all, NULL) > 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_every_letter),
        cmocka_unit_test(test_naming),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
