#include "harness/replay.h"

#include "harness/fixture_file.h"
#include "io/timer.h"

#include <stdlib.h>
#include <string.h>

struct hy_replay {
    struct hy_replay_options options;
    struct hy_sender *sender;
    struct hy_timer *timer; /* until the next event is due */
    uint64_t started_ns;

    size_t next_file;
    struct hy_fixture_file *file; /* NULL: none is open */
    uint64_t offset;              /* of the files that are closed */

    struct hy_fixture_event event; /* with has_event: read, not sent */
    bool has_event;
    uint64_t due_ns;              /* of it, from started_ns */
    struct hy_buf stream;         /* of the batch that is being made */

    bool reading_over, ended;
    enum hy_code code;
    struct hy_err err;
};

/* ---- reading ahead by one ---- */

static void stop_reading(struct hy_replay *replay, enum hy_code code)
{
    replay->reading_over = true;
    replay->has_event = false;
    if (replay->code == HY_OK) {
        replay->code = code;
    }
}

static void close_file(struct hy_replay *replay)
{
    replay->offset += hy_fixture_file_offset(replay->file);
    hy_fixture_file_close(replay->file);
    replay->file = NULL;
    hy_pace_next_file(&replay->options.pace);
}

/* False: there is no more file, or it cannot be opened. */
static bool open_file(struct hy_replay *replay)
{
    if (replay->next_file == replay->options.file_count) {
        stop_reading(replay, HY_OK);
        return false;
    }
    const char *path = replay->options.files[replay->next_file++];
    enum hy_code code = hy_fixture_file_open(path, &replay->file, &replay->err);
    if (code != HY_OK) {
        stop_reading(replay, code);
    }
    return code == HY_OK;
}

static enum hy_code check_stream(struct hy_replay *replay)
{
    struct hy_fixture_event *event = &replay->event;
    if (event->kind == HY_FIXTURE_RECORD && replay->options.stream != NULL) {
        event->stream = hy_sv_of(replay->options.stream);
    }
    if (event->kind == HY_FIXTURE_RECORD && event->stream.len == 0) {
        return hy_fail(&replay->err, HY_INVALID,
                       "%s:%zu: member \"stream\" is missing, and there is no --stream",
                       event->place.file, event->place.line);
    }
    return HY_OK;
}

/* Is there another event? It is then replay->event. */
static bool peek(struct hy_replay *replay)
{
    while (!replay->has_event && !replay->reading_over) {
        if (replay->file == NULL && !open_file(replay)) {
            break;
        }
        enum hy_code code = hy_fixture_file_next(replay->file, &replay->event, &replay->err);
        if (code == HY_NOT_FOUND) {
            close_file(replay);
            continue;
        }
        if (code == HY_OK) {
            code = check_stream(replay);
        }
        if (code != HY_OK) {
            stop_reading(replay, code);
            break;
        }
        replay->has_event = true;
        replay->due_ns = hy_pace_due_ns(&replay->options.pace, replay->event.at_ms);
    }
    return replay->has_event;
}

static uint64_t wait_ns(const struct hy_replay *replay)
{
    uint64_t passed_ns = hy_loop_nanoseconds() - replay->started_ns;
    return replay->due_ns > passed_ns ? replay->due_ns - passed_ns : 0;
}

/* ---- sending ---- */

/* Does the next event go into this batch too? */
static bool goes_along(struct hy_replay *replay, const struct hy_put *put)
{
    return put->is_batch && put->count < replay->options.batch && peek(replay) &&
           replay->event.kind == HY_FIXTURE_RECORD && wait_ns(replay) == 0 &&
           hy_sv_equal(replay->event.stream, hy_buf_sv(&replay->stream)) &&
           replay->event.data.len <= HY_PUT_RECORD_BYTES_MAX &&
           hy_put_has_room(put, replay->event.data.len);
}

