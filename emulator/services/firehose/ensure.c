/* ensure.c - hy_firehose_ensure: a stream shall be there and be as described. */
#include "services/firehose/create_delivery_stream.h"
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/kinesis_source.h"
#include "services/firehose/tree.h"

#include <stdlib.h>

struct ensuring {
    void (*done)(void *ctx, enum hy_code code);
    void *ctx;
};

static void on_unchanged(void *ctx)
{
    const struct ensuring ensuring = *(struct ensuring *)ctx;
    free(ctx);
    ensuring.done(ensuring.ctx, HY_OK);
}

/* Nothing to do, but done may not run from inside the call. */
static enum hy_code report_unchanged(struct hy_firehose *firehose,
                                     void (*done)(void *ctx, enum hy_code code), void *ctx)
{
    struct ensuring *ensuring = malloc(sizeof *ensuring);
    if (ensuring == NULL) {
        return HY_NO_MEMORY;
    }
    *ensuring = (struct ensuring){ done, ctx };
    if (!hy_loop_defer(firehose->env->loop, on_unchanged, ensuring)) {
        free(ensuring);
        return HY_NO_MEMORY;
    }
    return HY_OK;
}

/* Takes `wanted`. The stream keeps its identity, its journal and its birthday, and gets the next
 * version, as UpdateDestination would give it. */
static enum hy_code update(struct hy_delivery_stream *stream, cJSON *wanted, uint64_t now_ms,
                           void (*done)(void *ctx, enum hy_code code), void *ctx)
{
    cJSON *destination = cJSON_Duplicate(hy_tree_get(wanted, "Destination"), true);
    cJSON *changed = destination == NULL
        ? NULL : hy_description_with_destination(stream->description, destination, now_ms);
    static const char *const members[] = { "Source", "DeliveryStreamEncryptionConfiguration",
                                           "Tags" };
    for (size_t i = 0; i < sizeof members / sizeof members[0] && changed != NULL; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(changed, members[i]);
        if (!hy_tree_copy(changed, wanted, members[i])) {
            cJSON_Delete(changed);
            changed = NULL;
        }
    }
    cJSON_Delete(wanted);
    return changed == NULL ? HY_NO_MEMORY
                           : hy_delivery_stream_replace(stream, changed, done, ctx);
}

enum hy_code hy_firehose_ensure(struct hy_firehose *firehose, hy_sv request, uint64_t now_ms,
                                void (*done)(void *ctx, enum hy_code code), void *ctx,
                                struct hy_err *err)
{
    cJSON *wanted = NULL;
    enum hy_code code = hy_create_description(firehose, request, now_ms, &wanted, err);
    if (code != HY_OK) {
        return code;
    }
    const char *name = hy_description_name(wanted);
    struct hy_delivery_stream *stream = hy_delivery_stream_find(firehose, hy_sv_of(name));
    if (stream != NULL && stream->status == HY_STREAM_ACTIVE) {
        if (!hy_kinesis_source_same(stream->description, wanted)) {
            cJSON_Delete(wanted);
            return hy_refuse(err, &hy_resource_in_use, "Firehose %s has another source: it has to "
                             "be deleted first", stream->name);
        }
        if (!hy_description_same(stream->description, wanted)) {
            return update(stream, wanted, now_ms, done, ctx);
        }
        cJSON_Delete(wanted);
        return report_unchanged(firehose, done, ctx);
    }
    code = hy_create_check_room(firehose, name, err); /* one that comes or goes is in use */
    if (code != HY_OK) {
        cJSON_Delete(wanted);
        return code;
    }
    return hy_delivery_stream_add(firehose, wanted, done, ctx);
}
