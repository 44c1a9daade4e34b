#include "harness/expect.h"

#include "harness/bucket_view.h"

#include <stdlib.h>

enum { ANSWER_MAX = 64 * 1024 * 1024 };

struct expecting {
    const struct hy_node *expect;
    void (*then)(struct hy_scene *scene);
    struct hy_arena arena;
    struct hy_buf streams, metrics;
    struct hy_evidence evidence;
};

static const struct part {
    hy_sv name;
    hy_expect_fn *run;
} parts[] = {
    { HY_SV_INIT("objects"), hy_expect_objects },
    { HY_SV_INIT("records"), hy_expect_records },
    { HY_SV_INIT("error_records"), hy_expect_error_records },
    { HY_SV_INIT("invocations"), hy_expect_invocations },
    { HY_SV_INIT("counters"), hy_expect_counters },
    { HY_SV_INIT("metrics"), hy_expect_metrics },
    { HY_SV_INIT("requests"), hy_expect_requests },
    { HY_SV_INIT("log"), hy_expect_log },
};

static void clean_up(struct hy_scene *scene)
{
    struct expecting *expecting = scene->work;
    hy_buf_finish(&expecting->streams);
    hy_buf_finish(&expecting->metrics);
    hy_arena_finish(&expecting->arena);
    free(expecting);
}

static void compare(struct hy_scene *scene, struct expecting *expecting)
{
    for (const struct hy_node *node = expecting->expect->first; node != NULL; node = node->next) {
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            if (hy_sv_equal(parts[i].name, node->name)) {
                parts[i].run(scene, node, &expecting->evidence);
            }
        }
    }
}

static void look(struct hy_scene *scene)
{
    struct expecting *expecting = scene->work;
    struct hy_bucket_view view;
    struct hy_err err;
    expecting->evidence.view = &view;
    if (hy_bucket_view_read(&view, scene->buckets, &err) == HY_OK) {
        compare(scene, expecting);
    } else {
        hy_scene_fail(scene, expecting->expect, "%s", err.text);
    }
    hy_bucket_view_finish(&view);
    expecting->then(scene);
}

static void on_metrics(struct hy_scene *scene, const struct hy_http_response *response)
{
    struct expecting *expecting = scene->work;
    hy_buf_append(&expecting->metrics, response->body);
    expecting->evidence.metrics = hy_buf_sv(&expecting->metrics);
    look(scene);
}

static void ask_metrics(struct hy_scene *scene)
{
    struct expecting *expecting = scene->work;
    hy_buf_clear(&scene->request);
    if (hy_node_find(expecting->expect, "metrics") == NULL) {
        look(scene);
    } else {
        hy_scene_ask(scene, "GET", "/_hydrant/metrics", (struct hy_http_headers){ NULL, 0 },
                     on_metrics);
    }
}

static void on_streams(struct hy_scene *scene, const struct hy_http_response *response)
{
    struct expecting *expecting = scene->work;
    struct hy_node *streams = NULL;
    struct hy_err err;
    hy_buf_append(&expecting->streams, response->body);
    if (hy_node_parse(hy_buf_sv(&expecting->streams), "GET streams", &expecting->arena, &streams,
                      &err) == HY_OK) {
        expecting->evidence.streams = hy_node_find(streams, "streams");
    } else {
        hy_scene_fail(scene, expecting->expect, "%s", err.text);
    }
    ask_metrics(scene);
}

void hy_expect(struct hy_scene *scene, const struct hy_node *expect,
               void (*then)(struct hy_scene *scene))
{
    struct expecting *expecting = expect != NULL ? calloc(1, sizeof *expecting) : NULL;
    if (expecting == NULL) {
        if (expect != NULL) {
            hy_scene_fail(scene, expect, "out of memory");
        }
        then(scene);
        return;
    }
    expecting->expect = expect;
    expecting->then = then;
    hy_arena_init(&expecting->arena, ANSWER_MAX);
    hy_buf_init(&expecting->streams, ANSWER_MAX);
    hy_buf_init(&expecting->metrics, ANSWER_MAX);
    scene->work = expecting;
    scene->clean_up = clean_up;
    hy_buf_clear(&scene->request);
    if (hy_node_find(expect, "counters") == NULL && hy_node_find(expect, "invocations") == NULL) {
        ask_metrics(scene);
    } else {
        hy_scene_ask(scene, "GET", "/_hydrant/streams", (struct hy_http_headers){ NULL, 0 },
                     on_streams);
    }
}