/* What the service takes in no batch is sent by itself: the refusal then concerns nobody else. */
static bool send_records(struct hy_replay *replay)
{
    bool is_batch = replay->options.batch > 1 &&
                    replay->event.data.len <= HY_PUT_RECORD_BYTES_MAX;
    struct hy_put put;
    hy_buf_clear(&replay->stream);
    hy_buf_append(&replay->stream, replay->event.stream);
    enum hy_code code = hy_put_init(&put, is_batch, replay->event.stream);
    do {
        if (code == HY_OK) {
            code = hy_put_add(&put, replay->event.data, replay->event.place);
        }
        replay->has_event = false;
    } while (code == HY_OK && goes_along(replay, &put));

    if (code != HY_OK || replay->stream.failed) {
        hy_put_finish(&put);
        return false;
    }
    return hy_sender_put(replay->sender, &put);
}

static bool send_next(struct hy_replay *replay)
{
    if (replay->event.kind == HY_FIXTURE_RECORD) {
        return send_records(replay);
    }
    replay->has_event = false;
    return hy_sender_http(replay->sender, &replay->event);
}

static void end_if_over(struct hy_replay *replay)
{
    if (!replay->reading_over || replay->ended || hy_sender_in_flight(replay->sender) > 0) {
        return;
    }
    replay->ended = true;
    hy_timer_stop(replay->timer);
    replay->options.on_end(replay->options.ctx, replay->code, &replay->err);
}

/* Sends what is due while there is room in the window. */
static void pump(struct hy_replay *replay)
{
    if (hy_sender_is_unreachable(replay->sender)) {
        stop_reading(replay, HY_IO);
    }
    while (hy_sender_in_flight(replay->sender) < replay->options.sender.window && peek(replay)) {
        uint64_t left_ns = wait_ns(replay);
        if (left_ns > 0) {
            hy_timer_start(replay->timer, left_ns / 1000000 + 1);
            break;
        }
        struct hy_fixture_place place = replay->event.place;
        if (!send_next(replay)) {
            stop_reading(replay, hy_fail(&replay->err, HY_INVALID,
                                         "%s:%zu: cannot be sent to %s: no memory, or no URL",
                                         place.file, place.line,
                                         replay->options.sender.endpoint));
        }
    }
    end_if_over(replay);
}

static void on_settled(void *ctx)
{
    struct hy_replay *replay = ctx;
    if (!replay->ended) {
        pump(replay);
    }
}

static void on_failed(void *ctx, struct hy_fixture_place place, size_t count, const char *why)
{
    const struct hy_replay *replay = ctx;
    replay->options.sender.on_failed(replay->options.sender.ctx, place, count, why);
}

static void on_due(void *ctx)
{
    pump(ctx);
}

struct hy_replay *hy_replay_create(const struct hy_replay_options *options)
{
    struct hy_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        return NULL;
    }
    replay->options = *options;
    hy_buf_init(&replay->stream, HY_FIXTURE_LINE_MAX);

    struct hy_sender_options sender = options->sender;
    sender.on_settled = on_settled;
    sender.on_failed = on_failed;
    sender.ctx = replay;
    replay->sender = hy_sender_create(&sender);
    replay->timer = hy_timer_create(options->sender.loop, on_due, replay);
    if (replay->sender == NULL || replay->timer == NULL) {
        hy_replay_destroy(replay);
        return NULL;
    }
    replay->started_ns = hy_loop_nanoseconds();
    hy_timer_start(replay->timer, 0);
    return replay;
}

void hy_replay_destroy(struct hy_replay *replay)
{
    if (replay == NULL) {
        return;
    }
    hy_fixture_file_close(replay->file);
    hy_timer_destroy(replay->timer);
    hy_sender_destroy(replay->sender);
    hy_buf_finish(&replay->stream);
    free(replay);
}

const struct hy_tally *hy_replay_tally(const struct hy_replay *replay)
{
    return hy_sender_tally(replay->sender);
}

uint64_t hy_replay_offset(const struct hy_replay *replay)
{
    return replay->offset +
           (replay->file != NULL ? hy_fixture_file_offset(replay->file) : 0);
}
