/* event.h - the Lambda event of some records (firehose.md 4.2). Pure. */
#ifndef HY_PIPELINE_TRANSFORM_EVENT_H
#define HY_PIPELINE_TRANSFORM_EVENT_H

#include "base/buf.h"
#include "base/random.h"
#include "pipeline/partition/partition.h"

enum {
    /* What a record costs beside its base64, and the event beside its records: upper bounds. */
    HY_EVENT_RECORD_BYTES = 260,
    HY_EVENT_ENVELOPE_BYTES = 1024,
    HY_EVENT_INVOCATION_ID_CHARS = HY_UUID_BYTES - 1,
};

/* What a record's note adds to it, at most: names, numbers, and its texts in JSON. */
static inline size_t hy_event_note_bytes(size_t note_len)
{
    return note_len == 0 ? 0 : 240 + 6 * note_len;
}

struct hy_event_head {
    hy_sv invocation_id; /* HY_EVENT_INVOCATION_ID_CHARS */
    hy_sv stream_arn;
    hy_sv region;
    hy_sv source_arn; /* of the Kinesis data stream; empty: records are put */
};

/* Appends the event to an empty `out`. */
void hy_event_write(const struct hy_event_head *head, const struct hy_processed *records,
                    size_t count, struct hy_buf *out);

/* The same event for another attempt: the id is fresh, the records are not. */
void hy_event_set_invocation_id(struct hy_buf *event, hy_sv invocation_id);

#endif
