#define _XOPEN_SOURCE 700 /* nftw, mkdtemp */
#include "rig.h"

#include "base/log.h"

#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- functions ---- */

struct deferred {
    struct hy_invocation *invocation;
};

static void end_invocation(struct hy_invocation *invocation, enum hy_invoke_outcome outcome,
                           hy_sv payload)
{
    const struct hy_invoke_result result = {
        .outcome = outcome,
        .payload = payload,
        .error_message = HY_SV("as the test says"),
        .request_id = "00000000-0000-4000-8000-000000000000",
        .duration_ms = 3,
    };
    assert_false(invocation->is_answered);
    invocation->is_answered = true;
    invocation->functions->at_once--;
    invocation->fn(invocation->ctx, &result);
}

static void handle(void *ctx)
{
    struct hy_invocation *invocation = ctx;
    struct hy_buf reply;
    hy_buf_init(&reply, 16 * 1024 * 1024);
    const enum hy_invoke_outcome outcome =
        invocation->functions->handler(invocation->event, &reply);
    assert_false(reply.failed);
    end_invocation(invocation, outcome, hy_buf_sv(&reply));
    hy_buf_finish(&reply);
}

struct hy_invocation *hy_invoke(struct hy_functions *functions,
                                const struct hy_invoke_options *options, hy_invoke_fn *fn,
                                void *ctx)
{
    assert_true(functions->count < RIG_PENDING_MAX);
    assert_true(hy_sv_equal(options->function, HY_SV(RIG_FUNCTION)));
    assert_true(hy_sv_starts_with(options->payload, HY_SV("{\"invocationId\":\"")));
    memcpy(functions->ids[functions->count], options->payload.ptr + 17, HY_UUID_BYTES - 1);
    struct hy_invocation *invocation = &functions->pending[functions->count++];
    *invocation = (struct hy_invocation){
        .functions = functions, .fn = fn, .ctx = ctx, .event = options->payload
    };
    if (++functions->at_once > functions->at_once_max) {
        functions->at_once_max = functions->at_once;
    }
    if (functions->handler != NULL) {
        assert_true(hy_loop_defer(functions->loop, handle, invocation));
    }
    return invocation;
}

static void answer_record(hy_sv id, hy_sv data, struct hy_buf *reply)
{
    char bytes[4096], text[8192];
    size_t len, bad_at;
    assert_true(data.len < sizeof text);
    assert_true(hy_base64_decode(data, bytes, &len, &bad_at));
    const hy_sv record = { bytes, len };
    const char *result = hy_sv_starts_with(record, HY_SV("drop"))   ? "Dropped"
                         : hy_sv_starts_with(record, HY_SV("fail")) ? "ProcessingFailed"
                                                                    : "Ok";
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)toupper((unsigned char)bytes[i]);
    }
    hy_base64_encode(record, text);
    hy_buf_printf(reply, "%s{\"recordId\":\"%.*s\",\"result\":\"%s\",\"data\":\"%.*s\"}",
                  reply->data[reply->len - 1] == '[' ? "" : ",", HY_SV_ARG(id), result,
                  (int)HY_BASE64_ENCODED(len), text);
}

enum hy_invoke_outcome rig_upper(hy_sv event, struct hy_buf *reply)
{
    struct hy_json_scan scan;
    enum hy_json_token token;
    hy_sv id = { NULL, 0 };
    hy_buf_append(reply, HY_SV("{\"records\":["));
    hy_json_scan_init(&scan, event);
    while ((token = hy_json_next(&scan)) != HY_JSON_END) {
        assert_int_not_equal(token, HY_JSON_ERROR);
        if (token == HY_JSON_NAME && hy_json_is(&scan, HY_SV("recordId"))) {
            assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
            id = scan.text;
        } else if (token == HY_JSON_NAME && hy_json_is(&scan, HY_SV("data"))) {
            assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
            answer_record(id, scan.text, reply);
        }
    }
    hy_buf_append(reply, HY_SV("]}"));
    return HY_INVOKE_OK;
}

