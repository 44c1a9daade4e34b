/* describe_delivery_stream.c - DescribeDeliveryStream. Limit and ExclusiveStartDestinationId are
 * checked but change nothing: there is only ever one destination (firehose.md 2.5). */
#include "pipeline/stream/stream.h"
#include "services/firehose/description.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"

void hy_describe_delivery_stream(void *service, struct hy_call *call)
{
    struct hy_firehose *firehose = service;
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code = hy_call_parse(call, &hy_shape_describe_stream_input, false, &request);
    if (code == HY_OK) {
        code = hy_call_find_stream(firehose, request, "account", &stream, &call->err);
    }
    cJSON_Delete(request);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
        return;
    }
    if (stream->status == HY_STREAM_ACTIVE) {
        struct hy_metrics *metrics = hy_stream_metrics(stream->stream);
        hy_metrics_add(metrics, HY_METRIC_DESCRIBE_REQUESTS, 1, call->now_ms);
        hy_metrics_add(metrics, HY_METRIC_DESCRIBE_LATENCY, 0, call->now_ms); /* at once */
    }
    hy_call_answer_tree(call, hy_description_output(stream->description,
                                                    hy_stream_status_name(stream->status)));
}
