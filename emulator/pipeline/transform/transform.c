#include "pipeline/transform/transform.h"

#include "base/log.h"
#include "io/work.h"
#include "model/limits.h"
#include "pipeline/transform/event.h"
#include "pipeline/transform/flight.h"
#include "pipeline/transform/retry.h"
#include "runtime/functions.h"

#include <utlist.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct hy_transform {
    struct hy_channel *channel;
    struct hy_partition *partition;
    const struct hy_delivery *delivery;
    struct hy_flight *flights; /* in the order of their batches */
    unsigned places_taken;
    struct hy_extractor *extractors[HY_LAMBDA_CONCURRENT_MAX]; /* that no flight has */
    unsigned extractor_count;
    bool is_passing;        /* pass_on is at work: it does not call itself */
};

enum { BEGUN_MAX = 2 * HY_LAMBDA_CONCURRENT_MAX };

static void invoke(struct hy_flight *flight);
static void pass_on(struct hy_transform *transform);

static struct hy_pipeline_env *env_of(const struct hy_flight *flight)
{
    return flight->transform->channel->env;
}

static void flight_destroy(struct hy_flight *flight)
{
    hy_agenda_clear(env_of(flight)->agenda, &flight->pause);
    DL_DELETE(flight->transform->flights, flight);
    hy_flight_finish(flight);
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

static void take_extractor(struct hy_flight *flight)
{
    struct hy_transform *transform = flight->transform;
    const char *query = flight->batch->spec->process.query;
    while (query != NULL && flight->extractor == NULL && transform->extractor_count > 0) {
        struct hy_extractor *extractor = transform->extractors[--transform->extractor_count];
        if (hy_extractor_is_for(extractor, query)) {
            flight->extractor = extractor;
        } else {
            hy_extractor_destroy(extractor); /* the stream was updated */
        }
    }
}

static void give_extractor_back(struct hy_flight *flight)
{
    struct hy_transform *transform = flight->transform;
    if (flight->extractor != NULL) {
        assert(transform->extractor_count < HY_LAMBDA_CONCURRENT_MAX);
        transform->extractors[transform->extractor_count++] = flight->extractor;
        flight->extractor = NULL;
    }
}

static void abandon(struct hy_flight *flight, enum hy_code code)
{
    struct hy_transform *transform = flight->transform;
    give_extractor_back(flight);
    if (!transform->channel->closing) {
        hy_channel_leave(transform->channel, flight->batch->count, code);
    }
    flight_destroy(flight);
    leave_place(transform);
}

static void finish(struct hy_flight *flight)
{
    struct hy_transform *transform = flight->transform;
    flight->state = HY_FLIGHT_DONE;
    give_extractor_back(flight);
    leave_place(transform);
}

/* ---- PAUSED ---- */

static void on_pause_over(void *ctx, uint64_t now_ms)
{
    struct hy_flight *flight = ctx;
    struct hy_transform *transform = flight->transform;
    (void)now_ms;
    if (flight->state == HY_FLIGHT_PAUSED) {
        flight->state = HY_FLIGHT_QUEUED;
    }
    pass_on(transform); /* the pause may have been a full disk's */
    hy_transform_pump(transform);
}

/* False: out of memory. */
static bool set_pause(struct hy_flight *flight, uint64_t ms)
{
    flight->pause_ms = hy_channel_now_ms(flight->transform->channel) + ms;
    flight->pause.due = on_pause_over;
    flight->pause.ctx = flight;
    return hy_agenda_set(env_of(flight)->agenda, &flight->pause, flight->pause_ms) == HY_OK;
}

static void pause_flight(struct hy_flight *flight)
{
    struct hy_transform *transform = flight->transform;
    if (transform->channel->closing || !set_pause(flight, HY_LAMBDA_RETRY_PAUSE_MS)) {
        abandon(flight, HY_NO_MEMORY);
        return;
    }
    flight->state = HY_FLIGHT_PAUSED;
    give_extractor_back(flight);
    leave_place(transform);
}

/* ---- READING ---- */

static void build(struct hy_flight *flight);

static void on_read(void *ctx)
{
    struct hy_flight *flight = ctx;
    if (flight->code != HY_OK || flight->transform->channel->closing) {
        abandon(flight, flight->code);
        return;
    }
    flight->first = flight->end;
    flight->failure = NULL;
    flight->attempts = 0;
    if (flight->first < hy_flight_going(flight)) {
        build(flight); /* the next event */
    } else {
        finish(flight);
    }
}

/* The last attempt is over, for better or worse. */
static void read_reply(struct hy_flight *flight)
{
    const uint64_t now_ms = hy_channel_now_ms(flight->transform->channel);
    hy_buf_finish(&flight->event);
    for (size_t i = flight->first; i < flight->end; i++) {
        struct hy_processed *record = &hy_process_going(flight->process)->items[i];
        record->attempts_made = flight->attempts;
        record->ended_ms = now_ms;
    }
    flight->state = HY_FLIGHT_READING;
    if (!hy_work(env_of(flight)->loop, hy_flight_read, on_read, flight)) {
        abandon(flight, HY_NO_MEMORY);
    }
}

/* ---- INVOKING ---- */

static void tell(const struct hy_flight *flight, const struct hy_failure *failure)
{
    const struct hy_failure_event event = {
        .spec = flight->batch->spec, .code = failure->code,
        .message = hy_sv_of(failure->message),
    };
    hy_pipeline_tell_failure(env_of(flight), &event);
}

/* Of many records of a batch that fail alike, one line; after so many kinds, no more. */
static void tell_once(struct hy_flight *flight, const struct hy_failure *failure)
{
    for (size_t i = 0; i < flight->told_count; i++) {
        if (flight->told[i] == failure) {
            return;
        }
    }
    if (flight->told_count < HY_FLIGHT_TOLD_MAX) {
        flight->told[flight->told_count++] = failure;
        tell(flight, failure);
    }
}

static void on_failed(struct hy_flight *flight, enum hy_invoke_outcome outcome,
                      const struct hy_invoke_result *result)
{
    struct hy_channel *channel = flight->transform->channel;
    const struct hy_failure *failure = hy_retry_failure(outcome);
    const bool again = hy_retry_again(flight->attempts, flight->batch->spec->transform.retries);
    channel->counters.invocations_failed++;
    if (again) {
        tell(flight, failure); /* the last one is told with the records that fail by it */
    }
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

static void on_replied(struct hy_flight *flight, hy_sv payload)
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
    struct hy_flight *flight = ctx;
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
    hy_channel_sample(channel, HY_METRIC_PROCESSING_DURATION, (double)result->duration_ms);
    hy_channel_sample(channel, HY_METRIC_PROCESSING_SUCCESS, outcome == HY_INVOKE_OK ? 1 : 0);
    if (outcome == HY_INVOKE_OK) {
        on_replied(flight, result->payload);
    } else {
        on_failed(flight, outcome, result);
    }
}

static void invoke(struct hy_flight *flight)
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
    flight->state = HY_FLIGHT_INVOKING;
    if (hy_invoke(env_of(flight)->functions, &options, on_invoked, flight) == NULL) {
        abandon(flight, HY_NO_MEMORY);
    }
}

