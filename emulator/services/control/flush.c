/* flush.c - POST flush: push what waits through transform and delivery now.
 *
 * One stream, or all of them when none is named; answered when everything is settled, with the
 * objects that were made meanwhile.
 */
#include "services/control/routes.h"

#include <stdlib.h>

struct flush {
    struct hy_http_exchange *exchange;
    size_t waiting_for; /* streams, and one for ourselves while we start them */
    uint64_t now_ms;
    bool failed;
    uint64_t records, failed_records, dropped;
    struct hy_buf objects; /* the elements of the array, being written */
    struct hy_json_write write;
};

static void finish(struct flush *flush)
{
    if (--flush->waiting_for > 0) {
        return;
    }
    hy_json_end_array(&flush->write);
    hy_json_name(&flush->write, HY_SV("records"));
    hy_json_u64(&flush->write, flush->records);
    hy_json_name(&flush->write, HY_SV("failed"));
    hy_json_u64(&flush->write, flush->failed_records);
    hy_json_name(&flush->write, HY_SV("dropped"));
    hy_json_u64(&flush->write, flush->dropped);
    hy_json_end_object(&flush->write);
    if (flush->failed) {
        hy_control_fail(flush->exchange, 503, "the stream went away before all was settled");
        hy_buf_finish(&flush->objects);
    } else {
        hy_control_reply(flush->exchange, &flush->objects);
    }
    free(flush);
}

static void write_object(struct hy_json_write *write, const struct hy_flushed_object *object)
{
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("bucket"));
    hy_json_string(write, hy_sv_of(object->bucket));
    hy_json_name(write, HY_SV("key"));
    hy_json_string(write, hy_sv_of(object->key));
    hy_json_name(write, HY_SV("bytes"));
    hy_json_u64(write, object->bytes);
    hy_json_name(write, HY_SV("records"));
    hy_json_u64(write, object->records);
    hy_json_end_object(write);
}

static void on_flushed(void *ctx, enum hy_code code, const struct hy_flush_result *result)
{
    struct flush *flush = ctx;
    if (code != HY_OK) {
        flush->failed = true;
    } else {
        for (size_t i = 0; i < result->object_count; i++) {
            write_object(&flush->write, &result->objects[i]);
        }
        flush->records += result->records;
        flush->failed_records += result->failed;
        flush->dropped += result->dropped;
    }
    finish(flush);
}

static void start_one(void *ctx, struct hy_stream *stream)
{
    struct flush *flush = ctx;
    flush->waiting_for++;
    if (hy_stream_flush(stream, flush->now_ms, on_flushed, flush) != HY_OK) {
        flush->failed = true;
        flush->waiting_for--;
    }
}

static struct flush *create(struct hy_control_call *call)
{
    struct flush *flush = calloc(1, sizeof *flush);
    if (flush == NULL) {
        hy_control_fail(call->exchange, 503, "out of memory");
        return NULL;
    }
    flush->exchange = call->exchange;
    flush->waiting_for = 1;
    flush->now_ms = call->now_ms;
    hy_buf_init(&flush->objects, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&flush->write, &flush->objects);
    hy_json_begin_object(&flush->write);
    hy_json_name(&flush->write, HY_SV("objects"));
    hy_json_begin_array(&flush->write);
    return flush;
}

void hy_control_flush(struct hy_control_call *call)
{
    struct hy_stream *one = NULL;
    if (cJSON_HasObjectItem(call->body, "stream")) {
        one = hy_control_find_stream(call);
        if (one == NULL) {
            return;
        }
    }
    struct flush *flush = create(call);
    if (flush == NULL) {
        return;
    }
    if (one != NULL) {
        start_one(flush, one);
    } else {
        hy_registry_each(call->control->options.registry, start_one, flush);
    }
    finish(flush);
}
