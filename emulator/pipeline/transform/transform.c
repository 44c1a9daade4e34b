#include "pipeline/transform/transform.h"

#include "base/log.h"
#include "io/work.h"
#include "model/limits.h"
#include "pipeline/transform/event.h"
#include "pipeline/transform/reply.h"
#include "pipeline/transform/retry.h"
#include "runtime/functions.h"

#include <utlist.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum state { QUEUED, BUILDING, INVOKING, PAUSED, READING, DONE };

/* One batch on its way. While BUILDING or READING, the pool has it. */
struct flight {
    struct hy_transform *transform;
    struct hy_batch *batch;
    enum state state;
    char invocation_id[HY_UUID_BYTES];
    unsigned attempts;
    struct hy_processed *records; /* as many as the batch counts, from BUILDING on */
    struct hy_buf event;
    char *reply_text;
    size_t reply_len;
    struct hy_reply reply;
    char *frames;                 /* the records as they were put, if some failed */
    const struct hy_failure *failure; /* of the whole batch */
    enum hy_code code;            /* of the pool's work */
    size_t passed;                /* records that partition/ has taken */
    struct hy_agenda_item pause;
    uint64_t pause_ms;
    struct flight *prev, *next;
};

struct hy_transform {
    struct hy_channel *channel;
    struct hy_partition *partition;
    const struct hy_delivery *delivery;
    struct flight *flights; /* in the order of their batches */
    unsigned places_taken;
    bool is_passing;        /* pass_on is at work: it does not call itself */
};

enum { BEGUN_MAX = 2 * HY_LAMBDA_CONCURRENT_MAX };

static void invoke(struct flight *flight);
static void pass_on(struct hy_transform *transform);

static struct hy_pipeline_env *env_of(const struct flight *flight)
{
    return flight->transform->channel->env;
}

static void flight_destroy(struct flight *flight)
{
    hy_agenda_clear(env_of(flight)->agenda, &flight->pause);
    DL_DELETE(flight->transform->flights, flight);
    hy_buf_finish(&flight->event);
    hy_reply_finish(&flight->reply);
    hy_batch_destroy(flight->batch);
    free(flight->records);
    free(flight->reply_text);
    free(flight->frames);
    free(flight);
}

/* ---- places ---- */

/* Gives the place back and sees who is next, before the count of what is under way falls: a
 * manual clock must not find a gap between one batch and the next. */
static void leave_place(struct hy_transform *transform)
{
    struct hy_channel *channel = transform->channel;
    transform->places_taken--;
    pass_on(transform);
    hy_transform_pump(transform);
    channel->on_ended(channel->ctx);
    hy_pipeline_end(channel->env);
}

static void abandon(struct flight *flight, enum hy_code code)
{
    struct hy_transform *transform = flight->transform;
    if (!transform->channel->closing) {
        hy_channel_leave(transform->channel, flight->batch->count, code);
    }
    flight_destroy(flight);
    leave_place(transform);
}

static void finish(struct flight *flight)
{
    struct hy_transform *transform = flight->transform;
    flight->state = DONE;
    leave_place(transform);
}

/* ---- PAUSED ---- */

static void on_pause_over(void *ctx, uint64_t now_ms)
{
    struct flight *flight = ctx;
    struct hy_transform *transform = flight->transform;
    (void)now_ms;
    if (flight->state == PAUSED) {
        flight->state = QUEUED;
    }
    pass_on(transform); /* the pause may have been a full disk's */
    hy_transform_pump(transform);
}

/* False: out of memory. */
static bool set_pause(struct flight *flight, uint64_t ms)
{
    flight->pause_ms = hy_channel_now_ms(flight->transform->channel) + ms;
    flight->pause.due = on_pause_over;
    flight->pause.ctx = flight;
    return hy_agenda_set(env_of(flight)->agenda, &flight->pause, flight->pause_ms) == HY_OK;
}

static void pause_flight(struct flight *flight)
{
    struct hy_transform *transform = flight->transform;
    if (transform->channel->closing || !set_pause(flight, HY_LAMBDA_RETRY_PAUSE_MS)) {
        abandon(flight, HY_NO_MEMORY);
        return;
    }
    flight->state = PAUSED;
    leave_place(transform);
}

/* ---- READING: what the reply says, and the source of what failed ---- */