/* ---- BUILDING ---- */

static void on_built(void *ctx)
{
    struct hy_flight *flight = ctx;
    if (flight->code != HY_OK || flight->transform->channel->closing) {
        abandon(flight, flight->code);
    } else if (flight->first < flight->end) {
        invoke(flight);
    } else {
        finish(flight);
    }
}

static void build(struct hy_flight *flight)
{
    struct hy_channel *channel = flight->channel;
    if (flight->batch->spec->transform.lambda_arn != NULL) {
        hy_random_uuid(&channel->invocation_random, flight->invocation_id);
    }
    flight->state = HY_FLIGHT_BUILDING;
    if (!hy_work(channel->env->loop, hy_flight_build, on_built, flight)) {
        abandon(flight, HY_NO_MEMORY);
    }
}

static void start(struct hy_flight *flight)
{
    struct hy_channel *channel = flight->transform->channel;
    flight->transform->places_taken++;
    hy_pipeline_begin(channel->env);
    take_extractor(flight);
    if (flight->event.len > 0) {
        invoke(flight); /* another attempt */
    } else {
        build(flight);
    }
}

static struct hy_flight *next_to_start(struct hy_transform *transform)
{
    unsigned begun = 0;
    struct hy_flight *flight;
    DL_FOREACH(transform->flights, flight)
    {
        if (flight->state == HY_FLIGHT_QUEUED) {
            return flight;
        }
        if (++begun == BEGUN_MAX) {
            break;
        }
    }
    return NULL;
}

bool hy_transform_is_hungry(struct hy_transform *transform)
{
    return transform->places_taken < HY_LAMBDA_CONCURRENT_MAX &&
           next_to_start(transform) == NULL && !hy_delivery_is_behind(transform->delivery);
}

void hy_transform_pump(struct hy_transform *transform)
{
    const struct hy_channel *channel = transform->channel;
    while (!channel->closing && channel->journal != NULL &&
           transform->places_taken < HY_LAMBDA_CONCURRENT_MAX &&
           !hy_delivery_is_behind(transform->delivery)) {
        struct hy_flight *flight = next_to_start(transform);
        if (flight == NULL) {
            return;
        }
        start(flight);
    }
}

