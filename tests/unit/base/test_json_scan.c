#include "base/json_run.h"
#include "base/json_scan.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy on the heap without a NUL: ASan sees the scanner read one byte too many. */
static hy_sv exact_copy(hy_sv text)
{
    char *copy = malloc(text.len == 0 ? 1 : text.len);
    assert_non_null(copy);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return (hy_sv){ copy, text.len };
}

/* Writes one letter for each token. An error is '!'. */
static void scan_all(hy_sv text, char *trace, size_t trace_max)
{
    static const char letters[] = "!.{}[]NSDTFZ";
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, text);
    size_t count = 0;
    enum hy_json_token token;
    do {
        token = hy_json_next(&scan);
        assert_true(count + 1 < trace_max);
        trace[count++] = letters[token];
        assert_true(token != HY_JSON_ERROR || (scan.error != NULL && scan.offset <= text.len));
    } while (token != HY_JSON_ERROR && token != HY_JSON_END);
    trace[count] = '\0';
    assert_int_equal(hy_json_next(&scan), token); /* the end and the first error are final */
}

static bool is_json(hy_sv text)
{
    char trace[4096];
    scan_all(text, trace, sizeof trace);
    return strchr(trace, '!') == NULL;
}

static const struct trace_case {
    const char *text, *trace;
} trace_cases[] = {
    { "null", "Z." },
    { " true\n", "T." },
    { "\tfalse\r", "F." },
    { "\"\"", "S." },
    { "0", "D." },
    { "[]", "[]." },
    { "{}", "{}." },
    { "[1,2]", "[DD]." },
    { "[[],{}]", "[[]{}]." },
    { "{\"a\":1,\"b\":[true,null]}", "{NDN[TZ]}." },
    { "01", "!" }, /* not 0 and then something else */
    { "[-00]", "[!" },
    { " { \"a\" : { } , \"b\" : [ ] } ", "{N{}N[]}." },
    { "{\"a\":{\"a\":{\"a\":[[[]]]}}}", "{N{N{N[[[]]]}}}." },
};

static void test_tokens_come_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(trace_cases); i++) {
        char trace[64];
        scan_all(hy_sv_of(trace_cases[i].text), trace, sizeof trace);
        assert_string_equal(trace, trace_cases[i].trace);
    }
}

static const struct grammar_case {
    const char *text;
    bool good;
} grammar_cases[] = {
    /* RFC 8259, section 13 */
    { "{\"Image\":{\"Width\":800,\"Height\":600,\"Title\":\"View from 15th Floor\","
      "\"Thumbnail\":{\"Url\":\"http://www.example.com/image/481989943\",\"Height\":125,"
      "\"Width\":100},\"Animated\":false,\"IDs\":[116,943,234,38793]}}", true },
    { "[{\"precision\":\"zip\",\"Latitude\":37.7668,\"Longitude\":-122.3959,\"Address\":\"\"}]",
      true },
    { "\"Hello world!\"", true },
    { "42", true },
    /* numbers */
    { "-0", true },        { "-1", true },       { "1e5", true },     { "1E+05", true },
    { "1e-5", true },      { "0.0", true },      { "-0.10e1", true }, { "0e0", true },
    { "123456789012345678901234567890", true },
    { "01", false },       { "-01", false },     { "+1", false },     { ".5", false },
    { "1.", false },       { "1.e5", false },    { "1e", false },     { "1e+", false },
    { "-", false },        { "--1", false },     { "0x10", false },   { "NaN", false },
    { "Infinity", false }, { "-Infinity", false }, { "1_000", false }, { "1a", false },
    { "00", false },       { "1 2", false },     { "[1 2]", false },
    /* words */
    { "tru", false },      { "truE", false },    { "True", false },   { "nulll", false },
    { "nul", false },      { "falsefalse", false }, { "undefined", false },
    /* structure */
    { "", false },         { " \n", false },     { ",", false },      { "]", false },
    { "}", false },        { "[", false },       { "{", false },      { "[1,]", false },
    { "[,1]", false },     { "[,]", false },     { "[1,,2]", false }, { "[1", false },
    { "[1}", false },      { "{]", false },      { "{,}", false },    { "{\"a\"}", false },
    { "{\"a\":}", false }, { "{\"a\":1,}", false }, { "{\"a\" 1}", false }, { "{a:1}", false },
    { "{1:1}", false },    { "{\"a\":1 \"b\":2}", false }, { "{\"a\":1,,\"b\":2}", false },
    { "{\"a\"::1}", false }, { "[\"a\":1]", false }, { "{\"a\":1]", false }, { "{}{}", false },
    { "[][]", false },     { "1,", false },      { "[1]]", false },   { "{\"a\",\"b\"}", false },
    { "{true:1}", false }, { "[1] x", false },   { "/* no */ 1", false }, { "[1]//", false },
    { "'a'", false },      { "\v1", false },     { "\f1", false },    { "\xef\xbb\xbf" "1", false },
    /* escapes */
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", true },
    { "\"\\ud800\"", true }, /* grammar allows it */
    { "\"\\x41\"", false },  { "\"\\u12\"", false },  { "\"\\u12G4\"", false }, { "\"\\", false },
    { "\"\\\"", false },     { "\"\\u\"", false },    { "\"\\U0041\"", false },
    { "\"\\ \"", false },
    /* bytes in strings */
    { "\"\x7f\"", true },    { "\"\x1f\"", false },   { "\"\n\"", false },  { "\"\t\"", false },
    { "\"\xc3\xa9\"", true }, { "\"\xe2\x82\xac\"", true }, { "\"\xf0\x9f\x98\x80\"", true },
    { "\"\xed\x9f\xbf\xee\x80\x80\"", true }, { "\"\xf4\x8f\xbf\xbf\"", true },
    { "\"\xc3\"", false },   { "\"\xa9\"", false },   { "\"\xc0\xaf\"", false },
    { "\"\xc1\xbf\"", false }, { "\"\xe0\x9f\xbf\"", false }, { "\"\xe0\xa0\x80\"", true },
    { "\"\xed\xa0\x80\"", false }, { "\"\xf0\x8f\xbf\xbf\"", false },
    { "\"\xf0\x90\x80\x80\"", true },
    { "\"\xf4\x90\x80\x80\"", false }, { "\"\xf5\x80\x80\x80\"", false }, { "\"\xff\"", false },
    { "\"\xe2\x82\"", false }, { "\"\xe2\x82", false }, { "\"\xf0\x9f\x98\"", false },
};