static enum hy_code read_frames(struct flight *flight)
{
    const struct hy_extents *extents = &flight->batch->extents;
    const struct hy_journal *journal = flight->transform->channel->journal;
    flight->frames = malloc((size_t)hy_extents_bytes(extents));
    if (flight->frames == NULL) {
        return HY_NO_MEMORY;
    }
    size_t at = 0;
    for (size_t i = 0; i < extents->count; i++) {
        const enum hy_code code = hy_journal_read(journal, &extents->items[i], flight->frames + at);
        if (code != HY_OK) {
            return code;
        }
        at += (size_t)extents->items[i].length;
    }
    return HY_OK;
}

static void fail_all(struct flight *flight)
{
    for (size_t i = 0; i < flight->batch->count; i++) {
        flight->records[i].outcome = HY_OUTCOME_FAILED;
        flight->records[i].failure = flight->failure;
        flight->records[i].key_count = 0;
    }
}

static bool has_failed(const struct flight *flight)
{
    for (size_t i = 0; i < flight->batch->count; i++) {
        if (flight->records[i].outcome == HY_OUTCOME_FAILED) {
            return true;
        }
    }
    return false;
}

static enum hy_code add_sources(struct flight *flight)
{
    const enum hy_code code = read_frames(flight);
    if (code != HY_OK) {
        return code;
    }
    hy_sv rest = { flight->frames, (size_t)hy_extents_bytes(&flight->batch->extents) };
    struct hy_frame frame;
    for (size_t i = 0; i < flight->batch->count; i++) {
        if (!hy_frame_next(&rest, &frame)) {
            return HY_IO;
        }
        if (flight->records[i].outcome == HY_OUTCOME_FAILED) {
            flight->records[i].data = frame.data;
        }
    }
    return HY_OK;
}

static void run_read(void *ctx)
{
    struct flight *flight = ctx;
    flight->code = HY_OK;
    if (flight->failure == NULL) {
        flight->code = hy_reply_parse(flight->reply_text, flight->reply_len, flight->records,
                                      flight->batch->count, &flight->reply);
        if (flight->code == HY_MALFORMED) {
            flight->failure = &hy_failure_json;
            flight->code = HY_OK;
        }
    }
    if (flight->failure != NULL) {
        fail_all(flight);
    }
    if (flight->code == HY_OK && has_failed(flight)) {
        flight->code = add_sources(flight);
    }
}

static void on_read(void *ctx)
{
    struct flight *flight = ctx;
    if (flight->code != HY_OK || flight->transform->channel->closing) {
        abandon(flight, flight->code);
    } else {
        finish(flight);
    }
}

/* The last attempt is over, for better or worse. */
static void read_reply(struct flight *flight)
{
    const uint64_t now_ms = hy_channel_now_ms(flight->transform->channel);
    hy_buf_finish(&flight->event);
    for (size_t i = 0; i < flight->batch->count; i++) {
        flight->records[i].attempts_made = flight->attempts;
        flight->records[i].ended_ms = now_ms;
    }
    flight->state = READING;
    if (!hy_work(env_of(flight)->loop, run_read, on_read, flight)) {
        abandon(flight, HY_NO_MEMORY);
    }
}

/* ---- INVOKING ---- */

static void on_failed(struct flight *flight, enum hy_invoke_outcome outcome,
                      const struct hy_invoke_result *result)
{
    struct hy_channel *channel = flight->transform->channel;
    const struct hy_failure *failure = hy_retry_failure(outcome);
    const bool again = hy_retry_again(flight->attempts, flight->batch->spec->transform.retries);
    channel->counters.invocations_failed++;
    hy_log(again ? HY_LOG_INFO : HY_LOG_WARN, "transform", channel->subject,
           "%s: attempt %u with %zu records%s: %.*s", failure->code, flight->attempts,
           flight->batch->count, again ? ", will be repeated" : ", giving up",
           HY_SV_ARG(result->error_message));
    if (!again) {
        flight->failure = failure;
        read_reply(flight);
    } else if (channel->flushing && !channel->closing) {
        invoke(flight);
    } else {
        pause_flight(flight);
    }
}

static void on_replied(struct flight *flight, hy_sv payload)
{
    flight->reply_text = malloc(payload.len + 1); /* one more: malloc(0) may be NULL */
    if (flight->reply_text == NULL) {
        abandon(flight, HY_NO_MEMORY);
        return;
    }
    if (payload.len > 0) {
        memcpy(flight->reply_text, payload.ptr, payload.len);
    }
    flight->reply_len = payload.len;
    read_reply(flight);
}

