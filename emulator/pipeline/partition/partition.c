#define HASH_NONFATAL_OOM 1 /* an element that found no memory has no table */

#include "pipeline/partition/partition.h"

#include "base/log.h"
#include "model/limits.h"
#include "pipeline/delivery/compression.h"
#include "pipeline/delivery/object_name.h"
#include "pipeline/partition/buffer.h"
#include "pipeline/partition/key_values.h"
#include "pipeline/partition/prefix.h"

#include <uthash.h>
#include <utlist.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tells one object in the making from another. Compared as bytes: zero it first. */
struct slot_key {
    const struct hy_stream_spec *spec;
    enum hy_parcel_kind kind;
    unsigned values_len;
    char values[HY_KEY_VALUES_BYTES_MAX]; /* of partition keys, or the error type */
};

struct slot {
    struct hy_partition *partition;
    struct hy_buffer buffer;
    struct hy_agenda_item item;
    struct slot *prev, *next; /* in the order in which they were begun */
    UT_hash_handle hh;
    struct slot_key key;
};

struct hy_partition {
    struct hy_channel *channel;
    struct hy_delivery *delivery;
    struct slot *table; /* by key */
    struct slot *slots; /* the same, in order */
    struct slot *latest[HY_PARCEL_DROPPED + 1]; /* found last, by kind: nearly always it again */
    unsigned active;                            /* slots of dynamic partitions */
    bool is_over_told; /* that there are too many, since one was begun */
    struct hy_buf line;                         /* of an error object, for reuse */
};

/* A line holds a whole record in base64, and words. */
enum { LINE_BYTES_MAX = 2 * HY_MIB };

static const hy_sv processing_failed = HY_SV_INIT("processing-failed");
static const hy_sv endpoint_failed = HY_SV_INIT("http-endpoint-failed");
static const hy_sv conversion_failed = HY_SV_INIT("format-conversion-failed");

/* The service's code and words for it are not known, only where the records go. */
static const struct hy_failure active_partitions_exceeded = {
    "DynamicPartitioning.ActivePartitionsExceeded",
    "The number of active partitions is over the limit of the delivery stream.",
};

static size_t key_len(const struct slot_key *key)
{
    return offsetof(struct slot_key, values) + key->values_len;
}

static bool is_dynamic(const struct slot *slot)
{
    return slot->key.kind == HY_PARCEL_DATA && slot->key.values_len > 0;
}

/* ---- sealing ---- */

static void slot_destroy(struct slot *slot)
{
    struct hy_partition *partition = slot->partition;
    hy_agenda_clear(partition->channel->env->agenda, &slot->item);
    partition->active -= is_dynamic(slot);
    if (partition->latest[slot->key.kind] == slot) {
        partition->latest[slot->key.kind] = NULL;
    }
    HASH_DEL(partition->table, slot);
    DL_DELETE(partition->slots, slot);
    hy_buffer_finish(&slot->buffer);
    free(slot);
}

static hy_sv extension_of(const struct hy_parcel *parcel, hy_sv error_type)
{
    const hy_sv extension = hy_sv_of(parcel->s3->file_extension);
    if (extension.len > 0) {
        return extension;
    }
    if (hy_parcel_is_converted(parcel) && error_type.len == 0) {
        return HY_SV(".parquet");
    }
    return hy_sv_of(hy_compression_find(parcel->s3->compression)->extension);
}

