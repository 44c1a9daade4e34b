#include "base/json_scan.h"
#include "base/json_write.h"

#include "support/test.h"

#include <string.h>

static void assert_text(struct hy_buf *buf, const char *expected)
{
    assert_false(buf->failed);
    hy_buf_append_byte(buf, '\0');
    assert_string_equal(buf->data, expected);
    hy_buf_finish(buf);
}

static void test_commas_stand_between(void **state)
{
    (void)state;
    struct hy_buf buf;
    struct hy_json_write write;
    hy_buf_init(&buf, 1000);
    hy_json_write_init(&write, &buf);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("a"));
    hy_json_begin_array(&write);
    hy_json_end_array(&write);
    hy_json_name(&write, HY_SV("b"));
    hy_json_begin_array(&write);
    hy_json_u64(&write, 1);
    hy_json_begin_object(&write);
    hy_json_end_object(&write);
    hy_json_string(&write, HY_SV("x"));
    hy_json_bool(&write, true);
    hy_json_bool(&write, false);
    hy_json_null(&write);
    hy_json_raw(&write, HY_SV("[2]"));
    hy_json_base64(&write, HY_SV("fo"));
    hy_json_end_array(&write);
    hy_json_name(&write, HY_SV("c"));
    hy_json_i64(&write, -3);
    hy_json_end_object(&write);
    assert_text(&buf, "{\"a\":[],\"b\":[1,{},\"x\",true,false,null,[2],\"Zm8=\"],\"c\":-3}");
}

static void test_numbers_at_their_limits(void **state)
{
    (void)state;
    struct hy_buf buf;
    struct hy_json_write write;
    hy_buf_init(&buf, 1000);
    hy_json_write_init(&write, &buf);
    hy_json_u64(&write, 0);
    hy_json_u64(&write, UINT64_MAX);
    hy_json_i64(&write, INT64_MAX);
    hy_json_i64(&write, INT64_MIN);
    assert_text(&buf, "0,18446744073709551615,9223372036854775807,-9223372036854775808");
}

static const struct string_case {
    hy_sv text;
    const char *json;
} string_cases[] = {
    { HY_SV_INIT(""), "\"\"" },
    { HY_SV_INIT("plain/'<>&"), "\"plain/'<>&\"" },
    { HY_SV_INIT("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"" },
    { HY_SV_INIT("a\0b\x01\x1f\x7f"), "\"a\\u0000b\\u0001\\u001f\x7f\"" },
    { HY_SV_INIT("\xc3\xa9\xf0\x9f\x98\x80"), "\"\xc3\xa9\xf0\x9f\x98\x80\"" },
    { HY_SV_INIT("a\xff" "b"), "\"a\xef\xbf\xbd" "b\"" },
    { HY_SV_INIT("\xc3"), "\"\xef\xbf\xbd\"" },
    { HY_SV_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

static void test_strings_are_always_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(string_cases); i++) {
        struct hy_buf buf;
        struct hy_json_write write;
        struct hy_json_scan scan;
        hy_buf_init(&buf, 1000);
        hy_json_write_init(&write, &buf);
        hy_json_string(&write, string_cases[i].text);
        hy_json_scan_init(&scan, hy_buf_sv(&buf));
        assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
        assert_int_equal(hy_json_next(&scan), HY_JSON_END);
        assert_text(&buf, string_cases[i].json);
    }
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    for (int byte = 0; byte < 0x80; byte++) {
        struct hy_buf buf;
        struct hy_json_write write;
        struct hy_json_scan scan;
        char text[3] = { 'a', (char)byte, 'z' };
        hy_buf_init(&buf, 100);
        hy_json_write_init(&write, &buf);
        hy_json_string(&write, (hy_sv){ text, 3 });
        hy_json_scan_init(&scan, hy_buf_sv(&buf));
        assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
        assert_true(hy_json_is(&scan, (hy_sv){ text, 3 }));
        hy_buf_finish(&buf);
    }
}

static void test_a_full_buffer_is_noticed_at_the_end(void **state)
{
    (void)state;
    for (size_t max = 0; max < 29; max++) {
        struct hy_buf buf;
        struct hy_json_write write;
        hy_buf_init(&buf, max);
        hy_json_write_init(&write, &buf);
        hy_json_begin_array(&write);
        hy_json_string(&write, HY_SV("abc\n"));
        hy_json_base64(&write, HY_SV("foobar"));
        hy_json_begin_object(&write);
        hy_json_name(&write, HY_SV("n"));
        hy_json_u64(&write, 1);
        hy_json_end_object(&write);
        hy_json_end_array(&write); /* ["abc\n","Zm9vYmFy",{"n":1}] has 28 */
        assert_int_equal(buf.failed, max < 28);
        hy_buf_finish(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commas_stand_between),
        cmocka_unit_test(test_numbers_at_their_limits),
        cmocka_unit_test(test_strings_are_always_json),
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_a_full_buffer_is_noticed_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
