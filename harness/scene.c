#include "harness/scene.h"

#include "harness/expect.h"
#include "harness/files.h"
#include "harness/stage.h"
#include "harness/step.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_MAX = 1024 * 1024 * 1024,
    REPORT_MAX = 4 * 1024 * 1024,
    REQUEST_MAX = 64 * 1024 * 1024,
    SENTENCE_MAX = 16 * 1024,
    SHOWN_MAX = 400,
};

/* ---- failures ---- */

void hy_scene_fail(struct hy_scene *scene, const struct hy_node *at, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (scene->verdict == HY_PASSED) {
        scene->verdict = HY_FAILED;
        scene->failed_line = at != NULL ? at->line : 1;
    }
    scene->is_over = true;
    if (at != NULL) {
        hy_buf_printf(&scene->report, "%s:%zu: ", scene->drill->path, at->line);
    }
    hy_buf_printf(&scene->report, "%s\n", sentence);
}

const char *hy_scene_show(struct hy_scene *scene, const struct hy_node *node)
{
    struct hy_buf text;
    hy_buf_init(&text, HY_FILE_BYTES_MAX);
    hy_node_write(node, &text, NULL, NULL);
    bool is_long = text.len > SHOWN_MAX;
    const char *shown = hy_arena_printf(&scene->arena, "%.*s%s",
                                        (int)(is_long ? SHOWN_MAX : text.len),
                                        text.data != NULL ? text.data : "", is_long ? "..." : "");
    hy_buf_finish(&text);
    return shown != NULL ? shown : "(out of memory)";
}

/* ---- the end ---- */

static void on_stopped(struct hy_scene *scene)
{
    scene->took_ns = hy_loop_nanoseconds() - scene->began_ns;
    scene->has_left_folder = scene->folder != NULL &&
                             (scene->verdict != HY_PASSED || scene->options.keeps);
    if (scene->folder != NULL && !scene->has_left_folder) {
        hy_folder_remove(scene->folder);
    }
    scene->options.on_end(scene->options.ctx);
}

static void stop_stubs(struct hy_scene *scene)
{
    hy_stage_stop(scene, on_stopped);
}

static void stop(struct hy_scene *scene)
{
    scene->step = NULL;
    if (scene->emulator != NULL && hy_emulator_is_up(scene->emulator) &&
        hy_emulator_is_ours(scene->emulator)) {
        scene->is_stopping = true;
        scene->on_changed = stop_stubs;
        hy_emulator_end(scene->emulator, SIGTERM);
    } else {
        stop_stubs(scene);
    }
}

/* ---- one step after the other ---- */

static void take_next(void *ctx)
{
    struct hy_scene *scene = ctx;
    if (scene->clean_up != NULL) {
        scene->clean_up(scene);
        scene->clean_up = NULL;
        scene->work = NULL;
    }
    if (scene->is_over) {
        stop(scene);
        return;
    }
    if (scene->next_step == NULL) {
        scene->is_over = true;
        scene->step = NULL;
        hy_expect(scene, scene->drill->expect, hy_scene_next);
        return;
    }
    const struct hy_node *step = scene->next_step;
    scene->next_step = step->next;
    scene->step = step->first;
    scene->counter = 0;
    hy_step_find(scene->step->name)(scene);
}

void hy_scene_next(struct hy_scene *scene)
{
    if (!hy_loop_defer(scene->loop, take_next, scene)) {
        take_next(scene);
    }
}

/* ---- hydrant ---- */

static void on_changed(void *ctx, enum hy_code code, const char *sentence)
{
    struct hy_scene *scene = ctx;
    if (code != HY_OK) {
        hy_scene_fail(scene, scene->step, "%s", sentence);
        scene->verdict = scene->has_started ? scene->verdict : HY_NO_HYDRANT;
    }
    if (code == HY_OK || scene->is_stopping) {
        scene->has_started = true;
        scene->on_changed(scene);
    } else {
        hy_scene_next(scene);
    }
}

static void on_gone(void *ctx, const char *sentence)
{
    struct hy_scene *scene = ctx;
    scene->is_gone = true;
    hy_scene_fail(scene, scene->step, "%s", sentence);
}

void hy_scene_change(struct hy_scene *scene, int signal, void (*then)(struct hy_scene *scene))
{
    if (scene->is_gone) {
        hy_scene_next(scene);
        return;
    }
    if (!hy_emulator_is_ours(scene->emulator)) {
        hy_scene_fail(scene, scene->step, "the hydrant at --endpoint is not ours to stop");
        hy_scene_next(scene);
        return;
    }
    scene->on_changed = then;
    if (signal != 0) {
        hy_emulator_end(scene->emulator, signal);
    } else {
        hy_emulator_start(scene->emulator);
    }
}

/* ---- asking it ---- */

static void on_answer(void *ctx, const struct hy_http_response *response)
{
    struct hy_scene *scene = ctx;
    if (scene->is_gone || response->code == HY_CANCELLED) {
        hy_scene_next(scene);
        return;
    }
    if (response->code != HY_OK) {
        hy_scene_fail(scene, scene->step, "hydrant did not answer: %s", response->error);
        hy_scene_next(scene);
        return;
    }
    scene->on_answer(scene, response);
}

void hy_scene_ask(struct hy_scene *scene, const char *method, const char *path,
                  struct hy_http_headers headers, hy_scene_answer_fn *fn)
{
    const struct hy_emulator_call call = {
        .method = method, .path = path, .headers = headers, .body = hy_buf_sv(&scene->request),
    };
    scene->on_answer = fn;
    enum hy_code code = scene->request.failed
        ? HY_NO_MEMORY : hy_emulator_call(scene->emulator, &call, on_answer, scene);
    if (code != HY_OK && !scene->is_gone) {
        hy_scene_fail(scene, scene->step, "%s %s cannot be sent: %s", method, path,
                      hy_code_name(code));
    }
    if (code != HY_OK) {
        hy_scene_next(scene);
    }
}