/* The prefix has been checked and fits; what is drawn is drawn in the order of sealing. */
static void write_key(struct hy_channel *channel, const struct hy_parcel *parcel, hy_sv error_type,
                      hy_sv key_values, char key[HY_OBJECT_KEY_MAX + 1], size_t *key_len)
{
    const struct hy_s3_spec *s3 = parcel->s3;
    struct hy_random *random = &channel->object_random[hy_parcel_lane(parcel->kind)];
    const struct hy_prefix_inputs inputs = {
        .naming = s3->naming,
        .error_type = error_type,
        .instant_ms = parcel->oldest_ms,
        .random = random,
        .key = hy_key_values_next,
        .key_ctx = &key_values,
    };
    char uuid[HY_UUID_BYTES];
    struct hy_buf prefix;
    hy_random_uuid(random, uuid);
    hy_buf_init(&prefix, HY_OBJECT_KEY_MAX);
    (void)hy_prefix_evaluate(&inputs, &prefix); /* it could when the stream was made */

    const struct hy_object_name name = {
        .prefix = hy_buf_sv(&prefix),
        .stream = hy_sv_of(parcel->spec->name),
        .version = hy_sv_of(parcel->spec->version),
        .oldest_ms = parcel->oldest_ms,
        .zone = s3->naming->zone,
        .uuid = hy_sv_of(uuid),
        .extension = extension_of(parcel, error_type),
    };
    if (hy_object_name_write(&name, key, key_len) != HY_OK) {
        /* Cannot be with the limits on names and prefixes; a key all the same, not a loss. */
        *key_len = (size_t)snprintf(key, HY_OBJECT_KEY_MAX + 1, "%s", uuid);
    }
    hy_buf_finish(&prefix);
}

/* An object that is converted may leave records over, and is told now where they go: names are
 * the same in every run, the end of a conversion is a matter of real time. */
static void name_parcel(struct hy_channel *channel, struct hy_parcel *parcel, hy_sv error_type,
                        hy_sv key_values)
{
    write_key(channel, parcel, error_type, key_values, parcel->key, &parcel->key_len);
    if (hy_compression_find(parcel->s3->compression)->has_entry) {
        hy_random_uuid(&channel->object_random[hy_parcel_lane(parcel->kind)], parcel->entry);
    }
    if (hy_parcel_is_converted(parcel)) {
        write_key(channel, parcel, conversion_failed, HY_SV(""), parcel->error_key,
                  &parcel->error_key_len);
    }
}

static void seal(struct slot *slot)
{
    struct hy_partition *partition = slot->partition;
    struct hy_parcel *parcel = hy_buffer_take(&slot->buffer);
    const bool is_error = slot->key.kind == HY_PARCEL_ERROR;
    if (slot->key.kind != HY_PARCEL_DROPPED) {
        hy_sv type = { slot->key.values, is_error ? slot->key.values_len : 0 };
        if (hy_parcel_is_for_endpoint(parcel)) {
            type = endpoint_failed; /* an object only if the endpoint does not take it */
        }
        const hy_sv keys = { slot->key.values, is_error ? 0 : slot->key.values_len };
        name_parcel(partition->channel, parcel, type, keys);
    }
    slot_destroy(slot);
    hy_delivery_push(partition->delivery, parcel);
}

static void on_due(void *ctx, uint64_t now_ms)
{
    struct slot *slot = ctx;
    (void)now_ms;
    if (!slot->buffer.owes) { /* otherwise sealed when the record has been brought again */
        seal(slot);
    }
}

static bool is_overdue(const struct slot *slot)
{
    return slot->buffer.due_ms != HY_NEVER_MS && !hy_agenda_has(&slot->item);
}

/* After a record was added. A buffer that cannot get on the agenda goes out at once. */
static void look_at(struct slot *slot, bool was_empty)
{
    struct hy_agenda *agenda = slot->partition->channel->env->agenda;
    if (slot->key.kind == HY_PARCEL_DROPPED) {
        return; /* goes out with its batch */
    }
    if (was_empty && hy_agenda_set(agenda, &slot->item, slot->buffer.due_ms) != HY_OK) {
        seal(slot);
    } else if (hy_buffer_is_full(&slot->buffer) || is_overdue(slot)) {
        seal(slot);
    }
}

/* ---- finding ---- */

static struct slot *slot_begin(struct hy_partition *partition, struct hy_stream_spec *spec,
                               const struct slot_key *key)
{
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL) {
        return NULL;
    }
    slot->partition = partition;
    memcpy(&slot->key, key, key_len(key));
    slot->item.due = on_due;
    slot->item.ctx = slot;
    if (hy_buffer_init(&slot->buffer, spec, key->kind) != HY_OK) {
        free(slot);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, partition->table, &slot->key, key_len(&slot->key), slot);
    if (slot->hh.tbl == NULL) {
        hy_buffer_finish(&slot->buffer);
        free(slot);
        return NULL;
    }
    DL_APPEND(partition->slots, slot);
    if (is_dynamic(slot)) {
        partition->active++;
        partition->is_over_told = false;
        hy_channel_sample(partition->channel, HY_METRIC_PARTITIONS, partition->active);
        hy_channel_sample(partition->channel, HY_METRIC_PARTITIONS_EXCEEDED, 0);
    }
    return slot;
}

