#include "pipeline/transform/reply.h"

#include "base/base64.h"
#include "base/json_scan.h"
#include "pipeline/transform/record_id.h"
#include "pipeline/transform/retry.h"

#include <stdlib.h>

struct parse {
    struct hy_json_scan scan;
    struct hy_processed *records;
    size_t count;
    struct hy_reply *reply;
};

/* One element of `records`, as it stands. */
struct element {
    hy_sv id;            /* unescaped; ptr NULL when there is none */
    hy_sv result;        /* likewise */
    hy_sv data;          /* likewise */
    bool data_is_null;   /* null, or not there */
    size_t key_first;
};

/* ---- strings ---- */

/* The scanner has passed it, so it may be unescaped where it stands. The text is ours to
 * change: it came in as char *. */
static hy_sv unescape(const struct hy_json_scan *scan)
{
    if (!scan->escaped) {
        return scan->text;
    }
    char *at = (char *)(uintptr_t)scan->text.ptr;
    return (hy_sv){ at, hy_json_unescape(scan->text, at) };
}

static bool is_compound(enum hy_json_token token)
{
    return token == HY_JSON_OBJECT_BEGIN || token == HY_JSON_ARRAY_BEGIN;
}

/* The value's text, if it is a string. False on a JSON error. */
static bool read_string(struct hy_json_scan *scan, hy_sv *out, bool *is_null)
{
    const enum hy_json_token token = hy_json_next(scan);
    *out = (hy_sv){ NULL, 0 };
    *is_null = token == HY_JSON_NULL;
    if (token == HY_JSON_STRING) {
        *out = unescape(scan);
        return true;
    }
    return is_compound(token) ? hy_json_skip(scan) : token != HY_JSON_ERROR;
}

/* ---- metadata.partitionKeys ---- */

static enum hy_code add_key(struct hy_reply *reply, hy_sv name, hy_sv value)
{
    if (reply->key_count == reply->key_cap) {
        const size_t cap = reply->key_cap == 0 ? 16 : reply->key_cap * 2;
        struct hy_partition_key *keys = realloc(reply->keys, cap * sizeof *keys);
        if (keys == NULL) {
            return HY_NO_MEMORY;
        }
        reply->keys = keys;
        reply->key_cap = cap;
    }
    reply->keys[reply->key_count++] = (struct hy_partition_key){ name, value };
    return HY_OK;
}

/* After OBJECT_BEGIN. Values are strings; a number or a word is kept as it stands, null and
 * what is nested as the empty value, which partitioning refuses. */
static enum hy_code read_keys(struct parse *parse)
{
    struct hy_json_scan *scan = &parse->scan;
    enum hy_json_token token;
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        const hy_sv name = unescape(scan);
        hy_sv value = { NULL, 0 };
        token = hy_json_next(scan);
        if (token == HY_JSON_STRING) {
            value = unescape(scan);
        } else if (token == HY_JSON_NUMBER) {
            value = scan->text;
        } else if (token == HY_JSON_TRUE || token == HY_JSON_FALSE) {
            value = token == HY_JSON_TRUE ? HY_SV("true") : HY_SV("false");
        } else if (is_compound(token) && !hy_json_skip(scan)) {
            return HY_MALFORMED;
        }
        const enum hy_code code = add_key(parse->reply, name, value);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_OBJECT_END ? HY_OK : HY_MALFORMED;
}

/* The value of `metadata`. Go's event type always writes it, with null or empty members: so
 * whatever is not a list of keys is passed over. */
static enum hy_code read_metadata(struct parse *parse)
{
    struct hy_json_scan *scan = &parse->scan;
    enum hy_json_token token = hy_json_next(scan);
    if (token != HY_JSON_OBJECT_BEGIN) {
        const bool ok = token == HY_JSON_ARRAY_BEGIN ? hy_json_skip(scan) : token != HY_JSON_ERROR;
        return ok ? HY_OK : HY_MALFORMED;
    }
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        const bool are_keys = hy_json_is(scan, HY_SV("partitionKeys"));
        token = hy_json_next(scan);
        if (are_keys && token == HY_JSON_OBJECT_BEGIN) {
            const enum hy_code code = read_keys(parse);
            if (code != HY_OK) {
                return code;
            }
        } else if (is_compound(token) && !hy_json_skip(scan)) {
            return HY_MALFORMED;
        }
    }
    return token == HY_JSON_OBJECT_END ? HY_OK : HY_MALFORMED;
}

/* ---- one record ---- */

static bool is_record(const struct hy_processed *record, uint64_t seq, unsigned place)
{
    return record->seq == seq && record->place == place;
}

/* Sequence numbers rise, mostly without gaps, and most records are whole: the right place is
 * nearly always the first look. */
