#include "harness/put.h"

#include "base/json_scan.h"
#include "base/json_write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A record may be larger than the service allows: it shall say so, not we. */
enum { BODY_MAX = 64 * 1024 * 1024 };

enum hy_code hy_put_init(struct hy_put *put, bool is_batch, hy_sv stream)
{
    *put = (struct hy_put){ .is_batch = is_batch };
    hy_buf_init(&put->body, BODY_MAX);
    hy_buf_append(&put->body, HY_SV("{\"DeliveryStreamName\":"));
    struct hy_json_write write;
    hy_json_write_init(&write, &put->body);
    hy_json_string(&write, stream);
    hy_buf_append(&put->body, is_batch ? HY_SV(",\"Records\":[") : HY_SV(",\"Record\":"));
    return put->body.failed ? HY_NO_MEMORY : HY_OK;
}

void hy_put_finish(struct hy_put *put)
{
    hy_buf_finish(&put->body);
    free(put->entries);
    *put = (struct hy_put){ .count = 0 };
}

bool hy_put_has_room(const struct hy_put *put, size_t bytes)
{
    size_t count_max = put->is_batch ? HY_PUT_RECORDS_MAX : 1;
    return put->count < count_max && bytes <= HY_PUT_BYTES_MAX - put->bytes;
}

static enum hy_code grow(struct hy_put *put)
{
    if (put->count < put->cap) {
        return HY_OK;
    }
    size_t cap = put->cap == 0 ? 8 : put->cap * 2;
    struct hy_put_entry *entries = realloc(put->entries, cap * sizeof *entries);
    if (entries == NULL) {
        return HY_NO_MEMORY;
    }
    put->entries = entries;
    put->cap = cap;
    return HY_OK;
}

enum hy_code hy_put_add(struct hy_put *put, hy_sv data, struct hy_fixture_place place)
{
    assert(!put->is_sealed);
    if (grow(put) != HY_OK) {
        return HY_NO_MEMORY;
    }
    if (put->count > 0) {
        hy_buf_append_byte(&put->body, ',');
    }
    size_t offset = put->body.len;
    struct hy_json_write write;
    hy_json_write_init(&write, &put->body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("Data"));
    hy_json_base64(&write, data);
    hy_json_end_object(&write);
    if (put->body.failed) {
        return HY_NO_MEMORY;
    }
    put->entries[put->count++] = (struct hy_put_entry){
        .place = place, .offset = offset, .len = put->body.len - offset, .bytes = data.len,
    };
    put->bytes += data.len;
    return HY_OK;
}

enum hy_code hy_put_body(struct hy_put *put, hy_sv *body)
{
    if (!put->is_sealed) {
        hy_buf_append(&put->body, put->is_batch ? HY_SV("]}") : HY_SV("}"));
        put->is_sealed = true;
    }
    *body = hy_buf_sv(&put->body);
    return put->body.failed ? HY_NO_MEMORY : HY_OK;
}

const char *hy_put_target(const struct hy_put *put)
{
    return put->is_batch ? "Firehose_20150804.PutRecordBatch" : "Firehose_20150804.PutRecord";
}

size_t hy_put_failed(const struct hy_put *put)
{
    size_t failed = 0;
    for (size_t i = 0; i < put->count; i++) {
        failed += put->entries[i].failed;
    }
    return failed;
}

void hy_put_keep_failed(struct hy_put *put)
{
    if (hy_put_failed(put) == 0) {
        return;
    }
    size_t kept = 0, at = put->entries[0].offset;
    put->bytes = 0;
    for (size_t i = 0; i < put->count; i++) {
        struct hy_put_entry entry = put->entries[i];
        if (!entry.failed) {
            continue;
        }
        if (kept > 0) {
            put->body.data[at++] = ',';
        }
        /* Entries only move to the front, so what is still to be moved is not written over. */
        memmove(put->body.data + at, put->body.data + entry.offset, entry.len);
        put->entries[kept++] = (struct hy_put_entry){
            .place = entry.place, .offset = at, .len = entry.len, .bytes = entry.bytes,
        };
        at += entry.len;
        put->bytes += entry.bytes;
    }
    put->count = kept;
    put->body.len = at;
    put->is_sealed = false;
}

/* ---- replies ---- */

