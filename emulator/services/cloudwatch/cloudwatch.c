#include "services/cloudwatch/cloudwatch.h"

#include "services/cloudwatch/operations.h"
#include "services/firehose/firehose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct hy_refusal hy_cloudwatch_invalid_value = { "InvalidParameterValueException", 400 };
const struct hy_refusal hy_cloudwatch_invalid_combination = {
    "InvalidParameterCombinationException", 400
};
const struct hy_refusal hy_cloudwatch_missing = { "MissingRequiredParameterException", 400 };
const struct hy_refusal hy_cloudwatch_invalid_next_token = { "InvalidNextToken", 400 };

static const struct hy_operation operations[] = {
    { HY_SV_INIT("GetMetricData"), hy_get_metric_data },
    { HY_SV_INIT("GetMetricStatistics"), hy_get_metric_statistics },
    { HY_SV_INIT("ListMetrics"), hy_list_metrics },
};

const struct hy_operation *hy_cloudwatch_operations(size_t *count)
{
    *count = sizeof operations / sizeof operations[0];
    return operations;
}

enum hy_code hy_cloudwatch_require(enum hy_param found, const char *name, struct hy_err *err)
{
    switch (found) {
    case HY_PARAM_GOOD:
        return HY_OK;
    case HY_PARAM_ABSENT:
        return hy_refuse(err, &hy_cloudwatch_missing, "The parameter %s is required.", name);
    case HY_PARAM_WRONG:
        break;
    }
    return hy_refuse(err, &hy_cloudwatch_invalid_value, "Value of parameter %s is invalid.", name);
}

/* --- a metric ------------------------------------------------------------------------------ */

/* The stream's name; NULL when there is no dimension at all. */
static enum hy_code read_dimensions(const cJSON *metric, const char **stream, bool *is_ours,
                                    struct hy_err *err)
{
    const cJSON *dimensions = NULL;
    *stream = NULL;
    *is_ours = true;
    const enum hy_param found = hy_params_list(metric, "Dimensions", &dimensions);
    if (found == HY_PARAM_ABSENT) {
        return HY_OK;
    }
    enum hy_code code = hy_cloudwatch_require(found, "Dimensions", err);
    const cJSON *dimension = NULL;
    cJSON_ArrayForEach(dimension, dimensions)
    {
        const char *name = NULL;
        if (code == HY_OK) {
            code = hy_cloudwatch_require(hy_params_text(dimension, "Name", &name), "Name", err);
        }
        if (code == HY_OK) {
            code = hy_cloudwatch_require(hy_params_text(dimension, "Value", stream), "Value", err);
        }
        if (code != HY_OK) {
            return code;
        }
        *is_ours = *is_ours && strcmp(name, "DeliveryStreamName") == 0;
    }
    *is_ours = *is_ours && cJSON_GetArraySize(dimensions) <= 1;
    return code;
}

static size_t find_row(const char *name)
{
    size_t row = 0;
    while (row < HY_METRIC_COUNT && !hy_sv_equal(hy_metric_rows[row].name, hy_sv_of(name))) {
        row++;
    }
    return row;
}

enum hy_code hy_cloudwatch_find(const struct hy_cloudwatch *cloudwatch, const cJSON *metric,
                                const struct hy_series **series, const struct hy_metric_row **row,
                                struct hy_err *err)
{
    const char *space = NULL;
    const char *name = NULL;
    const char *stream_name = NULL;
    bool is_ours = false;
    *series = NULL;
    *row = NULL;
    enum hy_code code =
        hy_cloudwatch_require(hy_params_text(metric, "Namespace", &space), "Namespace", err);
    if (code == HY_OK) {
        code = hy_cloudwatch_require(hy_params_text(metric, "MetricName", &name), "MetricName",
                                     err);
    }
    if (code == HY_OK) {
        code = read_dimensions(metric, &stream_name, &is_ours, err);
    }
    if (code != HY_OK || !is_ours || strcmp(space, "AWS/Firehose") != 0) {
        return code;
    }
    const size_t index = find_row(name);
    if (index == HY_METRIC_COUNT) {
        return HY_OK;
    }
    *row = &hy_metric_rows[index];
    if (stream_name == NULL) {
        *series = hy_firehose_metrics(cloudwatch->firehose)->series[index];
        return HY_OK;
    }
    struct hy_stream *stream = hy_registry_find(cloudwatch->registry, hy_sv_of(stream_name));
    *series = stream == NULL ? NULL : hy_stream_metrics(stream)->series[index];
    return HY_OK;
}

/* --- times --------------------------------------------------------------------------------- */

enum hy_code hy_cloudwatch_range(const cJSON *params, uint64_t *start_ms, uint64_t *end_ms,
                                 struct hy_err *err)
{
    enum hy_code code = hy_cloudwatch_require(
        hy_params_instant_ms(params, "StartTime", start_ms), "StartTime", err);
    if (code == HY_OK) {
        code = hy_cloudwatch_require(hy_params_instant_ms(params, "EndTime", end_ms), "EndTime",
                                     err);
    }
    if (code == HY_OK && *start_ms >= *end_ms) {
        return hy_refuse(err, &hy_cloudwatch_invalid_combination,
                         "The parameter StartTime must be less than the parameter EndTime.");
    }
    return code;
}

enum hy_code hy_cloudwatch_period(const cJSON *params, uint64_t *period_ms, struct hy_err *err)
{
    static const double seconds_max = 86400 * 3660.0;
    double seconds = 0;
    const enum hy_code code =
        hy_cloudwatch_require(hy_params_number(params, "Period", &seconds), "Period", err);
    if (code != HY_OK) {
        return code;
    }
    const bool is_short = seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 ||
                          seconds == 30;
    if (!is_short && !(seconds >= 60 && seconds <= seconds_max && fmod(seconds, 60) == 0)) {
        return hy_refuse(err, &hy_cloudwatch_invalid_value,
                         "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
    }
    *period_ms = (uint64_t)seconds * 1000;
    return HY_OK;
}

/* --- answers ------------------------------------------------------------------------------- */

void hy_cloudwatch_number(struct hy_json_write *json, double number)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%.15g", number);
    if (strpbrk(text, ".e") == NULL) { /* a double, for clients that tell them apart */
        len = snprintf(text, sizeof text, "%.15g.0", number);
    }
    hy_json_raw(json, (hy_sv){ text, (size_t)len });
}

void hy_cloudwatch_dimensions(struct hy_json_write *json, const char *stream_name)
{
    hy_json_begin_array(json);
    if (stream_name != NULL) {
        hy_json_begin_object(json);
        hy_json_name(json, HY_SV("Name"));
        hy_json_string(json, HY_SV("DeliveryStreamName"));
        hy_json_name(json, HY_SV("Value"));
        hy_json_string(json, hy_sv_of(stream_name));
        hy_json_end_object(json);
    }
    hy_json_end_array(json);
}

void hy_cloudwatch_reply(struct hy_call *call, struct hy_buf *body)
{
    hy_call_finish(call, body->failed ? HY_NO_MEMORY : HY_OK, hy_buf_sv(body));
    hy_buf_finish(body);
}
