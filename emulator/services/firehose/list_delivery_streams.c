/* list_delivery_streams.c - ListDeliveryStreams: names in byte order, strictly after the start
 * name, which need not exist (firehose.md 2.6). */
#include "services/firehose/description.h"
#include "services/firehose/operations.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 10 };

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names that are wanted, sorted, in the call's arena. */
static enum hy_code collect(const struct hy_firehose *firehose, const cJSON *request,
                            struct hy_arena *arena, const char ***names, size_t *count)
{
    const char *start = hy_tree_text(request, "ExclusiveStartDeliveryStreamName");
    const char *type = hy_tree_text(request, "DeliveryStreamType");
    const size_t all = HASH_COUNT(firehose->streams);
    *names = hy_arena_alloc(arena, (all + 1) * sizeof **names);
    *count = 0;
    if (*names == NULL) {
        return HY_NO_MEMORY;
    }
    const struct hy_delivery_stream *stream = NULL;
    for (stream = firehose->streams; stream != NULL; stream = stream->hh.next) {
        const bool is_wanted =
            (start == NULL || strcmp(stream->name, start) > 0) &&
            (type == NULL || strcmp(hy_description_type(stream->description), type) == 0);
        if (is_wanted) {
            (*names)[(*count)++] = stream->name;
        }
    }
    qsort(*names, *count, sizeof **names, compare_names);
    return HY_OK;
}

static cJSON *make_reply(const char *const *names, size_t count, size_t limit)
{
    cJSON *reply = cJSON_CreateObject();
    const size_t shown = count < limit ? count : limit;
    if (hy_tree_set(reply, "DeliveryStreamNames", cJSON_CreateStringArray(names, (int)shown)) &&
        hy_tree_set(reply, "HasMoreDeliveryStreams", cJSON_CreateBool(count > shown))) {
        return reply;
    }
    cJSON_Delete(reply);
    return NULL;
}

void hy_list_delivery_streams(void *service, struct hy_call *call)
{
    struct hy_firehose *firehose = service;
    cJSON *request = NULL;
    const char **names = NULL;
    size_t count = 0;
    enum hy_code code = hy_call_parse(call, &hy_shape_list_streams_input, false, &request);
    if (code == HY_OK) {
        code = collect(firehose, request, &call->arena, &names, &count);
    }
    const size_t limit = (size_t)hy_tree_number(request, "Limit", LIMIT_DEFAULT);
    cJSON_Delete(request);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
        return;
    }
    hy_metrics_add(&firehose->metrics, HY_METRIC_LIST_REQUESTS, 1, call->now_ms);
    hy_metrics_add(&firehose->metrics, HY_METRIC_LIST_LATENCY, 0, call->now_ms); /* at once */
    hy_call_answer_tree(call, make_reply(names, count, limit));
}