static struct hy_processed *find(const struct parse *parse, hy_sv id)
{
    uint64_t seq;
    unsigned place;
    if (id.ptr == NULL || !hy_record_id_parse(id, &seq, &place) || parse->count == 0 ||
        seq < parse->records[0].seq) {
        return NULL;
    }
    const uint64_t guess = seq - parse->records[0].seq;
    if (guess < parse->count && is_record(&parse->records[guess], seq, place)) {
        return &parse->records[guess];
    }
    size_t low = 0;
    size_t high = parse->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct hy_processed *record = &parse->records[middle];
        if (record->seq < seq || (record->seq == seq && record->place < place)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < parse->count && is_record(&parse->records[low], seq, place)
               ? &parse->records[low]
               : NULL;
}

static void set_failed(struct hy_processed *record, const struct hy_failure *failure)
{
    record->outcome = HY_OUTCOME_FAILED;
    record->failure = failure;
    record->data = HY_SV("");
    record->key_count = 0;
}

static void set_ok(struct parse *parse, struct hy_processed *record,
                   const struct element *element)
{
    struct hy_reply *reply = parse->reply;
    char *out = reply->data + reply->data_len;
    size_t len = 0;
    size_t bad_at;
    if (element->data_is_null) {
        set_failed(record, &hy_failure_null_data);
        return;
    }
    if (element->data.ptr == NULL || !hy_base64_decode(element->data, out, &len, &bad_at)) {
        set_failed(record, &hy_failure_bad_data);
        return;
    }
    reply->data_len += len;
    record->outcome = HY_OUTCOME_OK;
    record->failure = NULL;
    record->data = (hy_sv){ out, len };
    record->key_first = element->key_first;
    record->key_count = reply->key_count - element->key_first;
}

static void apply(struct parse *parse, const struct element *element)
{
    struct hy_processed *record = find(parse, element->id);
    if (record == NULL) {
        return;
    }
    if (record->failure != &hy_failure_missing_id) {
        set_failed(record, &hy_failure_duplicated_id);
    } else if (hy_sv_equal(element->result, HY_SV("Ok"))) {
        set_ok(parse, record, element);
    } else if (hy_sv_equal(element->result, HY_SV("Dropped"))) {
        record->outcome = HY_OUTCOME_DROPPED;
        record->failure = NULL;
    } else if (hy_sv_equal(element->result, HY_SV("ProcessingFailed"))) {
        set_failed(record, &hy_failure_status);
    } else {
        set_failed(record, &hy_failure_bad_result);
    }
}

static enum hy_code read_member(struct parse *parse, struct element *element)
{
    struct hy_json_scan *scan = &parse->scan;
    bool is_null;
    if (hy_json_is(scan, HY_SV("recordId"))) {
        return read_string(scan, &element->id, &is_null) ? HY_OK : HY_MALFORMED;
    }
    if (hy_json_is(scan, HY_SV("result"))) {
        return read_string(scan, &element->result, &is_null) ? HY_OK : HY_MALFORMED;
    }
    if (hy_json_is(scan, HY_SV("data"))) {
        return read_string(scan, &element->data, &element->data_is_null) ? HY_OK : HY_MALFORMED;
    }
    if (hy_json_is(scan, HY_SV("metadata"))) {
        parse->reply->key_count = element->key_first; /* said twice: the last one counts */
        return read_metadata(parse);
    }
    return hy_json_skip(scan) ? HY_OK : HY_MALFORMED;
}

/* After its OBJECT_BEGIN. */
static enum hy_code read_element(struct parse *parse)
{
    struct element element = { .data_is_null = true, .key_first = parse->reply->key_count };
    enum hy_json_token token;
    while ((token = hy_json_next(&parse->scan)) == HY_JSON_NAME) {
        const enum hy_code code = read_member(parse, &element);
        if (code != HY_OK) {
            return code;
        }
    }
    if (token != HY_JSON_OBJECT_END) {
        return HY_MALFORMED;
    }
    apply(parse, &element);
    return HY_OK;
}

/* ---- the whole ---- */

/* The value of `records`. null is as good as absent; an element that is not an object is not. */
static enum hy_code read_records(struct parse *parse)
{
    enum hy_json_token token = hy_json_next(&parse->scan);
    if (token == HY_JSON_NULL) {
        return HY_OK;
    }
    if (token != HY_JSON_ARRAY_BEGIN) {
        return HY_MALFORMED;
    }
    while ((token = hy_json_next(&parse->scan)) == HY_JSON_OBJECT_BEGIN) {
        const enum hy_code code = read_element(parse);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_ARRAY_END ? HY_OK : HY_MALFORMED;
}

static enum hy_code read_reply(struct parse *parse)
{
    struct hy_json_scan *scan = &parse->scan;
    enum hy_json_token token = hy_json_next(scan);
    if (token != HY_JSON_OBJECT_BEGIN) {
        return HY_MALFORMED;
    }
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        enum hy_code code = HY_OK;
        if (hy_json_is(scan, HY_SV("records"))) {
            code = read_records(parse);
        } else if (!hy_json_skip(scan)) {
            code = HY_MALFORMED;
        }
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_OBJECT_END && hy_json_next(scan) == HY_JSON_END ? HY_OK
                                                                            : HY_MALFORMED;
}

enum hy_code hy_reply_parse(char *text, size_t len, struct hy_processed *records, size_t count,
                            struct hy_reply *reply)
{
    struct parse parse = { .records = records, .count = count, .reply = reply };
    *reply = (struct hy_reply){ 0 };
    reply->data = malloc(HY_BASE64_DECODED_MAX(len) + 1); /* one more: malloc(0) may be NULL */
    if (reply->data == NULL) {
        return HY_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        set_failed(&records[i], &hy_failure_missing_id);
    }
    hy_json_scan_init(&parse.scan, (hy_sv){ text, len });
    const enum hy_code code = read_reply(&parse);
    if (code != HY_OK) {
        hy_reply_finish(reply);
    }
    return code;
}

void hy_reply_finish(struct hy_reply *reply)
{
    free(reply->data);
    free(reply->keys);
    *reply = (struct hy_reply){ 0 };
}
