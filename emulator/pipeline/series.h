/* series.h - one metric of one stream over time: a datapoint a minute, and totals.
 *
 * The last HY_SERIES_POINTS_MAX minutes in which there was something are kept; minutes without
 * a sample have no datapoint, as in CloudWatch. When the clock goes back (a manual one), what
 * lies in its future is forgotten.
 *
 * Pure data: time is an argument.
 */
#ifndef HY_PIPELINE_SERIES_H
#define HY_PIPELINE_SERIES_H

#include <stddef.h>
#include <stdint.h>

enum { HY_SERIES_PERIOD_MS = 60 * 1000, HY_SERIES_POINTS_MAX = 180 };

struct hy_point {
    uint64_t at_ms; /* where its minute begins */
    uint64_t samples;
    double sum, min, max;
};

struct hy_series {
    struct hy_point *points; /* a ring once there are HY_SERIES_POINTS_MAX */
    size_t first, count, cap;
    uint64_t samples; /* since the beginning */
    double sum, last;
};

/* Without memory for another datapoint the sample is in the totals only. */
void hy_series_add(struct hy_series *series, double value, uint64_t now_ms);
void hy_series_finish(struct hy_series *series); /* fine when zeroed */

/* From 0, the oldest, to count - 1. */
const struct hy_point *hy_series_at(const struct hy_series *series, size_t index);

/* Adds one datapoint to another, of the same or another minute; at_ms stays as it is. One
 * without samples takes the other's values. */
void hy_point_merge(struct hy_point *into, const struct hy_point *other);

#endif
