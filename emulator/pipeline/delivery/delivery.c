#include "pipeline/delivery/delivery.h"

#include "base/log.h"
#include "io/work.h"
#include "model/limits.h"
#include "pipeline/delivery/converted_file.h"
#include "pipeline/delivery/endpoint.h"
#include "pipeline/delivery/watched.h"

#include <utlist.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct hy_delivery {
    struct hy_channel *channel;
    struct hy_parcel *parcels; /* in the order in which they were pushed */
    uint64_t next_order;
    uint64_t records;
    uint64_t spooled_bytes;    /* of transformed data in parcels */
    unsigned requests;         /* on their way to the endpoint */
    bool started;
};

/* Transformed bytes that may wait for a bucket; beyond it the transform pauses and records stay
 * where they cost nothing, in the journal. */
enum { SPOOLED_BYTES_MAX = 64 * HY_MIB };

static void begin(struct hy_parcel *parcel);
static void enqueue(struct hy_parcel *parcel);
static void hold(struct hy_parcel *parcel);
static void record(struct hy_parcel *parcel);
static void publish(struct hy_parcel *parcel);

static struct hy_pipeline_env *env_of(const struct hy_parcel *parcel)
{
    return parcel->delivery->channel->env;
}

/* ---- how an attempt ends ---- */

static void on_retry_due(void *ctx, uint64_t now_ms);

static void unlink_temporary(struct hy_parcel *parcel)
{
    if (parcel->file.temporary[0] != '\0') {
        /* Blocks, but only for an unlink and only after a failure. */
        hy_temporary_delete(env_of(parcel)->buckets, hy_sv_of(parcel->file.temporary));
        parcel->file.temporary[0] = '\0';
    }
}

static uint64_t spooled_bytes(const struct hy_parcel *parcel)
{
    return parcel->spool != NULL ? parcel->bytes : 0;
}

static void drop(struct hy_parcel *parcel)
{
    struct hy_delivery *delivery = parcel->delivery;
    delivery->records -= parcel->records;
    delivery->spooled_bytes -= spooled_bytes(parcel);
    DL_DELETE(delivery->parcels, parcel);
    hy_parcel_destroy(parcel);
}

/* It is in the bucket (or with the endpoint, or dropped, or lost) and the ledger says so. */
static void settle(struct hy_parcel *parcel)
{
    struct hy_channel *channel = parcel->delivery->channel;
    const bool stored = hy_parcel_has_object(parcel);
    const struct hy_settlement settlement = {
        .kind = parcel->kind,
        .lost = parcel->is_lost || parcel->is_rejected,
        .seqs = &parcel->seqs,
        .records = parcel->records,
        .order = parcel->order,
        .bucket = stored ? hy_sv_of(parcel->s3->bucket) : HY_SV(""),
        .key = stored ? (hy_sv){ parcel->key, parcel->key_len } : HY_SV(""),
        .stored_bytes = parcel->file.stored_bytes,
    };
    hy_parcel_count(parcel, &channel->counters);
    hy_watched_put(parcel, channel, true);
    channel->on_settled(channel->ctx, &settlement);
    drop(parcel);
    channel->on_ended(channel->ctx); /* last: the stream may be gone after it */
}

/* Off the road until the agenda says so; out of memory for that, until the next flush. */
static void wait_until(struct hy_parcel *parcel, uint64_t retry_ms)
{
    struct hy_pipeline_env *env = env_of(parcel);
    parcel->state = HY_PARCEL_WAITING;
    parcel->retry_ms = retry_ms;
    parcel->retry.due = on_retry_due;
    parcel->retry.ctx = parcel;
    if (hy_agenda_set(env->agenda, &parcel->retry, retry_ms) != HY_OK) {
        parcel->retry_ms = HY_NEVER_MS;
        hy_log(HY_LOG_ERROR, "delivery", parcel->delivery->channel->subject,
               "out of memory: an object waits for the next flush");
    }
}

