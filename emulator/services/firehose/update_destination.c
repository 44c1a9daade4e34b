/* update_destination.c - UpdateDestination: firehose.md 2.9, whose order of checks this follows. */
#include "pipeline/stream/stream.h"
#include "services/firehose/conversion.h"
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/http_description.h"
#include "services/firehose/operations.h"
#include "services/firehose/other_destinations.h"
#include "services/firehose/s3_description.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"
#include "services/firehose/unsupported.h"

#include <string.h>

static enum hy_code check_state(const struct hy_delivery_stream *stream, const cJSON *request,
                                struct hy_err *err)
{
    if (stream->status != HY_STREAM_ACTIVE) {
        return hy_refuse(err, &hy_resource_in_use,
                         "Cannot update firehose: %s when it is in %s status", stream->name,
                         hy_stream_status_name(stream->status));
    }
    const char *current = hy_description_version(stream->description);
    const char *given = hy_tree_text(request, "CurrentDeliveryStreamVersionId");
    if (strcmp(current, given) != 0) {
        return hy_refuse(err, &hy_concurrent_modification,
                         "Cannot update firehose: %s since the current version id: %s and "
                         "specified version id: %s do not match",
                         stream->name, current, given);
    }
    const char *id = hy_tree_text(request, "DestinationId");
    return strcmp(id, HY_DESTINATION_ID) == 0 ? HY_OK
        : hy_refuse(err, &hy_invalid_argument, "Destination Id %s not found", id);
}

static size_t count_updates(const cJSON *request)
{
    size_t count = 0;
    for (const cJSON *member = request->child; member != NULL; member = member->next) {
        count += hy_sv_ends_with(hy_sv_of(member->string), HY_SV("DestinationUpdate"));
    }
    return count;
}

static enum hy_code check_type(const struct hy_delivery_stream *stream, const cJSON *request,
                               struct hy_err *err)
{
    const bool is_http = hy_description_http(stream->description) != NULL;
    const bool wants_http = hy_tree_get(request, "HttpEndpointDestinationUpdate") != NULL;
    const char *type = is_http != wants_http ? "HttpEndpoint" : NULL;
    if (hy_tree_get(request, "ElasticsearchDestinationUpdate") != NULL) {
        type = "Elasticsearch";
    }
    return type == NULL ? HY_OK
        : hy_refuse(err, &hy_invalid_argument, "Changing the destination type to or from %s is "
                    "not supported at this time.", type);
}

static enum hy_code check_updates(const struct hy_delivery_stream *stream, const cJSON *request,
                                  struct hy_err *err)
{
    if (count_updates(request) == 0) {
        return hy_refuse(err, &hy_invalid_argument, "At least one destination or source "
                         "configuration update must be provided");
    }
    if (hy_tree_get(request, "S3DestinationUpdate") != NULL &&
        hy_tree_get(request, "ExtendedS3DestinationUpdate") != NULL) {
        return hy_refuse(err, &hy_invalid_argument, "Exactly one of s3DestinationUpdate or "
                         "extendedS3DestinationUpdate must be specified.");
    }
    enum hy_code code = check_type(stream, request, err);
    if (code == HY_OK) {
        code = hy_unsupported_check_request(request, err);
    }
    return code != HY_OK ? code : hy_other_destinations_check(request, err);
}

/* The destination as it is to be, as it is stored. */
static enum hy_code update(const cJSON *description, const cJSON *request, cJSON **out,
                           struct hy_err *err)
{
    const cJSON *http = hy_tree_get(request, "HttpEndpointDestinationUpdate");
    const cJSON *s3 = hy_tree_get(request, "ExtendedS3DestinationUpdate");
    if (s3 == NULL) {
        s3 = hy_tree_get(request, "S3DestinationUpdate");
    }
    cJSON *updated = NULL;
    const enum hy_code code =
        http != NULL
            ? hy_http_description_update(hy_description_http(description), http, &updated, err)
            : hy_s3_description_update(hy_description_s3(description), s3, &updated, err);
    if (code != HY_OK) {
        return code;
    }
    *out = hy_description_destination(http != NULL ? "HttpEndpointDestinationDescription"
                                                   : "ExtendedS3DestinationDescription", updated);
    return *out == NULL ? HY_NO_MEMORY : HY_OK;
}

/* The call is answered when the row is written. In its arena. */
struct updating {
    struct hy_call *call;
    struct hy_delivery_stream *stream;
};

static void sample(const struct updating *updating)
{
    const struct hy_clock *clock = &updating->stream->firehose->env->clock;
    const uint64_t now_ms = clock->now_ms(clock->ctx);
    const uint64_t began_ms = updating->call->now_ms;
    if (updating->stream->status == HY_STREAM_ACTIVE) {
        struct hy_metrics *metrics = hy_stream_metrics(updating->stream->stream);
        hy_metrics_add(metrics, HY_METRIC_UPDATE_REQUESTS, 1, now_ms);
        hy_metrics_add(metrics, HY_METRIC_UPDATE_LATENCY,
                       now_ms > began_ms ? (double)(now_ms - began_ms) : 0, now_ms);
    }
}

static void on_saved(void *ctx, enum hy_code code)
{
    const struct updating *updating = ctx;
    sample(updating);
    hy_call_on_saved(updating->call, code);
}

/* Answers the call when HY_OK. An update that changes nothing leaves the version as it is. */
static enum hy_code act(struct hy_delivery_stream *stream, const cJSON *request,
                        struct hy_call *call)
{
    cJSON *destination = NULL;
    struct updating *updating = hy_arena_alloc(&call->arena, sizeof *updating);
    if (updating == NULL) {
        return HY_NO_MEMORY;
    }
    *updating = (struct updating){ call, stream };
    enum hy_code code = update(stream->description, request, &destination, &call->err);
    if (code != HY_OK) {
        return code;
    }
    code = hy_conversion_check(stream->firehose,
                               hy_tree_get(destination, "ExtendedS3DestinationDescription"),
                               &call->err);
    if (code != HY_OK) {
        cJSON_Delete(destination);
        return code;
    }
    if (cJSON_Compare(hy_tree_get(stream->description, "Destination"), destination, true)) {
        cJSON_Delete(destination);
        sample(updating);
        hy_call_ok(call, HY_SV("{}"));
        return HY_OK;
    }
    cJSON *changed =
        hy_description_with_destination(stream->description, destination, call->now_ms);
    return changed == NULL ? HY_NO_MEMORY
                           : hy_delivery_stream_replace(stream, changed, on_saved, updating);
}

void hy_update_destination(void *service, struct hy_call *call)
{
    struct hy_firehose *firehose = service;
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code = hy_call_parse(call, &hy_shape_update_destination_input, true, &request);
    if (code == HY_OK) {
        code = hy_call_find_stream(firehose, request, "accountId", &stream, &call->err);
    }
    if (code == HY_OK) {
        code = check_state(stream, request, &call->err);
    }
    if (code == HY_OK) {
        code = check_updates(stream, request, &call->err);
    }
    if (code == HY_OK) {
        code = act(stream, request, call);
    }
    cJSON_Delete(request);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
