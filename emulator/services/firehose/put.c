#include "services/firehose/put.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/stream/stream.h"
#include "services/firehose/errors.h"
#include "services/firehose/operations.h"
#include "services/firehose/put_walk.h"
#include "services/firehose/tree.h"

#include <stdio.h>
#include <string.h>

/* A Put whose records are appended, until the journal has written them; in the call's arena. */
struct put {
    struct hy_firehose *firehose;
    struct hy_call *call;
    struct hy_stream *stream; /* there at least until its journal has told us */
    bool is_batch, encrypted;
    uint64_t stream_id, first_seq;
    size_t count, refused_count, accepted_bytes;
    const uint64_t *refused; /* NULL: none */
};

/* --- the answer ---------------------------------------------------------------------------- */

static char *write_text(char *at, hy_sv text)
{
    memcpy(at, text.ptr, text.len);
    return at + text.len;
}

/* At most HY_BATCH_RECORDS_MAX. */
static char *write_count(char *at, size_t count)
{
    char digits[8];
    const int len = snprintf(digits, sizeof digits, "%zu", count);
    return write_text(at, (hy_sv){ digits, (size_t)len });
}

static char *write_record_id(const struct put *put, size_t index, char *at)
{
    at = write_text(at, HY_SV("\"RecordId\":\""));
    hy_put_record_id_make(&put->firehose->record_ids, put->stream_id, put->first_seq + index, at);
    return write_text(at + HY_RECORD_ID_CHARS, HY_SV("\""));
}

/* What a record over the quota is told (firehose.md 2.8). */
static const hy_sv slow_down = HY_SV_INIT(
    "\"ErrorCode\":\"ServiceUnavailableException\",\"ErrorMessage\":\"Slow down.\"");

/* The members' order is the service's, and some clients read it in that order
 * (firehose.md 1.3). */
static char *write_one(const struct put *put, char *at)
{
    at = write_text(at, HY_SV("{"));
    at = write_record_id(put, 0, at);
    return write_text(at, put->encrypted ? HY_SV(",\"Encrypted\":true}")
                                         : HY_SV(",\"Encrypted\":false}"));
}

static char *write_many(const struct put *put, char *at)
{
    at = write_text(at, put->encrypted ? HY_SV("{\"Encrypted\":true")
                                       : HY_SV("{\"Encrypted\":false"));
    at = write_text(at, HY_SV(",\"FailedPutCount\":"));
    at = write_count(at, put->refused_count);
    at = write_text(at, HY_SV(",\"RequestResponses\":["));
    size_t accepted = 0;
    for (size_t i = 0; i < put->count; i++) {
        at = write_text(at, i == 0 ? HY_SV("{") : HY_SV(",{"));
        if (put->refused != NULL && hy_put_walked_is_refused(put->refused, i)) {
            at = write_text(at, slow_down);
        } else {
            at = write_record_id(put, accepted++, at);
        }
        at = write_text(at, HY_SV("}"));
    }
    return write_text(at, HY_SV("]}"));
}

enum { ENTRY_BYTES = HY_RECORD_ID_CHARS + 32, AROUND_BYTES = 128 };

/* One call's answer at a time is in `reply`: it is copied before hy_call_ok returns. */
static void answer(const struct put *put)
{
    struct hy_buf *reply = &put->firehose->reply;
    hy_buf_clear(reply);
    char *begin = hy_buf_reserve(reply, AROUND_BYTES + put->count * ENTRY_BYTES);
    if (begin == NULL) {
        hy_call_finish(put->call, HY_NO_MEMORY, HY_SV(""));
        return;
    }
    char *end = put->is_batch ? write_many(put, begin) : write_one(put, begin);
    hy_buf_commit(reply, (size_t)(end - begin));
    hy_call_ok(put->call, hy_buf_sv(reply));
}

/* So that clients try again (firehose.md 2.8); also when the disk has refused. */
static void answer_busy(struct hy_call *call)
{
    hy_call_finish(call, hy_refuse(&call->err, &hy_service_unavailable, "Slow down."), HY_SV(""));
}

