/* test_error_logs.c - log streams in memory, and filter patterns. */
#include "services/logs/pattern.h"
#include "services/logs/store.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

static void test_the_oldest_event_goes_first(void **state)
{
    (void)state;
    struct hy_log_store store = { .streams = NULL };
    struct hy_log_stream *stream = hy_log_stream_get(&store, "/g", "s", 7);
    for (uint64_t i = 0; i < HY_LOG_EVENTS_MAX + 3; i++) {
        char text[16];
        const int len = snprintf(text, sizeof text, "%06llu", (unsigned long long)i);
        assert_int_equal(hy_log_append(&store, stream, (hy_sv){ text, (size_t)len }, i), HY_OK);
    }
    assert_int_equal(stream->count, HY_LOG_EVENTS_MAX);
    assert_int_equal(stream->bytes, 6 * HY_LOG_EVENTS_MAX);
    assert_string_equal(hy_log_at(stream, 0)->message, "000003");
    assert_int_equal(hy_log_at(stream, 0)->id, 4);
    assert_int_equal(hy_log_at(stream, HY_LOG_EVENTS_MAX - 1)->id, HY_LOG_EVENTS_MAX + 3);
    hy_log_store_finish(&store);
}

static void test_streams_are_found_and_sorted(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        { "/b", "y" }, { "/a", "z" }, { "/b", "x" }, { "/a-", "0" }, { "/a", "a" },
    };
    static const char sorted[] = "/a:a /a:z /a-:0 /b:x /b:y ";
    struct hy_log_store store = { .streams = NULL };
    char text[128] = "";
    size_t len = 0;
    assert_null(hy_log_stream_find(&store, "/a", "a"));
    for (size_t i = 0; i < ROWS(names); i++) {
        assert_non_null(hy_log_stream_get(&store, names[i][0], names[i][1], i));
    }
    struct hy_log_stream *again = hy_log_stream_get(&store, "/b", "y", 99);
    assert_ptr_equal(again, hy_log_stream_find(&store, "/b", "y"));
    assert_int_equal(again->created_ms, 0);
    hy_log_store_sort(&store);
    for (struct hy_log_stream *stream = store.streams; stream != NULL; stream = stream->hh.next) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s:%s ", stream->group,
                                stream->name);
    }
    assert_string_equal(text, sorted);
    hy_log_store_finish(&store);
    assert_null(hy_log_stream_find(&store, "/b", "y"));
}

#define LINE                                                                                       \
    "{\"deliveryStreamVersionId\":12,\"message\":\"The request timed out.\","                      \
    "\"errorCode\":\"Lambda.FunctionTimedOut\"}"

static const struct pattern {
    const char *pattern;
    bool matches;
} patterns[] = {
    { "", true },
    { "   ", true },
    { "timed", true },
    { "TIMED", false }, /* case counts */
    { "timed out", true },
    { "out timed", true }, /* terms, in any order */
    { "\"timed out\"", true },
    { "\"out timed\"", false },
    { "timed nothing", false },
    { "timed -nothing", true },
    { "timed -Lambda", false },
    { "?nothing ?Lambda", true },
    { "?nothing ?never", false },
    { "timed ?never", false },
    { "{ $.errorCode = \"Lambda.FunctionTimedOut\" }", true },
    { "{$.errorCode=\"Lambda.FunctionTimedOut\"}", true },
    { "{ $.errorCode = Lambda.FunctionTimedOut }", true },
    { "{ $.errorCode = \"Lambda\" }", false },
    { "{ $.errorCode = \"Lambda.*\" }", true },
    { "{ $.errorCode = \"*TimedOut\" }", true },
    { "{ $.errorCode = \"*Function*\" }", true },
    { "{ $.errorCode = \"*\" }", true },
    { "{ $.errorCode != \"S3.*\" }", true },
    { "{ $.errorCode != \"Lambda.*\" }", false },
    { "{ $.deliveryStreamVersionId = 12 }", true },
    { "{ $.deliveryStreamVersionId = 1 }", false },
    { "{ $.processor = \"*\" }", false },
    { "{ $.processor != \"x\" }", false }, /* what is not there is not different */
};

static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(patterns); i++) {
        struct hy_log_pattern pattern;
        if (!hy_log_pattern_parse(&pattern, hy_sv_of(patterns[i].pattern)) ||
            hy_log_pattern_matches(&pattern, HY_SV(LINE)) != patterns[i].matches) {
            fail_msg("pattern %s", patterns[i].pattern);
        }
    }
}

static void test_patterns_that_are_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "\"open", "[a, b]", "%regex%", "{", "{}", "{ errorCode = 1 }", "{ $.a }", "{ $.a > 1 }",
        "{ $.a = 1 && $.b = 2 }", "{ $.a.b = 1 }", "{ $.a = }", "{ $. = 1 }", "-", "a ?",
    };
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct hy_log_pattern pattern;
        if (hy_log_pattern_parse(&pattern, hy_sv_of(refused[i]))) {
            fail_msg("pattern %s", refused[i]);
        }
    }
}

static void test_json_condition_on_what_is_no_json(void **state)
{
    (void)state;
    struct hy_log_pattern pattern;
    assert_true(hy_log_pattern_parse(&pattern, HY_SV("{ $.a = \"*\" }")));
    assert_false(hy_log_pattern_matches(&pattern, HY_SV("not JSON")));
    assert_false(hy_log_pattern_matches(&pattern, HY_SV("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_oldest_event_goes_first),
        cmocka_unit_test(test_streams_are_found_and_sorted),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_patterns_that_are_refused),
        cmocka_unit_test(test_json_condition_on_what_is_no_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
