#include "base/date.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS UINT64_C(86400000)

static void assert_is_the_libraries_date(uint64_t ms)
{
    struct hy_date date = hy_date_of(ms);
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    assert_non_null(gmtime_r(&seconds, &tm));
    assert_int_equal(date.year, tm.tm_year + 1900);
    assert_int_equal(date.month, tm.tm_mon + 1);
    assert_int_equal(date.day, tm.tm_mday);
    assert_int_equal(date.hour, tm.tm_hour);
    assert_int_equal(date.minute, tm.tm_min);
    assert_int_equal(date.second, tm.tm_sec);
    assert_int_equal(date.millisecond, ms % 1000);
    assert_int_equal(date.weekday, tm.tm_wday);
    assert_int_equal(date.yearday, tm.tm_yday + 1);
}

/* Leap years, the centuries that are none, and 2000 and 2400 that are. */
static void test_every_day_of_1970_to_2400(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 431 * UINT64_C(36525) / 100; day++) {
        uint64_t in_day = day * UINT64_C(7919131) % DAY_MS;
        assert_is_the_libraries_date(day * DAY_MS + in_day);
    }
}

static void test_both_sides_of_midnight(void **state)
{
    (void)state;
    for (uint64_t day = 1; day < 400; day++) {
        assert_is_the_libraries_date(day * DAY_MS - 1);
        assert_is_the_libraries_date(day * DAY_MS);
    }
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t ms;
        const char *iso, *http;
    } rows[] = {
        { 0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
        { 784111777000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT" },
        { 951782399999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 GMT" },
        { 951782400000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT" },
        { 1767225797123, "2026-01-01T00:03:17.123Z", "Thu, 01 Jan 2026 00:03:17 GMT" },
        { 253402300799999, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT" },
        { UINT64_MAX, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[HY_DATE_TEXT_BYTES];
        hy_date_iso(rows[i].ms, text);
        assert_string_equal(text, rows[i].iso);
        hy_date_http(rows[i].ms, text);
        assert_string_equal(text, rows[i].http);
    }
}

static void test_the_last_instant_there_is(void **state)
{
    (void)state;
    struct hy_date date = hy_date_of(UINT64_MAX);
    assert_int_equal(date.year, 584556019);
    assert_in_range(date.month, 1, 12);
    assert_in_range(date.yearday, 1, 366);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_1970_to_2400),
        cmocka_unit_test(test_both_sides_of_midnight),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_the_last_instant_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