static bool is_over_limit(const struct hy_partition *partition, const struct slot_key *key)
{
    return key->kind == HY_PARCEL_DATA && key->values_len > 0 &&
           partition->active >= HY_ACTIVE_PARTITIONS_MAX;
}

/* Found or begun; NULL when out of memory, or when there would be too many. */
static struct slot *slot_for(struct hy_partition *partition, struct hy_stream_spec *spec,
                             enum hy_parcel_kind kind, hy_sv values)
{
    struct slot *slot = partition->latest[kind];
    if (slot != NULL && slot->key.spec == spec && slot->key.values_len == values.len &&
        (values.len == 0 || memcmp(slot->key.values, values.ptr, values.len) == 0)) {
        return slot;
    }
    struct slot_key key;
    memset(&key, 0, offsetof(struct slot_key, values)); /* padding included: it is hashed */
    key.spec = spec;
    key.kind = kind;
    assert(values.len <= sizeof key.values);
    key.values_len = (unsigned)values.len;
    if (values.len > 0) {
        memcpy(key.values, values.ptr, values.len);
    }
    HASH_FIND(hh, partition->table, &key, key_len(&key), slot);
    if (slot == NULL && !is_over_limit(partition, &key)) {
        slot = slot_begin(partition, spec, &key);
    }
    partition->latest[kind] = slot;
    return slot;
}

/* ---- records in ---- */

enum hy_code hy_partition_frame(struct hy_partition *partition, struct hy_stream_spec *spec,
                                enum hy_parcel_kind kind, uint64_t segment, uint64_t offset,
                                const struct hy_frame *frame)
{
    struct slot *slot = slot_for(partition, spec, kind, HY_SV(""));
    if (slot == NULL) {
        return HY_NO_MEMORY;
    }
    const bool was_empty = slot->buffer.parcel->records == 0;
    const enum hy_code code = hy_buffer_add_frame(&slot->buffer, segment, offset, frame);
    if (code == HY_OK) {
        look_at(slot, was_empty);
    }
    return code;
}

static enum hy_code add_entry(struct hy_partition *partition, struct slot *slot,
                              const struct hy_entry *entry, uint64_t now_ms)
{
    if (slot == NULL) {
        return HY_NO_MEMORY;
    }
    const bool was_empty = slot->buffer.parcel->records == 0;
    const enum hy_code code = hy_buffer_add_entry(
        &slot->buffer, partition->channel->env->spool_dir, entry, now_ms);
    if (code == HY_OK) {
        look_at(slot, was_empty);
    }
    return code;
}

static enum hy_code add_error(struct hy_partition *partition, struct hy_stream_spec *spec,
                              const struct hy_processed *record, struct hy_entry *entry,
                              uint64_t now_ms)
{
    const struct hy_error_record error = {
        .raw_data = record->raw,
        .failure = record->failure,
        .attempts_made = record->attempts_made,
        .arrived_ms = record->arrived_ms,
        .attempt_ended_ms = record->ended_ms,
        .lambda_arn = hy_sv_of(record->without_lambda ? NULL : spec->transform.lambda_arn),
    };
    hy_buf_clear(&partition->line);
    hy_error_record_write(&error, &partition->line);
    if (partition->line.failed) {
        return HY_NO_MEMORY;
    }
    entry->data = hy_buf_sv(&partition->line);
    const hy_sv type =
        record->error_type != NULL ? hy_sv_of(record->error_type) : processing_failed;
    struct slot *slot = slot_for(partition, spec, HY_PARCEL_ERROR, type);
    return add_entry(partition, slot, entry, now_ms);
}