void hy_scene_ask_firehose(struct hy_scene *scene, const char *target, hy_scene_answer_fn *fn)
{
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/x-amz-json-1.1") },
        { HY_SV("X-Amz-Target"), hy_sv_of(target) },
        { HY_SV("Expect"), HY_SV("") },
    };
    hy_scene_ask(scene, "POST", "/", (struct hy_http_headers){ headers, 3 }, fn);
}

/* ---- words with a value ---- */

static void append_url(struct hy_scene *scene, hy_sv name, struct hy_buf *out)
{
    for (size_t i = 0; i < scene->stub_count; i++) {
        if (hy_sv_equal(scene->stubs[i].name, name) && scene->stubs[i].upstream != NULL) {
            hy_buf_printf(out, "http://127.0.0.1:%u",
                          hy_upstream_port(scene->stubs[i].upstream));
            return;
        }
    }
    hy_scene_fail(scene, scene->step, "there is no stub %.*s", HY_SV_ARG(name));
}

/* `name` is what stands between the braces, `source` all of it. What is not ours is left alone:
 * others write ${...}, too. */
static void append_value(struct hy_scene *scene, hy_sv name, hy_sv source, struct hy_buf *out)
{
    static const hy_sv stub = HY_SV_INIT("stub.");
    if (hy_sv_starts_with(name, stub)) {
        append_url(scene, (hy_sv){ name.ptr + stub.len, name.len - stub.len }, out);
    } else if (hy_sv_equal(name, HY_SV("here"))) {
        hy_buf_append(out, hy_sv_of(scene->drill->folder));
    } else if (hy_sv_equal(name, HY_SV("folder"))) {
        hy_buf_append(out, hy_sv_of(scene->folder));
    } else if (hy_sv_equal(name, HY_SV("url"))) {
        hy_buf_append(out, hy_sv_of(hy_emulator_url(scene->emulator)));
    } else if (hy_sv_equal(name, HY_SV("n"))) {
        hy_buf_printf(out, "%llu", (unsigned long long)scene->counter);
    } else {
        hy_buf_append(out, source);
    }
}

void hy_scene_expand(void *ctx, hy_sv text, struct hy_buf *out)
{
    while (text.len > 0) {
        size_t dollar = hy_sv_find(text, '$');
        hy_buf_append(out, (hy_sv){ text.ptr, dollar });
        text = (hy_sv){ text.ptr + dollar, text.len - dollar };
        size_t brace = hy_sv_find(text, '}');
        if (hy_sv_starts_with(text, HY_SV("${")) && brace < text.len) {
            append_value(ctx, (hy_sv){ text.ptr + 2, brace - 2 }, (hy_sv){ text.ptr, brace + 1 },
                         out);
            text = (hy_sv){ text.ptr + brace + 1, text.len - brace - 1 };
        } else if (text.len > 0) {
            hy_buf_append_byte(out, '$');
            text = (hy_sv){ text.ptr + 1, text.len - 1 };
        }
    }
}

/* ---- the beginning ---- */

static void on_reset(struct hy_scene *scene, const struct hy_http_response *response)
{
    if (response->status != 200) {
        hy_scene_fail(scene, NULL, "POST reset was answered with %d", response->status);
    }
    hy_scene_next(scene);
}

static void on_first_up(struct hy_scene *scene)
{
    if (hy_emulator_is_ours(scene->emulator)) {
        hy_scene_next(scene);
    } else { /* whatever was there before is not the drill's */
        hy_buf_clear(&scene->request);
        hy_scene_ask(scene, "POST", "/_hydrant/reset", (struct hy_http_headers){ NULL, 0 },
                     on_reset);
    }
}

static void begin(void *ctx)
{
    struct hy_scene *scene = ctx;
    struct hy_err err;
    scene->began_ns = hy_loop_nanoseconds();
    if (hy_stage_set(scene, on_changed, on_gone, &err) != HY_OK) {
        hy_scene_fail(scene, NULL, "%s", err.text);
        hy_scene_next(scene);
        return;
    }
    scene->on_changed = on_first_up;
    hy_emulator_start(scene->emulator);
}

struct hy_scene *hy_scene_create(const struct hy_scene_options *options)
{
    struct hy_scene *scene = calloc(1, sizeof *scene);
    if (scene == NULL) {
        return NULL;
    }
    scene->options = *options;
    scene->loop = options->loop;
    scene->drill = options->drill;
    scene->next_step = options->drill->steps->first;
    hy_arena_init(&scene->arena, ARENA_MAX);
    hy_buf_init(&scene->report, REPORT_MAX);
    hy_buf_init(&scene->updated, REPORT_MAX);
    hy_buf_init(&scene->request, REQUEST_MAX);
    hy_sources_init(&scene->sources);
    if (!hy_loop_defer(options->loop, begin, scene)) {
        hy_scene_destroy(scene);
        return NULL;
    }
    return scene;
}

void hy_scene_destroy(struct hy_scene *scene)
{
    if (scene == NULL) {
        return;
    }
    hy_stage_clear(scene);
    hy_sources_finish(&scene->sources);
    hy_buf_finish(&scene->request);
    hy_buf_finish(&scene->updated);
    hy_buf_finish(&scene->report);
    hy_arena_finish(&scene->arena);
    free(scene);
}