static void on_invoked(void *ctx, const struct hy_invoke_result *result)
{
    struct flight *flight = ctx;
    struct hy_channel *channel = flight->transform->channel;
    const enum hy_invoke_outcome outcome = hy_retry_outcome(result);
    if (channel->closing) {
        abandon(flight, HY_CANCELLED);
        return;
    }
    if (outcome == HY_INVOKE_CANCELLED) {
        pause_flight(flight); /* not an attempt: the function was replaced, or we are stopping */
        return;
    }
    flight->attempts++;
    channel->counters.invocations++;
    channel->counters.invocation_ms += result->duration_ms;
    if (outcome == HY_INVOKE_OK) {
        on_replied(flight, result->payload);
    } else {
        on_failed(flight, outcome, result);
    }
}

static void invoke(struct flight *flight)
{
    const struct hy_transform_spec *spec = &flight->batch->spec->transform;
    const struct hy_invoke_options options = {
        .function = hy_sv_of(spec->lambda_arn),
        .payload = hy_buf_sv(&flight->event),
        .timeout_ms = HY_LAMBDA_TIMEOUT_MS,
    };
    if (flight->attempts > 0) {
        hy_random_uuid(&flight->transform->channel->invocation_random, flight->invocation_id);
        hy_event_set_invocation_id(&flight->event, hy_sv_of(flight->invocation_id));
    }
    flight->state = INVOKING;
    if (hy_invoke(env_of(flight)->functions, &options, on_invoked, flight) == NULL) {
        abandon(flight, HY_NO_MEMORY);
    }
}

/* ---- BUILDING ---- */

static void note_records(struct flight *flight, hy_sv frames)
{
    struct hy_frame frame;
    for (size_t i = 0; i < flight->batch->count && hy_frame_next(&frames, &frame); i++) {
        flight->records[i] = (struct hy_processed){
            .seq = frame.seq,
            .arrived_ms = frame.arrived_ms,
            .source_bytes = (uint32_t)frame.data.len,
        };
    }
}

static void run_build(void *ctx)
{
    struct flight *flight = ctx;
    const struct hy_stream_spec *spec = flight->batch->spec;
    const struct hy_event_head head = {
        .invocation_id = hy_sv_of(flight->invocation_id),
        .stream_arn = hy_sv_of(spec->arn),
        .region = hy_sv_of(spec->region),
    };
    flight->records = calloc(flight->batch->count, sizeof *flight->records);
    flight->code = flight->records == NULL ? HY_NO_MEMORY : read_frames(flight);
    if (flight->code == HY_OK) {
        const hy_sv frames = { flight->frames,
                               (size_t)hy_extents_bytes(&flight->batch->extents) };
        note_records(flight, frames);
        hy_buf_init(&flight->event, HY_LAMBDA_PAYLOAD_MAX);
        hy_event_write(&head, frames, &flight->event);
        flight->code = flight->event.failed ? HY_NO_MEMORY : HY_OK;
    }
    free(flight->frames); /* read again if they are needed: most are not */
    flight->frames = NULL;
}

static void on_built(void *ctx)
{
    struct flight *flight = ctx;
    if (flight->code != HY_OK || flight->transform->channel->closing) {
        abandon(flight, flight->code);
    } else {
        invoke(flight);
    }
}

static void start(struct flight *flight)
{
    struct hy_channel *channel = flight->transform->channel;
    flight->transform->places_taken++;
    hy_pipeline_begin(channel->env);
    if (flight->event.len > 0) {
        invoke(flight); /* another attempt */
        return;
    }
    hy_random_uuid(&channel->invocation_random, flight->invocation_id);
    flight->state = BUILDING;
    if (!hy_work(channel->env->loop, run_build, on_built, flight)) {
        abandon(flight, HY_NO_MEMORY);
    }
}

static struct flight *next_to_start(struct hy_transform *transform)
{
    unsigned begun = 0;
    struct flight *flight;
    DL_FOREACH(transform->flights, flight)
    {
        if (flight->state == QUEUED) {
            return flight;
        }
        if (++begun == BEGUN_MAX) {
            break;
        }
    }
    return NULL;
}

void hy_transform_pump(struct hy_transform *transform)
{
    const struct hy_channel *channel = transform->channel;
    while (!channel->closing && channel->journal != NULL &&
           transform->places_taken < HY_LAMBDA_CONCURRENT_MAX &&
           !hy_delivery_is_behind(transform->delivery)) {
        struct flight *flight = next_to_start(transform);
        if (flight == NULL) {
            return;
        }
        start(flight);
    }
}

/* ---- DONE: on to partition/, in order ---- */

