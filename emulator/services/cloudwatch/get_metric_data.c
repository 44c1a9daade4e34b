/* get_metric_data.c - GetMetricData: one statistic each of up to 500 metrics. */
#include "services/cloudwatch/operations.h"
#include "services/cloudwatch/statistic.h"

#include <stdlib.h>
#include <string.h>

enum { QUERIES_MAX = 500 };

struct query {
    const char *id, *label;
    const struct hy_series *series;
    uint64_t period_ms;
    enum hy_statistic statistic;
    bool returns;
};

struct request {
    uint64_t start_ms, end_ms;
    bool ascending;
    struct query *queries; /* on the heap */
    size_t count;
};

static enum hy_code read_stat(const struct hy_cloudwatch *cloudwatch, const cJSON *stat,
                              struct query *query, struct hy_err *err)
{
    const struct hy_metric_row *row = NULL;
    const char *name = NULL;
    const char *unit = NULL;
    const cJSON *metric = hy_params_get(stat, "Metric");
    enum hy_code code = hy_cloudwatch_find(cloudwatch, metric, &query->series, &row, err);
    if (code == HY_OK) {
        code = hy_cloudwatch_period(stat, &query->period_ms, err);
    }
    if (code == HY_OK) {
        code = hy_cloudwatch_require(hy_params_text(stat, "Stat", &name), "Stat", err);
    }
    if (code == HY_OK && !hy_statistic_find(name, &query->statistic)) {
        code = hy_refuse(err, &hy_cloudwatch_invalid_value,
                         "Stat must be SampleCount, Average, Sum, Minimum or Maximum: hydrant "
                         "keeps no percentiles, so not %s", name);
    }
    if (code == HY_OK && hy_params_text(stat, "Unit", &unit) == HY_PARAM_GOOD && row != NULL &&
        !hy_sv_equal(row->unit, hy_sv_of(unit))) {
        query->series = NULL; /* there is nothing in another unit */
    }
    if (code == HY_OK && query->label == NULL) {
        (void)hy_params_text(metric, "MetricName", &query->label);
    }
    return code;
}

static enum hy_code read_query(const struct hy_cloudwatch *cloudwatch, const cJSON *item,
                               struct query *query, struct hy_err *err)
{
    *query = (struct query){ .returns = true };
    enum hy_code code = hy_cloudwatch_require(hy_params_text(item, "Id", &query->id), "Id", err);
    if (code == HY_OK && hy_params_get(item, "Expression") != NULL) {
        code = hy_refuse(err, &hy_cloudwatch_invalid_value,
                         "hydrant evaluates no expressions: query %s must have a MetricStat",
                         query->id);
    }
    if (code == HY_OK && hy_params_text(item, "Label", &query->label) == HY_PARAM_WRONG) {
        code = hy_cloudwatch_require(HY_PARAM_WRONG, "Label", err);
    }
    if (code == HY_OK && hy_params_flag(item, "ReturnData", &query->returns) == HY_PARAM_WRONG) {
        code = hy_cloudwatch_require(HY_PARAM_WRONG, "ReturnData", err);
    }
    const cJSON *stat = hy_params_get(item, "MetricStat");
    if (code == HY_OK && !cJSON_IsObject(stat)) {
        code = hy_cloudwatch_require(stat == NULL ? HY_PARAM_ABSENT : HY_PARAM_WRONG,
                                     "MetricStat", err);
    }
    return code == HY_OK ? read_stat(cloudwatch, stat, query, err) : code;
}

static enum hy_code check_id(const struct request *request, struct hy_err *err)
{
    const char *id = request->queries[request->count].id;
    for (size_t i = 0; i < request->count; i++) {
        if (strcmp(request->queries[i].id, id) == 0) {
            return hy_refuse(err, &hy_cloudwatch_invalid_value,
                             "The values for parameter id in MetricDataQueries must be unique.");
        }
    }
    return HY_OK;
}

