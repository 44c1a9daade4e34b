/* list_tags_for_delivery_stream.c - ListTagsForDeliveryStream: by key, strictly after the start
 * key, which need not exist (firehose.md 2.10). */
#include "services/firehose/description.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

#include <string.h>

enum { LIMIT_DEFAULT = 50 };

/* The list is sorted already. False when out of memory. */
static bool copy_tags(cJSON *shown, const cJSON *tags, const char *start, int limit,
                      bool *has_more)
{
    const cJSON *tag = NULL;
    cJSON_ArrayForEach(tag, tags)
    {
        if (start != NULL && strcmp(hy_tree_text(tag, "Key"), start) <= 0) {
            continue;
        }
        if (cJSON_GetArraySize(shown) == limit) {
            *has_more = true;
            return true;
        }
        if (!cJSON_AddItemToArray(shown, cJSON_Duplicate(tag, true))) {
            return false;
        }
    }
    return true;
}

static cJSON *make_reply(const cJSON *description, const cJSON *request)
{
    cJSON *reply = cJSON_CreateObject();
    cJSON *shown = cJSON_CreateArray();
    bool has_more = false;
    if (shown != NULL &&
        copy_tags(shown, hy_description_tags(description),
                  hy_tree_text(request, "ExclusiveStartTagKey"),
                  (int)hy_tree_number(request, "Limit", LIMIT_DEFAULT), &has_more)) {
        if (hy_tree_set(reply, "Tags", shown) &&
            hy_tree_set(reply, "HasMoreTags", cJSON_CreateBool(has_more))) {
            return reply;
        }
        shown = NULL; /* hy_tree_set has taken it */
    }
    cJSON_Delete(shown);
    cJSON_Delete(reply);
    return NULL;
}

void hy_list_tags_for_delivery_stream(void *service, struct hy_call *call)
{
    cJSON *request = NULL;
    struct hy_delivery_stream *stream = NULL;
    enum hy_code code =
        hy_call_parse(call, &hy_shape_list_tags_for_stream_input, false, &request);
    if (code == HY_OK) {
        code = hy_call_find_stream(service, request, "account", &stream, &call->err);
    }
    if (code == HY_OK) {
        hy_call_answer_tree(call, make_reply(stream->description, request));
    } else {
        hy_call_finish(call, code, HY_SV(""));
    }
    cJSON_Delete(request);
}
