#include "services/firehose/delivery_stream.h"

#include "base/log.h"
#include "services/firehose/conversion.h"
#include "services/firehose/description.h"
#include "services/firehose/kinesis_source.h"
#include "services/firehose/spec.h"
#include "services/firehose/state.h"
#include "services/firehose/tree.h"

#include <stdlib.h>
#include <string.h>

const char *hy_stream_status_name(enum hy_stream_status status)
{
    static const char *const names[] = {
        [HY_STREAM_CREATING] = "CREATING",
        [HY_STREAM_ACTIVE] = "ACTIVE",
        [HY_STREAM_DELETING] = "DELETING",
    };
    return names[status];
}

struct hy_delivery_stream *hy_delivery_stream_find(const struct hy_firehose *firehose, hy_sv name)
{
    struct hy_delivery_stream *stream = NULL;
    HASH_FIND(hh, firehose->streams, name.ptr, name.len, stream);
    return stream;
}

/* --- coming and going ---------------------------------------------------------------------- */

/* Takes the description in any case. NULL when out of memory. */
static struct hy_delivery_stream *stream_create(struct hy_firehose *firehose, uint64_t id,
                                                cJSON *description)
{
    struct hy_delivery_stream *stream = calloc(1, sizeof *stream);
    char *name = strdup(hy_description_name(description));
    if (stream != NULL && name != NULL) {
        stream->firehose = firehose;
        stream->id = id;
        stream->description = description;
        stream->name = name;
        stream->encrypted = hy_description_is_encrypted(description);
        stream->is_read = hy_kinesis_source_arn(description) != NULL;
        stream->has_quota = firehose->has_quotas;
        stream->status = HY_STREAM_CREATING;
        HASH_ADD_KEYPTR(hh, firehose->streams, name, strlen(name), stream);
        if (stream->hh.tbl != NULL) {
            return stream;
        }
    }
    cJSON_Delete(description);
    free(name);
    free(stream);
    return NULL;
}

static void tell(struct hy_firehose_waiter *waiter)
{
    const struct hy_firehose_waiter told = *waiter;
    waiter->done = NULL;
    if (told.done != NULL) {
        told.done(told.ctx);
    }
}

/* Who waits for the deletion may make new streams; who waits for closing may free the firehose. */
static void tell_if_empty(struct hy_firehose *firehose)
{
    if (firehose->streams == NULL) {
        tell(&firehose->deleted);
    }
    if (firehose->streams == NULL) {
        tell(&firehose->closed);
    }
}

/* When nothing holds it any more: out of the table and freed. */
static void free_if_gone(struct hy_delivery_stream *stream)
{
    struct hy_firehose *firehose = stream->firehose;
    if (!stream->gone || stream->writes > 0) {
        return;
    }
    HASH_DEL(firehose->streams, stream);
    cJSON_Delete(stream->description);
    free(stream->name);
    free(stream);
    tell_if_empty(firehose);
}

/* Blocking. The registry has it afterwards. */
static enum hy_code open_pipeline(struct hy_delivery_stream *stream, struct hy_err *err)
{
    struct hy_firehose *firehose = stream->firehose;
    enum hy_code code =
        hy_conversion_check(firehose, hy_description_s3(stream->description), err);
    if (code != HY_OK) {
        return code; /* a stream of before, and the config file has lost its table */
    }
    struct hy_stream_spec *spec =
        hy_spec_create(firehose, stream->id, stream->description);
    if (spec == NULL) {
        return HY_NO_MEMORY;
    }
    code = hy_stream_open(firehose->env, spec, &stream->stream, err);
    hy_stream_spec_release(spec);
    if (code == HY_OK) {
        code = hy_registry_add(firehose->registry, stream->stream);
        stream->status = HY_STREAM_ACTIVE;
    }
    return code;
}

static void on_closed(void *ctx)
{
    struct hy_delivery_stream *stream = ctx;
    hy_pipeline_end(stream->firehose->env);
    stream->stream = NULL;
    stream->gone = true;
    free_if_gone(stream);
}

static void on_row_deleted(void *ctx, enum hy_code code)
{
    struct hy_delivery_stream *stream = ctx;
    if (code != HY_OK) {
        hy_log(HY_LOG_ERROR, "firehose", NULL, "the row of %s is still there: %s", stream->name,
               hy_code_name(code));
    }
    hy_pipeline_end(stream->firehose->env);
    stream->gone = true;
    free_if_gone(stream);
}

