#include "pipeline/metrics.h"

#include <stdlib.h>

const struct hy_metric_row hy_metric_rows[HY_METRIC_COUNT] = {
#define X(metric, name, unit, text, kind, help)                                                    \
    { HY_SV_INIT(name), HY_SV_INIT(unit), text, HY_METRIC_KIND_##kind, help },
    HY_METRIC_TABLE(X)
#undef X
};

void hy_metrics_add(struct hy_metrics *metrics, enum hy_metric metric, double value,
                    uint64_t now_ms)
{
    struct hy_series **series = &metrics->series[metric];
    if (*series == NULL) {
        *series = calloc(1, sizeof **series);
    }
    if (*series != NULL) {
        hy_series_add(*series, value, now_ms);
    }
}

void hy_metrics_finish(struct hy_metrics *metrics)
{
    for (size_t i = 0; i < HY_METRIC_COUNT; i++) {
        if (metrics->series[i] != NULL) {
            hy_series_finish(metrics->series[i]);
            free(metrics->series[i]);
        }
    }
    *metrics = (struct hy_metrics){ 0 };
}