static void test_accepts_json_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(grammar_cases); i++) {
        hy_sv text = exact_copy(hy_sv_of(grammar_cases[i].text));
        if (is_json(text) != grammar_cases[i].good) {
            fail_msg("row %zu: %s", i, grammar_cases[i].text);
        }
        free((void *)text.ptr);
    }
}

static void test_nul_is_not_space(void **state)
{
    (void)state;
    assert_false(is_json((hy_sv){ "1\0", 2 }));
    assert_false(is_json((hy_sv){ "\"a\0\"", 4 }));
    assert_false(is_json((hy_sv){ NULL, 0 }));
}

static void test_no_truncated_text_is_whole(void **state)
{
    (void)state;
    const hy_sv whole = HY_SV("{\"Records\":[{\"Data\":\"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=\"},"
                              "{\"a\\u00e9\\n\":[-1.5e+3,true,false,null,\"\xf0\x9f\x98\x80\"]}]}");
    assert_true(is_json(whole));
    for (size_t len = 0; len < whole.len; len++) {
        hy_sv part = exact_copy((hy_sv){ whole.ptr, len });
        if (is_json(part)) {
            fail_msg("accepted after %zu bytes", len);
        }
        free((void *)part.ptr);
    }
}

static void test_depth_has_a_limit(void **state)
{
    (void)state;
    char text[2 * (HY_JSON_DEPTH_MAX + 1)];
    for (size_t depth = HY_JSON_DEPTH_MAX; depth <= HY_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(is_json((hy_sv){ text, 2 * depth }), depth == HY_JSON_DEPTH_MAX);
    }
}

static void test_levels_remember_what_they_are(void **state)
{
    (void)state;
    char text[1024] = "";
    char *at = text;
    for (int i = 0; i < 64; i++) { /* [{"a":[{"a": ... */
        memcpy(at, "[{\"a\":", 6);
        at += 6;
    }
    *at++ = '1';
    for (int i = 0; i < 64; i++) {
        *at++ = '}';
        *at++ = ']';
    }
    assert_true(is_json(hy_sv_of(text)));
    at[-1] = '}';
    assert_false(is_json(hy_sv_of(text)));
}

