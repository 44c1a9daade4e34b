/* create_delivery_stream.c - CreateDeliveryStream: a new stream, ACTIVE when it is answered.
 *
 * Whether bucket, function and role exist is not looked at here, as on AWS (firehose.md 2.3).
 */
#include "services/firehose/create_delivery_stream.h"

#include "model/limits.h"
#include "services/firehose/conversion.h"
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/request.h"
#include "services/firehose/shapes.h"
#include "services/firehose/state.h"

enum hy_code hy_create_description(const struct hy_firehose *firehose, hy_sv request,
                                   uint64_t now_ms, cJSON **description, struct hy_err *err)
{
    cJSON *tree = NULL;
    enum hy_code code = hy_request_parse(request, &hy_shape_create_stream_input, true, &tree, err);
    if (code == HY_OK) {
        const struct hy_description_origin origin = { firehose->region, firehose->account,
                                                      now_ms, firehose->env->kinesis };
        code = hy_description_create(&origin, tree, description, err);
        cJSON_Delete(tree);
    }
    if (code == HY_OK) {
        code = hy_conversion_check(firehose, hy_description_s3(*description), err);
        if (code != HY_OK) {
            cJSON_Delete(*description);
        }
    }
    return code;
}

/* All names, as far as they fit into the sentence. */
static enum hy_code refuse_full(const struct hy_firehose *firehose, struct hy_err *err)
{
    struct hy_buf names;
    hy_buf_init(&names, HY_ERR_TEXT_MAX / 2);
    const struct hy_delivery_stream *stream = NULL;
    for (stream = firehose->streams; stream != NULL; stream = stream->hh.next) {
        hy_buf_printf(&names, "%s%s", names.len == 0 ? "" : ", ", stream->name);
    }
    const hy_sv listed = hy_buf_sv(&names);
    const enum hy_code code = hy_refuse(
        err, &hy_limit_exceeded,
        "You have already consumed your firehose quota of %d hoses. Firehose names: [%.*s]",
        HY_STREAMS_MAX, HY_SV_ARG(listed));
    hy_buf_finish(&names);
    return code;
}

enum hy_code hy_create_check_room(const struct hy_firehose *firehose, const char *name,
                                  struct hy_err *err)
{
    if (hy_delivery_stream_find(firehose, hy_sv_of(name)) != NULL) {
        return hy_refuse(err, &hy_resource_in_use,
                         "Firehose %s under accountId %s already exists", name,
                         firehose->account);
    }
    return HASH_COUNT(firehose->streams) < HY_STREAMS_MAX ? HY_OK : refuse_full(firehose, err);
}

struct creating {
    struct hy_call *call;
    char *reply; /* in the call's arena */
};

static void on_added(void *ctx, enum hy_code code)
{
    const struct creating *creating = ctx;
    hy_call_finish(creating->call, code, hy_sv_of(creating->reply));
}

/* The answer is made first: once the stream is there, nothing may fail any more. Nothing in an
 * ARN needs to be escaped. */
static enum hy_code act(struct hy_firehose *firehose, struct hy_call *call, cJSON *description)
{
    struct creating *creating = hy_arena_alloc(&call->arena, sizeof *creating);
    char *reply = hy_arena_printf(&call->arena, "{\"DeliveryStreamARN\":\"%s\"}",
                                  hy_description_arn(description));
    if (creating == NULL || reply == NULL) {
        cJSON_Delete(description);
        return HY_NO_MEMORY;
    }
    *creating = (struct creating){ call, reply };
    return hy_delivery_stream_add(firehose, description, on_added, creating);
}

void hy_create_delivery_stream(void *service, struct hy_call *call)
{
    struct hy_firehose *firehose = service;
    cJSON *description = NULL;
    enum hy_code code = hy_create_description(firehose, (hy_sv){ call->body, call->body_len },
                                              call->now_ms, &description, &call->err);
    if (code == HY_OK) {
        code = hy_create_check_room(firehose, hy_description_name(description), &call->err);
        if (code == HY_OK) {
            code = act(firehose, call, description);
        } else {
            cJSON_Delete(description);
        }
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
