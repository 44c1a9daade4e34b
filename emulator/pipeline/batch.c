#include "pipeline/batch.h"

#include <stdlib.h>

static bool follows(const struct hy_extent *last, uint64_t segment, uint64_t offset,
                    const struct hy_frame *frame)
{
    return last->segment == segment && last->offset + last->length == offset &&
           last->seq + last->count == frame->seq && last->length < HY_EXTENT_BYTES;
}

static bool grow(struct hy_extents *extents)
{
    if (extents->count < extents->cap) {
        return true;
    }
    const size_t cap = extents->cap == 0 ? 4 : extents->cap * 2;
    struct hy_extent *items = realloc(extents->items, cap * sizeof *items);
    if (items == NULL) {
        return false;
    }
    extents->items = items;
    extents->cap = cap;
    return true;
}

enum hy_code hy_extents_add(struct hy_extents *extents, uint64_t segment, uint64_t offset,
                            const struct hy_frame *frame)
{
    if (extents->count > 0) {
        struct hy_extent *last = &extents->items[extents->count - 1];
        if (follows(last, segment, offset, frame)) {
            last->length += frame->frame_bytes;
            last->count++;
            return HY_OK;
        }
    }
    if (!grow(extents)) {
        return HY_NO_MEMORY;
    }
    extents->items[extents->count++] = (struct hy_extent){
        .segment = segment,
        .offset = offset,
        .length = frame->frame_bytes,
        .seq = frame->seq,
        .count = 1,
    };
    return HY_OK;
}

void hy_extents_drop_last(struct hy_extents *extents, const struct hy_frame *frame)
{
    struct hy_extent *last = &extents->items[extents->count - 1];
    last->length -= frame->frame_bytes;
    if (--last->count == 0) {
        extents->count--;
    }
}

void hy_extents_finish(struct hy_extents *extents)
{
    free(extents->items);
    *extents = (struct hy_extents){ 0 };
}

uint64_t hy_extents_bytes(const struct hy_extents *extents)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < extents->count; i++) {
        bytes += extents->items[i].length;
    }
    return bytes;
}

struct hy_batch *hy_batch_create(struct hy_stream_spec *spec)
{
    struct hy_batch *batch = calloc(1, sizeof *batch);
    if (batch != NULL) {
        batch->spec = hy_stream_spec_hold(spec);
    }
    return batch;
}

void hy_batch_destroy(struct hy_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    hy_extents_finish(&batch->extents);
    hy_stream_spec_release(batch->spec);
    free(batch);
}
