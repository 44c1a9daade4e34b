/* step_replay.c - replay: a fixture file into hydrant, one request at a time, in order.
 *
 *   read an event --later than the clock?--> move the clock --> send it, and what goes with it
 *        ^                                                            |
 *        +------------------- acknowledged, or given up --------------+
 *
 * With the speed "recorded" (the preset) the manual clock is moved to each event's at_ms, so that
 * an hour of clicks makes the objects that an hour would make. "max" leaves the clock alone.
 * One request at a time: then what arrives has an order, and two runs give the same bytes.
 */
#include "harness/step.h"

#include "harness/fixture_file.h"
#include "harness/pace.h"
#include "harness/sender.h"

#include <stdlib.h>

enum { RETRIES = 3 };

struct replay {
    struct hy_scene *scene;
    struct hy_fixture_file *file;
    struct hy_sender *sender;
    struct hy_fixture_event event;
    bool has_event, is_over;
    bool is_recorded;   /* moves the clock */
    struct hy_pace pace;
    uint64_t start_ms;  /* of the clock */
    uint64_t to_ms;     /* where it has to be for the event */
    size_t batch;
    hy_sv stream;       /* overrules the events'; ptr NULL: does not */
    struct hy_buf batch_stream;
};

static void send_next(struct hy_scene *scene);

static void clean_up(struct hy_scene *scene)
{
    struct replay *replay = scene->work;
    hy_fixture_file_close(replay->file);
    hy_sender_destroy(replay->sender);
    hy_buf_finish(&replay->batch_stream);
    free(replay);
}

/* ---- reading ---- */

static uint64_t due_ms(struct replay *replay)
{
    return replay->start_ms + hy_pace_due_ns(&replay->pace, replay->event.at_ms) / 1000000;
}

/* False: there is no more event. */
static bool peek(struct replay *replay)
{
    struct hy_err err;
    if (replay->has_event || replay->is_over) {
        return replay->has_event;
    }
    enum hy_code code = hy_fixture_file_next(replay->file, &replay->event, &err);
    if (code != HY_OK) {
        replay->is_over = true;
        if (code != HY_NOT_FOUND) {
            hy_scene_fail(replay->scene, replay->scene->step, "%s", err.text);
        }
        return false;
    }
    if (replay->event.kind == HY_FIXTURE_RECORD && replay->stream.ptr != NULL) {
        replay->event.stream = replay->stream;
    }
    replay->has_event = true;
    return true;
}

/* ---- sending ---- */

static bool goes_along(struct replay *replay, const struct hy_put *put, uint64_t at_ms)
{
    return put->is_batch && put->count < replay->batch && peek(replay) &&
           replay->event.kind == HY_FIXTURE_RECORD &&
           (!replay->is_recorded || replay->event.at_ms == at_ms) &&
           hy_sv_equal(replay->event.stream, hy_buf_sv(&replay->batch_stream)) &&
           hy_put_has_room(put, replay->event.data.len);
}

HY_MUST_CHECK
static enum hy_code send_records(struct replay *replay)
{
    struct hy_put put;
    uint64_t at_ms = replay->event.at_ms;
    hy_buf_clear(&replay->batch_stream);
    hy_buf_append(&replay->batch_stream, replay->event.stream);
    enum hy_code code = hy_put_init(&put, replay->batch > 1, replay->event.stream);
    do {
        if (code == HY_OK) {
            code = hy_put_add(&put, replay->event.data, replay->event.place);
        }
        hy_sources_add(&replay->scene->sources, replay->event.data, replay->event.place);
        replay->has_event = false;
    } while (code == HY_OK && goes_along(replay, &put, at_ms));
    if (code != HY_OK || replay->batch_stream.failed) {
        hy_put_finish(&put);
        return HY_NO_MEMORY;
    }
    return hy_sender_put(replay->sender, &put) ? HY_OK : HY_NO_MEMORY;
}

static void send_event(struct replay *replay)
{
    enum hy_code code;
    if (replay->event.kind == HY_FIXTURE_RECORD) {
        code = send_records(replay);
    } else {
        code = hy_sender_http(replay->sender, &replay->event) ? HY_OK : HY_NO_MEMORY;
        replay->has_event = false;
    }
    if (code != HY_OK) {
        hy_scene_fail(replay->scene, replay->scene->step, "out of memory");
        hy_scene_next(replay->scene);
    }
}

