#include "harness/answer.h"

#include <fnmatch.h>
#include <stdio.h>

enum { BODY_MAX = 256 * 1024 * 1024, SHOWN_MAX = 400 };

struct reply {
    const struct hy_node *body; /* NULL: not JSON */
    hy_sv text;
    struct hy_arena arena;
};

bool hy_answer_holds(const struct hy_node *expected, const struct hy_node *found)
{
    if (found == NULL || expected->kind != found->kind) {
        return false;
    }
    if (expected->kind == HY_NODE_OBJECT) {
        for (const struct hy_node *item = expected->first; item != NULL; item = item->next) {
            if (!hy_answer_holds(item, hy_node_member(found, item->name))) {
                return false;
            }
        }
        return true;
    }
    if (expected->kind == HY_NODE_ARRAY) {
        const struct hy_node *other = found->first;
        for (const struct hy_node *item = expected->first; item != NULL; item = item->next) {
            if (!hy_answer_holds(item, other)) {
                return false;
            }
            other = other->next;
        }
        return other == NULL;
    }
    return hy_node_equal(expected, found);
}

static int shown(hy_sv text)
{
    return (int)(text.len < SHOWN_MAX ? text.len : SHOWN_MAX);
}

/* "com.amazonaws...#ResourceNotFoundException" is that error, too. */
static hy_sv error_of(const struct reply *reply)
{
    hy_sv type = hy_node_string(reply->body, "__type");
    size_t hash = hy_sv_find(type, '#');
    return hash < type.len ? (hy_sv){ type.ptr + hash + 1, type.len - hash - 1 } : type;
}

static hy_sv message_of(const struct reply *reply)
{
    static const char *const names[] = { "message", "Message", "error" };
    hy_sv text = { NULL, 0 };
    for (size_t i = 0; i < 3 && text.ptr == NULL; i++) {
        text = hy_node_string(reply->body, names[i]);
    }
    return text.ptr != NULL ? text : HY_SV("");
}

static uint64_t failed_of(const struct reply *reply)
{
    return hy_node_number(reply->body, "FailedPutCount",
                          hy_node_number(reply->body, "failed", 0));
}

static void check_body(struct hy_scene *scene, const struct hy_node *body,
                       const struct reply *reply)
{
    bool fits = body->kind == HY_NODE_STRING && reply->body == NULL
        ? hy_sv_equal(body->text, reply->text)
        : hy_answer_holds(body, reply->body);
    if (!fits) {
        hy_scene_fail(scene, body, "body: expected %s, got %.*s", hy_scene_show(scene, body),
                      shown(reply->text), reply->text.ptr);
    }
}

static void check_text(struct hy_scene *scene, const struct hy_node *expect, const char *name,
                       hy_sv found)
{
    const struct hy_node *wanted = hy_node_find(expect, name);
    if (wanted == NULL) {
        return;
    }
    struct hy_buf text;
    hy_buf_init(&text, BODY_MAX);
    hy_buf_append(&text, found);
    hy_buf_append_byte(&text, '\0');
    if (text.failed || (!hy_sv_equal(wanted->text, found) &&
                        fnmatch(wanted->text.ptr, text.data, 0) != 0)) {
        hy_scene_fail(scene, wanted, "%s: expected \"%.*s\", got \"%.*s\"", name,
                      shown(wanted->text), wanted->text.ptr, shown(found), found.ptr);
    }
    hy_buf_finish(&text);
}

static void check(struct hy_scene *scene, const struct hy_node *expect, const struct reply *reply,
                  int status)
{
    bool wants_error = hy_node_find(expect, "error") != NULL;
    const struct hy_node *at = expect != NULL ? expect : scene->step;
    uint64_t wanted = hy_node_number(expect, "status", 0);
    bool fits = wanted != 0 ? (uint64_t)status == wanted
              : wants_error ? status >= 400 : status >= 200 && status < 300;
    if (!fits) {
        char name[32] = "a success";
        if (wanted != 0) {
            (void)snprintf(name, sizeof name, "status %llu", (unsigned long long)wanted);
        }
        hy_scene_fail(scene, at, "expected %s, got %d: %.*s",
                      wants_error && wanted == 0 ? "an error" : name, status, shown(reply->text),
                      reply->text.ptr);
        return;
    }
    check_text(scene, expect, "error", error_of(reply));
    check_text(scene, expect, "message", message_of(reply));
    uint64_t failed = hy_node_number(expect, "failed", 0);
    bool looks_at_failed = hy_node_find(expect, "failed") != NULL ||
                           hy_node_find(reply->body, "FailedPutCount") != NULL;
    if (looks_at_failed && failed_of(reply) != failed) {
        hy_scene_fail(scene, at, "failed: expected %llu, got %llu: %.*s",
                      (unsigned long long)failed, (unsigned long long)failed_of(reply),
                      shown(reply->text), reply->text.ptr);
    }
    if (hy_node_find(expect, "body") != NULL) {
        check_body(scene, hy_node_find(expect, "body"), reply);
    }
}

void hy_answer_check(struct hy_scene *scene, const struct hy_node *expect,
                     const struct hy_http_response *response)
{
    struct reply reply = { .text = response->body };
    struct hy_node *body = NULL;
    struct hy_err err;
    hy_arena_init(&reply.arena, BODY_MAX);
    if (hy_node_parse(response->body, "", &reply.arena, &body, &err) == HY_OK) {
        reply.body = body;
    }
    check(scene, expect, &reply, response->status);
    hy_arena_finish(&reply.arena);
}
