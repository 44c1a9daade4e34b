#include "services/firehose/put_walk.h"

#include "base/base64.h"
#include "base/json_scan.h"
#include "model/limits.h"
#include "pipeline/stream/stream.h"

void hy_put_walked_begin(struct hy_put_walked *walked, struct hy_delivery_stream *stream,
                         uint64_t now_ms)
{
    walked->stream = stream;
    walked->journal = hy_stream_journal(stream->stream);
    walked->mark = hy_journal_mark(walked->journal);
    walked->has_quota = stream->has_quota;
    if (walked->has_quota) {
        walked->quota = stream->quota;
        hy_quota_turn(&walked->quota, now_ms);
    }
}

void hy_put_walked_add(struct hy_put_walked *walked, size_t len, uint64_t now_ms)
{
    const size_t index = walked->count++;
    if (walked->has_quota && !hy_quota_take_record(&walked->quota, len)) {
        walked->refused[index / 64] |= UINT64_C(1) << (index % 64);
        walked->refused_count++;
        return;
    }
    const uint64_t seq = hy_journal_append(walked->journal, len, now_ms);
    walked->accepted_bytes += len;
    if (index == walked->refused_count) {
        walked->first_seq = seq;
    }
}

/* Every function returns whether the walk goes on; `end` says why it does not. */
struct walk {
    struct hy_json_scan scan;
    const struct hy_firehose *firehose;
    const struct hy_put_kind *kind;
    uint64_t now_ms;
    struct hy_journal *journal; /* NULL until the name is known */
    struct hy_put_walked *walked;
    enum hy_put_walk_end end;
};

static bool stop(struct walk *walk)
{
    walk->end = HY_PUT_STOPPED;
    return false;
}

static bool find_stream(struct walk *walk, const struct hy_json_scan *name)
{
    struct hy_delivery_stream *stream = name->escaped
        ? NULL : hy_delivery_stream_find(walk->firehose, name->text);
    if (stream == NULL || stream->status != HY_STREAM_ACTIVE || stream->is_read) {
        return stop(walk);
    }
    hy_put_walked_begin(walk->walked, stream, walk->now_ms);
    walk->journal = walk->walked->journal;
    return true;
}

/* The records come first: a copy of the scanner runs ahead to the (last) name. */
static bool look_ahead(struct walk *walk)
{
    struct hy_json_scan ahead = walk->scan;
    struct hy_json_scan name = { .error = NULL };
    bool found = false;
    bool good = hy_json_skip(&ahead); /* the records */
    while (good && hy_json_next(&ahead) == HY_JSON_NAME) {
        if (!hy_json_is(&ahead, HY_SV("DeliveryStreamName"))) {
            good = hy_json_skip(&ahead);
            continue;
        }
        good = hy_json_next(&ahead) == HY_JSON_STRING;
        name = ahead;
        found = true;
    }
    return good && found ? find_stream(walk, &name) : stop(walk);
}

/* An escaped text (some clients write "\/") is decoded first into the far end of the record's
 * own room, so that the body stays as it is. */
static bool append_data(struct walk *walk)
{
    hy_sv text = walk->scan.text;
    if (text.len > HY_BASE64_ENCODED(HY_RECORD_BYTES_MAX) && !walk->scan.escaped) {
        return stop(walk);
    }
    const size_t decoded_max = HY_BASE64_DECODED_MAX(text.len);
    char *room = hy_journal_reserve(walk->journal,
                                    decoded_max + (walk->scan.escaped ? text.len : 0));
    if (room == NULL) {
        walk->end = HY_PUT_BUSY;
        return false;
    }
    if (walk->scan.escaped) {
        text.len = hy_json_unescape(text, room + decoded_max);
        text.ptr = room + decoded_max;
    }
    size_t len = 0;
    size_t bad_at = 0;
    if (!hy_base64_decode(text, room, &len, &bad_at) || len > HY_RECORD_BYTES_MAX) {
        return stop(walk);
    }
    walk->walked->bytes += len;
    if (walk->walked->bytes > HY_BATCH_BYTES_MAX) {
        return stop(walk);
    }
    hy_put_walked_add(walk->walked, len, walk->now_ms);
    return true;
}

/* After the record's OBJECT_BEGIN, to its end. */
static bool walk_record(struct walk *walk)
{
    bool has_data = false;
    enum hy_json_token token = HY_JSON_NAME;
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_NAME) {
        if (!hy_json_is(&walk->scan, HY_SV("Data"))) {
            if (!hy_json_skip(&walk->scan)) {
                return stop(walk);
            }
            continue;
        }
        if (has_data || hy_json_next(&walk->scan) != HY_JSON_STRING) {
            return stop(walk);
        }
        if (!append_data(walk)) {
            return false;
        }
        has_data = true;
    }
    return (token == HY_JSON_OBJECT_END && has_data) || stop(walk);
}

static bool walk_records(struct walk *walk)
{
    enum hy_json_token token = hy_json_next(&walk->scan);
    if (!walk->kind->is_batch) {
        return token == HY_JSON_OBJECT_BEGIN ? walk_record(walk) : stop(walk);
    }
    if (token != HY_JSON_ARRAY_BEGIN) {
        return stop(walk);
    }
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_OBJECT_BEGIN) {
        if (walk->walked->count == HY_BATCH_RECORDS_MAX) {
            return stop(walk);
        }
        if (!walk_record(walk)) {
            return false;
        }
    }
    return (token == HY_JSON_ARRAY_END && walk->walked->count > 0) || stop(walk);
}

/* After the body's OBJECT_BEGIN, to its end. */
static bool walk_members(struct walk *walk)
{
    bool looked_ahead = false;
    enum hy_json_token token = HY_JSON_NAME;
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_NAME) {
        if (hy_json_is(&walk->scan, HY_SV("DeliveryStreamName")) && !looked_ahead) {
            if (walk->journal != NULL || hy_json_next(&walk->scan) != HY_JSON_STRING) {
                return stop(walk); /* a second name would overrule the first */
            }
            if (!find_stream(walk, &walk->scan)) {
                return false;
            }
        } else if (hy_json_is(&walk->scan, walk->kind->member)) {
            if (walk->walked->count > 0) {
                return stop(walk); /* and so would second records */
            }
            if (walk->journal == NULL) {
                looked_ahead = true;
                if (!look_ahead(walk)) {
                    return false;
                }
            }
            if (!walk_records(walk)) {
                return false;
            }
        } else if (!hy_json_skip(&walk->scan)) {
            return stop(walk);
        }
    }
    return (token == HY_JSON_OBJECT_END && hy_json_next(&walk->scan) == HY_JSON_END &&
            walk->walked->count > 0) ||
           stop(walk);
}

enum hy_put_walk_end hy_put_walk(const struct hy_firehose *firehose, hy_sv body, uint64_t now_ms,
                                 const struct hy_put_kind *kind, struct hy_put_walked *walked)
{
    *walked = (struct hy_put_walked){ .stream = NULL };
    struct walk walk = { .firehose = firehose, .kind = kind, .now_ms = now_ms,
                         .walked = walked, .end = HY_PUT_WALKED };
    hy_json_scan_init(&walk.scan, body);
    if (hy_json_next(&walk.scan) != HY_JSON_OBJECT_BEGIN) {
        return HY_PUT_STOPPED;
    }
    if (!walk_members(&walk) && walk.journal != NULL) {
        hy_journal_rollback(walk.journal, walked->mark);
    }
    return walk.end;
}
