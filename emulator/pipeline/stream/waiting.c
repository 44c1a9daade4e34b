/* waiting.c - what waits where in a stream. */
#include "pipeline/stream/inside.h"

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

void hy_stream_waiting(const struct hy_stream *stream, struct hy_stream_waiting *out)
{
    struct hy_transform_waiting transform;
    struct hy_delivery_waiting delivery;
    struct hy_partition_waiting partition = { .oldest_ms = HY_NEVER_MS, .next_ms = HY_NEVER_MS };
    const struct hy_batch *open = stream->batcher.open;
    hy_transform_waiting(stream->transform, &transform);
    hy_delivery_waiting(stream->delivery, &delivery);
    if (stream->partition != NULL) {
        hy_partition_waiting(stream->partition, &partition);
    }
    *out = (struct hy_stream_waiting){
        .transform_records = transform.records + (open != NULL ? open->count : 0),
        .transform_bytes = transform.bytes + (open != NULL ? open->bytes : 0),
        .in_flight_records = transform.in_flight_records,
        .buffer_records = partition.records,
        .buffer_bytes = partition.bytes,
        .delivering_records = delivery.records,
        .unsettled_records = stream->unsettled_records,
        .calls = hy_flushes_count(stream) + hy_awaits_count(stream),
        .oldest_ms = earlier(earlier(transform.oldest_ms, partition.oldest_ms),
                             earlier(open != NULL ? open->oldest_ms : HY_NEVER_MS,
                                     delivery.oldest_ms)),
        .next_due_ms = earlier(earlier(transform.next_ms, partition.next_ms),
                               earlier(hy_batcher_due_ms(&stream->batcher),
                                       delivery.next_ms)),
    };
}
