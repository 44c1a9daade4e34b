#include "pipeline/source/answers.h"

#include "base/base64.h"
#include "base/json_scan.h"
#include "pipeline/kinesis_note.h"

#include <stdlib.h>
#include <string.h>

/* A string, decoded, as text of its own; NULL stays NULL. */
static enum hy_code take_text(struct hy_json_scan *scan, char **out)
{
    const enum hy_json_token token = hy_json_next(scan);
    if (token == HY_JSON_NULL) {
        return HY_OK;
    }
    if (token != HY_JSON_STRING) {
        return HY_MALFORMED;
    }
    char *text = malloc(scan->text.len + 1);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    text[hy_json_unescape(scan->text, text)] = '\0';
    free(*out);
    *out = text;
    return HY_OK;
}

/* --- GetRecords ---------------------------------------------------------------------------- */

/* A record's members as they stand in the body. */
struct raw_record {
    hy_sv sequence, partition_key, data, arrived;
};

struct records_walk {
    struct hy_json_scan scan;
    struct hy_buf *scratch;
    bool (*each)(void *ctx, const struct hy_kinesis_record *record);
    void *ctx;
    struct hy_records_answer *answer;
};

/* Seconds with a fraction. */
static uint64_t read_instant(hy_sv number)
{
    char text[40];
    if (number.len == 0 || number.len >= sizeof text) {
        return 0;
    }
    memcpy(text, number.ptr, number.len);
    text[number.len] = '\0';
    const double ms = strtod(text, NULL) * 1000 + 0.5;
    return ms >= 1 && ms < 1e18 ? (uint64_t)ms : 0;
}

static enum hy_code decode(struct records_walk *walk, const struct raw_record *raw,
                           struct hy_kinesis_record *record)
{
    const size_t need = raw->sequence.len + raw->partition_key.len + 2 * raw->data.len;
    hy_buf_clear(walk->scratch);
    char *at = hy_buf_reserve(walk->scratch, need + 1);
    if (at == NULL) {
        return HY_NO_MEMORY;
    }
    record->sequence = (hy_sv){ at, hy_json_unescape(raw->sequence, at) };
    at += raw->sequence.len;
    record->partition_key = (hy_sv){ at, hy_json_unescape(raw->partition_key, at) };
    at += raw->partition_key.len;
    const hy_sv encoded = { at, hy_json_unescape(raw->data, at) };
    at += raw->data.len;
    size_t len = 0, bad_at = 0;
    if (!hy_base64_decode(encoded, at, &len, &bad_at)) {
        return HY_MALFORMED;
    }
    record->data = (hy_sv){ at, len };
    record->arrived_ms = read_instant(raw->arrived);
    return record->partition_key.len <= HY_PARTITION_KEY_BYTES_MAX ? HY_OK : HY_MALFORMED;
}

static hy_sv *member_of(struct raw_record *raw, const struct hy_json_scan *name,
                        enum hy_json_token *token)
{
    *token = HY_JSON_STRING;
    if (hy_json_is(name, HY_SV("SequenceNumber"))) {
        return &raw->sequence;
    }
    if (hy_json_is(name, HY_SV("PartitionKey"))) {
        return &raw->partition_key;
    }
    if (hy_json_is(name, HY_SV("Data"))) {
        return &raw->data;
    }
    *token = HY_JSON_NUMBER;
    return hy_json_is(name, HY_SV("ApproximateArrivalTimestamp")) ? &raw->arrived : NULL;
}

/* After its OBJECT_BEGIN. */
static enum hy_code walk_record(struct records_walk *walk)
{
    struct raw_record raw = { .data = { NULL, 0 } };
    struct hy_kinesis_record record;
    enum hy_json_token token, wanted;
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_NAME) {
        hy_sv *member = member_of(&raw, &walk->scan, &wanted);
        if (member == NULL) {
            if (!hy_json_skip(&walk->scan)) {
                return HY_MALFORMED;
            }
        } else if (hy_json_next(&walk->scan) == wanted) {
            *member = walk->scan.text;
        } else {
            return HY_MALFORMED;
        }
    }
    if (token != HY_JSON_OBJECT_END || raw.data.ptr == NULL) {
        return HY_MALFORMED;
    }
    const enum hy_code code = decode(walk, &raw, &record);
    return code != HY_OK ? code : walk->each(walk->ctx, &record) ? HY_OK : HY_CANCELLED;
}

