/* tag_delivery_stream.c - TagDeliveryStream: adds tags or changes their values; all or none. */
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

enum { TAGS_MAX = 50 };

static enum hy_code act(struct hy_delivery_stream *stream, const cJSON *request,
                        struct hy_call *call)
{
    cJSON *changed = cJSON_Duplicate(stream->description, true);
    if (changed == NULL || !hy_description_add_tags(changed, hy_tree_get(request, "Tags"))) {
        cJSON_Delete(changed);
        return HY_NO_MEMORY;
    }
    if (cJSON_GetArraySize(hy_description_tags(changed)) > TAGS_MAX) {
        cJSON_Delete(changed);
        return hy_refuse(&call->err, &hy_limit_exceeded, "A delivery stream can have at most %d "
                         "tags.", TAGS_MAX); /* the sentence is ours */
    }
    return hy_delivery_stream_amend(stream, changed, hy_call_on_saved, call);
}

void hy_tag_delivery_stream(void *service, struct hy_call *call)
{
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code =
        hy_call_parse_change(service, call, &hy_shape_tag_stream_input, &request, &stream);
    if (code == HY_OK) {
        code = act(stream, request, call);
        cJSON_Delete(request);
    }
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
