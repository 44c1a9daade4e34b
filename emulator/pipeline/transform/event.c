#include "pipeline/transform/event.h"

#include "base/base64.h"
#include "base/json_write.h"
#include "pipeline/kinesis_note.h"
#include "pipeline/transform/record_id.h"

#include <assert.h>
#include <string.h>

static const hy_sv opening = HY_SV_INIT("{\"invocationId\":\"");

/* firehose.md 4.3; nothing for a record that was put. */
static void write_metadata(hy_sv written, struct hy_buf *out)
{
    struct hy_kinesis_note note;
    struct hy_json_write json;
    if (!hy_kinesis_note_read(written, &note)) {
        return;
    }
    hy_buf_append(out, HY_SV(",\"kinesisRecordMetadata\":"));
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("sequenceNumber"));
    hy_json_string(&json, note.sequence);
    hy_json_name(&json, HY_SV("subsequenceNumber"));
    hy_json_u64(&json, note.sub);
    hy_json_name(&json, HY_SV("partitionKey"));
    hy_json_string(&json, note.partition_key);
    hy_json_name(&json, HY_SV("shardId"));
    hy_json_string(&json, note.shard);
    hy_json_name(&json, HY_SV("approximateArrivalTimestamp"));
    hy_json_u64(&json, note.arrived_ms);
    hy_json_end_object(&json);
}

/* Written by hand: it is most of what a transform costs us. */
static void write_record(const struct hy_processed *record, struct hy_buf *out)
{
    const size_t encoded = HY_BASE64_ENCODED(record->data.len);
    hy_buf_append(out, HY_SV("{\"recordId\":\""));
    char *id = hy_buf_reserve(out, HY_RECORD_ID_CHARS);
    if (id == NULL) {
        return; /* the buffer has failed, and says so */
    }
    hy_record_id_write(record->seq, record->place, id);
    hy_buf_commit(out, HY_RECORD_ID_CHARS);
    hy_buf_printf(out, "\",\"approximateArrivalTimestamp\":%llu,\"data\":\"",
                  (unsigned long long)record->arrived_ms);
    if (encoded > 0) {
        char *data = hy_buf_reserve(out, encoded);
        if (data == NULL) {
            return;
        }
        hy_base64_encode(record->data, data);
        hy_buf_commit(out, encoded);
    }
    hy_buf_append(out, HY_SV("\""));
    write_metadata(record->note, out);
    hy_buf_append_byte(out, '}');
}

void hy_event_write(const struct hy_event_head *head, const struct hy_processed *records,
                    size_t count, struct hy_buf *out)
{
    struct hy_json_write json;
    assert(out->len == 0 && head->invocation_id.len == HY_EVENT_INVOCATION_ID_CHARS);
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("invocationId"));
    hy_json_string(&json, head->invocation_id);
    hy_json_name(&json, HY_SV("deliveryStreamArn"));
    hy_json_string(&json, head->stream_arn);
    if (head->source_arn.len > 0) {
        hy_json_name(&json, HY_SV("sourceKinesisStreamArn"));
        hy_json_string(&json, head->source_arn);
    }
    hy_json_name(&json, HY_SV("region"));
    hy_json_string(&json, head->region);
    hy_json_name(&json, HY_SV("records"));
    hy_json_begin_array(&json);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            hy_buf_append_byte(out, ',');
        }
        write_record(&records[i], out);
    }
    hy_json_end_array(&json);
    hy_json_end_object(&json);
}

void hy_event_set_invocation_id(struct hy_buf *event, hy_sv invocation_id)
{
    assert(event->len > opening.len + HY_EVENT_INVOCATION_ID_CHARS);
    assert(invocation_id.len == HY_EVENT_INVOCATION_ID_CHARS);
    memcpy(event->data + opening.len, invocation_id.ptr, invocation_id.len);
}