static void test_token_text_and_offset(void **state)
{
    (void)state;
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, HY_SV(" {\"name\": \"a\\nb\", \"n\": -12.5e3 }"));
    assert_int_equal(hy_json_next(&scan), HY_JSON_OBJECT_BEGIN);
    assert_int_equal(scan.offset, 1);
    assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
    assert_true(hy_sv_equal(scan.text, HY_SV("name")));
    assert_int_equal(scan.offset, 2);
    assert_false(scan.escaped);
    assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
    assert_true(hy_sv_equal(scan.text, HY_SV("a\\nb")));
    assert_int_equal(scan.offset, 10);
    assert_true(scan.escaped);
    assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
    assert_false(scan.escaped);
    assert_int_equal(hy_json_next(&scan), HY_JSON_NUMBER);
    assert_true(hy_sv_equal(scan.text, HY_SV("-12.5e3")));
    assert_int_equal(hy_json_next(&scan), HY_JSON_OBJECT_END);
    assert_int_equal(hy_json_next(&scan), HY_JSON_END);
}

static const struct error_case {
    const char *text;
    size_t offset;
} error_cases[] = {
    { "", 0 },
    { "[1,\n2 x]", 6 },
    { "{\"a\" 1}", 5 },
    { "{\"a\":1,}", 7 },
    { "[\"ab\x01\"]", 4 },
    { "\"abc", 4 },
    { "\"a\\q\"", 3 },
    { "\"a\xff\"", 2 },
    { "[1] 2", 4 },
    { "trux", 3 },
};

static void test_error_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(error_cases); i++) {
        struct hy_json_scan scan;
        hy_json_scan_init(&scan, hy_sv_of(error_cases[i].text));
        enum hy_json_token token;
        do {
            token = hy_json_next(&scan);
            assert_int_not_equal(token, HY_JSON_END);
        } while (token != HY_JSON_ERROR);
        assert_int_equal(scan.offset, error_cases[i].offset);
        assert_non_null(scan.error);
        assert_false(hy_json_skip(&scan));
    }
}

static void test_skip_passes_over_one_value(void **state)
{
    (void)state;
    static const char *const values[] = { "1", "\"x\"", "null", "[]", "{}", "[1,[2,{\"b\":3}],4]",
                                          "{\"b\":{\"a\":[{}]},\"c\":1}" };
    for (size_t i = 0; i < 2 * ROWS(values); i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"a\": %s ,\"z\":true}", values[i / 2]);
        struct hy_json_scan scan;
        hy_json_scan_init(&scan, hy_sv_of(text));
        assert_int_equal(hy_json_next(&scan), HY_JSON_OBJECT_BEGIN);
        assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
        if (i % 2 == 1) { /* after its first token */
            assert_int_not_equal(hy_json_next(&scan), HY_JSON_ERROR);
        }
        assert_true(hy_json_skip(&scan));
        assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
        assert_true(hy_json_is(&scan, HY_SV("z")));
    }
}

static void test_skip_value_gives_its_text(void **state)
{
    (void)state;
    struct hy_json_scan scan;
    hy_sv value;
    hy_json_scan_init(&scan, HY_SV("{\"a\" : [1, \"]\"] ,\"b\":\"x\\\"\" , \"c\":tru}"));
    assert_int_equal(hy_json_next(&scan), HY_JSON_OBJECT_BEGIN);
    assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
    assert_true(hy_json_skip_value(&scan, &value));
    assert_true(hy_sv_equal(value, HY_SV("[1, \"]\"]")));
    assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
    assert_true(hy_json_skip_value(&scan, &value));
    assert_true(hy_sv_equal(value, HY_SV("\"x\\\"\"")));
    assert_int_equal(hy_json_next(&scan), HY_JSON_NAME);
    assert_false(hy_json_skip_value(&scan, &value));
    assert_int_equal(hy_json_next(&scan), HY_JSON_ERROR);
}

static void test_skip_of_the_whole_text(void **state)
{
    (void)state;
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, HY_SV("[1,{\"a\":[]}] "));
    assert_true(hy_json_skip(&scan));
    assert_int_equal(hy_json_next(&scan), HY_JSON_END);
}