static void count(struct hy_counters *counters, const struct hy_processed *record)
{
    switch (record->outcome) {
    case HY_OUTCOME_OK:
        counters->ok_records++;
        counters->ok_bytes += record->source_bytes;
        break;
    case HY_OUTCOME_DROPPED:
        counters->dropped_records++;
        break;
    case HY_OUTCOME_FAILED:
        counters->failed_records++;
        break;
    }
}

static enum hy_code pass(struct flight *flight, uint64_t now_ms)
{
    struct hy_transform *transform = flight->transform;
    while (flight->passed < flight->batch->count) {
        const struct hy_processed *record = &flight->records[flight->passed];
        const enum hy_code code =
            hy_partition_processed(transform->partition, flight->batch->spec, record, now_ms);
        if (code != HY_OK) {
            return code;
        }
        count(&transform->channel->counters, record);
        flight->passed++;
    }
    hy_partition_batch_end(transform->partition);
    return HY_OK;
}

static void pass_on(struct hy_transform *transform)
{
    struct hy_channel *channel = transform->channel;
    if (transform->is_passing || channel->closing) {
        return;
    }
    transform->is_passing = true;
    while (transform->flights != NULL && transform->flights->state == DONE) {
        struct flight *flight = transform->flights;
        const enum hy_code code = pass(flight, hy_channel_now_ms(channel));
        if (code == HY_OK) {
            flight_destroy(flight);
            continue;
        }
        hy_log(HY_LOG_WARN, "transform", channel->subject,
               "%s: transformed records cannot be kept; trying again", hy_code_name(code));
        if (!set_pause(flight, HY_DELIVERY_RETRY_MS)) {
            hy_channel_leave(channel, flight->batch->count - flight->passed, HY_NO_MEMORY);
            flight_destroy(flight);
            continue;
        }
        break;
    }
    transform->is_passing = false;
}

/* ---- the face ---- */

struct hy_transform *hy_transform_create(struct hy_channel *channel, struct hy_partition *partition,
                                         const struct hy_delivery *delivery)
{
    struct hy_transform *transform = calloc(1, sizeof *transform);
    if (transform != NULL) {
        transform->channel = channel;
        transform->partition = partition;
        transform->delivery = delivery;
    }
    return transform;
}

void hy_transform_destroy(struct hy_transform *transform)
{
    assert(transform == NULL || transform->flights == NULL);
    free(transform);
}

void hy_transform_push(struct hy_transform *transform, struct hy_batch *batch)
{
    struct flight *flight = calloc(1, sizeof *flight);
    if (flight == NULL) {
        hy_channel_leave(transform->channel, batch->count, HY_NO_MEMORY);
        hy_batch_destroy(batch);
        return;
    }
    flight->transform = transform;
    flight->batch = batch;
    DL_APPEND(transform->flights, flight);
    hy_transform_pump(transform);
}

void hy_transform_hurry(struct hy_transform *transform)
{
    struct flight *flight;
    DL_FOREACH(transform->flights, flight)
    {
        if (flight->state == PAUSED) {
            hy_agenda_clear(env_of(flight)->agenda, &flight->pause);
            flight->state = QUEUED;
        }
    }
    pass_on(transform);
    hy_transform_pump(transform);
}

static bool holds_place(const struct flight *flight)
{
    return flight->state == BUILDING || flight->state == INVOKING || flight->state == READING;
}

void hy_transform_cancel(struct hy_transform *transform)
{
    struct flight *flight, *next;
    DL_FOREACH_SAFE(transform->flights, flight, next)
    {
        if (!holds_place(flight)) {
            flight_destroy(flight);
        }
    }
}

bool hy_transform_is_idle(const struct hy_transform *transform)
{
    return transform->flights == NULL;
}

bool hy_transform_has_before(const struct hy_transform *transform, uint64_t seq)
{
    return transform->flights != NULL && transform->flights->batch->extents.items[0].seq <= seq;
}

void hy_transform_waiting(const struct hy_transform *transform, struct hy_transform_waiting *out)
{
    const struct flight *flight;
    *out = (struct hy_transform_waiting){ .next_ms = HY_NEVER_MS };
    DL_FOREACH(transform->flights, flight)
    {
        if (holds_place(flight)) {
            out->in_flight_records += flight->batch->count;
        } else {
            out->records += flight->batch->count - flight->passed;
            out->bytes += flight->batch->bytes;
        }
        if (hy_agenda_has(&flight->pause) && flight->pause_ms < out->next_ms) {
            out->next_ms = flight->pause_ms;
        }
    }
}
