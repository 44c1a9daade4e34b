/* test_series.c - a metric over time: minutes, bounds, clocks that jump. */
#include "pipeline/metrics.h"
#include "pipeline/series.h"

#include "support/test.h"

enum { MINUTE = HY_SERIES_PERIOD_MS };

static const uint64_t start_ms = UINT64_C(1767225600000);

static void expect_point(const struct hy_series *series, size_t index, uint64_t at_ms,
                         uint64_t samples, double sum, double min, double max)
{
    const struct hy_point *point = hy_series_at(series, index);
    assert_int_equal(point->at_ms, at_ms);
    assert_int_equal(point->samples, samples);
    assert_true(point->sum == sum && point->min == min && point->max == max);
}

static void test_a_minute_is_one_datapoint(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    hy_series_add(&series, 5, start_ms);
    hy_series_add(&series, 2, start_ms + MINUTE - 1);
    hy_series_add(&series, 9, start_ms + MINUTE);
    assert_int_equal(series.count, 2);
    expect_point(&series, 0, start_ms, 2, 7, 2, 5);
    expect_point(&series, 1, start_ms + MINUTE, 1, 9, 9, 9);
    assert_int_equal(series.samples, 3);
    assert_true(series.sum == 16 && series.last == 9);
    hy_series_finish(&series);
}

static void test_minutes_without_a_sample_take_no_room(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    hy_series_add(&series, 1, start_ms);
    hy_series_add(&series, 1, start_ms + UINT64_C(30) * 24 * 3600 * 1000);
    assert_int_equal(series.count, 2);
    hy_series_finish(&series);
}

static void test_the_oldest_goes_first(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    for (uint64_t i = 0; i < HY_SERIES_POINTS_MAX; i++) {
        hy_series_add(&series, (double)i, start_ms + i * MINUTE);
    }
    assert_int_equal(series.count, HY_SERIES_POINTS_MAX);
    expect_point(&series, 0, start_ms, 1, 0, 0, 0);
    for (uint64_t i = 0; i < 200; i++) {
        hy_series_add(&series, 1000, start_ms + (HY_SERIES_POINTS_MAX + i) * MINUTE);
    }
    assert_int_equal(series.count, HY_SERIES_POINTS_MAX);
    for (size_t i = 0; i < series.count; i++) {
        assert_int_equal(hy_series_at(&series, i)->at_ms, start_ms + (200 + i) * MINUTE);
    }
    assert_int_equal(series.samples, HY_SERIES_POINTS_MAX + 200); /* totals forget nothing */
    hy_series_finish(&series);
}

static void test_a_clock_that_goes_back_forgets_its_future(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    for (uint64_t i = 0; i < 5; i++) {
        hy_series_add(&series, 1, start_ms + i * MINUTE);
    }
    hy_series_add(&series, 7, start_ms + 2 * MINUTE);
    assert_int_equal(series.count, 3);
    expect_point(&series, 2, start_ms + 2 * MINUTE, 2, 8, 1, 7);
    hy_series_finish(&series);
}

static void test_negative_and_zero_values(void **state)
{
    (void)state;
    struct hy_series series = { .count = 0 };
    hy_series_add(&series, 0, start_ms);
    hy_series_add(&series, -3, start_ms);
    expect_point(&series, 0, start_ms, 2, -3, -3, 0);
    hy_series_finish(&series);
}

/* ListMetrics and the find by name rely on it. */
static void test_metrics_are_sorted_by_name_and_have_units(void **state)
{
    (void)state;
    for (size_t i = 0; i < HY_METRIC_COUNT; i++) {
        assert_true(hy_metric_rows[i].unit.len > 0);
        assert_true(i == 0 || hy_sv_compare(hy_metric_rows[i - 1].name,
                                            hy_metric_rows[i].name) < 0);
        assert_true((hy_metric_rows[i].text[0] == '\0') ==
                    (hy_metric_rows[i].kind == HY_METRIC_KIND_COUNTED));
    }
}

static void test_a_metric_without_samples_is_not_there(void **state)
{
    (void)state;
    struct hy_metrics metrics = { { NULL } };
    hy_metrics_add(&metrics, HY_METRIC_PUT_LATENCY, 0, start_ms);
    for (size_t i = 0; i < HY_METRIC_COUNT; i++) {
        assert_int_equal(metrics.series[i] != NULL, i == HY_METRIC_PUT_LATENCY);
    }
    hy_metrics_finish(&metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_minute_is_one_datapoint),
        cmocka_unit_test(test_minutes_without_a_sample_take_no_room),
        cmocka_unit_test(test_the_oldest_goes_first),
        cmocka_unit_test(test_a_clock_that_goes_back_forgets_its_future),
        cmocka_unit_test(test_negative_and_zero_values),
        cmocka_unit_test(test_metrics_are_sorted_by_name_and_have_units),
        cmocka_unit_test(test_a_metric_without_samples_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