/* CloudWatch's view of it. */
static void sample(const struct put *put)
{
    const bool is_batch = put->is_batch;
    const struct hy_clock *clock = &put->firehose->env->clock;
    const uint64_t now_ms = clock->now_ms(clock->ctx);
    const uint64_t began_ms = put->call->now_ms;
    const double records = (double)(put->count - put->refused_count);
    const double bytes = (double)put->accepted_bytes;
    struct hy_metrics *metrics = hy_stream_metrics(put->stream);

    hy_metrics_add(metrics, HY_METRIC_INCOMING_REQUESTS, 1, now_ms);
    hy_metrics_add(metrics, HY_METRIC_INCOMING_RECORDS, records, now_ms);
    hy_metrics_add(metrics, HY_METRIC_INCOMING_BYTES, bytes, now_ms);
    hy_metrics_add(metrics, is_batch ? HY_METRIC_BATCH_REQUESTS : HY_METRIC_PUT_REQUESTS, 1,
                   now_ms);
    hy_metrics_add(metrics, is_batch ? HY_METRIC_BATCH_BYTES : HY_METRIC_PUT_BYTES, bytes,
                   now_ms);
    hy_metrics_add(metrics, is_batch ? HY_METRIC_BATCH_LATENCY : HY_METRIC_PUT_LATENCY,
                   now_ms > began_ms ? (double)(now_ms - began_ms) : 0, now_ms);
    if (is_batch) {
        hy_metrics_add(metrics, HY_METRIC_BATCH_RECORDS, records, now_ms);
    }
    hy_metrics_add(metrics, HY_METRIC_REQUESTS_LIMIT, HY_QUOTA_REQUESTS, now_ms);
    hy_metrics_add(metrics, HY_METRIC_RECORDS_LIMIT, HY_QUOTA_RECORDS, now_ms);
    hy_metrics_add(metrics, HY_METRIC_BYTES_LIMIT, HY_QUOTA_BYTES, now_ms);
}

static void on_written(void *ctx, enum hy_code code)
{
    const struct put *put = ctx;
    if (code == HY_OK) {
        sample(put);
        answer(put);
    } else {
        answer_busy(put->call);
    }
}

/* --- both ways end here -------------------------------------------------------------------- */

static void count(struct hy_counters *counters, bool is_batch)
{
    if (is_batch) {
        counters->put_record_batch_requests++;
    } else {
        counters->put_record_requests++;
    }
}

static void throttle(const struct hy_put_walked *walked, size_t records, uint64_t now_ms)
{
    struct hy_stream *stream = walked->stream->stream;
    hy_stream_counters(stream)->throttled_records += records;
    hy_metrics_add(hy_stream_metrics(stream), HY_METRIC_THROTTLED_RECORDS, (double)records,
                   now_ms);
}

static void refuse_busy(struct hy_call *call, const struct hy_put_walked *walked, size_t records)
{
    throttle(walked, records, call->now_ms);
    answer_busy(call);
}

/* One request too many is refused whole; of a batch, else, only the records that are too many. */
static bool is_over_quota(struct hy_put_walked *walked, bool is_batch)
{
    return walked->has_quota && (!hy_quota_take_request(&walked->quota) ||
                                 (!is_batch && walked->refused_count > 0));
}

/* NULL: out of memory. */
static struct put *make_put(struct hy_firehose *firehose, struct hy_call *call, bool is_batch,
                            const struct hy_put_walked *walked)
{
    const struct hy_delivery_stream *stream = walked->stream;
    uint64_t *refused = NULL;
    if (walked->refused_count > 0) {
        refused = hy_arena_alloc(&call->arena, sizeof walked->refused);
        if (refused == NULL) {
            return NULL;
        }
        memcpy(refused, walked->refused, sizeof walked->refused);
    }
    struct put *put = hy_arena_alloc(&call->arena, sizeof *put);
    if (put != NULL) {
        *put = (struct put){
            .firehose = firehose, .call = call, .stream = stream->stream, .is_batch = is_batch,
            .encrypted = stream->encrypted, .stream_id = stream->id,
            .first_seq = walked->first_seq, .count = walked->count,
            .refused_count = walked->refused_count, .refused = refused,
            .accepted_bytes = walked->accepted_bytes,
        };
    }
    return put;
}

static void commit(struct hy_firehose *firehose, struct hy_call *call, bool is_batch,
                   struct hy_put_walked *walked)
{
    struct hy_delivery_stream *stream = walked->stream;
    struct hy_journal *journal = hy_stream_journal(stream->stream);
    if (is_over_quota(walked, is_batch)) {
        hy_journal_rollback(journal, walked->mark);
        refuse_busy(call, walked, walked->count);
        return;
    }
    const bool has_records = walked->count > walked->refused_count;
    struct put *put = make_put(firehose, call, is_batch, walked);
    if (put == NULL || (has_records && !hy_journal_commit(journal, on_written, put))) {
        hy_journal_rollback(journal, walked->mark);
        answer_busy(call);
        return;
    }
    if (walked->has_quota) {
        stream->quota = walked->quota;
    }
    if (walked->refused_count > 0) {
        throttle(walked, walked->refused_count, call->now_ms);
    }
    count(hy_stream_counters(stream->stream), is_batch);
    if (!has_records) {
        sample(put);
        answer(put); /* there is nothing to be written */
    }
}