/* ---- ground ---- */

static uint64_t rig_clock(void *ctx)
{
    return ((const struct rig *)ctx)->now_ms;
}

void rig_make_dir(struct rig *rig)
{
    (void)snprintf(rig->dir, sizeof rig->dir, "/tmp/hy-pipeline-XXXXXX");
    assert_non_null(mkdtemp(rig->dir));
    rig->now_ms = rig_start_ms;
}

static char *text(const char *cstr)
{
    char *copy = hy_sv_dup(hy_sv_of(cstr));
    assert_non_null(copy);
    return copy;
}

static void set_s3(struct hy_s3_spec *s3, const char *bucket)
{
    s3->bucket = text(bucket);
    s3->prefix = text("");
    s3->error_prefix = text("");
    s3->file_extension = text("");
    s3->time_zone = text("UTC");
    s3->buffering = (struct hy_buffering){ 5 * 1024 * 1024, 60000 };
}

static void nothing(void *ctx)
{
    (void)ctx;
}

void rig_run_until(struct rig *rig, const bool *flag)
{
    /* The first turn may have nothing to wait for but what others (a server) wait for. */
    assert_true(hy_loop_defer(rig->loop, nothing, NULL));
    while (!*flag) { /* a turn may say that it was the last, and have done it */
        assert_true(hy_loop_turn(rig->loop) || *flag);
    }
}

static void on_row(void *ctx, enum hy_code code)
{
    assert_int_equal(code, HY_OK);
    *(bool *)ctx = true;
}

/* As services/firehose does before it opens a stream. */
static void put_row(struct rig *rig)
{
    bool done = false;
    const struct hy_ledger_stream row = {
        .id = rig->spec->id, .name = HY_SV("clicks"), .description = HY_SV("{}")
    };
    hy_ledger_put_stream(rig->ledger, &row, on_row, &done);
    rig_run_until(rig, &done);
}

void rig_new_spec(struct rig *rig)
{
    rig->spec = hy_stream_spec_create();
    assert_non_null(rig->spec);
    rig->spec->id = 7;
    rig->spec->name = text("clicks");
    rig->spec->arn = text("arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks");
    rig->spec->region = text("us-east-1");
    rig->spec->version = text("1");
    set_s3(&rig->spec->s3, "out");
    set_s3(&rig->spec->backup, "backup");
}

void rig_set_transform(struct rig *rig, rig_handler_fn *handler)
{
    rig->spec->transform.lambda_arn = text(RIG_FUNCTION);
    rig->spec->transform.retries = 3;
    rig->spec->transform.buffering = (struct hy_buffering){ 1024 * 1024, 60000 };
    rig->functions.handler = handler;
}

static void open_ground(struct rig *rig)
{
    char path[96];
    struct hy_err err;
    rig->loop = hy_loop_create();
    assert_non_null(rig->loop);
    rig->disk = hy_worker_create(rig->loop, "disk");
    assert_non_null(rig->disk);
    (void)snprintf(path, sizeof path, "%s/hydrant.db", rig->dir);
    assert_int_equal(hy_ledger_open(path, false, rig->disk, &rig->ledger, &err), HY_OK);
    (void)snprintf(path, sizeof path, "%s/buckets", rig->dir);
    assert_int_equal(hy_buckets_open(path, &rig->buckets, &err), HY_OK);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("backup")), HY_OK);
    (void)snprintf(path, sizeof path, "%s/journal", rig->dir);
    const struct hy_journals_options journals = { .dir = path, .disk = rig->disk };
    assert_int_equal(hy_journals_create(rig->loop, &journals, &rig->journals, &err), HY_OK);
    (void)snprintf(rig->spool_dir, sizeof rig->spool_dir, "%s", rig->dir);
}