static const struct unescape_case {
    const char *raw;
    hy_sv decoded;
} unescape_cases[] = {
    { "", HY_SV_INIT("") },
    { "plain", HY_SV_INIT("plain") },
    { "\\\"\\\\\\/\\b\\f\\n\\r\\t", HY_SV_INIT("\"\\/\b\f\n\r\t") },
    { "a\\u0000b", HY_SV_INIT("a\0b") },
    { "\\u0041\\u007f\\u0080\\u07ff\\u0800\\uffff",
      HY_SV_INIT("A\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf") },
    { "\\u00E9\\u00e9", HY_SV_INIT("\xc3\xa9\xc3\xa9") },
    { "\\ud83d\\ude00", HY_SV_INIT("\xf0\x9f\x98\x80") },
    { "\\uD800\\uDC00\\uDBFF\\uDFFF", HY_SV_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
    { "\\ud83d", HY_SV_INIT("\xef\xbf\xbd") },
    { "\\ude00", HY_SV_INIT("\xef\xbf\xbd") },
    { "\\ud83dx", HY_SV_INIT("\xef\xbf\xbdx") },
    { "\\ud83d\\n", HY_SV_INIT("\xef\xbf\xbd\n") },
    { "\\ud83d\\u0041", HY_SV_INIT("\xef\xbf\xbd" "A") },
    { "\\ud83d\\ud83d\\ude00", HY_SV_INIT("\xef\xbf\xbd\xf0\x9f\x98\x80") },
    { "\\ude00\\ude00", HY_SV_INIT("\xef\xbf\xbd\xef\xbf\xbd") },
    { "\\ude00\\ud83d", HY_SV_INIT("\xef\xbf\xbd\xef\xbf\xbd") },
    { "\xc3\xa9\\n\xf0\x9f\x98\x80", HY_SV_INIT("\xc3\xa9\n\xf0\x9f\x98\x80") },
};

static void test_unescape_decodes_in_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(unescape_cases); i++) {
        hy_sv raw = exact_copy(hy_sv_of(unescape_cases[i].raw));
        size_t len = hy_json_unescape(raw, (char *)raw.ptr);
        if (!hy_sv_equal((hy_sv){ raw.ptr, len }, unescape_cases[i].decoded)) {
            fail_msg("row %zu: %s", i, unescape_cases[i].raw);
        }
        free((void *)raw.ptr);
    }
}

static void test_is_considers_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(unescape_cases); i++) {
        char text[128];
        snprintf(text, sizeof text, "\"%s\"", unescape_cases[i].raw);
        struct hy_json_scan scan;
        hy_json_scan_init(&scan, hy_sv_of(text));
        assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
        hy_sv name = unescape_cases[i].decoded;
        assert_true(hy_json_is(&scan, name));
        assert_false(hy_json_is(&scan, HY_SV("something else")));
        if (name.len > 0) {
            assert_false(hy_json_is(&scan, (hy_sv){ name.ptr, name.len - 1 }));
        }
    }
}

static void test_line_counts_from_one(void **state)
{
    (void)state;
    const hy_sv text = HY_SV("a\nb\n");
    assert_int_equal(hy_json_line(text, 0), 1);
    assert_int_equal(hy_json_line(text, 1), 1); /* the line break belongs to its line */
    assert_int_equal(hy_json_line(text, 2), 2);
    assert_int_equal(hy_json_line(text, 99), 3);
}

/* Every byte at every place of a run, at every alignment: the quick way agrees with the slow. */
static void test_runs_end_where_they_should(void **state)
{
    (void)state;
    char text[100];
    for (size_t at = 0; at < sizeof text; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memset(text, 'a', sizeof text);
            text[at] = (char)byte;
            const char *begin = text + at % 5;
            const char *end = text + sizeof text - byte % 3;
            const char *expected = begin;
            while (expected < end && hy_json_is_ordinary(*expected)) {
                expected++;
            }
            assert_ptr_equal(hy_json_run_portable(begin, end), expected);
            assert_ptr_equal(hy_json_run(begin, end), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_come_in_order),
        cmocka_unit_test(test_accepts_json_and_nothing_else),
        cmocka_unit_test(test_nul_is_not_space),
        cmocka_unit_test(test_no_truncated_text_is_whole),
        cmocka_unit_test(test_depth_has_a_limit),
        cmocka_unit_test(test_levels_remember_what_they_are),
        cmocka_unit_test(test_token_text_and_offset),
        cmocka_unit_test(test_error_says_where),
        cmocka_unit_test(test_skip_passes_over_one_value),
        cmocka_unit_test(test_skip_value_gives_its_text),
        cmocka_unit_test(test_skip_of_the_whole_text),
        cmocka_unit_test(test_unescape_decodes_in_place),
        cmocka_unit_test(test_is_considers_escapes),
        cmocka_unit_test(test_line_counts_from_one),
        cmocka_unit_test(test_runs_end_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