static enum hy_code walk_records(struct records_walk *walk)
{
    enum hy_json_token token = hy_json_next(&walk->scan);
    if (token != HY_JSON_ARRAY_BEGIN) {
        return HY_MALFORMED;
    }
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_OBJECT_BEGIN) {
        const enum hy_code code = walk_record(walk);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_ARRAY_END ? HY_OK : HY_MALFORMED;
}

static enum hy_code walk_member(struct records_walk *walk)
{
    if (hy_json_is(&walk->scan, HY_SV("Records"))) {
        return walk_records(walk);
    }
    if (hy_json_is(&walk->scan, HY_SV("NextShardIterator"))) {
        return take_text(&walk->scan, &walk->answer->next_iterator);
    }
    if (hy_json_is(&walk->scan, HY_SV("MillisBehindLatest"))) {
        if (hy_json_next(&walk->scan) == HY_JSON_NUMBER) {
            (void)hy_sv_to_u64(walk->scan.text, &walk->answer->millis_behind);
        }
        return HY_OK;
    }
    return hy_json_skip(&walk->scan) ? HY_OK : HY_MALFORMED;
}

enum hy_code hy_answers_read_records(hy_sv body, struct hy_buf *scratch,
                                     bool (*each)(void *ctx, const struct hy_kinesis_record *r),
                                     void *ctx, struct hy_records_answer *answer)
{
    struct records_walk walk = { .scratch = scratch, .each = each, .ctx = ctx, .answer = answer };
    *answer = (struct hy_records_answer){ .next_iterator = NULL };
    hy_json_scan_init(&walk.scan, body);
    enum hy_code code = hy_json_next(&walk.scan) == HY_JSON_OBJECT_BEGIN ? HY_OK : HY_MALFORMED;
    enum hy_json_token token = HY_JSON_NAME;
    while (code == HY_OK && (token = hy_json_next(&walk.scan)) == HY_JSON_NAME) {
        code = walk_member(&walk);
    }
    if (code == HY_OK &&
        (token != HY_JSON_OBJECT_END || hy_json_next(&walk.scan) != HY_JSON_END)) {
        code = HY_MALFORMED;
    }
    if (code != HY_OK) {
        free(answer->next_iterator);
        answer->next_iterator = NULL;
    }
    return code;
}

/* --- GetShardIterator ---------------------------------------------------------------------- */

enum hy_code hy_answers_read_iterator(hy_sv body, char **iterator)
{
    struct hy_json_scan scan;
    enum hy_json_token token = HY_JSON_ERROR;
    enum hy_code code = HY_OK;
    *iterator = NULL;
    hy_json_scan_init(&scan, body);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return HY_MALFORMED;
    }
    while (code == HY_OK && (token = hy_json_next(&scan)) == HY_JSON_NAME) {
        if (hy_json_is(&scan, HY_SV("ShardIterator"))) {
            code = take_text(&scan, iterator);
        } else if (!hy_json_skip(&scan)) {
            code = HY_MALFORMED;
        }
    }
    if (code == HY_OK && (token != HY_JSON_OBJECT_END || *iterator == NULL)) {
        code = HY_MALFORMED;
    }
    if (code != HY_OK) {
        free(*iterator);
        *iterator = NULL;
    }
    return code;
}

/* --- shards -------------------------------------------------------------------------------- */

struct shards_walk {
    struct hy_json_scan scan;
    bool (*each)(void *ctx, const struct hy_shard_answer *shard);
    void *ctx;
    char **next;
    bool *has_more;
};

