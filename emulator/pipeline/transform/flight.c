#include "pipeline/transform/flight.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/transform/event.h"
#include "pipeline/transform/keys.h"
#include "pipeline/transform/retry.h"

#include <stdlib.h>

enum { EVENT_RECORDS_BYTES_MAX = HY_LAMBDA_PAYLOAD_MAX - HY_EVENT_ENVELOPE_BYTES };

void hy_flight_finish(struct hy_flight *flight)
{
    while (flight->answers != NULL) {
        struct hy_answer *answer = flight->answers;
        flight->answers = answer->next;
        hy_reply_finish(&answer->reply);
        free(answer->text);
        free(answer);
    }
    while (flight->key_bytes != NULL) {
        struct hy_key_bytes *bytes = flight->key_bytes;
        flight->key_bytes = bytes->next;
        hy_buf_finish(&bytes->values);
        free(bytes);
    }
    hy_buf_finish(&flight->event);
    hy_process_destroy(flight->process);
    hy_batch_destroy(flight->batch);
    free(flight->reply_text);
    free(flight->frames);
}

/* ---- its records ---- */

size_t hy_flight_going(const struct hy_flight *flight)
{
    return hy_process_going(flight->process)->count;
}

size_t hy_flight_total(const struct hy_flight *flight)
{
    return hy_flight_going(flight) + hy_process_ended(flight->process)->count;
}

struct hy_processed *hy_flight_record(struct hy_flight *flight, size_t index)
{
    const struct hy_processed_list *ended = hy_process_ended(flight->process);
    return index < ended->count
               ? &ended->items[index]
               : &hy_process_going(flight->process)->items[index - ended->count];
}

static struct hy_processed *going(struct hy_flight *flight, size_t index)
{
    return &hy_process_going(flight->process)->items[index];
}

static enum hy_code read_frames(struct hy_flight *flight)
{
    const struct hy_extents *extents = &flight->batch->extents;
    flight->frames = malloc((size_t)hy_extents_bytes(extents));
    if (flight->frames == NULL) {
        return HY_NO_MEMORY;
    }
    size_t at = 0;
    for (size_t i = 0; i < extents->count; i++) {
        const enum hy_code code =
            hy_journal_read(flight->channel->journal, &extents->items[i], flight->frames + at);
        if (code != HY_OK) {
            return code;
        }
        at += (size_t)extents->items[i].length;
    }
    return HY_OK;
}

static hy_sv frames_of(const struct hy_flight *flight)
{
    return (hy_sv){ flight->frames, (size_t)hy_extents_bytes(&flight->batch->extents) };
}

static enum hy_code load(struct hy_flight *flight)
{
    flight->process = hy_process_create(flight->batch->spec);
    enum hy_code code = flight->process == NULL ? HY_NO_MEMORY : read_frames(flight);
    if (code != HY_OK) {
        return code;
    }
    hy_sv rest = frames_of(flight);
    struct hy_frame frame;
    while (code == HY_OK && hy_frame_next(&rest, &frame)) {
        code = hy_process_record(flight->process, &frame, &flight->channel->known_parts);
    }
    return code;
}

/* Once they are in an event, records that went into it as they were put are only needed again if
 * they fail, and most do not. */
static void unload(struct hy_flight *flight)
{
    const struct hy_process_spec *spec = &flight->batch->spec->process;
    if (!spec->decompress && spec->split == HY_SPLIT_NONE && !spec->partition &&
        flight->end == hy_flight_going(flight)) {
        free(flight->frames);
        flight->frames = NULL;
    }
}

/* ---- BUILDING ---- */

static size_t encoded_bytes(const struct hy_processed *record)
{
    return HY_BASE64_ENCODED(record->data.len) + HY_EVENT_RECORD_BYTES +
           hy_event_note_bytes(record->note.len);
}

/* Up to where an event with the records from `first` on may go: the function's buffer, whose
 * limit is looked at after each record, and what Lambda takes. */
static size_t end_of_event(struct hy_flight *flight)
{
    const size_t count = hy_flight_going(flight);
    size_t encoded = 0;
    size_t bytes = 0;
    size_t end = flight->first;
    while (end < count && end - flight->first < HY_BATCH_COUNT_MAX &&
           (end == flight->first || bytes < flight->batch->spec->transform.buffering.bytes)) {
        encoded += encoded_bytes(going(flight, end));
        if (encoded > EVENT_RECORDS_BYTES_MAX) {
            break;
        }
        bytes += going(flight, end)->data.len;
        end++;
    }
    return end;
}