/* --- parse --------------------------------------------------------------------------------- */

static enum hy_code check_stream(struct hy_firehose *firehose, const cJSON *request,
                                 struct hy_delivery_stream **stream, struct hy_err *err)
{
    const enum hy_code code = hy_call_find_stream(firehose, request, "account", stream, err);
    if (code == HY_OK && (*stream)->status != HY_STREAM_ACTIVE) {
        return hy_refuse(err, &hy_resource_not_found, "Firehose %s is not active in %s account.",
                         (*stream)->name, firehose->account);
    }
    if (code == HY_OK && (*stream)->is_read) {
        return hy_refuse(err, &hy_invalid_argument, "This operation is not permitted on "
                         "KinesisStreamAsSource delivery stream type.");
    }
    return code;
}

static size_t decoded_length(const char *text)
{
    const size_t len = strlen(text);
    const size_t padding = len == 0 ? 0 : (size_t)((text[len - 1] == '=') + (text[len - 2] == '='));
    return HY_BASE64_DECODED_MAX(len) - padding;
}

static enum hy_code check_size(const cJSON *records, struct hy_err *err)
{
    size_t bytes = 0;
    const cJSON *record = NULL;
    cJSON_ArrayForEach(record, records)
    {
        bytes += decoded_length(hy_tree_text(record, "Data"));
    }
    return bytes <= HY_BATCH_BYTES_MAX ? HY_OK
        : hy_refuse(err, &hy_invalid_argument, "Records size exceeds 4 MB limit");
}

/* False: the journal has no room. The text is base64 and not too long: it was checked. */
static bool append(struct hy_journal *journal, const char *text, uint64_t now_ms,
                   struct hy_put_walked *walked)
{
    const hy_sv encoded = hy_sv_of(text);
    size_t len = 0;
    size_t bad_at = 0;
    char *room = hy_journal_reserve(journal, HY_BASE64_DECODED_MAX(encoded.len));
    if (room == NULL || !hy_base64_decode(encoded, room, &len, &bad_at)) {
        return false;
    }
    hy_put_walked_add(walked, len, now_ms);
    return true;
}

static void append_tree(struct hy_firehose *firehose, struct hy_call *call,
                        const struct hy_put_kind *kind, const cJSON *records,
                        struct hy_put_walked *walked)
{
    struct hy_journal *journal = hy_stream_journal(walked->stream->stream);
    hy_put_walked_begin(walked, walked->stream, call->now_ms);
    const cJSON *record = kind->is_batch ? records->child : records;
    bool good = true;
    while (good && record != NULL) {
        good = append(journal, hy_tree_text(record, "Data"), call->now_ms, walked);
        record = kind->is_batch ? record->next : NULL;
    }
    if (good) {
        commit(firehose, call, kind->is_batch, walked);
        return;
    }
    hy_journal_rollback(journal, walked->mark);
    refuse_busy(call, walked, kind->is_batch ? (size_t)cJSON_GetArraySize(records) : 1);
}

static void parse(struct hy_firehose *firehose, struct hy_call *call,
                  const struct hy_put_kind *kind)
{
    cJSON *request = NULL;
    struct hy_put_walked walked = { .stream = NULL };
    enum hy_code code = hy_call_parse(call, kind->shape, false, &request);
    const cJSON *records = hy_tree_get(request, kind->member.ptr);
    if (code == HY_OK) {
        code = check_stream(firehose, request, &walked.stream, &call->err);
    }
    if (code == HY_OK && kind->is_batch) {
        code = check_size(records, &call->err);
    }
    if (code == HY_OK) {
        append_tree(firehose, call, kind, records, &walked);
    }
    cJSON_Delete(request);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}

void hy_put_run(struct hy_firehose *firehose, struct hy_call *call,
                const struct hy_put_kind *kind)
{
    struct hy_put_walked walked;
    const hy_sv body = { call->body, call->body_len };
    switch (hy_put_walk(firehose, body, call->now_ms, kind, &walked)) {
    case HY_PUT_WALKED:
        commit(firehose, call, kind->is_batch, &walked);
        return;
    case HY_PUT_BUSY:
        refuse_busy(call, &walked, walked.count + 1);
        return;
    case HY_PUT_STOPPED:
        break;
    }
    parse(firehose, call, kind);
}