/* Ids have nothing that JSON escapes. */
static enum hy_code walk_shard(struct shards_walk *walk)
{
    struct hy_shard_answer shard = { .id = { NULL, 0 } };
    struct hy_json_scan *scan = &walk->scan;
    enum hy_json_token token;
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        hy_sv *member = hy_json_is(scan, HY_SV("ShardId"))               ? &shard.id
                        : hy_json_is(scan, HY_SV("ParentShardId"))       ? &shard.parent
                        : hy_json_is(scan, HY_SV("AdjacentParentShardId")) ? &shard.adjacent_parent
                                                                           : NULL;
        if (member == NULL) {
            if (!hy_json_skip(scan)) {
                return HY_MALFORMED;
            }
        } else if ((token = hy_json_next(scan)) == HY_JSON_STRING) {
            *member = scan->text;
        } else if (token != HY_JSON_NULL) {
            return HY_MALFORMED;
        }
    }
    if (token != HY_JSON_OBJECT_END || shard.id.len == 0 ||
        shard.id.len > HY_SHARD_ID_CHARS_MAX) {
        return HY_MALFORMED;
    }
    return walk->each(walk->ctx, &shard) ? HY_OK : HY_NO_MEMORY;
}

static enum hy_code walk_shards(struct shards_walk *walk)
{
    enum hy_json_token token = hy_json_next(&walk->scan);
    if (token != HY_JSON_ARRAY_BEGIN) {
        return HY_MALFORMED;
    }
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_OBJECT_BEGIN) {
        const enum hy_code code = walk_shard(walk);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_ARRAY_END ? HY_OK : HY_MALFORMED;
}

/* DescribeStream has its members one level further in: the walk goes through that wall. */
static enum hy_code walk_shards_member(struct shards_walk *walk)
{
    struct hy_json_scan *scan = &walk->scan;
    if (hy_json_is(scan, HY_SV("Shards"))) {
        return walk_shards(walk);
    }
    if (hy_json_is(scan, HY_SV("NextToken"))) {
        return take_text(scan, walk->next);
    }
    if (hy_json_is(scan, HY_SV("HasMoreShards"))) {
        *walk->has_more = hy_json_next(scan) == HY_JSON_TRUE;
        return HY_OK;
    }
    if (hy_json_is(scan, HY_SV("StreamDescription"))) {
        return hy_json_next(scan) == HY_JSON_OBJECT_BEGIN ? HY_OK : HY_MALFORMED;
    }
    return hy_json_skip(scan) ? HY_OK : HY_MALFORMED;
}

enum hy_code hy_answers_read_shards(hy_sv body,
                                    bool (*each)(void *ctx, const struct hy_shard_answer *shard),
                                    void *ctx, char **next, bool *has_more)
{
    struct shards_walk walk = { .each = each, .ctx = ctx, .next = next, .has_more = has_more };
    *next = NULL;
    *has_more = false;
    hy_json_scan_init(&walk.scan, body);
    enum hy_code code = hy_json_next(&walk.scan) == HY_JSON_OBJECT_BEGIN ? HY_OK : HY_MALFORMED;
    enum hy_json_token token = HY_JSON_NAME;
    while (code == HY_OK && token != HY_JSON_END) {
        token = hy_json_next(&walk.scan);
        if (token == HY_JSON_NAME) {
            code = walk_shards_member(&walk);
        } else if (token != HY_JSON_OBJECT_END && token != HY_JSON_END) {
            code = HY_MALFORMED;
        }
    }
    if (code != HY_OK) {
        free(*next);
        *next = NULL;
    }
    return code;
}

/* --- errors -------------------------------------------------------------------------------- */

static void copy_text(struct hy_json_scan *scan, char *out, size_t size)
{
    if (hy_json_next(scan) == HY_JSON_STRING && scan->text.len < size) {
        out[hy_json_unescape(scan->text, out)] = '\0';
    }
}

void hy_answers_read_error(hy_sv body, struct hy_answer_error *error)
{
    struct hy_json_scan scan;
    *error = (struct hy_answer_error){ .type = "" };
    hy_json_scan_init(&scan, body);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return;
    }
    while (hy_json_next(&scan) == HY_JSON_NAME) {
        if (hy_json_is(&scan, HY_SV("__type"))) {
            copy_text(&scan, error->type, sizeof error->type);
        } else if (hy_json_is(&scan, HY_SV("message")) || hy_json_is(&scan, HY_SV("Message"))) {
            copy_text(&scan, error->message, sizeof error->message);
        } else if (!hy_json_skip(&scan)) {
            return;
        }
    }
    const char *hash = strrchr(error->type, '#');
    if (hash != NULL) {
        memmove(error->type, hash + 1, strlen(hash + 1) + 1);
    }
}
