#include "pipeline/transform/keys.h"

#include "model/naming.h"
#include "pipeline/partition/key_values.h"

#include <stdlib.h>

struct keys {
    struct hy_extractor *extractor; /* NULL: there is no query */
    const struct hy_reply *reply;   /* NULL: there is no function */
    const struct hy_processed *record;
};

static const struct hy_partition_key *find_last(const struct keys *keys, hy_sv name)
{
    const struct hy_processed *record = keys->record;
    for (size_t i = record->key_count; i-- > 0;) { /* said twice: the last one counts */
        const struct hy_partition_key *key = &keys->reply->keys[record->key_first + i];
        if (hy_sv_equal(key->name, name)) {
            return key;
        }
    }
    return NULL;
}

static bool key_of(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    const struct keys *keys = ctx;
    if (source == HY_PIECE_QUERY_KEY) {
        return keys->extractor != NULL && hy_extractor_key(keys->extractor, name, value);
    }
    const struct hy_partition_key *key = keys->reply == NULL ? NULL : find_last(keys, name);
    if (key != NULL) {
        *value = key->value;
    }
    return key != NULL;
}

static void fail(struct hy_processed *record, const struct hy_failure *failure)
{
    record->outcome = HY_OUTCOME_FAILED;
    record->failure = failure;
    record->error_type = "metadata-extraction-failed";
    record->without_lambda = true;
    record->attempts_made = 1;
    record->key_values = (hy_sv){ NULL, 0 };
}

static enum hy_code extract(struct keys *keys, const struct hy_expression *prefix,
                            struct hy_processed *record, struct hy_buf *values)
{
    const struct hy_failure *failure = NULL;
    const size_t begin = values->len;
    enum hy_code code = HY_OK;
    if (keys->extractor != NULL) {
        failure = hy_extractor_run(keys->extractor, record->data);
    }
    if (failure == NULL) {
        keys->record = record;
        code = hy_key_values_write(prefix, key_of, keys, values);
        failure = code == HY_NOT_FOUND ? &hy_failure_keys
                  : code == HY_LIMIT   ? &hy_failure_long_prefix
                                       : NULL;
    }
    if (failure != NULL) {
        fail(record, failure);
        return HY_OK;
    }
    record->key_values.len = values->len - begin;
    return code;
}

/* The bytes do not move any more: now it can be said where each record's are. */
static void point(struct hy_processed *records, size_t count, const struct hy_buf *values)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].outcome == HY_OUTCOME_OK) {
            records[i].key_values.ptr = values->data + at;
            at += records[i].key_values.len;
        }
    }
}

static enum hy_code ready_extractor(struct hy_flight *flight)
{
    const char *query = flight->batch->spec->process.query;
    struct hy_err err;
    return query == NULL || flight->extractor != NULL
               ? HY_OK
               : hy_extractor_create(query, &flight->extractor, &err);
}

enum hy_code hy_flight_extract(struct hy_flight *flight, size_t first, size_t end,
                               const struct hy_reply *reply)
{
    const struct hy_stream_spec *spec = flight->batch->spec;
    if (!spec->process.partition || first == end) {
        return HY_OK;
    }
    enum hy_code code = ready_extractor(flight);
    struct hy_key_bytes *bytes = code == HY_OK ? calloc(1, sizeof *bytes) : NULL;
    if (bytes == NULL) {
        return code == HY_OK ? HY_NO_MEMORY : code;
    }
    bytes->next = flight->key_bytes;
    flight->key_bytes = bytes;
    hy_buf_init(&bytes->values, SIZE_MAX / 2);
    struct keys keys = { .extractor = flight->extractor, .reply = reply };
    struct hy_processed *records = hy_process_going(flight->process)->items + first;
    for (size_t i = 0; code == HY_OK && i < end - first; i++) {
        if (records[i].outcome == HY_OUTCOME_OK) {
            code = extract(&keys, &spec->s3.naming->prefix, &records[i], &bytes->values);
        }
    }
    point(records, end - first, &bytes->values);
    return code;
}
