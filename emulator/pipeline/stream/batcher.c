#include "pipeline/stream/batcher.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/transform/event.h"

enum {
    EVENT_RECORDS_BYTES_MAX = HY_LAMBDA_PAYLOAD_MAX - HY_EVENT_ENVELOPE_BYTES,
    BATCH_BYTES = HY_MIB, /* where there is no function whose buffer says it */
};

static uint64_t encoded_bytes(const struct hy_frame *frame)
{
    return HY_BASE64_ENCODED(frame->data.len) + HY_EVENT_RECORD_BYTES +
           hy_event_note_bytes(frame->note.len);
}

bool hy_batcher_has_room(const struct hy_batcher *batcher, const struct hy_frame *frame)
{
    const struct hy_batch *batch = batcher->open;
    return batch == NULL || batch->encoded_bytes + encoded_bytes(frame) <= EVENT_RECORDS_BYTES_MAX;
}

enum hy_code hy_batcher_add(struct hy_batcher *batcher, struct hy_stream_spec *spec,
                            uint64_t segment, uint64_t offset, const struct hy_frame *frame)
{
    struct hy_batch *batch = batcher->open;
    if (batch == NULL) {
        batch = hy_batch_create(spec);
        if (batch == NULL) {
            return HY_NO_MEMORY;
        }
        batch->oldest_ms = frame->arrived_ms;
    }
    const enum hy_code code = hy_extents_add(&batch->extents, segment, offset, frame);
    if (code != HY_OK) {
        if (batcher->open == NULL) {
            hy_batch_destroy(batch);
        }
        return code;
    }
    batcher->open = batch;
    batch->count++;
    batch->bytes += frame->data.len;
    batch->encoded_bytes += encoded_bytes(frame);
    batch->last_seq = frame->seq;
    if (frame->arrived_ms < batch->oldest_ms) {
        batch->oldest_ms = frame->arrived_ms;
    }
    return HY_OK;
}

bool hy_batcher_is_full(const struct hy_batcher *batcher)
{
    const struct hy_batch *batch = batcher->open;
    if (batch == NULL) {
        return false;
    }
    const struct hy_transform_spec *spec = &batch->spec->transform;
    return batch->bytes >= (spec->lambda_arn != NULL ? spec->buffering.bytes : BATCH_BYTES) ||
           batch->count >= HY_BATCH_COUNT_MAX;
}

uint64_t hy_batcher_due_ms(const struct hy_batcher *batcher)
{
    const struct hy_batch *batch = batcher->open;
    return batch == NULL ? HY_NEVER_MS
                         : batch->oldest_ms + batch->spec->transform.buffering.interval_ms;
}

struct hy_batch *hy_batcher_take(struct hy_batcher *batcher)
{
    struct hy_batch *batch = batcher->open;
    batcher->open = NULL;
    return batch;
}

void hy_batcher_finish(struct hy_batcher *batcher)
{
    hy_batch_destroy(hy_batcher_take(batcher));
}
