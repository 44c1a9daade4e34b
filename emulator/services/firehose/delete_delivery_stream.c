/* delete_delivery_stream.c - DeleteDeliveryStream: what is buffered is discarded, never delivered
 * (firehose.md 2.4). AllowForceDelete is about KMS grants, which we do not have. */
#include "services/firehose/errors.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"

static enum hy_code act(struct hy_delivery_stream *stream, struct hy_call *call)
{
    if (stream->status == HY_STREAM_CREATING) {
        return hy_refuse(&call->err, &hy_resource_in_use,
                         "Cannot delete firehose: %s when it is in CREATING status",
                         stream->name);
    }
    if (stream->status == HY_STREAM_DELETING) { /* a second time is fine */
        hy_call_ok(call, HY_SV("{}"));
        return HY_OK;
    }
    return hy_delivery_stream_remove(stream, hy_call_on_saved, call);
}

void hy_delete_delivery_stream(void *service, struct hy_call *call)
{
    struct hy_firehose *firehose = service;
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code = hy_call_parse(call, &hy_shape_delete_stream_input, false, &request);
    if (code == HY_OK) {
        code = hy_call_find_stream(firehose, request, "account", &stream, &call->err);
    }
    cJSON_Delete(request);
    if (code == HY_OK) {
        code = act(stream, call);
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
