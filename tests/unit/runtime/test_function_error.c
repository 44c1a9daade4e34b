/* What functions say about their errors is opaque, but for two members. */
#include "runtime/function_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct peek_case {
    const char *rule, *body;
    bool is_object;
    const char *type, *message;
} peek_cases[] = {
    { "both members", "{\"errorMessage\":\"no\",\"errorType\":\"KeyError\"}", true, "KeyError",
      "no" },
    { "others in between, nested ones ignored",
      "{\"stackTrace\":[{\"errorType\":\"x\"}],\"errorType\":\"E\",\"requestId\":\"1\"}", true,
      "E", "" },
    { "escapes are decoded", "{\"errorMessage\":\"a\\n\\u00e9\",\"errorType\":\"E\"}", true, "E",
      "a\n\xc3\xa9" },
    { "a type that is not a string", "{\"errorType\":3,\"errorMessage\":null}", true, "", "" },
    { "an object without them", "{\"records\":[]}", true, "", "" },
    { "an array", "[1]", false, "", "" },
    { "not JSON", "Task timed out", false, "", "" },
    { "cut off", "{\"errorType\":\"E\"", false, "E", "" },
    { "rubbish behind it", "{\"errorType\":\"E\"} x", false, "E", "" },
    { "nothing", "", false, "", "" },
};

static void test_peek(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof peek_cases / sizeof *peek_cases; i++) {
        const struct peek_case *row = &peek_cases[i];
        struct hy_function_error error = { 0 };
        bool is_object = hy_function_error_peek(hy_sv_of(row->body), &error);
        if (is_object != row->is_object || strcmp(error.type, row->type) != 0 ||
            strcmp(error.message, row->message) != 0) {
            fail_msg("%s: %d \"%s\" \"%s\"", row->rule, is_object, error.type, error.message);
        }
    }
}

static void test_what_is_not_there_leaves_the_error_as_it_was(void **state)
{
    (void)state;
    struct hy_function_error error = { .type = "FromTheHeader" };
    assert_true(hy_function_error_peek(HY_SV("{\"errorMessage\":\"m\"}"), &error));
    assert_string_equal(error.type, "FromTheHeader");
    assert_string_equal(error.message, "m");
}

static void test_a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    struct hy_function_error error;
    char text[2 * HY_ERROR_MESSAGE_BYTES];
    for (size_t i = 0; i + 1 < sizeof text; i += 2) {
        memcpy(text + i, "\xc3\xa9", 2);
    }
    hy_function_error_set_message(&error, (hy_sv){ text, sizeof text });
    /* 2047 bytes would end in the middle of a character. */
    assert_int_equal(strlen(error.message), HY_ERROR_MESSAGE_BYTES - 2);
}

static const struct reduce_case {
    const char *rule, *body, *reduced;
} reduce_cases[] = {
    { "three members are kept",
      "{\"errorType\":\"E\",\"cause\":{\"a\":1},\"stackTrace\":[ 1 ],\"errorMessage\":\"m\"}",
      "{\"errorType\":\"E\",\"stackTrace\":[ 1 ],\"errorMessage\":\"m\"}" },
    { "none of them", "{\"cause\":1}", "{}" },
    { "not an object", "[]", "\"Invalid error body\"" },
    { "cut off", "{\"errorType\":\"E\"", "\"Invalid error body\"" },
};

static void test_reduce(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reduce_cases / sizeof *reduce_cases; i++) {
        const struct reduce_case *row = &reduce_cases[i];
        struct hy_buf out;
        hy_buf_init(&out, 4096);
        hy_function_error_reduce(hy_sv_of(row->body), &out);
        if (!hy_sv_equal(hy_buf_sv(&out), hy_sv_of(row->reduced))) {
            fail_msg("%s: %.*s", row->rule, HY_SV_ARG(hy_buf_sv(&out)));
        }
        hy_buf_finish(&out);
    }
}

static void test_an_error_of_ours_is_json(void **state)
{
    (void)state;
    struct hy_function_error error = { .type = "Sandbox.Timedout", .message = "a \"b\"" };
    struct hy_buf out;
    hy_buf_init(&out, 4096);
    hy_function_error_write(&error, &out);
    assert_true(hy_sv_equal(
        hy_buf_sv(&out),
        HY_SV("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"a \\\"b\\\"\"}")));
    hy_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_what_is_not_there_leaves_the_error_as_it_was),
        cmocka_unit_test(test_a_long_message_is_cut_between_characters),
        cmocka_unit_test(test_reduce),
        cmocka_unit_test(test_an_error_of_ours_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
