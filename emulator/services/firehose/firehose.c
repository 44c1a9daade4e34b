#include "services/firehose/firehose.h"

#include "services/firehose/conversion.h"
#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/state.h"
#include "services/firehose/tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 500 answers of 240 characters, and some. */
enum { REPLY_BYTES_MAX = 256 * 1024 };

static const struct hy_operation operations[] = {
    { HY_SV_INIT("CreateDeliveryStream"), hy_create_delivery_stream },
    { HY_SV_INIT("DeleteDeliveryStream"), hy_delete_delivery_stream },
    { HY_SV_INIT("DescribeDeliveryStream"), hy_describe_delivery_stream },
    { HY_SV_INIT("ListDeliveryStreams"), hy_list_delivery_streams },
    { HY_SV_INIT("ListTagsForDeliveryStream"), hy_list_tags_for_delivery_stream },
    { HY_SV_INIT("PutRecord"), hy_put_record },
    { HY_SV_INIT("PutRecordBatch"), hy_put_record_batch },
    { HY_SV_INIT("StartDeliveryStreamEncryption"), hy_start_delivery_stream_encryption },
    { HY_SV_INIT("StopDeliveryStreamEncryption"), hy_stop_delivery_stream_encryption },
    { HY_SV_INIT("TagDeliveryStream"), hy_tag_delivery_stream },
    { HY_SV_INIT("UntagDeliveryStream"), hy_untag_delivery_stream },
    { HY_SV_INIT("UpdateDestination"), hy_update_destination },
};

const struct hy_operation *hy_firehose_operations(size_t *count)
{
    *count = sizeof operations / sizeof operations[0];
    return operations;
}

struct hy_firehose *hy_firehose_create(const struct hy_firehose_options *options)
{
    struct hy_firehose *firehose = calloc(1, sizeof *firehose);
    if (firehose == NULL) {
        return NULL;
    }
    firehose->env = options->env;
    firehose->registry = options->registry;
    firehose->region = strdup(options->region);
    firehose->account = strdup(options->account);
    firehose->has_quotas = options->has_quotas;
    firehose->next_id = 1;
    hy_buf_init(&firehose->reply, REPLY_BYTES_MAX);
    if (firehose->region == NULL || firehose->account == NULL) {
        hy_firehose_destroy(firehose);
        return NULL;
    }
    struct hy_random random = hy_random_fork(options->env->random, HY_SV("firehose"));
    hy_record_ids_init(&firehose->record_ids, &random);
    return firehose;
}

struct hy_metrics *hy_firehose_metrics(struct hy_firehose *firehose)
{
    return &firehose->metrics;
}

void hy_firehose_destroy(struct hy_firehose *firehose)
{
    if (firehose == NULL) {
        return;
    }
    assert(firehose->streams == NULL);
    hy_buf_finish(&firehose->reply);
    hy_firehose_tables_destroy(firehose->tables);
    hy_metrics_finish(&firehose->metrics);
    free(firehose->region);
    free(firehose->account);
    free(firehose);
}

/* --- loading ------------------------------------------------------------------------------- */

/* The rows, kept until the ledger is free to be asked again: opening a stream asks it. */
struct loaded {
    struct row {
        uint64_t id;
        cJSON *description;
    } *rows;
    size_t count, cap;
    enum hy_code code;
};

static void on_row(void *ctx, const struct hy_ledger_stream *row)
{
    struct loaded *loaded = ctx;
    if (loaded->code != HY_OK) {
        return;
    }
    if (loaded->count == loaded->cap) {
        const size_t cap = loaded->cap == 0 ? 16 : loaded->cap * 2;
        struct row *rows = realloc(loaded->rows, cap * sizeof *rows);
        if (rows == NULL) {
            loaded->code = HY_NO_MEMORY;
            return;
        }
        loaded->rows = rows;
        loaded->cap = cap;
    }
    cJSON *description = cJSON_ParseWithLength(row->description.ptr, row->description.len);
    loaded->rows[loaded->count++] = (struct row){ row->id, description };
}

static enum hy_code open_row(struct hy_firehose *firehose, const struct row *row,
                             struct hy_err *err)
{
    if (!hy_description_is_whole(row->description)) {
        cJSON_Delete(row->description);
        return hy_fail(err, HY_INVALID, "the description of stream number %llu is damaged",
                       (unsigned long long)row->id);
    }
    return hy_delivery_stream_load(firehose, row->id, row->description, err);
}

enum hy_code hy_firehose_load(struct hy_firehose *firehose, struct hy_err *err)
{
    struct loaded loaded = { .code = HY_OK };
    enum hy_code code = hy_ledger_load_streams(firehose->env->ledger, on_row, &loaded);
    if (code == HY_OK) {
        code = loaded.code;
    }
    if (code != HY_OK) {
        code = hy_fail(err, code, "the streams cannot be read from the ledger");
    }
    for (size_t i = 0; i < loaded.count; i++) {
        if (code == HY_OK) {
            code = open_row(firehose, &loaded.rows[i], err);
        } else {
            cJSON_Delete(loaded.rows[i].description);
        }
    }
    free(loaded.rows);
    firehose->next_id = hy_ledger_next_stream_id(firehose->env->ledger);
    return code;
}

/* --- all of them --------------------------------------------------------------------------- */

/* All streams go; done(ctx) when none is left, never from inside this call unless memory is out. */
static void end_all(struct hy_firehose *firehose, struct hy_firehose_waiter *waiter,
                    hy_loop_fn *done, void *ctx)
{
    struct hy_delivery_stream *stream = NULL;
    struct hy_delivery_stream *next = NULL;
    HASH_ITER(hh, firehose->streams, stream, next)
    {
        hy_delivery_stream_leave(stream);
    }
    assert(waiter->done == NULL);
    if (firehose->streams != NULL) {
        *waiter = (struct hy_firehose_waiter){ done, ctx };
    } else if (!hy_loop_defer(firehose->env->loop, done, ctx)) {
        done(ctx);
    }
}

void hy_firehose_delete_all(struct hy_firehose *firehose, hy_loop_fn *done, void *ctx)
{
    end_all(firehose, &firehose->deleted, done, ctx);
}

void hy_firehose_close_all(struct hy_firehose *firehose, hy_loop_fn *done, void *ctx)
{
    firehose->closing = true;
    end_all(firehose, &firehose->closed, done, ctx);
}

enum hy_code hy_firehose_describe(struct hy_firehose *firehose, hy_sv name, struct hy_buf *json,
                                  struct hy_err *err)
{
    const struct hy_delivery_stream *stream = hy_delivery_stream_find(firehose, name);
    if (stream == NULL) {
        return hy_refuse(err, &hy_resource_not_found, "Firehose %.*s under account %s not found.",
                         HY_SV_ARG(name), firehose->account);
    }
    cJSON *output =
        hy_description_output(stream->description, hy_stream_status_name(stream->status));
    char *text = NULL;
    const enum hy_code code = output == NULL ? HY_NO_MEMORY : hy_tree_print(output, &text);
    hy_buf_append(json, hy_sv_of(text));
    cJSON_free(text);
    cJSON_Delete(output);
    return code != HY_OK ? code : json->failed ? HY_NO_MEMORY : HY_OK;
}
