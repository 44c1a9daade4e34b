/* start_delivery_stream_encryption.c - StartDeliveryStreamEncryption. What lies in the journal is
 * not encrypted; Describe and the Puts' answers say that it is. */
#include "services/firehose/encryption.h"
#include "services/firehose/operations.h"
#include "services/firehose/semantics.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

/* Without an input the key is the service's own. False when out of memory. */
static bool fill_in(cJSON *request)
{
    static const char member[] = "DeliveryStreamEncryptionConfigurationInput";
    return hy_tree_get(request, member) != NULL ||
           (hy_tree_set(request, member, cJSON_CreateObject()) &&
            hy_tree_set_text(hy_tree_get(request, member), "KeyType", "AWS_OWNED_CMK"));
}

static enum hy_code act(const struct hy_firehose *firehose, struct hy_delivery_stream *stream,
                        cJSON *request, struct hy_call *call)
{
    if (!fill_in(request)) {
        return HY_NO_MEMORY;
    }
    const cJSON *input = hy_tree_get(request, "DeliveryStreamEncryptionConfigurationInput");
    const enum hy_code code = hy_semantics_check_encryption(input, firehose->region, &call->err);
    return code != HY_OK ? code : hy_encryption_change(stream, input, call);
}

void hy_start_delivery_stream_encryption(void *service, struct hy_call *call)
{
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code = hy_call_parse_change(
        service, call, &hy_shape_start_stream_encryption_input, &request, &stream);
    if (code == HY_OK) {
        code = act(service, stream, request, call);
        cJSON_Delete(request);
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