/* The string after a NAME; anything else is passed over and *out stays as it is. */
static bool read_text(struct hy_json_scan *scan, hy_sv *out)
{
    hy_sv value;
    if (!hy_json_skip_value(scan, &value)) {
        return false;
    }
    if (value.len >= 2 && value.ptr[0] == '"') {
        *out = (hy_sv){ value.ptr + 1, value.len - 2 };
    }
    return true;
}

/* The members of the object that has just begun. False when the text is broken. */
static bool read_entry(struct hy_json_scan *scan, struct hy_put_entry *entry)
{
    hy_sv id = { NULL, 0 };
    enum hy_json_token token;
    entry->error = entry->message = id;
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        hy_sv other;
        hy_sv *out = hy_json_is(scan, HY_SV("RecordId")) ? &id
                   : hy_json_is(scan, HY_SV("ErrorCode")) ? &entry->error
                   : hy_json_is(scan, HY_SV("ErrorMessage")) ? &entry->message : &other;
        if (!read_text(scan, out)) {
            return false;
        }
    }
    entry->failed = entry->error.len > 0;
    return token == HY_JSON_OBJECT_END && (entry->failed || id.len > 0);
}

static bool read_responses(struct hy_json_scan *scan, struct hy_put *put)
{
    size_t i = 0;
    enum hy_json_token token;
    if (hy_json_next(scan) != HY_JSON_ARRAY_BEGIN) {
        return false;
    }
    while ((token = hy_json_next(scan)) == HY_JSON_OBJECT_BEGIN) {
        if (i == put->count || !read_entry(scan, &put->entries[i++])) {
            return false;
        }
    }
    return token == HY_JSON_ARRAY_END && i == put->count;
}

static bool read_batch(struct hy_json_scan *scan, struct hy_put *put)
{
    bool has_responses = false;
    enum hy_json_token token;
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        if (!hy_json_is(scan, HY_SV("RequestResponses"))) {
            if (!hy_json_skip(scan)) {
                return false;
            }
            continue;
        }
        if (has_responses || !read_responses(scan, put)) {
            return false;
        }
        has_responses = true;
    }
    return token == HY_JSON_OBJECT_END && has_responses;
}

enum hy_code hy_put_read_reply(struct hy_put *put, hy_sv reply)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, reply);
    bool is_whole = hy_json_next(&scan) == HY_JSON_OBJECT_BEGIN &&
                    (put->is_batch ? read_batch(&scan, put) : read_entry(&scan, put->entries)) &&
                    hy_json_next(&scan) == HY_JSON_END;
    return is_whole ? HY_OK : HY_MALFORMED;
}

/* ---- refusals ---- */

struct hy_put_refusal hy_put_read_refusal(hy_sv body)
{
    struct hy_put_refusal refusal = { .type = { NULL, 0 } };
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, body);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return refusal;
    }
    while (hy_json_next(&scan) == HY_JSON_NAME) {
        hy_sv other;
        hy_sv *out = hy_json_is(&scan, HY_SV("__type")) ? &refusal.type
                   : hy_json_is(&scan, HY_SV("message")) || hy_json_is(&scan, HY_SV("Message"))
                   ? &refusal.message : &other;
        if (!read_text(&scan, out)) {
            break;
        }
    }
    /* Some services write a namespace before the name: "com.amazonaws.firehose#Name". */
    size_t hash = hy_sv_find(refusal.type, '#');
    if (hash < refusal.type.len) {
        refusal.type = (hy_sv){ refusal.type.ptr + hash + 1, refusal.type.len - hash - 1 };
    }
    return refusal;
}

bool hy_put_may_retry(int status, hy_sv error)
{
    static const hy_sv names[] = {
        HY_SV_INIT("ServiceUnavailableException"),
        HY_SV_INIT("InternalFailure"),
        HY_SV_INIT("ThrottlingException"),
        HY_SV_INIT("Throttling"),
        HY_SV_INIT("RequestLimitExceeded"),
        HY_SV_INIT("TooManyRequestsException"),
        HY_SV_INIT("RequestTimeoutException"),
    };
    if (status >= 500 || status == 429 || status == 408) {
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (hy_sv_equal(names[i], error)) {
            return true;
        }
    }
    return false;
}