/* Rows are written in order, so this is the last thing that the ledger hears of it. */
static void delete_row(struct hy_delivery_stream *stream)
{
    hy_pipeline_begin(stream->firehose->env);
    hy_ledger_delete_stream(stream->firehose->env->ledger, stream->id, on_row_deleted, stream);
}

static void on_discarded(void *ctx)
{
    struct hy_delivery_stream *stream = ctx;
    hy_pipeline_end(stream->firehose->env);
    stream->stream = NULL;
    delete_row(stream);
}

static void discard(struct hy_delivery_stream *stream)
{
    stream->status = HY_STREAM_DELETING;
    hy_registry_remove(stream->firehose->registry, stream->stream);
    hy_pipeline_begin(stream->firehose->env);
    hy_stream_discard(stream->stream, on_discarded, stream);
}

static void close_pipeline(struct hy_delivery_stream *stream)
{
    hy_registry_remove(stream->firehose->registry, stream->stream);
    stream->status = HY_STREAM_DELETING; /* to whoever asks meanwhile it is not ACTIVE */
    hy_pipeline_begin(stream->firehose->env);
    hy_stream_close(stream->stream, on_closed, stream);
}

/* --- the row ------------------------------------------------------------------------------- */

struct write {
    struct hy_delivery_stream *stream;
    hy_delivery_stream_done_fn *done; /* may be NULL */
    void *ctx;
};

static void on_row_written(void *ctx, enum hy_code code)
{
    const struct write write = *(struct write *)ctx;
    free(ctx);
    struct hy_delivery_stream *stream = write.stream;
    hy_pipeline_end(stream->firehose->env);
    if (code != HY_OK) {
        hy_log(HY_LOG_ERROR, "firehose", NULL, "the row of %s was not written: %s", stream->name,
               hy_code_name(code));
    }
    if (write.done != NULL) {
        write.done(write.ctx, code);
    }
    stream->writes--;
    free_if_gone(stream);
}

enum hy_code hy_delivery_stream_save(struct hy_delivery_stream *stream,
                                     hy_delivery_stream_done_fn *done, void *ctx)
{
    struct hy_firehose *firehose = stream->firehose;
    struct write *write = malloc(sizeof *write);
    char *text = NULL;
    if (write == NULL || hy_tree_print(stream->description, &text) != HY_OK) {
        free(write);
        return HY_NO_MEMORY;
    }
    *write = (struct write){ stream, done, ctx };
    const struct hy_ledger_stream row = { stream->id, hy_sv_of(stream->name), hy_sv_of(text) };
    stream->writes++;
    hy_pipeline_begin(firehose->env);
    hy_ledger_put_stream(firehose->env->ledger, &row, on_row_written, write);
    cJSON_free(text);
    return HY_OK;
}

/* --- adding -------------------------------------------------------------------------------- */

struct adding {
    struct hy_delivery_stream *stream;
    hy_delivery_stream_done_fn *done;
    void *ctx;
};

/* The row of a stream that never came alive goes again. */
static void give_up(struct hy_delivery_stream *stream)
{
    stream->status = HY_STREAM_DELETING;
    if (stream->stream != NULL) { /* open, but the registry had no room for it */
        hy_pipeline_begin(stream->firehose->env);
        hy_stream_discard(stream->stream, on_discarded, stream);
        return;
    }
    delete_row(stream);
}

void hy_delivery_stream_leave(struct hy_delivery_stream *stream)
{
    if (stream->status == HY_STREAM_CREATING) {
        stream->leaving = true;
    }
    if (stream->status != HY_STREAM_ACTIVE) {
        return;
    }
    if (stream->firehose->closing) {
        close_pipeline(stream);
    } else if (hy_delivery_stream_remove(stream, NULL, NULL) != HY_OK) {
        discard(stream); /* without a word to the ledger before: after a crash it would be back */
    }
}

