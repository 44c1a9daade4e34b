/* list_metrics.c - ListMetrics: what has had a sample, stream after stream in byte order. */
#include "services/cloudwatch/operations.h"
#include "services/firehose/firehose.h"

#include <string.h>

enum {
    PAGE = 500,
    RECENT_MS = 3 * 3600 * 1000,
};

struct filter {
    const char *space, *name, *dimension_name, *dimension_value; /* NULL: any */
    size_t dimension_count;
    bool recent;
    double skip; /* of those that match: the token */
};

struct list {
    struct filter filter;
    struct hy_json_write *json;
    uint64_t now_ms;
    double matched;
    bool has_more;
};

static enum hy_code read_dimension(const cJSON *params, struct filter *filter, struct hy_err *err)
{
    const cJSON *dimensions = NULL;
    const enum hy_param found = hy_params_list(params, "Dimensions", &dimensions);
    if (found == HY_PARAM_ABSENT) {
        return HY_OK;
    }
    enum hy_code code = hy_cloudwatch_require(found, "Dimensions", err);
    if (code != HY_OK) {
        return code;
    }
    filter->dimension_count = (size_t)cJSON_GetArraySize(dimensions);
    if (filter->dimension_count == 0) {
        return HY_OK;
    }
    const cJSON *first = cJSON_GetArrayItem(dimensions, 0);
    code = hy_cloudwatch_require(hy_params_text(first, "Name", &filter->dimension_name), "Name",
                                 err);
    if (code == HY_OK &&
        hy_params_text(first, "Value", &filter->dimension_value) == HY_PARAM_WRONG) {
        code = hy_cloudwatch_require(HY_PARAM_WRONG, "Value", err);
    }
    return code;
}

static enum hy_code read(const cJSON *params, struct filter *filter, struct hy_err *err)
{
    const char *recently = NULL;
    if (hy_params_text(params, "Namespace", &filter->space) == HY_PARAM_WRONG) {
        return hy_cloudwatch_require(HY_PARAM_WRONG, "Namespace", err);
    }
    if (hy_params_text(params, "MetricName", &filter->name) == HY_PARAM_WRONG) {
        return hy_cloudwatch_require(HY_PARAM_WRONG, "MetricName", err);
    }
    const enum hy_param recent = hy_params_text(params, "RecentlyActive", &recently);
    if (recent == HY_PARAM_WRONG || (recent == HY_PARAM_GOOD && strcmp(recently, "PT3H") != 0)) {
        return hy_cloudwatch_require(HY_PARAM_WRONG, "RecentlyActive", err);
    }
    filter->recent = recent == HY_PARAM_GOOD;
    if (hy_params_number(params, "NextToken", &filter->skip) == HY_PARAM_WRONG) {
        return hy_cloudwatch_require(HY_PARAM_WRONG, "NextToken", err);
    }
    return read_dimension(params, filter, err);
}

static bool matches_stream(const struct filter *filter, const char *stream)
{
    if (filter->dimension_count == 0) {
        return true;
    }
    return stream != NULL && filter->dimension_count == 1 &&
           strcmp(filter->dimension_name, "DeliveryStreamName") == 0 &&
           (filter->dimension_value == NULL || strcmp(filter->dimension_value, stream) == 0);
}

static bool is_recent(const struct hy_series *series, uint64_t now_ms)
{
    return series->count > 0 &&
           hy_series_at(series, series->count - 1)->at_ms + RECENT_MS > now_ms;
}

static void write(struct hy_json_write *json, hy_sv name, const char *stream)
{
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("Namespace"));
    hy_json_string(json, HY_SV("AWS/Firehose"));
    hy_json_name(json, HY_SV("MetricName"));
    hy_json_string(json, name);
    hy_json_name(json, HY_SV("Dimensions"));
    hy_cloudwatch_dimensions(json, stream);
    hy_json_end_object(json);
}

static void list_all(struct list *list, const struct hy_metrics *metrics, const char *stream)
{
    const struct filter *filter = &list->filter;
    for (size_t i = 0; i < HY_METRIC_COUNT && matches_stream(filter, stream); i++) {
        const struct hy_series *series = metrics->series[i];
        const hy_sv name = hy_metric_rows[i].name;
        if (series == NULL || (filter->recent && !is_recent(series, list->now_ms)) ||
            (filter->name != NULL && !hy_sv_equal(name, hy_sv_of(filter->name)))) {
            continue;
        }
        const double index = list->matched++;
        if (index >= filter->skip + PAGE) {
            list->has_more = true;
        } else if (index >= filter->skip) {
            write(list->json, name, stream);
        }
    }
}

static void list_stream(void *ctx, struct hy_stream *stream)
{
    list_all(ctx, hy_stream_metrics(stream), hy_stream_spec_of(stream)->name);
}

static void answer(const struct hy_cloudwatch *cloudwatch, struct hy_call *call,
                   struct list *list)
{
    struct hy_buf body;
    struct hy_json_write json;
    hy_buf_init(&body, HY_CLOUDWATCH_REPLY_MAX);
    hy_json_write_init(&json, &body);
    list->json = &json;
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("Metrics"));
    hy_json_begin_array(&json);
    if (list->filter.space == NULL || strcmp(list->filter.space, "AWS/Firehose") == 0) {
        list_all(list, hy_firehose_metrics(cloudwatch->firehose), NULL);
        hy_registry_each(cloudwatch->registry, list_stream, list);
    }
    hy_json_end_array(&json);
    if (list->has_more) {
        hy_json_name(&json, HY_SV("NextToken"));
        hy_buf_printf(&body, "\"%.0f\"", list->filter.skip + PAGE);
    }
    hy_json_end_object(&json);
    hy_cloudwatch_reply(call, &body);
}

void hy_list_metrics(void *service, struct hy_call *call)
{
    struct list list = { .now_ms = call->now_ms };
    cJSON *params = NULL;
    enum hy_code code = hy_params_parse(call, &params);
    if (code == HY_OK) {
        code = read(params, &list.filter, &call->err);
    }
    if (code == HY_OK) {
        answer(service, call, &list);
    } else {
        hy_call_finish(call, code, HY_SV(""));
    }
    cJSON_Delete(params);
}
