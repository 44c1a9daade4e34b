/* What functions print: whole lines, attributed, and never more than we can stand. */
#include "runtime/logs.h"

#include "base/log.h"

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

static struct hy_function_logs logs;
static FILE *captured;

static int begin(void **state)
{
    (void)state;
    captured = tmpfile();
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_INFO, .fd = fileno(captured) });
    hy_logs_init(&logs, "clicks");
    return 0;
}

static int end(void **state)
{
    (void)state;
    return fclose(captured);
}

static size_t count_of(const char *text)
{
    static char all[4 * 1024 * 1024];
    rewind(captured);
    size_t len = fread(all, 1, sizeof all - 1, captured);
    all[len] = '\0';
    size_t count = 0;
    for (const char *at = strstr(all, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

static void put(enum hy_log_source source, const char *text)
{
    hy_logs_put(&logs, source, hy_sv_of(text));
}

static void test_pieces_become_lines_and_streams_do_not_mix(void **state)
{
    (void)state;
    char tail[HY_LOG_TAIL_MAX];
    hy_logs_begin(&logs, "req-1");
    put(HY_LOG_STDOUT, "one ");
    put(HY_LOG_STDERR, "other\n");
    put(HY_LOG_STDOUT, "line\nlast");
    size_t len = hy_logs_end(&logs, tail);
    assert_int_equal(count_of("one line"), 1);
    assert_int_equal(count_of("other"), 1);
    assert_int_equal(count_of("last"), 1); /* without its newline */
    assert_int_equal(count_of("function=clicks request=req-1"), 3);
    assert_true(hy_sv_equal((hy_sv){ tail, len }, HY_SV("one other\nline\nlast")));
}

static void test_between_calls_lines_belong_to_nobody(void **state)
{
    (void)state;
    char tail[HY_LOG_TAIL_MAX];
    put(HY_LOG_STDERR, "idle\n");
    assert_int_equal(count_of("request=-:"), 1);
    hy_logs_begin(&logs, "req-2");
    assert_int_equal(hy_logs_end(&logs, tail), 0); /* and are not in the next call's tail */
}

static void test_the_tail_is_the_last_4_kib(void **state)
{
    (void)state;
    char tail[HY_LOG_TAIL_MAX], line[16];
    hy_logs_begin(&logs, "req");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(line, sizeof line, "line %05d\n", i);
        put(HY_LOG_STDOUT, line);
    }
    assert_int_equal(hy_logs_end(&logs, tail), HY_LOG_TAIL_MAX);
    assert_memory_equal(tail + HY_LOG_TAIL_MAX - 11, "line 00999\n", 11);
}

static void test_megabytes_without_a_newline(void **state)
{
    (void)state;
    char tail[HY_LOG_TAIL_MAX];
    static char flood[65536];
    memset(flood, 'x', sizeof flood);
    hy_logs_begin(&logs, "req");
    for (int i = 0; i < 160; i++) { /* 10 MiB */
        hy_logs_put(&logs, HY_LOG_STDERR, (hy_sv){ flood, sizeof flood });
    }
    assert_int_equal(hy_logs_end(&logs, tail), HY_LOG_TAIL_MAX);
    assert_in_range(count_of("request=req"), 200, 260); /* 1 MiB in pieces of 4 KiB */
    assert_int_equal(count_of("more bytes of output were not shown"), 1);
}

static void test_a_flood_of_short_lines_ends_as_well(void **state)
{
    (void)state;
    char tail[HY_LOG_TAIL_MAX];
    hy_logs_begin(&logs, "req");
    for (int i = 0; i < 40000; i++) {
        put(HY_LOG_STDOUT, "x\n");
    }
    (void)hy_logs_end(&logs, tail);
    assert_in_range(count_of("request=req"), 10000, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pieces_become_lines_and_streams_do_not_mix, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_between_calls_lines_belong_to_nobody, begin, end),
        cmocka_unit_test_setup_teardown(test_the_tail_is_the_last_4_kib, begin, end),
        cmocka_unit_test_setup_teardown(test_megabytes_without_a_newline, begin, end),
        cmocka_unit_test_setup_teardown(test_a_flood_of_short_lines_ends_as_well, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
