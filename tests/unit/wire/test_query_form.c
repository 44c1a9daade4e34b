/* test_query_form.c - the form of a query request as JSON. */
#include "wire/query_form.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct form {
    const char *rule, *form, *json; /* NULL: malformed */
} forms[] = {
    { "nothing", "", "{}" },
    { "Action and Version are not the operation's", "Action=A&Version=2010-05-15", "{}" },
    { "every leaf is a text", "A=1&B=true&C=", "{\"A\":\"1\",\"B\":\"true\",\"C\":\"\"}" },
    { "a name without a value", "A&B=1", "{\"A\":\"\",\"B\":\"1\"}" },
    { "percent and plus", "A=a%2Fb+c%26%3D%25", "{\"A\":\"a/b c&=%\"}" },
    { "UTF-8", "A=%E2%98%83", "{\"A\":\"\xE2\x98\x83\"}" },
    { "what is not UTF-8", "A=%FF", "{\"A\":\"\xEF\xBF\xBD\"}" },
    { "JSON's own characters", "A=%22%5C%0A", "{\"A\":\"\\\"\\\\\\n\"}" },
    { "structures", "A.B.C=1&A.B.D=2&A.E=3",
      "{\"A\":{\"B\":{\"C\":\"1\",\"D\":\"2\"},\"E\":\"3\"}}" },
    { "a list", "A.member.1=x&A.member.2=y", "{\"A\":[\"x\",\"y\"]}" },
    { "its elements go by their numbers", "A.member.10=j&A.member.2=b&A.member.1=a",
      "{\"A\":[\"a\",\"b\",\"j\"]}" },
    { "a list of structures", "A.member.1.K=a&A.member.1.V=1&A.member.2.K=b",
      "{\"A\":[{\"K\":\"a\",\"V\":\"1\"},{\"K\":\"b\"}]}" },
    { "lists in lists", "A.member.1.B.member.1=x&A.member.1.B.member.2=y",
      "{\"A\":[{\"B\":[\"x\",\"y\"]}]}" },
    { "a member that is called member", "A.member=x", "{\"A\":{\"member\":\"x\"}}" },
    { "an empty list is an empty text", "A=", "{\"A\":\"\"}" },
    { "the last of two counts", "A=1&A=2", "{\"A\":\"2\"}" },
    { "empty pairs", "&&A=1&&", "{\"A\":\"1\"}" },
    { "percent in names", "A%2EB=1", "{\"A\":{\"B\":\"1\"}}" },
    { "a name with a quote", "A%22=1", NULL },
    { "a name with an empty part", "A..B=1", NULL },
    { "a name that begins with a point", ".A=1", NULL },
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(forms); i++) {
        struct hy_arena arena;
        struct hy_buf json;
        hy_arena_init(&arena, 64 * 1024);
        hy_buf_init(&json, 64 * 1024);
        const enum hy_code code = hy_query_form(hy_sv_of(forms[i].form), &arena, &json);
        hy_buf_append_byte(&json, '\0');
        if (code != (forms[i].json == NULL ? HY_MALFORMED : HY_OK) ||
            (code == HY_OK && strcmp(json.data, forms[i].json) != 0)) {
            fail_msg("%s: code %d, %s", forms[i].rule, (int)code, json.data);
        }
        hy_buf_finish(&json);
        hy_arena_finish(&arena);
    }
}

static enum hy_code read(const char *form, size_t arena_bytes)
{
    struct hy_arena arena;
    struct hy_buf json;
    hy_arena_init(&arena, arena_bytes);
    hy_buf_init(&json, 1024 * 1024);
    const enum hy_code code = hy_query_form(hy_sv_of(form), &arena, &json);
    hy_buf_finish(&json);
    hy_arena_finish(&arena);
    return code;
}

static void test_limit_of_depth(void **state)
{
    (void)state;
    char form[128] = "A";
    for (int i = 1; i < HY_QUERY_DEPTH_MAX; i++) {
        memcpy(form + strlen(form), ".A", 3);
    }
    memcpy(form + strlen(form), "=1", 3);
    assert_int_equal(read(form, 64 * 1024), HY_OK);
    memmove(form + 2, form, strlen(form) + 1);
    memcpy(form, "A.", 2);
    assert_int_equal(read(form, 64 * 1024), HY_MALFORMED);
}

static void test_limit_of_parameters(void **state)
{
    (void)state;
    static char form[(HY_QUERY_PARAMETERS_MAX + 1) * 16];
    size_t len = 0;
    for (int i = 0; i < HY_QUERY_PARAMETERS_MAX; i++) {
        len += (size_t)snprintf(form + len, sizeof form - len, "P%d=1&", i);
    }
    assert_int_equal(read(form, 4 * 1024 * 1024), HY_OK);
    memcpy(form + len, "Q=1", 4);
    assert_int_equal(read(form, 4 * 1024 * 1024), HY_MALFORMED);
}

static void test_an_arena_that_is_full(void **state)
{
    (void)state;
    assert_int_equal(read("A=1&B=2", 16), HY_NO_MEMORY);
}

static void test_one_parameter(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 64 * 1024);
    const hy_sv form = HY_SV("Action=List%4Detrics&Version=2010-08-01&Version.x=1");
    assert_true(hy_sv_equal(hy_query_parameter(form, HY_SV("Action"), &arena),
                            HY_SV("ListMetrics")));
    assert_true(hy_sv_equal(hy_query_parameter(form, HY_SV("Version"), &arena),
                            HY_SV("2010-08-01")));
    assert_null(hy_query_parameter(form, HY_SV("Versio"), &arena).ptr);
    hy_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_limit_of_depth),
        cmocka_unit_test(test_limit_of_parameters),
        cmocka_unit_test(test_an_arena_that_is_full),
        cmocka_unit_test(test_one_parameter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
