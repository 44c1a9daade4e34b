/* update_destination.c - UpdateDestination: firehose.md 2.9, whose order of checks this follows. */
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/operations.h"
#include "services/firehose/s3_description.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"
#include "services/firehose/unsupported.h"

#include <stdio.h>
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

static enum hy_code check_updates(const cJSON *request, struct hy_err *err)
{
    static const char *const unchangeable[] = { "Elasticsearch", "HttpEndpoint" };
    if (count_updates(request) == 0) {
        return hy_refuse(err, &hy_invalid_argument, "At least one destination or source "
                         "configuration update must be provided");
    }
    if (hy_tree_get(request, "S3DestinationUpdate") != NULL &&
        hy_tree_get(request, "ExtendedS3DestinationUpdate") != NULL) {
        return hy_refuse(err, &hy_invalid_argument, "Exactly one of s3DestinationUpdate or "
                         "extendedS3DestinationUpdate must be specified.");
    }
    for (size_t i = 0; i < sizeof unchangeable / sizeof unchangeable[0]; i++) {
        char member[64];
        (void)snprintf(member, sizeof member, "%sDestinationUpdate", unchangeable[i]);
        if (hy_tree_get(request, member) != NULL) {
            return hy_refuse(err, &hy_invalid_argument, "Changing the destination type to or "
                             "from %s is not supported at this time.", unchangeable[i]);
        }
    }
    return hy_unsupported_check_request(request, err);
}

/* Answers the call when HY_OK. An update that changes nothing leaves the version as it is. */
static enum hy_code act(struct hy_delivery_stream *stream, const cJSON *request,
                        struct hy_call *call)
{
    const cJSON *old = hy_description_s3(stream->description);
    const cJSON *update = hy_tree_get(request, "ExtendedS3DestinationUpdate");
    if (update == NULL) {
        update = hy_tree_get(request, "S3DestinationUpdate");
    }
    cJSON *s3 = NULL;
    const enum hy_code code = hy_s3_description_update(old, update, &s3, &call->err);
    if (code != HY_OK) {
        return code;
    }
    if (cJSON_Compare(old, s3, true)) {
        cJSON_Delete(s3);
        hy_call_ok(call, HY_SV("{}"));
        return HY_OK;
    }
    cJSON *changed = hy_description_with_s3(stream->description, s3, call->now_ms);
    return changed == NULL ? HY_NO_MEMORY
                           : hy_delivery_stream_replace(stream, changed, hy_call_on_saved, call);
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
        code = check_updates(request, &call->err);
    }
    if (code == HY_OK) {
        code = act(stream, request, call);
    }
    cJSON_Delete(request);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
