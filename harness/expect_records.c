/* expect_records.c - the records in the objects, against a golden file or lines of the drill. */
#include "harness/expect.h"

#include "harness/bucket_view.h"
#include "harness/files.h"
#include "harness/record_diff.h"

#include <stdlib.h>

enum { RECORDS_BYTES_MAX = 1024 * 1024 * 1024, DIFF_MAX = 1024 * 1024 };

struct records {
    struct hy_scene *scene;
    const struct hy_node *node;
    struct hy_arena arena;
    struct hy_buf golden; /* the text of the expected ones */
    struct hy_record_list expected, found;
};

/* The records of the objects that are meant, in the order of the objects. */
static bool read_found(struct records *records, const struct hy_bucket_view *view)
{
    hy_sv bucket = hy_node_string(records->node, "bucket");
    hy_sv key = hy_node_string(records->node, "key");
    for (size_t i = 0; i < view->count; i++) {
        const struct hy_seen_object *object = &view->objects[i];
        if (!hy_seen_object_fits(object, bucket, key)) {
            continue;
        }
        char *where = hy_arena_printf(&records->arena, "%s/%s", object->bucket, object->key);
        if (where == NULL || !hy_record_list_read(&records->found, object->content, where)) {
            return false;
        }
    }
    return true;
}

/* Lines of the drill: a string is the record itself, anything else its JSON. */
static bool read_lines(struct records *records, const struct hy_node *lines)
{
    for (const struct hy_node *line = lines->first; line != NULL; line = line->next) {
        size_t count = records->expected.count;
        hy_sv text = line->text;
        if (line->kind != HY_NODE_STRING) {
            struct hy_buf compact;
            hy_buf_init(&compact, DIFF_MAX);
            hy_node_write(line, &compact, NULL, NULL);
            text = (hy_sv){ hy_arena_cstr(&records->arena, hy_buf_sv(&compact)), compact.len };
            hy_buf_finish(&compact);
        }
        if (text.ptr == NULL ||
            !hy_record_list_read(&records->expected, text, records->scene->drill->path)) {
            return false;
        }
        for (; count < records->expected.count; count++) {
            records->expected.items[count].line = line->line;
        }
    }
    return true;
}

/* A golden file that is not there is empty while golden files are being rewritten. */
HY_MUST_CHECK
static enum hy_code read_golden(struct records *records, const char *path, struct hy_err *err)
{
    enum hy_code code = hy_file_read(path, &records->golden, err);
    if (code == HY_IO && records->scene->options.updates) {
        return HY_OK;
    }
    if (code == HY_OK &&
        !hy_record_list_read(&records->expected, hy_buf_sv(&records->golden), path)) {
        return hy_fail(err, HY_NO_MEMORY, "%s: out of memory", path);
    }
    return code;
}

static void rewrite(struct records *records, const char *path)
{
    struct hy_buf text;
    struct hy_err err;
    hy_buf_init(&text, HY_FILE_BYTES_MAX);
    for (size_t i = 0; i < records->found.count; i++) {
        hy_buf_append(&text, records->found.items[i].text);
        hy_buf_append_byte(&text, '\n');
    }
    if (text.failed || hy_file_write(path, hy_buf_sv(&text), &err) != HY_OK) {
        hy_scene_fail(records->scene, records->node, "%s", text.failed ? "too large" : err.text);
    } else {
        hy_buf_printf(&records->scene->updated, "%s: %zu records\n", path, records->found.count);
    }
    hy_buf_finish(&text);
}

static void compare(struct records *records, const char *golden)
{
    struct hy_scene *scene = records->scene;
    const struct hy_record_rules rules = {
        .is_set = hy_sv_equal(hy_node_string(records->node, "as"), HY_SV("set")),
        .ignore = hy_node_find(records->node, "ignore"),
        .only = hy_node_find(records->node, "only"),
        .match = hy_node_find(records->node, "match"),
        .tolerance = hy_node_find(records->node, "tolerance"),
    };
    struct hy_buf out;
    hy_buf_init(&out, DIFF_MAX);
    size_t count = hy_record_diff(&records->expected, &records->found, &rules, &scene->sources,
                                  scene->options.is_coloured, &out);
    if (count > 0 && golden != NULL && scene->options.updates) {
        rewrite(records, golden);
    } else if (count > 0) {
        hy_scene_fail(scene, records->node,
                      "records: %zu expected, %zu found, %zu of them wrong",
                      records->expected.count, records->found.count, count);
        hy_buf_append(&scene->report, hy_buf_sv(&out));
    }
    hy_buf_finish(&out);
}

static void check(struct records *records, const struct hy_bucket_view *view)
{
    struct hy_scene *scene = records->scene;
    hy_sv golden = hy_node_string(records->node, "golden");
    const struct hy_node *lines = hy_node_find(records->node, "lines");
    uint64_t count;
    struct hy_err err;
    const char *path = golden.ptr != NULL
        ? hy_drill_path(&scene->arena, scene->drill->folder, golden) : NULL;
    if (!read_found(records, view) || (lines != NULL && !read_lines(records, lines)) ||
        (golden.ptr != NULL && path == NULL)) {
        hy_scene_fail(scene, records->node, "out of memory");
        return;
    }
    if (path != NULL && read_golden(records, path, &err) != HY_OK) {
        hy_scene_fail(scene, records->node, "%s", err.text);
        return;
    }
    if (hy_node_u64(hy_node_find(records->node, "count"), &count) &&
        count != records->found.count) {
        hy_scene_fail(scene, hy_node_find(records->node, "count"),
                      "records: expected %llu, got %zu", (unsigned long long)count,
                      records->found.count);
    }
    if (path != NULL || lines != NULL) {
        compare(records, path);
    }
}

static void check_one(struct hy_scene *scene, const struct hy_node *node,
                      const struct hy_bucket_view *view)
{
    struct records records = { .scene = scene, .node = node };
    hy_arena_init(&records.arena, RECORDS_BYTES_MAX);
    hy_buf_init(&records.golden, HY_FILE_BYTES_MAX);
    records.expected.arena = records.found.arena = &records.arena;
    check(&records, view);
    hy_record_list_finish(&records.expected);
    hy_record_list_finish(&records.found);
    hy_buf_finish(&records.golden);
    hy_arena_finish(&records.arena);
}

void hy_expect_records(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence)
{
    if (node->kind == HY_NODE_OBJECT) {
        check_one(scene, node, evidence->view);
        return;
    }
    for (const struct hy_node *entry = node->first; entry != NULL; entry = entry->next) {
        check_one(scene, entry, evidence->view);
    }
}
