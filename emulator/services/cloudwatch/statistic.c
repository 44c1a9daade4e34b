#include "services/cloudwatch/statistic.h"

static const hy_sv names[HY_STATISTIC_COUNT] = {
    [HY_STATISTIC_SAMPLE_COUNT] = HY_SV_INIT("SampleCount"),
    [HY_STATISTIC_AVERAGE] = HY_SV_INIT("Average"),
    [HY_STATISTIC_SUM] = HY_SV_INIT("Sum"),
    [HY_STATISTIC_MINIMUM] = HY_SV_INIT("Minimum"),
    [HY_STATISTIC_MAXIMUM] = HY_SV_INIT("Maximum"),
};

hy_sv hy_statistic_name(enum hy_statistic statistic)
{
    return names[statistic];
}

bool hy_statistic_find(const char *name, enum hy_statistic *out)
{
    for (size_t i = 0; i < HY_STATISTIC_COUNT; i++) {
        if (hy_sv_equal(names[i], hy_sv_of(name))) {
            *out = (enum hy_statistic)i;
            return true;
        }
    }
    return false;
}

double hy_statistic_of(const struct hy_point *point, enum hy_statistic statistic)
{
    switch (statistic) {
    case HY_STATISTIC_SAMPLE_COUNT:
        return (double)point->samples;
    case HY_STATISTIC_AVERAGE:
        return point->samples == 0 ? 0 : point->sum / (double)point->samples;
    case HY_STATISTIC_SUM:
        return point->sum;
    case HY_STATISTIC_MINIMUM:
        return point->min;
    case HY_STATISTIC_MAXIMUM:
        return point->max;
    case HY_STATISTIC_COUNT:
        break;
    }
    return 0;
}

struct hy_periods hy_periods_of(const struct hy_series *series, uint64_t start_ms,
                                uint64_t end_ms, uint64_t period_ms)
{
    return (struct hy_periods){
        .series = series,
        .start_ms = start_ms - start_ms % HY_SERIES_PERIOD_MS,
        .end_ms = end_ms,
        .period_ms = period_ms,
    };
}

bool hy_periods_next(struct hy_periods *periods, struct hy_point *out)
{
    const size_t count = periods->series == NULL ? 0 : periods->series->count;
    *out = (struct hy_point){ .samples = 0 };
    while (periods->next < count) {
        const struct hy_point *point = hy_series_at(periods->series, periods->next);
        const bool is_inside = point->at_ms >= periods->start_ms && point->at_ms < periods->end_ms;
        const uint64_t from_start = is_inside ? point->at_ms - periods->start_ms : 0;
        const uint64_t at_ms = point->at_ms - from_start % periods->period_ms;
        if (is_inside && out->samples > 0 && at_ms != out->at_ms) {
            break; /* of the next period */
        }
        if (is_inside) {
            out->at_ms = at_ms;
            hy_point_merge(out, point);
        }
        periods->next++;
    }
    return out->samples > 0;
}
