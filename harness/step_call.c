/* step_call.c - call: any Firehose operation; http: any request. */
#include "harness/step.h"

#include "harness/answer.h"

enum { HEADERS_MAX = 64 };

static void on_answer(struct hy_scene *scene, const struct hy_http_response *response)
{
    hy_answer_check(scene, hy_node_find(scene->step, "expect"), response);
    hy_scene_next(scene);
}

/* A string is sent as it is: it may be broken on purpose. */
static void set_body(struct hy_scene *scene, hy_sv preset)
{
    const struct hy_node *body = hy_node_find(scene->step, "body");
    hy_buf_clear(&scene->request);
    if (body == NULL) {
        hy_buf_append(&scene->request, preset);
    } else if (body->kind == HY_NODE_STRING) {
        hy_scene_expand(scene, body->text, &scene->request);
    } else {
        hy_node_write(body, &scene->request, hy_scene_expand, scene);
    }
}

void hy_step_call(struct hy_scene *scene)
{
    hy_sv operation = hy_node_string(scene->step, "operation");
    const char *target = hy_arena_printf(&scene->arena, "Firehose_20150804.%.*s",
                                         HY_SV_ARG(operation));
    set_body(scene, HY_SV("{}"));
    scene->request.failed = scene->request.failed || target == NULL;
    hy_scene_ask_firehose(scene, target, on_answer);
}

void hy_step_http(struct hy_scene *scene)
{
    struct hy_http_header items[HEADERS_MAX];
    struct hy_http_headers headers = { items, 0 };
    const struct hy_node *given = hy_node_find(scene->step, "headers");
    for (const struct hy_node *header = given != NULL ? given->first : NULL;
         header != NULL && headers.count < HEADERS_MAX; header = header->next) {
        items[headers.count++] = (struct hy_http_header){ header->name, header->text };
    }
    hy_sv method = hy_node_string(scene->step, "method");
    set_body(scene, HY_SV(""));
    hy_scene_ask(scene, method.ptr != NULL ? method.ptr : "GET",
                 hy_node_string(scene->step, "path").ptr, headers, on_answer);
}
