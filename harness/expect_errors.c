/* expect_errors.c - the records that ended in the error output: all of them, in any order. */
#include "harness/expect.h"

#include "harness/bucket_view.h"

#include "base/base64.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 400, NAMED_MAX = 10, LINES_BYTES_MAX = 512 * 1024 * 1024 };

struct error_line {
    const struct hy_node *node; /* NULL: it is not JSON */
    hy_sv text, raw;
    bool is_taken;
};

struct errors {
    struct hy_scene *scene;
    struct hy_arena arena;
    struct error_line *lines;
    size_t count, cap;
    bool failed;
};

static int shown(hy_sv text)
{
    return (int)(text.len < SHOWN_MAX ? text.len : SHOWN_MAX);
}

static void read_line(struct errors *errors, hy_sv text)
{
    if (errors->count == errors->cap) {
        size_t cap = errors->cap == 0 ? 64 : errors->cap * 2;
        struct error_line *lines = realloc(errors->lines, cap * sizeof *lines);
        if (lines == NULL) {
            errors->failed = true;
            return;
        }
        errors->lines = lines;
        errors->cap = cap;
    }
    struct error_line *line = &errors->lines[errors->count++];
    struct hy_node *node = NULL;
    struct hy_err err;
    size_t bad_at;
    *line = (struct error_line){ .text = text };
    if (hy_node_parse(text, "", &errors->arena, &node, &err) == HY_OK) {
        line->node = node;
    }
    hy_sv base64 = hy_node_string(line->node, "rawData");
    char *raw = hy_arena_alloc(&errors->arena, base64.len + 1);
    if (raw != NULL && base64.ptr != NULL &&
        hy_base64_decode(base64, raw, &line->raw.len, &bad_at)) {
        line->raw.ptr = raw;
    }
}

static void read_all(struct errors *errors, const struct hy_bucket_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        hy_sv rest = view->objects[i].content;
        while (hy_seen_object_is_error(&view->objects[i]) && rest.len > 0) {
            read_line(errors, hy_sv_cut(&rest, '\n'));
        }
    }
}

static bool data_fits(struct errors *errors, const struct hy_node *wanted, hy_sv raw)
{
    const struct hy_node *data = hy_node_find(wanted, "data");
    hy_sv base64 = hy_node_string(wanted, "data_base64");
    struct hy_buf text;
    bool fits = true;
    hy_buf_init(&text, LINES_BYTES_MAX);
    if (base64.ptr != NULL) {
        size_t len, bad_at;
        char *room = hy_buf_reserve(&text, base64.len + 1);
        fits = room != NULL && hy_base64_decode(base64, room, &len, &bad_at) &&
               hy_sv_equal((hy_sv){ room, len }, raw);
    } else if (data != NULL && data->kind == HY_NODE_STRING) {
        fits = hy_sv_equal(data->text, raw);
    } else if (data != NULL) {
        hy_node_write(data, &text, hy_scene_expand, errors->scene);
        fits = hy_sv_equal(hy_buf_sv(&text), raw);
    }
    hy_buf_finish(&text);
    return fits;
}

static bool text_fits(const struct hy_node *wanted, const char *name,
                      const struct hy_node *line, const char *member)
{
    hy_sv pattern = hy_node_string(wanted, name), found = hy_node_string(line, member);
    return pattern.ptr == NULL || (found.ptr != NULL && (hy_sv_equal(pattern, found) ||
                                                         fnmatch(pattern.ptr, found.ptr, 0) == 0));
}

static bool line_fits(struct errors *errors, const struct hy_node *wanted,
                      const struct error_line *line)
{
    uint64_t attempts = hy_node_number(line->node, "attemptsMade", UINT64_MAX);
    return text_fits(wanted, "code", line->node, "errorCode") &&
           text_fits(wanted, "message", line->node, "errorMessage") &&
           hy_node_number(wanted, "attempts", attempts) == attempts &&
           data_fits(errors, wanted, line->raw);
}

static bool take(struct errors *errors, const struct hy_node *wanted)
{
    for (size_t i = 0; i < errors->count; i++) {
        if (!errors->lines[i].is_taken && line_fits(errors, wanted, &errors->lines[i])) {
            errors->lines[i].is_taken = true;
            return true;
        }
    }
    return false;
}

static void check_list(struct errors *errors, const struct hy_node *node)
{
    size_t left = 0;
    for (const struct hy_node *entry = node->first; entry != NULL; entry = entry->next) {
        uint64_t times = hy_node_number(entry, "times", 1), found = 0;
        while (found < times && take(errors, entry)) {
            found++;
        }
        if (found < times) {
            hy_scene_fail(errors->scene, entry, "error record %s: expected %llu, got %llu",
                          hy_scene_show(errors->scene, entry), (unsigned long long)times,
                          (unsigned long long)found);
        }
    }
    for (size_t i = 0; i < errors->count; i++) {
        const struct error_line *line = &errors->lines[i];
        if (!line->is_taken && ++left <= NAMED_MAX) {
            hy_scene_fail(errors->scene, node,
                          "error record was not expected: %.*s\n    its data: %.*s",
                          shown(line->text), line->text.ptr, shown(line->raw), line->raw.ptr);
        }
    }
    if (left > NAMED_MAX) {
        hy_scene_fail(errors->scene, node, "and %zu more", left - NAMED_MAX);
    }
}

void hy_expect_error_records(struct hy_scene *scene, const struct hy_node *node,
                             const struct hy_evidence *evidence)
{
    struct errors errors = { .scene = scene };
    uint64_t wanted;
    hy_arena_init(&errors.arena, LINES_BYTES_MAX);
    read_all(&errors, evidence->view);
    if (errors.failed) {
        hy_scene_fail(scene, node, "out of memory");
    } else if (node->kind == HY_NODE_ARRAY) {
        check_list(&errors, node);
    } else if (!hy_node_u64(node, &wanted) || wanted != errors.count) {
        hy_scene_fail(scene, node, "error records: expected %.*s, got %zu, the first: %.*s",
                      HY_SV_ARG(node->text), errors.count,
                      errors.count > 0 ? shown(errors.lines[0].text) : 0,
                      errors.count > 0 ? errors.lines[0].text.ptr : "");
    }
    free(errors.lines);
    hy_arena_finish(&errors.arena);
}
