/* stop_delivery_stream_encryption.c - StopDeliveryStreamEncryption. */
#include "services/firehose/encryption.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"

void hy_stop_delivery_stream_encryption(void *service, struct hy_call *call)
{
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code = hy_call_parse_change(
        service, call, &hy_shape_stop_stream_encryption_input, &request, &stream);
    if (code == HY_OK) {
        code = hy_encryption_change(stream, NULL, call);
        cJSON_Delete(request);
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