void rig_open(struct rig *rig)
{
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = 2 });
    open_ground(rig);
    hy_agenda_init(&rig->agenda);
    rig->random = hy_random_from_seed(1);
    rig->functions = (struct hy_functions){ .loop = rig->loop };
    rig->env = (struct hy_pipeline_env){
        .loop = rig->loop,
        .disk = rig->disk,
        .journals = rig->journals,
        .ledger = rig->ledger,
        .buckets = rig->buckets,
        .functions = &rig->functions,
        .spool_dir = rig->spool_dir,
        .clock = { .now_ms = rig_clock, .ctx = rig },
        .random = &rig->random,
        .agenda = &rig->agenda,
    };
    assert_int_equal(hy_delivery_sweep(&rig->env), HY_OK);
    rig_new_spec(rig);
}

void rig_open_stream(struct rig *rig)
{
    struct hy_err err = { 0 };
    put_row(rig);
    const enum hy_code code = hy_stream_open(&rig->env, rig->spec, &rig->stream, &err);
    if (code != HY_OK) {
        fail_msg("the stream does not open: %s", err.text);
    }
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

void rig_close_stream(struct rig *rig)
{
    bool closed = false;
    hy_stream_close(rig->stream, set_flag, &closed);
    for (size_t i = 0; i < rig->functions.count; i++) { /* as hy_functions_stop does */
        if (!rig->functions.pending[i].is_answered && rig->functions.handler == NULL) {
            rig_answer(rig, i, HY_INVOKE_CANCELLED, HY_SV(""));
        }
    }
    rig_run_until(rig, &closed);
    rig->stream = NULL;
    assert_int_equal(rig->env.under_way, 0);
    assert_true(hy_agenda_due_ms(&rig->agenda) == HY_NEVER_MS);
}

static void forget_objects(struct rig *rig)
{
    for (size_t i = 0; i < rig->object_count; i++) {
        free(rig->objects[i].key);
        free(rig->objects[i].bytes);
    }
    rig->object_count = 0;
}

void rig_close(struct rig *rig)
{
    if (rig->stream != NULL) {
        rig_close_stream(rig);
    }
    hy_stream_spec_release(rig->spec);
    hy_journals_destroy(rig->journals);
    hy_worker_destroy(rig->disk);
    hy_ledger_close(rig->ledger);
    hy_buckets_close(rig->buckets);
    hy_agenda_finish(&rig->agenda);
    hy_loop_destroy(rig->loop);
    forget_objects(rig);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status;
    (void)kind;
    (void)at;
    return remove(path);
}

void rig_remove_dir(struct rig *rig)
{
    assert_int_equal(nftw(rig->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* ---- time and records ---- */

static void on_put(void *ctx, enum hy_code code)
{
    assert_int_equal(code, HY_OK);
    *(bool *)ctx = true;
}

void rig_put(struct rig *rig, hy_sv data)
{
    bool done = false;
    struct hy_journal *journal = hy_stream_journal(rig->stream);
    char *room = hy_journal_reserve(journal, data.len);
    assert_non_null(room);
    if (data.len > 0) {
        memcpy(room, data.ptr, data.len);
    }
    (void)hy_journal_append(journal, data.len, rig->now_ms);
    assert_true(hy_journal_commit(journal, on_put, &done));
    rig_run_until(rig, &done);
}

void rig_settle(struct rig *rig)
{
    /* A turn sleeps when nothing happens: so something does, once. */
    assert_true(hy_loop_defer(rig->loop, nothing, NULL));
    (void)hy_loop_turn(rig->loop);
    while (rig->env.under_way > 0) {
        assert_true(hy_loop_turn(rig->loop) || rig->env.under_way == 0);
    }
}

void rig_wait_for_invocations(struct rig *rig, size_t count)
{
    while (rig->functions.count < count) {
        assert_true(hy_loop_turn(rig->loop) || rig->functions.count >= count);
    }
}

void rig_answer(struct rig *rig, size_t index, enum hy_invoke_outcome outcome, hy_sv payload)
{
    assert_true(index < rig->functions.count);
    end_invocation(&rig->functions.pending[index], outcome, payload);
}

void rig_advance(struct rig *rig, uint64_t ms)
{
    const uint64_t end_ms = rig->now_ms + ms;
    rig_settle(rig);
    while (hy_agenda_due_ms(&rig->agenda) <= end_ms) {
        const uint64_t due_ms = hy_agenda_due_ms(&rig->agenda);
        rig->now_ms = due_ms > rig->now_ms ? due_ms : rig->now_ms;
        (void)hy_agenda_turn(&rig->agenda, rig->now_ms);
        rig_settle(rig);
    }
    rig->now_ms = end_ms;
}

static void on_flushed(void *ctx, enum hy_code code, const struct hy_flush_result *result)
{
    struct rig_flush *flush = ctx;
    assert_false(flush->done);
    flush->done = true;
    flush->code = code;
    flush->objects = result->object_count;
    flush->records = result->records;
    flush->failed = result->failed;
    flush->dropped = result->dropped;
    for (size_t i = 0; i < result->object_count && i < ROWS(flush->keys); i++) {
        (void)snprintf(flush->keys[i], sizeof flush->keys[i], "%s", result->objects[i].key);
    }
}

void rig_flush(struct rig *rig, struct rig_flush *flush)
{
    memset(flush, 0, sizeof *flush);
    assert_int_equal(hy_stream_flush(rig->stream, rig->now_ms, on_flushed, flush), HY_OK);
    assert_false(flush->done); /* never from inside the call */
}

/* ---- what lies in the buckets ---- */

static struct rig *looking;

static char *read_file(const char *path, size_t len)
{
    char *bytes = malloc(len + 1);
    assert_non_null(bytes);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, len, file), len);
    (void)fclose(file);
    bytes[len] = '\0';
    return bytes;
}

static int look_at(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)at;
    const char *key = path + strlen(looking->dir) + strlen("/buckets/");
    if (kind != FTW_F || strncmp(key, ".hydrant-tmp", 12) == 0) {
        return 0;
    }
    assert_true(looking->object_count < RIG_OBJECTS_MAX);
    looking->objects[looking->object_count++] = (struct rig_object){
        .key = text(key),
        .bytes = read_file(path, (size_t)status->st_size),
        .len = (size_t)status->st_size,
    };
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct rig_object *)a)->key, ((const struct rig_object *)b)->key);
}