static void wait(struct hy_parcel *parcel, uint64_t now_ms)
{
    const uint64_t end_ms = parcel->oldest_ms + HY_RETENTION_MS;
    uint64_t retry_ms = now_ms + HY_DELIVERY_RETRY_MS;
    if (now_ms < end_ms && retry_ms > end_ms) {
        retry_ms = end_ms; /* the last attempt is the one at the very end */
    }
    wait_until(parcel, retry_ms);
}

static void give_up(struct hy_parcel *parcel)
{
    hy_log(HY_LOG_ERROR, "delivery", parcel->delivery->channel->subject,
           "giving up %llu records after 24 hours: they are lost (bucket %s)",
           (unsigned long long)parcel->records, parcel->s3->bucket);
    unlink_temporary(parcel);
    parcel->is_lost = true;
    if (parcel->is_recorded) {
        settle(parcel);
    } else {
        begin(parcel); /* to the ledger, or the next start would send them down again */
    }
}

/* `parcel` was under way and no longer is, one way or the other. */
static void fail(struct hy_parcel *parcel, enum hy_code code)
{
    struct hy_channel *channel = parcel->delivery->channel;
    const uint64_t now_ms = hy_channel_now_ms(channel);

    channel->counters.delivery_failures++;
    hy_watched_put(parcel, channel, false);
    if (parcel->failures++ == 0) {
        hy_watched_put_failure(parcel, channel, code);
    }
    if (!parcel->is_recorded) {
        unlink_temporary(parcel);
    }
    if (channel->closing) {
        drop(parcel); /* the journal, or the ledger and the temporary, still have it */
        channel->on_ended(channel->ctx);
    } else if (!parcel->is_lost && now_ms >= parcel->oldest_ms + HY_RETENTION_MS) {
        give_up(parcel);
    } else {
        wait(parcel, now_ms);
    }
}

static void begin(struct hy_parcel *parcel)
{
    hy_pipeline_begin(env_of(parcel));
    if (parcel->is_recorded) {
        publish(parcel);
    } else if (!hy_parcel_has_object(parcel)) {
        record(parcel);
    } else if (hy_parcel_is_for_endpoint(parcel)) {
        hold(parcel);
    } else {
        enqueue(parcel);
    }
}

static void on_retry_due(void *ctx, uint64_t now_ms)
{
    (void)now_ms;
    begin(ctx);
}

/* ---- PUBLISHING ---- */

static void run_publish(void *ctx)
{
    struct hy_parcel *parcel = ctx;
    struct hy_object_file *file = &parcel->file;
    file->code = hy_object_publish(file->buckets, hy_sv_of(file->temporary), file->bucket,
                                   (hy_sv){ parcel->key, parcel->key_len }, file->sync);
}

/* Ends what begin() began. The environment outlives the parcel and its stream. */
static void finish(struct hy_parcel *parcel, enum hy_code code)
{
    struct hy_pipeline_env *env = env_of(parcel);
    if (code == HY_OK) {
        settle(parcel);
    } else {
        fail(parcel, code);
    }
    hy_pipeline_end(env);
}

static void on_published(void *ctx)
{
    struct hy_parcel *parcel = ctx;
    finish(parcel, parcel->file.code);
}

static void publish(struct hy_parcel *parcel)
{
    parcel->state = HY_PARCEL_PUBLISHING;
    if (!hy_work(env_of(parcel)->loop, run_publish, on_published, parcel)) {
        finish(parcel, HY_NO_MEMORY);
    }
}

/* ---- RECORDING ---- */

static void on_recorded(void *ctx, enum hy_code code)
{
    struct hy_parcel *parcel = ctx;
    if (code != HY_OK) {
        finish(parcel, code);
        return;
    }
    parcel->is_recorded = true;
    if (hy_parcel_has_object(parcel)) {
        publish(parcel);
    } else {
        finish(parcel, HY_OK);
    }
}

