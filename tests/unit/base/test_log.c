#include "base/json_scan.h"
#include "base/log.h"

#include "support/test.h"
#include "support/torture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int ends[2];

static int open_pipe(void **state)
{
    (void)state;
    return pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0;
}

static int close_pipe(void **state)
{
    (void)state;
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_INFO, .fd = 2 });
    return close(ends[0]) | close(ends[1]);
}

static void setup(enum hy_log_level level, bool json)
{
    hy_log_setup(&(struct hy_log_options){ .level = level, .json = json, .fd = ends[1] });
}

/* All that has been logged since the last call; NUL-terminated. */
static const char *logged(void)
{
    static char text[60000];
    ssize_t len = read(ends[0], text, sizeof text - 1);
    text[len < 0 ? 0 : len] = '\0';
    return text;
}

static void test_a_line_of_text(void **state)
{
    (void)state;
    setup(HY_LOG_DEBUG, false);
    hy_log(HY_LOG_WARN, "delivery", "stream=clicks", "retrying %s in %u s", "key", 3u);
    assert_string_equal(logged(), "warn delivery stream=clicks: retrying key in 3 s\n");
    hy_log(HY_LOG_ERROR, "journal", NULL, "full");
    assert_string_equal(logged(), "error journal: full\n");
    hy_log(HY_LOG_DEBUG, "journal", "", "100%%");
    assert_string_equal(logged(), "debug journal: 100%\n");
}

static void test_a_line_stays_a_line(void **state)
{
    (void)state;
    setup(HY_LOG_INFO, false);
    hy_log(HY_LOG_INFO, "m", "key=a\nerror m: forged", "one\r\n\ttwo\x1b[31m \x7f \xc3\xa9");
    assert_string_equal(logged(), "info m key=a\\nerror m: forged: "
                                  "one\\r\\n\\ttwo\\x1b[31m \\x7f \xc3\xa9\n");
}

static void test_levels_above_are_left_out(void **state)
{
    (void)state;
    for (enum hy_log_level level = HY_LOG_ERROR; level <= HY_LOG_DEBUG; level++) {
        setup(level, false);
        for (enum hy_log_level line = HY_LOG_ERROR; line <= HY_LOG_DEBUG; line++) {
            hy_log(line, "m", NULL, "x");
            assert_int_equal(logged()[0] != '\0', line <= level);
            assert_int_equal(hy_log_would(line), line <= level);
        }
    }
}

static uint64_t fixed_now_ms(void *ctx)
{
    return *(const uint64_t *)ctx;
}

static void test_a_line_of_json(void **state)
{
    (void)state;
    uint64_t now_ms = 1767225797123;
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_INFO, .json = true, .fd = ends[1],
        .clock = { .now_ms = fixed_now_ms, .ctx = &now_ms },
    });
    hy_log(HY_LOG_INFO, "m", "k=\"v\"", "one\ntwo \xff");
    assert_string_equal(logged(), "{\"time\":\"2026-01-01T00:03:17.123Z\",\"level\":\"info\","
                                  "\"module\":\"m\",\"subject\":\"k=\\\"v\\\"\","
                                  "\"message\":\"one\\ntwo \xef\xbf\xbd\"}\n");
    setup(HY_LOG_INFO, true);
    hy_log(HY_LOG_INFO, "m", NULL, "x");
    assert_string_equal(logged(), "{\"level\":\"info\",\"module\":\"m\",\"message\":\"x\"}\n");
}

/* The longest line there can be is cut where it does no harm: it is still one line, still JSON. */
static void test_a_huge_line_is_cut_but_whole(void **state)
{
    (void)state;
    char bytes[3 * HY_ERR_TEXT_MAX];
    memset(bytes, '\x01', sizeof bytes - 1);
    bytes[sizeof bytes - 1] = '\0';
    for (int json = 0; json < 2; json++) {
        setup(HY_LOG_INFO, json != 0);
        hy_log(HY_LOG_INFO, bytes, bytes, "%s", bytes);
        const char *line = logged();
        assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
        struct hy_json_scan scan;
        hy_json_scan_init(&scan, hy_sv_of(line));
        assert_int_equal(hy_json_skip(&scan) && hy_json_next(&scan) == HY_JSON_END, json);
    }
}

static void log_once(void *ctx)
{
    (void)ctx;
    setup(HY_LOG_INFO, true);
    hy_log(HY_LOG_ERROR, "m", NULL, "out of memory");
    assert_int_not_equal(logged()[0], '\0');
}

static void test_needs_no_memory(void **state)
{
    (void)state;
    assert_int_equal(torture(log_once, NULL), 1); /* not one allocation */
}

static void test_leaves_errno_alone(void **state)
{
    (void)state;
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_INFO, .fd = -1 });
    errno = ENOSPC;
    hy_log(HY_LOG_ERROR, "m", NULL, "nobody hears this");
    assert_int_equal(errno, ENOSPC);
}

static void test_level_names(void **state)
{
    (void)state;
    enum hy_log_level level = HY_LOG_ERROR;
    assert_true(hy_log_level_of(HY_SV("debug"), &level));
    assert_int_equal(level, HY_LOG_DEBUG);
    assert_true(hy_log_level_of(HY_SV("error"), &level));
    assert_int_equal(level, HY_LOG_ERROR);
    assert_false(hy_log_level_of(HY_SV("INFO"), &level));
    assert_false(hy_log_level_of(HY_SV(""), &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_of_text, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_a_line_stays_a_line, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_levels_above_are_left_out, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_a_line_of_json, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_a_huge_line_is_cut_but_whole, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_needs_no_memory, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_leaves_errno_alone, open_pipe, close_pipe),
        cmocka_unit_test(test_level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