static void fail(struct hy_processed *record, const struct hy_failure *failure)
{
    record->outcome = HY_OUTCOME_FAILED;
    record->failure = failure;
    record->key_count = 0;
}

/* Records that alone are more than Lambda takes, which only decompressing can make of them. */
static void pass_over_too_large(struct hy_flight *flight)
{
    while (flight->first < hy_flight_going(flight) && end_of_event(flight) == flight->first) {
        struct hy_processed *record = going(flight, flight->first);
        fail(record, &hy_failure_too_large);
        record->attempts_made = 1;
        flight->first++;
    }
}

static enum hy_code write_event(struct hy_flight *flight)
{
    const struct hy_stream_spec *spec = flight->batch->spec;
    const struct hy_event_head head = {
        .invocation_id = hy_sv_of(flight->invocation_id),
        .stream_arn = hy_sv_of(spec->arn),
        .region = hy_sv_of(spec->region),
        .source_arn = hy_sv_of(spec->source.stream_arn),
    };
    if (flight->first == flight->end) {
        return HY_OK;
    }
    hy_buf_init(&flight->event, HY_LAMBDA_PAYLOAD_MAX);
    hy_event_write(&head, going(flight, flight->first), flight->end - flight->first,
                   &flight->event);
    return flight->event.failed ? HY_NO_MEMORY : HY_OK;
}

void hy_flight_build(void *ctx)
{
    struct hy_flight *flight = ctx;
    flight->code = flight->process == NULL ? load(flight) : HY_OK;
    if (flight->code != HY_OK) {
        return;
    }
    if (flight->batch->spec->transform.lambda_arn == NULL) {
        flight->first = flight->end = hy_flight_going(flight);
        flight->code = hy_flight_extract(flight, 0, flight->end, NULL);
        return;
    }
    pass_over_too_large(flight);
    flight->end = end_of_event(flight);
    flight->code = write_event(flight);
    unload(flight);
}

/* ---- READING: what the reply says, and the source of what failed ---- */

/* The text is the answer's, whatever comes of it. */
static enum hy_code parse(struct hy_flight *flight)
{
    struct hy_answer *answer = calloc(1, sizeof *answer);
    if (answer == NULL) {
        return HY_NO_MEMORY;
    }
    answer->text = flight->reply_text;
    answer->next = flight->answers;
    flight->answers = answer;
    flight->reply_text = NULL;
    return hy_reply_parse(answer->text, flight->reply_len, going(flight, flight->first),
                          flight->end - flight->first, &answer->reply);
}

static bool has_failed(struct hy_flight *flight)
{
    for (size_t i = flight->first; i < flight->end; i++) {
        if (going(flight, i)->outcome == HY_OUTCOME_FAILED) {
            return true;
        }
    }
    return false;
}

/* Records are what was put, one for one, when the frames were not kept. */
static enum hy_code add_sources(struct hy_flight *flight)
{
    const enum hy_code code = read_frames(flight);
    if (code != HY_OK) {
        return code;
    }
    hy_sv rest = frames_of(flight);
    struct hy_frame frame;
    for (size_t i = 0; i < hy_flight_going(flight); i++) {
        if (!hy_frame_next(&rest, &frame)) {
            return HY_IO;
        }
        going(flight, i)->raw = frame.data;
    }
    return HY_OK;
}

void hy_flight_read(void *ctx)
{
    struct hy_flight *flight = ctx;
    flight->code = HY_OK;
    if (flight->failure == NULL) {
        flight->code = parse(flight);
        if (flight->code == HY_MALFORMED) {
            flight->failure = &hy_failure_json;
            flight->code = HY_OK;
        }
    }
    for (size_t i = flight->first; flight->failure != NULL && i < flight->end; i++) {
        fail(going(flight, i), flight->failure);
    }
    if (flight->code == HY_OK && flight->frames == NULL && has_failed(flight)) {
        flight->code = add_sources(flight);
    }
    if (flight->code == HY_OK && flight->failure == NULL) {
        flight->code =
            hy_flight_extract(flight, flight->first, flight->end, &flight->answers->reply);
    }
}
