#include "pipeline/series.h"

#include <stdlib.h>

enum { CAP_FIRST = 4 };

static struct hy_point *point(const struct hy_series *series, size_t index)
{
    return &series->points[(series->first + index) % series->cap];
}

const struct hy_point *hy_series_at(const struct hy_series *series, size_t index)
{
    return point(series, index);
}

void hy_point_merge(struct hy_point *into, const struct hy_point *other)
{
    if (into->samples == 0 || other->min < into->min) {
        into->min = other->min;
    }
    if (into->samples == 0 || other->max > into->max) {
        into->max = other->max;
    }
    into->sum += other->sum;
    into->samples += other->samples;
}

/* Before there are as many as there may be, the ring has not begun to turn: first is 0. */
static int grow(struct hy_series *series)
{
    size_t cap = series->cap == 0 ? CAP_FIRST : series->cap * 2;
    cap = cap > HY_SERIES_POINTS_MAX ? HY_SERIES_POINTS_MAX : cap;
    struct hy_point *points = realloc(series->points, cap * sizeof *points);
    if (points == NULL) {
        return 0;
    }
    series->points = points;
    series->cap = cap;
    return 1;
}

/* NULL: out of memory. */
static struct hy_point *append(struct hy_series *series, uint64_t at_ms)
{
    if (series->count == HY_SERIES_POINTS_MAX) {
        series->first = (series->first + 1) % series->cap;
        series->count--;
    } else if (series->count == series->cap && !grow(series)) {
        return NULL;
    }
    struct hy_point *made = point(series, series->count++);
    *made = (struct hy_point){ .at_ms = at_ms };
    return made;
}

void hy_series_add(struct hy_series *series, double value, uint64_t now_ms)
{
    const uint64_t at_ms = now_ms - now_ms % HY_SERIES_PERIOD_MS;
    const struct hy_point sample = { at_ms, 1, value, value, value };
    series->samples++;
    series->sum += value;
    series->last = value;
    while (series->count > 0 && point(series, series->count - 1)->at_ms > at_ms) {
        series->count--;
    }
    struct hy_point *last = series->count > 0 ? point(series, series->count - 1) : NULL;
    if (last == NULL || last->at_ms != at_ms) {
        last = append(series, at_ms);
    }
    if (last != NULL) {
        hy_point_merge(last, &sample);
    }
}

void hy_series_finish(struct hy_series *series)
{
    free(series->points);
    *series = (struct hy_series){ .points = NULL };
}