static void record(struct hy_parcel *parcel)
{
    struct hy_channel *channel = parcel->delivery->channel;
    struct hy_ledger_delivery row = {
        .stream_id = channel->stream_id,
        .lane = hy_parcel_lane(parcel->kind),
        .bucket = hy_sv_of(parcel->s3->bucket),
        .records = parcel->records,
        .made_ms = hy_channel_now_ms(channel),
        .seqs = &parcel->seqs,
    };
    if (hy_parcel_has_object(parcel)) {
        row.key = (hy_sv){ parcel->key, parcel->key_len };
        row.temporary = hy_sv_of(parcel->file.temporary);
        row.content_type = HY_SV("application/octet-stream");
        row.content_encoding = hy_sv_of(parcel->file.format->content_encoding);
        row.bytes = parcel->file.stored_bytes;
    }
    parcel->state = HY_PARCEL_RECORDING;
    hy_ledger_put_delivery(channel->env->ledger, &row, on_recorded, parcel);
}

/* ---- QUEUED, MAKING ---- */

static void run_make(void *ctx)
{
    struct hy_parcel *parcel = ctx;
    hy_object_file_make(&parcel->file);
}

static void pump(struct hy_pipeline_env *env);

static void take(struct hy_delivery *delivery, struct hy_parcel *parcel);

/* All of its records went to the error output: there is no object. */
static void vanish(struct hy_parcel *parcel)
{
    struct hy_channel *channel = parcel->delivery->channel;
    unlink_temporary(parcel);
    drop(parcel);
    channel->on_ended(channel->ctx);
}

/* Records that could not be converted leave the object before the ledger hears of it, and go
 * their own way: each of the two settles what it holds, so a crash between them loses nothing
 * and does nothing twice. An object that is made again finds the same ones, and that they have
 * gone already. False when out of memory. */
static bool split(struct hy_parcel *parcel)
{
    struct hy_delivery *delivery = parcel->delivery;
    struct hy_parcel *failed = NULL;
    if (parcel->is_split) {
        hy_converted_finish(&parcel->file.converted);
        return true;
    }
    hy_watched_conversion(parcel, delivery->channel);
    if (hy_parcel_split(parcel, &failed) != HY_OK) {
        return false;
    }
    if (failed != NULL) {
        delivery->records -= failed->records; /* take counts them again */
        take(delivery, failed);
        failed->order = parcel->order + 1; /* and not of the moment when the pool was ready */
    }
    return true;
}

static void on_made(void *ctx)
{
    struct hy_parcel *parcel = ctx;
    struct hy_pipeline_env *env = env_of(parcel);
    env->objects_being_made--;
    if (parcel->file.code != HY_OK) {
        finish(parcel, parcel->file.code);
    } else if (parcel->file.conversion == NULL) {
        record(parcel);
    } else if (!split(parcel)) {
        finish(parcel, HY_NO_MEMORY);
    } else if (parcel->records == 0) {
        vanish(parcel);
        hy_pipeline_end(env);
    } else {
        record(parcel);
    }
    pump(env);
}

static void make(struct hy_parcel *parcel)
{
    struct hy_pipeline_env *env = env_of(parcel);
    hy_parcel_begin_file(parcel, parcel->delivery->channel);
    parcel->state = HY_PARCEL_MAKING;
    env->objects_being_made++;
    if (!hy_work(env->loop, run_make, on_made, parcel)) {
        env->objects_being_made--;
        finish(parcel, HY_NO_MEMORY);
    }
}

static void pump(struct hy_pipeline_env *env)
{
    while (env->parcels != NULL && env->objects_being_made < HY_OBJECTS_BEING_MADE_MAX) {
        struct hy_parcel *parcel = env->parcels;
        DL_DELETE2(env->parcels, parcel, queue_prev, queue_next);
        make(parcel);
    }
}

static void enqueue(struct hy_parcel *parcel)
{
    struct hy_pipeline_env *env = env_of(parcel);
    parcel->state = HY_PARCEL_QUEUED;
    DL_APPEND2(env->parcels, parcel, queue_prev, queue_next);
    pump(env);
}

/* ---- HELD, SENDING ---- */

static void send_next(struct hy_delivery *delivery);

/* The channel is closing; the journal has the records. */
static void leave(struct hy_parcel *parcel)
{
    struct hy_channel *channel = parcel->delivery->channel;
    drop(parcel);
    channel->on_ended(channel->ctx);
    hy_pipeline_end(channel->env);
}

