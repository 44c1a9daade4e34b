/* get_metric_statistics.c - GetMetricStatistics: datapoints of one metric. */
#include "services/cloudwatch/operations.h"
#include "services/cloudwatch/statistic.h"

#include <string.h>

enum { DATAPOINTS_MAX = 1440 };

struct request {
    const struct hy_series *series;
    const struct hy_metric_row *row;
    const char *name;
    uint64_t start_ms, end_ms, period_ms;
    bool wanted[HY_STATISTIC_COUNT];
};

static enum hy_code read_statistics(const cJSON *params, struct request *request,
                                    struct hy_err *err)
{
    const cJSON *statistics = NULL;
    if (hy_params_get(params, "ExtendedStatistics") != NULL) {
        return hy_refuse(err, &hy_cloudwatch_invalid_value,
                         "hydrant keeps no percentiles: ExtendedStatistics cannot be used");
    }
    enum hy_code code = hy_cloudwatch_require(hy_params_list(params, "Statistics", &statistics),
                                              "Statistics", err);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, statistics)
    {
        enum hy_statistic statistic = HY_STATISTIC_COUNT;
        if (code == HY_OK &&
            (!cJSON_IsString(item) || !hy_statistic_find(item->valuestring, &statistic))) {
            code = hy_cloudwatch_require(HY_PARAM_WRONG, "Statistics", err);
        }
        if (code == HY_OK) {
            request->wanted[statistic] = true;
        }
    }
    return code;
}

static enum hy_code check(const struct request *request, struct hy_err *err)
{
    const uint64_t range_ms = request->end_ms - request->start_ms;
    const uint64_t count = (range_ms + request->period_ms - 1) / request->period_ms;
    if (count <= DATAPOINTS_MAX) {
        return HY_OK;
    }
    return hy_refuse(err, &hy_cloudwatch_invalid_combination,
                     "You have requested up to %llu datapoints, which exceeds the limit of 1,440. "
                     "You may reduce the datapoints requested by increasing Period, or decreasing "
                     "the time range.",
                     (unsigned long long)count);
}

static enum hy_code read(const struct hy_cloudwatch *cloudwatch, const cJSON *params,
                         struct request *request, struct hy_err *err)
{
    enum hy_code code = hy_cloudwatch_find(cloudwatch, params, &request->series, &request->row,
                                           err);
    if (code == HY_OK) {
        (void)hy_params_text(params, "MetricName", &request->name); /* found a line before */
        code = hy_cloudwatch_range(params, &request->start_ms, &request->end_ms, err);
    }
    if (code == HY_OK) {
        code = hy_cloudwatch_period(params, &request->period_ms, err);
    }
    if (code == HY_OK) {
        code = read_statistics(params, request, err);
    }
    const char *unit = NULL;
    const enum hy_param found = hy_params_text(params, "Unit", &unit);
    if (code == HY_OK && found == HY_PARAM_WRONG) {
        code = hy_cloudwatch_require(found, "Unit", err);
    }
    if (code == HY_OK && found == HY_PARAM_GOOD && request->row != NULL &&
        !hy_sv_equal(request->row->unit, hy_sv_of(unit))) {
        request->series = NULL; /* there is nothing in another unit */
    }
    return code == HY_OK ? check(request, err) : code;
}

static void write_datapoint(struct hy_json_write *json, const struct request *request,
                            const struct hy_point *point)
{
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("Timestamp"));
    hy_json_u64(json, point->at_ms / 1000);
    for (size_t i = 0; i < HY_STATISTIC_COUNT; i++) {
        if (request->wanted[i]) {
            hy_json_name(json, hy_statistic_name((enum hy_statistic)i));
            hy_cloudwatch_number(json, hy_statistic_of(point, (enum hy_statistic)i));
        }
    }
    hy_json_name(json, HY_SV("Unit"));
    hy_json_string(json, request->row->unit);
    hy_json_end_object(json);
}

static void answer(struct hy_call *call, const struct request *request)
{
    struct hy_buf body;
    struct hy_json_write json;
    struct hy_point point;
    struct hy_periods periods = hy_periods_of(request->series, request->start_ms,
                                              request->end_ms, request->period_ms);
    hy_buf_init(&body, HY_CLOUDWATCH_REPLY_MAX);
    hy_json_write_init(&json, &body);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("Label"));
    hy_json_string(&json, hy_sv_of(request->name));
    hy_json_name(&json, HY_SV("Datapoints"));
    hy_json_begin_array(&json);
    while (hy_periods_next(&periods, &point)) {
        write_datapoint(&json, request, &point);
    }
    hy_json_end_array(&json);
    hy_json_end_object(&json);
    hy_cloudwatch_reply(call, &body);
}

void hy_get_metric_statistics(void *service, struct hy_call *call)
{
    struct request request = { .series = NULL };
    cJSON *params = NULL;
    enum hy_code code = hy_params_parse(call, &params);
    if (code == HY_OK) {
        code = read(service, params, &request, &call->err);
    }
    if (code == HY_OK) {
        answer(call, &request);
    } else {
        hy_call_finish(call, code, HY_SV(""));
    }
    cJSON_Delete(params);
}
