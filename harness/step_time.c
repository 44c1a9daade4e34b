/* step_time.c - advance, flush, await: what a test does instead of waiting. */
#include "harness/step.h"

#include "harness/answer.h"

#include "base/json_write.h"

static const struct hy_http_headers none = { NULL, 0 };

static void write_stream(struct hy_json_write *write, hy_sv stream)
{
    hy_json_name(write, HY_SV("stream"));
    hy_json_string(write, stream);
}

/* ---- advance ---- */

static void on_advanced(struct hy_scene *scene, const struct hy_http_response *response)
{
    struct hy_arena arena;
    struct hy_node *body;
    struct hy_err err;
    hy_answer_check(scene, NULL, response);
    hy_arena_init(&arena, 65536);
    if (hy_node_parse(response->body, "", &arena, &body, &err) == HY_OK) {
        scene->clock_ms = hy_node_number(body, "now_ms", scene->clock_ms);
    }
    hy_arena_finish(&arena);
    hy_scene_next(scene);
}

void hy_step_advance(struct hy_scene *scene)
{
    uint64_t ms = 0;
    (void)hy_node_duration(scene->step, &ms);
    hy_buf_clear(&scene->request);
    hy_buf_printf(&scene->request, "{\"advance_ms\":%llu}", (unsigned long long)ms);
    hy_scene_ask(scene, "POST", "/_hydrant/clock", none, on_advanced);
}

/* ---- flush ---- */

static void on_flushed(struct hy_scene *scene, const struct hy_http_response *response)
{
    hy_answer_check(scene, hy_node_find(scene->step, "expect"), response);
    hy_scene_next(scene);
}

/* "clicks", or an object that names it, or all of them. */
void hy_step_flush(struct hy_scene *scene)
{
    hy_sv stream = scene->step->kind == HY_NODE_STRING ? scene->step->text
                                                       : hy_node_string(scene->step, "stream");
    struct hy_json_write write;
    hy_buf_clear(&scene->request);
    hy_json_write_init(&write, &scene->request);
    hy_json_begin_object(&write);
    if (stream.ptr != NULL) {
        write_stream(&write, stream);
    }
    hy_json_end_object(&write);
    hy_scene_ask(scene, "POST", "/_hydrant/flush", none, on_flushed);
}

/* ---- await ---- */

static void on_settled(struct hy_scene *scene, const struct hy_http_response *response)
{
    hy_answer_check(scene, NULL, response);
    hy_scene_next(scene);
}

void hy_step_await(struct hy_scene *scene)
{
    uint64_t timeout_ms = 30000;
    struct hy_json_write write;
    (void)hy_node_duration(hy_node_find(scene->step, "timeout"), &timeout_ms);
    hy_buf_clear(&scene->request);
    hy_json_write_init(&write, &scene->request);
    hy_json_begin_object(&write);
    write_stream(&write, hy_node_string(scene->step, "stream"));
    hy_json_name(&write, HY_SV("settled"));
    hy_json_u64(&write, hy_node_number(scene->step, "settled", 0));
    hy_json_name(&write, HY_SV("timeout_ms"));
    hy_json_u64(&write, timeout_ms);
    hy_json_end_object(&write);
    hy_scene_ask(scene, "POST", "/_hydrant/await", none, on_settled);
}