static void pause_parcel(struct hy_parcel *parcel, uint64_t pause_ms)
{
    struct hy_channel *channel = parcel->delivery->channel;
    if (channel->flushing) {
        hold(parcel); /* the pause counts as if it had been */
    } else {
        wait_until(parcel, hy_channel_now_ms(channel) + pause_ms);
        hy_pipeline_end(channel->env);
    }
}

static void reject(struct hy_parcel *parcel)
{
    hy_log(HY_LOG_ERROR, "delivery", parcel->delivery->channel->subject,
           "HttpEndpoint.DestinationException: the endpoint answered with status 413; %llu records "
           "are given up, and are in no bucket either (firehose.md 6.3)",
           (unsigned long long)parcel->records);
    parcel->is_rejected = true;
    record(parcel);
}

static void give_to_bucket(struct hy_parcel *parcel)
{
    struct hy_delivery *delivery = parcel->delivery;
    delivery->spooled_bytes -= spooled_bytes(parcel);
    hy_endpoint_take_lines(parcel);
    delivery->spooled_bytes += spooled_bytes(parcel);
    enqueue(parcel);
}

static void on_sent(struct hy_parcel *parcel, const struct hy_endpoint_end *ending)
{
    parcel->delivery->requests--;
    parcel->state = HY_PARCEL_RECORDING; /* or whatever it is below: not SENDING any more */
    send_next(parcel->delivery); /* before the count of what is under way falls */
    switch (ending->outcome) {
    case HY_ENDPOINT_ENDS_TAKEN:
        parcel->is_taken = true;
        record(parcel);
        break;
    case HY_ENDPOINT_ENDS_REJECTED:
        reject(parcel);
        break;
    case HY_ENDPOINT_ENDS_PAUSED:
        pause_parcel(parcel, ending->pause_ms);
        break;
    case HY_ENDPOINT_ENDS_GIVEN_UP:
        give_to_bucket(parcel);
        break;
    case HY_ENDPOINT_ENDS_BROKEN:
        if (parcel->delivery->channel->closing) {
            leave(parcel);
        } else {
            finish(parcel, ending->code);
        }
        break;
    }
}

static struct hy_parcel *next_held(const struct hy_delivery *delivery)
{
    struct hy_parcel *parcel;
    DL_FOREACH(delivery->parcels, parcel)
    {
        if (parcel->state == HY_PARCEL_HELD) {
            break;
        }
    }
    return parcel;
}

static void send_next(struct hy_delivery *delivery)
{
    struct hy_parcel *parcel;
    while (delivery->requests < HY_ENDPOINT_REQUESTS_MAX &&
           (parcel = next_held(delivery)) != NULL) {
        parcel->state = HY_PARCEL_SENDING;
        delivery->requests++;
        hy_endpoint_send(parcel, delivery->channel, on_sent);
    }
}

static void hold(struct hy_parcel *parcel)
{
    parcel->state = HY_PARCEL_HELD;
    send_next(parcel->delivery);
}

/* ---- the face ---- */

struct hy_delivery *hy_delivery_create(struct hy_channel *channel)
{
    struct hy_delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery != NULL) {
        delivery->channel = channel;
    }
    return delivery;
}

void hy_delivery_destroy(struct hy_delivery *delivery)
{
    if (delivery == NULL) {
        return;
    }
    assert(delivery->parcels == NULL);
    free(delivery);
}

void hy_delivery_start(struct hy_delivery *delivery)
{
    struct hy_parcel *parcel, *next;
    delivery->started = true;
    DL_FOREACH_SAFE(delivery->parcels, parcel, next)
    {
        begin(parcel);
    }
}

static void take(struct hy_delivery *delivery, struct hy_parcel *parcel)
{
    parcel->delivery = delivery;
    parcel->order = delivery->next_order;
    delivery->next_order += 1 + hy_parcel_is_converted(parcel); /* one for what split may make */
    DL_APPEND(delivery->parcels, parcel);
    delivery->records += parcel->records;
    delivery->spooled_bytes += spooled_bytes(parcel);
    if (delivery->started) {
        begin(parcel);
    }
}