static enum hy_code read_queries(const struct hy_cloudwatch *cloudwatch, const cJSON *params,
                                 struct request *request, struct hy_err *err)
{
    const cJSON *queries = NULL;
    enum hy_code code = hy_cloudwatch_require(
        hy_params_list(params, "MetricDataQueries", &queries), "MetricDataQueries", err);
    if (code != HY_OK) {
        return code;
    }
    const size_t count = (size_t)cJSON_GetArraySize(queries);
    if (count > QUERIES_MAX) {
        return hy_refuse(err, &hy_cloudwatch_invalid_value,
                         "The collection MetricDataQueries must not have a size greater than 500.");
    }
    request->queries = calloc(count + 1, sizeof *request->queries);
    if (request->queries == NULL) {
        return HY_NO_MEMORY;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, queries)
    {
        code = read_query(cloudwatch, item, &request->queries[request->count], err);
        if (code == HY_OK) {
            code = check_id(request, err);
        }
        if (code != HY_OK) {
            return code;
        }
        request->count++;
    }
    return HY_OK;
}

static enum hy_code read(const struct hy_cloudwatch *cloudwatch, const cJSON *params,
                         struct request *request, struct hy_err *err)
{
    const char *scan_by = "TimestampDescending";
    enum hy_code code = hy_cloudwatch_range(params, &request->start_ms, &request->end_ms, err);
    const enum hy_param found = hy_params_text(params, "ScanBy", &scan_by);
    request->ascending = strcmp(scan_by, "TimestampAscending") == 0;
    if (code == HY_OK && (found == HY_PARAM_WRONG ||
                          (!request->ascending && strcmp(scan_by, "TimestampDescending") != 0))) {
        code = hy_cloudwatch_require(HY_PARAM_WRONG, "ScanBy", err);
    }
    if (code == HY_OK && hy_params_get(params, "NextToken") != NULL) {
        code = hy_refuse(err, &hy_cloudwatch_invalid_next_token,
                         "The next token specified is invalid.");
    }
    return code == HY_OK ? read_queries(cloudwatch, params, request, err) : code;
}

/* One of the two lists; `points` are in the order of time. */
static void write_list(struct hy_json_write *json, const struct request *request,
                       const struct query *query, const struct hy_point *points, size_t count,
                       bool values)
{
    hy_json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct hy_point *point = &points[request->ascending ? i : count - 1 - i];
        if (values) {
            hy_cloudwatch_number(json, hy_statistic_of(point, query->statistic));
        } else {
            hy_json_u64(json, point->at_ms / 1000);
        }
    }
    hy_json_end_array(json);
}

static void write_result(struct hy_json_write *json, const struct request *request,
                         const struct query *query)
{
    struct hy_point points[HY_SERIES_POINTS_MAX];
    size_t count = 0;
    struct hy_periods periods = hy_periods_of(query->series, request->start_ms, request->end_ms,
                                              query->period_ms);
    while (count < HY_SERIES_POINTS_MAX && hy_periods_next(&periods, &points[count])) {
        count++;
    }
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("Id"));
    hy_json_string(json, hy_sv_of(query->id));
    hy_json_name(json, HY_SV("Label"));
    hy_json_string(json, hy_sv_of(query->label));
    hy_json_name(json, HY_SV("Timestamps"));
    write_list(json, request, query, points, count, false);
    hy_json_name(json, HY_SV("Values"));
    write_list(json, request, query, points, count, true);
    hy_json_name(json, HY_SV("StatusCode"));
    hy_json_string(json, HY_SV("Complete"));
    hy_json_end_object(json);
}

static void answer(struct hy_call *call, const struct request *request)
{
    struct hy_buf body;
    struct hy_json_write json;
    hy_buf_init(&body, HY_CLOUDWATCH_REPLY_MAX);
    hy_json_write_init(&json, &body);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("MetricDataResults"));
    hy_json_begin_array(&json);
    for (size_t i = 0; i < request->count; i++) {
        if (request->queries[i].returns) {
            write_result(&json, request, &request->queries[i]);
        }
    }
    hy_json_end_array(&json);
    hy_json_name(&json, HY_SV("Messages"));
    hy_json_begin_array(&json);
    hy_json_end_array(&json);
    hy_json_end_object(&json);
    hy_cloudwatch_reply(call, &body);
}

void hy_get_metric_data(void *service, struct hy_call *call)
{
    struct request request = { .queries = NULL };
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
    free(request.queries);
    cJSON_Delete(params);
}
