/* statistic.h - what a datapoint says, and datapoints of a longer period. Pure. */
#ifndef HY_SERVICES_CLOUDWATCH_STATISTIC_H
#define HY_SERVICES_CLOUDWATCH_STATISTIC_H

#include "base/sv.h"
#include "pipeline/series.h"

enum hy_statistic {
    HY_STATISTIC_SAMPLE_COUNT,
    HY_STATISTIC_AVERAGE,
    HY_STATISTIC_SUM,
    HY_STATISTIC_MINIMUM,
    HY_STATISTIC_MAXIMUM,
    HY_STATISTIC_COUNT,
};

hy_sv hy_statistic_name(enum hy_statistic statistic);
bool hy_statistic_find(const char *name, enum hy_statistic *out); /* false: there is none */
double hy_statistic_of(const struct hy_point *point, enum hy_statistic statistic);

/* A walk over the series in periods that begin at start_ms (rounded down to the minute), up to
 * but not including end_ms. Periods without a sample are passed over. */
struct hy_periods {
    const struct hy_series *series; /* NULL: there is nothing */
    uint64_t start_ms, end_ms, period_ms;
    size_t next;
};
struct hy_periods hy_periods_of(const struct hy_series *series, uint64_t start_ms,
                                uint64_t end_ms, uint64_t period_ms);
bool hy_periods_next(struct hy_periods *periods, struct hy_point *out);

#endif