static void on_added(void *ctx, enum hy_code code)
{
    const struct adding adding = *(struct adding *)ctx;
    free(ctx);
    struct hy_delivery_stream *stream = adding.stream;
    if (code == HY_OK) {
        struct hy_err err = { .refusal = NULL };
        code = open_pipeline(stream, &err);
        if (code != HY_OK) {
            hy_log(HY_LOG_ERROR, "firehose", NULL, "%s cannot be opened: %s (%s)", stream->name,
                   err.text, hy_code_name(code));
        }
    }
    if (code != HY_OK) {
        give_up(stream);
    } else if (stream->leaving || stream->firehose->closing) {
        hy_delivery_stream_leave(stream);
    }
    adding.done(adding.ctx, code);
}

enum hy_code hy_delivery_stream_add(struct hy_firehose *firehose, cJSON *description,
                                    hy_delivery_stream_done_fn *done, void *ctx)
{
    struct adding *adding = malloc(sizeof *adding);
    if (adding == NULL) {
        cJSON_Delete(description);
        return HY_NO_MEMORY;
    }
    struct hy_delivery_stream *stream =
        stream_create(firehose, firehose->next_id, description);
    if (stream == NULL) {
        free(adding);
        return HY_NO_MEMORY;
    }
    *adding = (struct adding){ stream, done, ctx };
    const enum hy_code code = hy_delivery_stream_save(stream, on_added, adding);
    if (code != HY_OK) {
        free(adding);
        stream->gone = true;
        free_if_gone(stream);
        return code;
    }
    firehose->next_id++;
    return HY_OK;
}

enum hy_code hy_delivery_stream_load(struct hy_firehose *firehose, uint64_t id,
                                     cJSON *description, struct hy_err *err)
{
    const char *status = hy_tree_text(description, "DeliveryStreamStatus");
    const bool was_deleting = status != NULL && strcmp(status, "DELETING") == 0;
    struct hy_delivery_stream *stream = stream_create(firehose, id, description);
    if (stream == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = open_pipeline(stream, err);
    if (code == HY_OK && was_deleting) {
        discard(stream);
    }
    /* It was fine once: a time zone that this machine does not have, a table that is gone. */
    if (code == HY_INVALID || code == HY_REFUSED) {
        const struct hy_err why = *err;
        code = hy_fail(err, HY_IO, "stream %s cannot be opened: %s", stream->name, why.text);
    }
    if (code != HY_OK && stream->stream == NULL) {
        stream->gone = true;
        free_if_gone(stream);
    }
    return code;
}

/* --- changing and removing ----------------------------------------------------------------- */

enum hy_code hy_delivery_stream_amend(struct hy_delivery_stream *stream, cJSON *description,
                                      hy_delivery_stream_done_fn *done, void *ctx)
{
    cJSON *old = stream->description;
    stream->description = description;
    const enum hy_code code = hy_delivery_stream_save(stream, done, ctx);
    if (code != HY_OK) {
        stream->description = old;
        cJSON_Delete(description);
        return code;
    }
    stream->encrypted = hy_description_is_encrypted(description);
    cJSON_Delete(old);
    return HY_OK;
}

enum hy_code hy_delivery_stream_replace(struct hy_delivery_stream *stream, cJSON *description,
                                        hy_delivery_stream_done_fn *done, void *ctx)
{
    struct hy_stream_spec *spec =
        hy_spec_create(stream->firehose, stream->id, description);
    if (spec == NULL) {
        cJSON_Delete(description);
        return HY_NO_MEMORY;
    }
    struct hy_err why; /* the description has been checked: it is about memory */
    enum hy_code code = hy_stream_spec_prepare(spec, &why);
    if (code == HY_OK) {
        code = hy_delivery_stream_amend(stream, description, done, ctx);
    } else {
        cJSON_Delete(description);
    }
    if (code == HY_OK) {
        hy_stream_update(stream->stream, spec);
    }
    hy_stream_spec_release(spec);
    return code;
}

enum hy_code hy_delivery_stream_remove(struct hy_delivery_stream *stream,
                                       hy_delivery_stream_done_fn *done, void *ctx)
{
    if (!hy_tree_set_text(stream->description, "DeliveryStreamStatus", "DELETING")) {
        return HY_NO_MEMORY;
    }
    const enum hy_code code = hy_delivery_stream_save(stream, done, ctx);
    if (code == HY_OK) {
        discard(stream);
    } else {
        cJSON_DeleteItemFromObjectCaseSensitive(stream->description, "DeliveryStreamStatus");
    }
    return code;
}
