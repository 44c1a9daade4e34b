#include "pipeline/partition/buffer.h"

#include "base/clock.h"
#include "model/limits.h"
#include "pipeline/delivery/endpoint_body.h"
#include "pipeline/delivery/framed.h"
#include "store/part.h"

/* An object of the default size stays in memory; larger ones go to the spool's file. */
enum {
    SPOOL_MEMORY_MAX = 6 * HY_MIB,
    /* There may be HY_ACTIVE_PARTITIONS_MAX of them, and each waits for 64 MiB or more. */
    PARTITION_MEMORY_MAX = 128 * 1024,
};

enum hy_code hy_buffer_init(struct hy_buffer *buffer, struct hy_stream_spec *spec,
                            enum hy_parcel_kind kind)
{
    *buffer = (struct hy_buffer){ .due_ms = HY_NEVER_MS };
    buffer->parcel = hy_parcel_create(spec, kind);
    if (buffer->parcel == NULL) {
        return HY_NO_MEMORY;
    }
    buffer->is_for_endpoint = hy_parcel_is_for_endpoint(buffer->parcel);
    buffer->limits = buffer->is_for_endpoint ? spec->endpoint.buffering
                                             : buffer->parcel->s3->buffering;
    return HY_OK;
}

void hy_buffer_finish(struct hy_buffer *buffer)
{
    hy_parcel_destroy(buffer->parcel);
    buffer->parcel = NULL;
}

/* AppendDelimiterToRecord: between records, never after the last (firehose.md 3.8). An HTTP
 * endpoint gets them apart in any case. */
static bool needs_lf(const struct hy_parcel *parcel)
{
    return parcel->kind == HY_PARCEL_DATA && parcel->spec->process.append_delimiter &&
           parcel->records > 0 && !hy_parcel_is_for_endpoint(parcel) &&
           !hy_parcel_is_converted(parcel);
}

static void count(struct hy_buffer *buffer, const struct hy_entry *entry, uint64_t entered_ms)
{
    struct hy_parcel *parcel = buffer->parcel;
    parcel->bytes += needs_lf(parcel);
    if (parcel->records++ == 0) {
        buffer->due_ms = entered_ms + buffer->limits.interval_ms;
    }
    if (entry->arrived_ms < parcel->oldest_ms) {
        parcel->oldest_ms = entry->arrived_ms;
    }
    parcel->bytes += entry->data.len;
    parcel->source_bytes += entry->source_bytes;
}

enum hy_code hy_buffer_add_frame(struct hy_buffer *buffer, uint64_t segment, uint64_t offset,
                                 const struct hy_frame *frame)
{
    struct hy_parcel *parcel = buffer->parcel;
    enum hy_code code = hy_extents_add(&parcel->extents, segment, offset, frame);
    if (code != HY_OK) {
        return code;
    }
    code = hy_seqset_add(&parcel->seqs, frame->seq, frame->seq);
    if (code != HY_OK) {
        hy_extents_drop_last(&parcel->extents, frame);
        return code;
    }
    const struct hy_entry entry = {
        .seq = frame->seq,
        .arrived_ms = frame->arrived_ms,
        .source_bytes = frame->data.len,
        .data = frame->data,
    };
    count(buffer, &entry, frame->arrived_ms);
    return HY_OK;
}

/* What goes in front of the record: a header when it is wanted back, or an LF, or nothing. */
static enum hy_code append_front(struct hy_parcel *parcel, const struct hy_entry *entry)
{
    if (hy_parcel_is_converted(parcel)) {
        const struct hy_framed framed = {
            .seq = entry->seq,
            .arrived_ms = entry->arrived_ms,
            .place = entry->place,
            .places = entry->places,
            .bytes = (uint32_t)entry->data.len,
        };
        char header[HY_FRAMED_HEADER_BYTES];
        hy_framed_write(&framed, header);
        return hy_spool_append(parcel->spool, (hy_sv){ header, sizeof header });
    }
    return needs_lf(parcel) ? hy_spool_append(parcel->spool, HY_SV("\n")) : HY_OK;
}

static enum hy_code append(struct hy_buffer *buffer, const struct hy_entry *entry)
{
    struct hy_parcel *parcel = buffer->parcel;
    enum hy_code code = HY_OK;
    if (!buffer->has_front) {
        code = append_front(parcel, entry);
        buffer->has_front = code == HY_OK;
    }
    if (code == HY_OK) {
        code = hy_spool_append(parcel->spool, entry->data);
    }
    buffer->has_front = buffer->has_front && code != HY_OK; /* kept while the record is owed */
    return code;
}

enum hy_code hy_buffer_add_entry(struct hy_buffer *buffer, const char *spool_dir,
                                 const struct hy_entry *entry, uint64_t now_ms)
{
    struct hy_parcel *parcel = buffer->parcel;
    if (parcel->spool == NULL && parcel->kind != HY_PARCEL_DROPPED) {
        const bool is_one_of_many =
            parcel->kind == HY_PARCEL_DATA && parcel->spec->process.partition;
        parcel->spool = hy_spool_create(spool_dir, is_one_of_many ? PARTITION_MEMORY_MAX
                                                                  : SPOOL_MEMORY_MAX);
        if (parcel->spool == NULL) {
            return HY_NO_MEMORY;
        }
    }
    /* The number first: it may be added twice without harm, the bytes may not. */
    enum hy_code code = hy_parts_add(&parcel->seqs, entry->seq, entry->place, entry->places);
    if (code == HY_OK && buffer->is_for_endpoint) {
        code = hy_parcel_reserve_piece(parcel);
        buffer->owes = code != HY_OK;
    }
    if (code == HY_OK && parcel->spool != NULL) {
        code = append(buffer, entry);
        buffer->owes = code != HY_OK;
    }
    if (code == HY_OK) {
        count(buffer, entry, now_ms);
    }
    if (code == HY_OK && buffer->is_for_endpoint) {
        const struct hy_parcel_piece piece = { entry->seq, entry->arrived_ms, entry->data.len };
        hy_parcel_add_piece(parcel, &piece);
    }
    return code;
}

/* Another record might make the request larger than an endpoint is asked to take. */
static bool is_request_full(const struct hy_parcel *parcel)
{
    return parcel->records >= HY_ENDPOINT_RECORDS_MAX ||
           hy_endpoint_body_bound(parcel->records + 1, parcel->bytes + HY_RECORD_BYTES_MAX) >
               HY_ENDPOINT_BODY_MAX;
}

bool hy_buffer_is_full(const struct hy_buffer *buffer)
{
    return buffer->parcel->bytes >= buffer->limits.bytes ||
           (buffer->is_for_endpoint && is_request_full(buffer->parcel));
}

struct hy_parcel *hy_buffer_take(struct hy_buffer *buffer)
{
    struct hy_parcel *parcel = buffer->parcel;
    buffer->parcel = NULL;
    return parcel;
}