/* ---- DONE: on to partition/, in order ---- */

static void count(struct hy_channel *channel, const struct hy_processed *record,
                  uint64_t now_ms)
{
    struct hy_counters *counters = &channel->counters;
    switch (record->outcome) {
    case HY_OUTCOME_OK:
        counters->ok_records++;
        counters->ok_bytes += record->source_bytes;
        hy_metrics_add(&channel->metrics, HY_METRIC_PROCESSED_RECORDS, 1, now_ms);
        hy_metrics_add(&channel->metrics, HY_METRIC_PROCESSED_BYTES, record->source_bytes, now_ms);
        break;
    case HY_OUTCOME_DROPPED:
        counters->dropped_records++;
        break;
    case HY_OUTCOME_FAILED:
        counters->failed_records++;
        break;
    }
}

static enum hy_code pass(struct hy_flight *flight, uint64_t now_ms)
{
    struct hy_transform *transform = flight->transform;
    while (flight->passed < hy_flight_total(flight)) {
        struct hy_processed *record = hy_flight_record(flight, flight->passed);
        if (record->ended_ms == 0) {
            record->ended_ms = now_ms; /* no function was asked */
        }
        const enum hy_code code =
            hy_partition_processed(transform->partition, flight->batch->spec, record, now_ms);
        if (code != HY_OK) {
            return code;
        }
        count(transform->channel, record, now_ms);
        if (record->outcome == HY_OUTCOME_FAILED) {
            tell_once(flight, record->failure);
        }
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
    while (transform->flights != NULL && transform->flights->state == HY_FLIGHT_DONE) {
        struct hy_flight *flight = transform->flights;
        const enum hy_code code = pass(flight, hy_channel_now_ms(channel));
        if (code == HY_OK) {
            flight_destroy(flight);
            continue;
        }
        hy_log(HY_LOG_WARN, "transform", channel->subject,
               "%s: transformed records cannot be kept; trying again", hy_code_name(code));
        if (!set_pause(flight, HY_DELIVERY_RETRY_MS)) {
            hy_channel_leave(channel, hy_flight_total(flight) - flight->passed, HY_NO_MEMORY);
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
    if (transform == NULL) {
        return;
    }
    assert(transform->flights == NULL);
    while (transform->extractor_count > 0) {
        hy_extractor_destroy(transform->extractors[--transform->extractor_count]);
    }
    free(transform);
}

void hy_transform_push(struct hy_transform *transform, struct hy_batch *batch)
{
    struct hy_flight *flight = calloc(1, sizeof *flight);
    if (flight == NULL) {
        hy_channel_leave(transform->channel, batch->count, HY_NO_MEMORY);
        hy_batch_destroy(batch);
        return;
    }
    flight->transform = transform;
    flight->channel = transform->channel;
    flight->batch = batch;
    DL_APPEND(transform->flights, flight);
    hy_transform_pump(transform);
}

void hy_transform_hurry(struct hy_transform *transform)
{
    struct hy_flight *flight;
    DL_FOREACH(transform->flights, flight)
    {
        if (flight->state == HY_FLIGHT_PAUSED) {
            hy_agenda_clear(env_of(flight)->agenda, &flight->pause);
            flight->state = HY_FLIGHT_QUEUED;
        }
    }
    pass_on(transform);
    hy_transform_pump(transform);
}

static bool holds_place(const struct hy_flight *flight)
{
    return flight->state == HY_FLIGHT_BUILDING || flight->state == HY_FLIGHT_INVOKING ||
           flight->state == HY_FLIGHT_READING;
}

void hy_transform_cancel(struct hy_transform *transform)
{
    struct hy_flight *flight, *next;
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
    const struct hy_flight *flight;
    *out = (struct hy_transform_waiting){ .oldest_ms = HY_NEVER_MS, .next_ms = HY_NEVER_MS };
    DL_FOREACH(transform->flights, flight)
    {
        if (flight->batch->oldest_ms < out->oldest_ms) {
            out->oldest_ms = flight->batch->oldest_ms;
        }
        if (holds_place(flight)) {
            out->in_flight_records += flight->batch->count;
        } else {
            const size_t count = flight->batch->count; /* but what is passed on are sub-records */
            out->records += flight->passed < count ? count - flight->passed : 0;
            out->bytes += flight->batch->bytes;
        }
        if (hy_agenda_has(&flight->pause) && flight->pause_ms < out->next_ms) {
            out->next_ms = flight->pause_ms;
        }
    }
}
