/* test_statistic.c - CloudWatch's statistics and periods over a series. */
#include "services/cloudwatch/statistic.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE = HY_SERIES_PERIOD_MS };

static const uint64_t start_ms = UINT64_C(1767225600000);

static void test_statistics(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double value;
    } rows[] = {
        { "SampleCount", 4 }, { "Average", 2.5 }, { "Sum", 10 }, { "Minimum", 1 }, { "Maximum", 5 },
    };
    const struct hy_point point = { start_ms, 4, 10, 1, 5 };
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum hy_statistic statistic;
        assert_true(hy_statistic_find(rows[i].name, &statistic));
        assert_true(hy_statistic_of(&point, statistic) == rows[i].value);
    }
    enum hy_statistic statistic;
    assert_false(hy_statistic_find("sum", &statistic));
    assert_false(hy_statistic_find("p99", &statistic));
}

/* One sample in each of these minutes, of the minute's number. */
static const unsigned minutes[] = { 0, 1, 2, 5, 6, 14 };

static const struct walk {
    const char *rule;
    int64_t from_ms, to_ms; /* after start_ms */
    uint64_t period_ms;
    const char *expected; /* "minute:sum " each */
} walks[] = {
    { "the start is in it, the end is not", 0, 5 * MINUTE, MINUTE, "0:0 1:1 2:2 " },
    { "a millisecond more, and the end is in it", 0, 5 * MINUTE + 1, MINUTE, "0:0 1:1 2:2 5:5 " },
    { "the start is rounded down to its minute", 1 * MINUTE + 59999, 3 * MINUTE, MINUTE,
      "1:1 2:2 " },
    { "periods of five minutes begin at the start", 0, 15 * MINUTE, 5 * MINUTE, "0:3 5:11 10:14 " },
    { "wherever that is", 1 * MINUTE, 15 * MINUTE, 5 * MINUTE, "1:8 6:6 11:14 " },
    { "one period for all", 0, 15 * MINUTE, 60 * MINUTE, "0:28 " },
    { "shorter than a minute: at the minute", 0, 3 * MINUTE, 10000, "0:0 1:1 2:2 " },
    { "before everything", -9 * MINUTE, 0, MINUTE, "" },
    { "after everything", 15 * MINUTE, 99 * MINUTE, MINUTE, "" },
};

static void test_periods(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    for (size_t i = 0; i < ROWS(minutes); i++) {
        hy_series_add(&series, minutes[i], start_ms + minutes[i] * (uint64_t)MINUTE + 17);
    }
    for (size_t i = 0; i < ROWS(walks); i++) {
        const struct walk *row = &walks[i];
        char text[256] = "";
        size_t len = 0;
        struct hy_point point;
        struct hy_periods periods =
            hy_periods_of(&series, (uint64_t)((int64_t)start_ms + row->from_ms),
                          (uint64_t)((int64_t)start_ms + row->to_ms), row->period_ms);
        while (hy_periods_next(&periods, &point)) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%llu:%g ",
                                    (unsigned long long)((point.at_ms - start_ms) / MINUTE),
                                    point.sum);
        }
        if (strcmp(text, row->expected) != 0) {
            fail_msg("%s: %s, not %s", row->rule, text, row->expected);
        }
    }
    hy_series_finish(&series);
}

static void test_no_series_no_periods(void **state)
{
    (void)state;
    struct hy_point point;
    struct hy_periods periods = hy_periods_of(NULL, start_ms, start_ms + MINUTE, MINUTE);
    assert_false(hy_periods_next(&periods, &point));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_no_series_no_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