static void tell_exceeded(struct hy_partition *partition, const struct hy_stream_spec *spec)
{
    const struct hy_failure_event event = {
        .spec = spec,
        .code = active_partitions_exceeded.code,
        .message = hy_sv_of(active_partitions_exceeded.message),
    };
    hy_channel_sample(partition->channel, HY_METRIC_PARTITIONS_EXCEEDED, 1);
    if (!partition->is_over_told) {
        hy_pipeline_tell_failure(partition->channel->env, &event);
    }
    partition->is_over_told = true;
}

static enum hy_code add_data(struct hy_partition *partition, struct hy_stream_spec *spec,
                             const struct hy_processed *record, struct hy_entry *entry,
                             uint64_t now_ms)
{
    struct slot *slot = slot_for(partition, spec, HY_PARCEL_DATA, record->key_values);
    if (slot != NULL || record->key_values.len == 0 ||
        partition->active < HY_ACTIVE_PARTITIONS_MAX) {
        entry->data = record->data;
        return add_entry(partition, slot, entry, now_ms);
    }
    tell_exceeded(partition, spec);
    struct hy_processed failed = *record;
    failed.failure = &active_partitions_exceeded;
    failed.error_type = "activePartitionExceeded";
    failed.without_lambda = true;
    failed.attempts_made = 1;
    return add_error(partition, spec, &failed, entry, now_ms);
}

enum hy_code hy_partition_processed(struct hy_partition *partition, struct hy_stream_spec *spec,
                                    const struct hy_processed *record, uint64_t now_ms)
{
    struct hy_entry entry = {
        .seq = record->seq,
        .place = record->place,
        .places = record->places,
        .arrived_ms = record->arrived_ms,
        .source_bytes = record->source_bytes,
    };
    switch (record->outcome) {
    case HY_OUTCOME_OK:
        return add_data(partition, spec, record, &entry, now_ms);
    case HY_OUTCOME_DROPPED:
        return add_entry(partition, slot_for(partition, spec, HY_PARCEL_DROPPED, HY_SV("")),
                         &entry, now_ms);
    case HY_OUTCOME_FAILED:
        return add_error(partition, spec, record, &entry, now_ms);
    }
    return HY_INVALID;
}

void hy_partition_batch_end(struct hy_partition *partition)
{
    /* A batch has one spec, so there is at most one: the latest. */
    if (partition->latest[HY_PARCEL_DROPPED] != NULL) {
        seal(partition->latest[HY_PARCEL_DROPPED]);
    }
}

void hy_partition_flush(struct hy_partition *partition)
{
    struct slot *slot, *next;
    DL_FOREACH_SAFE(partition->slots, slot, next)
    {
        if (slot->buffer.parcel->records > 0 && !slot->buffer.owes) {
            seal(slot);
        }
    }
}

void hy_partition_waiting(const struct hy_partition *partition, struct hy_partition_waiting *out)
{
    const struct slot *slot;
    *out = (struct hy_partition_waiting){ .oldest_ms = HY_NEVER_MS, .next_ms = HY_NEVER_MS };
    DL_FOREACH(partition->slots, slot)
    {
        out->records += slot->buffer.parcel->records;
        out->bytes += slot->buffer.parcel->bytes;
        if (slot->buffer.parcel->oldest_ms < out->oldest_ms) {
            out->oldest_ms = slot->buffer.parcel->oldest_ms;
        }
        if (slot->buffer.due_ms < out->next_ms) {
            out->next_ms = slot->buffer.due_ms;
        }
    }
}

struct hy_partition *hy_partition_create(struct hy_channel *channel, struct hy_delivery *delivery)
{
    struct hy_partition *partition = calloc(1, sizeof *partition);
    if (partition != NULL) {
        partition->channel = channel;
        partition->delivery = delivery;
        hy_buf_init(&partition->line, LINE_BYTES_MAX);
    }
    return partition;
}

void hy_partition_destroy(struct hy_partition *partition)
{
    struct slot *slot, *next;
    if (partition == NULL) {
        return;
    }
    DL_FOREACH_SAFE(partition->slots, slot, next)
    {
        slot_destroy(slot);
    }
    hy_buf_finish(&partition->line);
    free(partition);
}