void hy_delivery_push(struct hy_delivery *delivery, struct hy_parcel *parcel)
{
    take(delivery, parcel);
}

enum hy_code hy_delivery_resume(struct hy_delivery *delivery, struct hy_stream_spec *spec,
                                const struct hy_ledger_delivery *row)
{
    if (row->key.len > HY_OBJECT_KEY_MAX || row->temporary.len >= HY_TEMPORARY_NAME_BYTES) {
        return HY_MALFORMED;
    }
    const bool backup = row->lane == HY_LANE_BACKUP;
    struct hy_parcel *parcel = hy_parcel_create(spec, backup ? HY_PARCEL_BACKUP : HY_PARCEL_DATA);
    if (parcel == NULL) {
        return HY_NO_MEMORY;
    }
    if (hy_seqset_add_all(&parcel->seqs, row->seqs) != HY_OK) {
        hy_parcel_destroy(parcel);
        return HY_NO_MEMORY;
    }
    memcpy(parcel->key, row->key.ptr, row->key.len);
    parcel->key_len = row->key.len;
    memcpy(parcel->file.temporary, row->temporary.ptr, row->temporary.len);
    parcel->file.buckets = delivery->channel->env->buckets;
    parcel->file.bucket = hy_sv_of(parcel->s3->bucket);
    parcel->file.sync = delivery->channel->env->sync_objects;
    parcel->file.stored_bytes = row->bytes;
    parcel->records = row->records;
    parcel->oldest_ms = row->made_ms; /* nearest to it that the ledger knows */
    parcel->is_recorded = true;
    take(delivery, parcel);
    return HY_OK;
}

void hy_delivery_hurry(struct hy_delivery *delivery)
{
    struct hy_parcel *parcel, *next;
    DL_FOREACH_SAFE(delivery->parcels, parcel, next)
    {
        if (parcel->state == HY_PARCEL_WAITING) {
            hy_agenda_clear(delivery->channel->env->agenda, &parcel->retry);
            begin(parcel);
        }
    }
}

void hy_delivery_cancel(struct hy_delivery *delivery, bool discard)
{
    struct hy_pipeline_env *env = delivery->channel->env;
    struct hy_parcel *parcel, *next;
    DL_FOREACH_SAFE(delivery->parcels, parcel, next)
    {
        switch (parcel->state) {
        case HY_PARCEL_QUEUED:
            DL_DELETE2(env->parcels, parcel, queue_prev, queue_next);
            drop(parcel);
            hy_pipeline_end(env);
            break;
        case HY_PARCEL_WAITING:
            hy_agenda_clear(env->agenda, &parcel->retry);
            if (discard) {
                unlink_temporary(parcel);
            }
            drop(parcel);
            break;
        case HY_PARCEL_FILLING: /* pushed before the start */
            drop(parcel);
            break;
        case HY_PARCEL_HELD:
            drop(parcel);
            hy_pipeline_end(env);
            break;
        case HY_PARCEL_SENDING:
            hy_endpoint_cancel(parcel);
            break;
        case HY_PARCEL_MAKING:
        case HY_PARCEL_RECORDING:
        case HY_PARCEL_PUBLISHING:
            break; /* ends by itself */
        }
    }
}

bool hy_delivery_is_idle(const struct hy_delivery *delivery)
{
    return delivery->parcels == NULL;
}

bool hy_delivery_is_behind(const struct hy_delivery *delivery)
{
    return delivery->spooled_bytes >= SPOOLED_BYTES_MAX;
}

void hy_delivery_waiting(const struct hy_delivery *delivery, struct hy_delivery_waiting *out)
{
    const struct hy_parcel *parcel;
    *out = (struct hy_delivery_waiting){ delivery->records, HY_NEVER_MS, HY_NEVER_MS };
    DL_FOREACH(delivery->parcels, parcel)
    {
        if (parcel->oldest_ms < out->oldest_ms) {
            out->oldest_ms = parcel->oldest_ms;
        }
        if (parcel->state == HY_PARCEL_WAITING && parcel->retry_ms < out->next_ms) {
            out->next_ms = parcel->retry_ms;
        }
    }
}