static void on_settled(void *ctx)
{
    struct replay *replay = ctx;
    send_next(replay->scene);
}

static void on_failed(void *ctx, struct hy_fixture_place place, size_t count, const char *why)
{
    struct replay *replay = ctx;
    if (!replay->scene->is_gone) {
        hy_scene_fail(replay->scene, replay->scene->step, "%s:%zu: %zu not taken: %s", place.file,
                      place.line, count, why);
    }
}

static void on_clock(struct hy_scene *scene, const struct hy_http_response *response)
{
    struct replay *replay = scene->work;
    if (response->status != 200) {
        hy_scene_fail(scene, scene->step, "the clock cannot be moved: %.*s",
                      HY_SV_ARG(response->body));
        hy_scene_next(scene);
        return;
    }
    scene->clock_ms = replay->to_ms;
    send_event(replay);
}

static void send_next(struct hy_scene *scene)
{
    struct replay *replay = scene->work;
    if (scene->is_over || !peek(replay)) {
        hy_scene_next(scene);
        return;
    }
    replay->to_ms = replay->is_recorded ? due_ms(replay) : 0;
    if (replay->to_ms <= scene->clock_ms) {
        send_event(replay);
        return;
    }
    hy_buf_clear(&scene->request);
    hy_buf_printf(&scene->request, "{\"now_ms\":%llu}", (unsigned long long)replay->to_ms);
    hy_scene_ask(scene, "POST", "/_hydrant/clock", (struct hy_http_headers){ NULL, 0 }, on_clock);
}

/* ---- the start ---- */

static void on_start_clock(struct hy_scene *scene, const struct hy_http_response *response)
{
    struct replay *replay = scene->work;
    struct hy_arena arena;
    struct hy_node *body = NULL;
    struct hy_err err;
    hy_arena_init(&arena, 65536);
    if (hy_node_parse(response->body, "", &arena, &body, &err) == HY_OK &&
        hy_sv_equal(hy_node_string(body, "clock"), HY_SV("manual"))) {
        scene->clock_ms = replay->start_ms = hy_node_number(body, "now_ms", 0);
    } else {
        hy_scene_fail(scene, scene->step, "the speed \"recorded\" needs a manual clock");
    }
    hy_arena_finish(&arena);
    send_next(scene);
}

/* False: err says why. What was made is cleaned up with the step. */
static bool open_all(struct hy_scene *scene, struct replay *replay, struct hy_err *err)
{
    const struct hy_sender_options sender = {
        .loop = scene->loop, .endpoint = hy_emulator_url(scene->emulator), .region = "us-east-1",
        .retries = RETRIES, .window = 1,
        .on_failed = on_failed, .on_settled = on_settled, .ctx = replay,
    };
    const char *path = hy_drill_path(&scene->arena, scene->drill->folder,
                                     hy_node_string(scene->step, "file"));
    replay->sender = path != NULL ? hy_sender_create(&sender) : NULL;
    if (replay->sender == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory") == HY_OK;
    }
    return hy_fixture_file_open(path, &replay->file, err) == HY_OK;
}

void hy_step_replay(struct hy_scene *scene)
{
    struct hy_err err;
    struct replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        hy_scene_fail(scene, scene->step, "out of memory");
        hy_scene_next(scene);
        return;
    }
    *replay = (struct replay){
        .scene = scene,
        .is_recorded = !hy_sv_equal(hy_node_string(scene->step, "speed"), HY_SV("max")),
        .pace = { .factor = 1 },
        .batch = hy_node_number(scene->step, "batch", 1),
        .stream = hy_node_string(scene->step, "stream"),
    };
    hy_buf_init(&replay->batch_stream, HY_FIXTURE_LINE_MAX);
    scene->work = replay;
    scene->clean_up = clean_up;
    if (!open_all(scene, replay, &err)) {
        hy_scene_fail(scene, scene->step, "%s", err.text);
        hy_scene_next(scene);
    } else if (replay->is_recorded) {
        hy_buf_clear(&scene->request);
        hy_scene_ask(scene, "GET", "/_hydrant/clock", (struct hy_http_headers){ NULL, 0 },
                     on_start_clock);
    } else {
        send_next(scene);
    }
}