void rig_look(struct rig *rig)
{
    char path[96];
    forget_objects(rig);
    looking = rig;
    (void)snprintf(path, sizeof path, "%s/buckets", rig->dir);
    assert_int_equal(nftw(path, look_at, 8, FTW_PHYS), 0);
    if (rig->object_count > 0) {
        qsort(rig->objects, rig->object_count, sizeof rig->objects[0], by_key);
    }
}

size_t rig_temporaries(const struct rig *rig)
{
    char path[96];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s/buckets/.hydrant-tmp", rig->dir);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        count += entry->d_name[0] != '.';
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return count;
}

const struct rig_object *rig_object(const struct rig *rig, const char *part)
{
    const struct rig_object *found = NULL;
    for (size_t i = 0; i < rig->object_count; i++) {
        if (strstr(rig->objects[i].key, part) != NULL) {
            assert_null(found);
            found = &rig->objects[i];
        }
    }
    if (found == NULL) {
        fail_msg("no object with %s in its key", part);
    }
    return found;
}

void rig_expect(const struct rig *rig, const char *part, const char *expected)
{
    const struct rig_object *object = rig_object(rig, part);
    if (object->len != strlen(expected) || memcmp(object->bytes, expected, object->len) != 0) {
        fail_msg("%s: got \"%.200s\", expected \"%.200s\"", object->key, object->bytes, expected);
    }
}
