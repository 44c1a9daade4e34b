/* untag_delivery_stream.c - UntagDeliveryStream: unknown keys are ignored. */
#include "services/firehose/description.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

static enum hy_code act(struct hy_delivery_stream *stream, const cJSON *request,
                        struct hy_call *call)
{
    cJSON *changed = cJSON_Duplicate(stream->description, true);
    if (changed == NULL) {
        return HY_NO_MEMORY;
    }
    const cJSON *key = NULL;
    cJSON_ArrayForEach(key, hy_tree_get(request, "TagKeys"))
    {
        hy_description_remove_tag(changed, key->valuestring);
    }
    return hy_delivery_stream_amend(stream, changed, hy_call_on_saved, call);
}

void hy_untag_delivery_stream(void *service, struct hy_call *call)
{
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code =
        hy_call_parse_change(service, call, &hy_shape_untag_stream_input, &request, &stream);
    if (code == HY_OK) {
        code = act(stream, request, call);
        cJSON_Delete(request);
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
