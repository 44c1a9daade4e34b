/* step_put.c - put: PutRecord, or PutRecordBatch when `records` are given, `times` times. */
#include "harness/step.h"

#include "harness/answer.h"
#include "harness/put.h"

#include "base/base64.h"

#include <string.h>

enum { RECORD_BYTES_MAX = 64 * 1024 * 1024 };

static void put_once(struct hy_scene *scene);

/* The bytes that a string, an object or a number of bytes stands for. */
static void append_record(struct hy_scene *scene, const struct hy_node *node, struct hy_buf *out)
{
    uint64_t fill;
    if (node->kind == HY_NODE_STRING) {
        hy_scene_expand(scene, node->text, out);
    } else if (hy_node_u64(node, &fill)) {
        char *room = fill <= RECORD_BYTES_MAX ? hy_buf_reserve(out, fill) : NULL;
        if (room != NULL) {
            memset(room, 'x', fill);
            hy_buf_commit(out, fill);
        }
        out->failed = out->failed || (room == NULL && fill > 0);
    } else {
        hy_node_write(node, out, hy_scene_expand, scene);
    }
}

/* False: it is not base64, or there is no memory. */
static bool append_base64(hy_sv text, struct hy_buf *out)
{
    size_t len, bad_at;
    char *room = hy_buf_reserve(out, HY_BASE64_DECODED_MAX(text.len) + 1);
    if (room == NULL || !hy_base64_decode(text, room, &len, &bad_at)) {
        return false;
    }
    hy_buf_commit(out, len);
    return true;
}

HY_MUST_CHECK
static enum hy_code add_record(struct hy_scene *scene, const struct hy_node *node,
                               struct hy_put *put)
{
    struct hy_fixture_place place = { scene->drill->path, node->line };
    struct hy_buf data;
    hy_buf_init(&data, RECORD_BYTES_MAX);
    enum hy_code code = HY_OK;
    if (hy_sv_equal(node->name, HY_SV("data_base64"))) {
        code = append_base64(node->text, &data) ? HY_OK : HY_MALFORMED;
    } else {
        append_record(scene, node, &data);
    }
    if (code == HY_OK) {
        code = data.failed ? HY_NO_MEMORY : hy_put_add(put, hy_buf_sv(&data), place);
    }
    if (code == HY_OK) {
        hy_sources_add(&scene->sources, hy_buf_sv(&data), place);
    }
    hy_buf_finish(&data);
    return code;
}

HY_MUST_CHECK
static enum hy_code fill_put(struct hy_scene *scene, struct hy_put *put)
{
    static const char *const ways[] = { "data", "data_base64", "fill" };
    const struct hy_node *records = hy_node_find(scene->step, "records");
    enum hy_code code = HY_OK;
    for (const struct hy_node *record = records != NULL ? records->first : NULL;
         record != NULL && code == HY_OK; record = record->next) {
        code = add_record(scene, record, put);
    }
    for (size_t i = 0; records == NULL && i < sizeof ways / sizeof ways[0]; i++) {
        const struct hy_node *record = hy_node_find(scene->step, ways[i]);
        code = record != NULL ? add_record(scene, record, put) : code;
    }
    return code;
}

static void on_answer(struct hy_scene *scene, const struct hy_http_response *response)
{
    hy_answer_check(scene, hy_node_find(scene->step, "expect"), response);
    bool goes_on = !scene->is_over && scene->counter < hy_node_number(scene->step, "times", 1);
    if (goes_on) {
        put_once(scene);
    } else {
        hy_scene_next(scene);
    }
}

static void put_once(struct hy_scene *scene)
{
    bool is_batch = hy_node_find(scene->step, "records") != NULL;
    struct hy_put put;
    hy_sv body = { "", 0 };
    scene->counter++;
    enum hy_code code = hy_put_init(&put, is_batch, hy_node_string(scene->step, "stream"));
    if (code == HY_OK) {
        code = fill_put(scene, &put);
    }
    if (code == HY_OK) {
        code = hy_put_body(&put, &body);
    }
    hy_buf_clear(&scene->request);
    hy_buf_append(&scene->request, body);
    const char *target = hy_put_target(&put);
    hy_put_finish(&put);
    if (code == HY_OK) {
        hy_scene_ask_firehose(scene, target, on_answer);
        return;
    }
    hy_scene_fail(scene, scene->step, code == HY_MALFORMED ? "data_base64 is not base64"
                                                           : "a record is too large");
    hy_scene_next(scene);
}

void hy_step_put(struct hy_scene *scene)
{
    if (hy_node_number(scene->step, "times", 1) == 0) {
        hy_scene_next(scene);
    } else {
        put_once(scene);
    }
}
