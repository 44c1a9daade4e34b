/* recovery.c - what the ledger knows about a stream's records, when the stream is opened.
 *
 * A row whose temporary file is still there was written just before the process died: its
 * object gets its name now. If that fails the parcel waits for its name like any other. */
#include "pipeline/stream/inside.h"

#include "base/log.h"

struct recovery {
    struct hy_stream *stream;
    enum hy_code code; /* the first failure */
};

/* Does the row's object have its name, now? */
static bool is_published(struct hy_stream *stream, const struct hy_ledger_delivery *row)
{
    struct hy_pipeline_env *env = stream->channel.env;
    if (row->key.len == 0 || row->temporary.len == 0 ||
        !hy_temporary_exists(env->buckets, row->temporary)) {
        return true;
    }
    const enum hy_code code = hy_object_publish(env->buckets, row->temporary, row->bucket,
                                                row->key, env->sync_objects);
    if (code != HY_OK) {
        hy_log(HY_LOG_WARN, "stream", stream->channel.subject,
               "an object from the last run cannot be finished yet: %s: %.*s/%.*s",
               hy_code_name(code), HY_SV_ARG(row->bucket), HY_SV_ARG(row->key));
    }
    return code == HY_OK;
}

static enum hy_code take_row(struct hy_stream *stream, const struct hy_ledger_delivery *row)
{
    uint64_t fresh;
    const enum hy_code code = hy_seqset_add_all(&stream->recovered[row->lane], row->seqs);
    if (code != HY_OK) {
        return code;
    }
    if (is_published(stream, row)) {
        return hy_settled_add(&stream->settled, row->lane, row->seqs, &fresh);
    }
    return hy_delivery_resume(stream->delivery, stream->spec, row);
}

static void on_row(void *ctx, const struct hy_ledger_delivery *row)
{
    struct recovery *recovery = ctx;
    if (recovery->code == HY_OK) {
        recovery->code = take_row(recovery->stream, row);
    }
}

static enum hy_code take_watermarks(struct hy_stream *stream)
{
    struct hy_pipeline_env *env = stream->channel.env;
    uint64_t watermarks[HY_LANE_COUNT] = { 0 };
    enum hy_code code =
        hy_ledger_load_watermarks(env->ledger, stream->channel.stream_id, watermarks);
    for (size_t i = 0; code == HY_OK && i < HY_LANE_COUNT; i++) {
        stream->pruned[i] = watermarks[i];
        if (watermarks[i] > 0) {
            code = hy_seqset_add(&stream->settled.lanes[i], 1, watermarks[i]);
        }
        if (watermarks[i] > 0 && code == HY_OK) {
            code = hy_seqset_add(&stream->recovered[i], 1, watermarks[i]);
        }
    }
    return code;
}

enum hy_code hy_stream_recover(struct hy_stream *stream, struct hy_err *err)
{
    struct recovery recovery = { .stream = stream };
    enum hy_code code = take_watermarks(stream);
    if (code == HY_OK) {
        code = hy_ledger_load_deliveries(stream->channel.env->ledger, stream->channel.stream_id,
                                         on_row, &recovery);
    }
    if (code == HY_OK) {
        code = recovery.code;
    }
    return code == HY_OK ? HY_OK
                         : hy_fail(err, code, "the ledger of stream %s cannot be read",
                                   stream->spec->name);
}
