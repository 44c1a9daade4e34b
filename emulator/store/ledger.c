/* ledger.c - changes queue up on the loop and are made by the disk thread, in order.
 *
 *   loop         change --> queue          (the first one in the queue pushes a batch)
 *   disk thread  batch: takes the whole queue, one transaction
 *   loop         every change of the batch: done(ctx, code)
 *
 * So whatever is asked for while a transaction runs shares the next one, and every change in
 * the queue has a batch in front of it: nothing is left behind when the disk thread stops.
 */
#include "store/ledger.h"

#include "base/log.h"
#include "store/database.h"
#include "store/part.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum change_kind { PUT_STREAM, DELETE_STREAM, PUT_DELIVERY, PRUNE, PUT_CHECKPOINT };

struct change {
    enum change_kind kind;
    hy_ledger_done_fn *done;
    void *ctx;
    enum hy_code code;
    struct change *prev, *next;

    struct hy_ledger_stream stream;     /* PUT_STREAM */
    struct hy_ledger_delivery delivery; /* PUT_DELIVERY; seqs is in encoded_seqs */
    hy_sv encoded_seqs;
    uint64_t last_seq;
    struct hy_ledger_checkpoint checkpoint; /* PUT_CHECKPOINT */
    uint64_t stream_id, watermark;      /* DELETE_STREAM, PRUNE */
    enum hy_lane lane;                  /* PRUNE */
    char bytes[];                       /* what all the views above point into */
};

struct hy_ledger {
    struct hy_worker *disk;
    struct hy_database database;
    pthread_mutex_t use;   /* of the database; recursive: a load may load more for each row */
    pthread_mutex_t lock;  /* of the queue */
    struct change *queue;
    bool has_batch;        /* one is on its way to take the queue */
};

struct batch {
    struct hy_ledger *ledger;
    struct change *changes;
};

/* ---- opening ---- */

static void init_locks(struct hy_ledger *ledger)
{
    pthread_mutexattr_t recursive;
    /* None of these can fail on Linux. */
    (void)pthread_mutexattr_init(&recursive);
    (void)pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    (void)pthread_mutex_init(&ledger->use, &recursive);
    (void)pthread_mutexattr_destroy(&recursive);
    (void)pthread_mutex_init(&ledger->lock, NULL);
}

enum hy_code hy_ledger_open(const char *path, bool power, struct hy_worker *disk,
                            struct hy_ledger **out, struct hy_err *err)
{
    struct hy_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    ledger->disk = disk;
    init_locks(ledger);
    const enum hy_code code = hy_database_open(&ledger->database, path, power, err);
    if (code != HY_OK) {
        hy_ledger_close(ledger);
        return code;
    }
    *out = ledger;
    return HY_OK;
}

void hy_ledger_close(struct hy_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    assert(ledger->queue == NULL);
    hy_database_close(&ledger->database);
    (void)pthread_mutex_destroy(&ledger->use);
    (void)pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

/* ---- loading ---- */

enum hy_code hy_ledger_load_streams(struct hy_ledger *ledger,
                                    void (*each)(void *ctx, const struct hy_ledger_stream *row),
                                    void *ctx)
{
    struct hy_database *database = &ledger->database;
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_LOAD_STREAMS);
    enum hy_code code;
    (void)pthread_mutex_lock(&ledger->use);
    while ((code = hy_database_next_row(database, HY_SQL_LOAD_STREAMS)) == HY_OK) {
        const struct hy_ledger_stream row = { .id = hy_column_u64(statement, 0),
                                              .name = hy_column_sv(statement, 1),
                                              .description = hy_column_sv(statement, 2) };
        each(ctx, &row);
    }
    (void)pthread_mutex_unlock(&ledger->use);
    return code == HY_NOT_FOUND ? HY_OK : code;
}

static struct hy_ledger_delivery delivery_of(sqlite3_stmt *statement, uint64_t stream_id,
                                             const struct hy_seqset *seqs)
{
    return (struct hy_ledger_delivery){
        .stream_id = stream_id,
        .lane = (enum hy_lane)hy_column_u64(statement, 0),
        .bucket = hy_column_sv(statement, 1),
        .key = hy_column_sv(statement, 2),
        .temporary = hy_column_sv(statement, 3),
        .content_type = hy_column_sv(statement, 4),
        .content_encoding = hy_column_sv(statement, 5),
        .bytes = hy_column_u64(statement, 6),
        .records = hy_column_u64(statement, 7),
        .made_ms = hy_column_u64(statement, 8),
        .seqs = seqs,
    };
}

enum hy_code hy_ledger_load_deliveries(struct hy_ledger *ledger, uint64_t stream_id,
                                       void (*each)(void *ctx,
                                                    const struct hy_ledger_delivery *row),
                                       void *ctx)
{
    struct hy_database *database = &ledger->database;
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_LOAD_DELIVERIES);
    struct hy_seqset seqs;
    enum hy_code code;
    hy_seqset_init(&seqs);
    (void)pthread_mutex_lock(&ledger->use);
    hy_bind_u64(statement, 1, stream_id);
    while ((code = hy_database_next_row(database, HY_SQL_LOAD_DELIVERIES)) == HY_OK) {
        hy_seqset_clear(&seqs);
        code = hy_seqset_decode(&seqs, hy_column_sv(statement, 9));
        if (code != HY_OK) {
            hy_log(HY_LOG_ERROR, "ledger", NULL, "a delivery of stream %llu is damaged",
                   (unsigned long long)stream_id);
            hy_database_end_rows(database, HY_SQL_LOAD_DELIVERIES);
            break;
        }
        const struct hy_ledger_delivery row = delivery_of(statement, stream_id, &seqs);
        each(ctx, &row);
    }
    (void)pthread_mutex_unlock(&ledger->use);
    hy_seqset_finish(&seqs);
    return code == HY_NOT_FOUND ? HY_OK : code;
}

enum hy_code hy_ledger_load_watermarks(struct hy_ledger *ledger, uint64_t stream_id,
                                       uint64_t watermarks[HY_LANE_COUNT])
{
    struct hy_database *database = &ledger->database;
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_LOAD_WATERMARKS);
    enum hy_code code;
    memset(watermarks, 0, HY_LANE_COUNT * sizeof *watermarks);
    (void)pthread_mutex_lock(&ledger->use);
    hy_bind_u64(statement, 1, stream_id);
    while ((code = hy_database_next_row(database, HY_SQL_LOAD_WATERMARKS)) == HY_OK) {
        const uint64_t lane = hy_column_u64(statement, 0);
        if (lane < HY_LANE_COUNT) {
            watermarks[lane] = hy_column_u64(statement, 1);
        }
    }
    (void)pthread_mutex_unlock(&ledger->use);
    return code == HY_NOT_FOUND ? HY_OK : code;
}

enum hy_code hy_ledger_load_checkpoints(struct hy_ledger *ledger, uint64_t stream_id,
                                        void (*each)(void *ctx,
                                                     const struct hy_ledger_checkpoint *row),
                                        void *ctx)
{
    struct hy_database *database = &ledger->database;
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_LOAD_CHECKPOINTS);
    enum hy_code code;
    (void)pthread_mutex_lock(&ledger->use);
    hy_bind_u64(statement, 1, stream_id);
    while ((code = hy_database_next_row(database, HY_SQL_LOAD_CHECKPOINTS)) == HY_OK) {
        const struct hy_ledger_checkpoint row = { stream_id, hy_column_sv(statement, 0),
                                                  hy_column_sv(statement, 1) };
        each(ctx, &row);
    }
    (void)pthread_mutex_unlock(&ledger->use);
    return code == HY_NOT_FOUND ? HY_OK : code;
}

uint64_t hy_ledger_next_stream_id(struct hy_ledger *ledger)
{
    struct hy_database *database = &ledger->database;
    uint64_t id = 0;
    (void)pthread_mutex_lock(&ledger->use);
    if (hy_database_next_row(database, HY_SQL_TAKE_STREAM_ID) == HY_OK) {
        id = hy_column_u64(hy_database_statement(database, HY_SQL_TAKE_STREAM_ID), 0);
        /* The change is made with the last row: without looking for it, it would be undone. */
        if (hy_database_run(database, HY_SQL_TAKE_STREAM_ID) != HY_OK) {
            id = 0;
        }
    }
    (void)pthread_mutex_unlock(&ledger->use);
    return id;
}

/* ---- changes, on the disk thread ---- */

static enum hy_code put_stream(struct hy_database *database, const struct change *change)
{
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_PUT_STREAM);
    hy_bind_u64(statement, 1, change->stream.id);
    hy_bind_text(statement, 2, change->stream.name);
    hy_bind_text(statement, 3, change->stream.description);
    const enum hy_code code = hy_database_run(database, HY_SQL_PUT_STREAM);
    if (code != HY_OK) {
        return code;
    }
    hy_bind_u64(hy_database_statement(database, HY_SQL_RAISE_STREAM_ID), 1, change->stream.id);
    return hy_database_run(database, HY_SQL_RAISE_STREAM_ID);
}

static enum hy_code delete_stream(struct hy_database *database, const struct change *change)
{
    static const enum hy_statement all[] = { HY_SQL_DELETE_STREAM, HY_SQL_DELETE_DELIVERIES,
                                             HY_SQL_DELETE_WATERMARKS,
                                             HY_SQL_DELETE_CHECKPOINTS };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hy_bind_u64(hy_database_statement(database, all[i]), 1, change->stream_id);
        const enum hy_code code = hy_database_run(database, all[i]);
        if (code != HY_OK) {
            return code;
        }
    }
    return HY_OK;
}

static enum hy_code put_object(struct hy_database *database,
                               const struct hy_ledger_delivery *delivery)
{
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_PUT_OBJECT);
    hy_bind_text(statement, 1, delivery->bucket);
    hy_bind_text(statement, 2, delivery->key);
    hy_bind_text(statement, 3, delivery->content_type);
    hy_bind_text(statement, 4, delivery->content_encoding);
    hy_bind_u64(statement, 5, delivery->bytes);
    hy_bind_u64(statement, 6, delivery->made_ms);
    return hy_database_run(database, HY_SQL_PUT_OBJECT);
}

static enum hy_code put_delivery(struct hy_database *database, const struct change *change)
{
    const struct hy_ledger_delivery *delivery = &change->delivery;
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_PUT_DELIVERY);
    hy_bind_u64(statement, 1, delivery->stream_id);
    hy_bind_u64(statement, 2, (uint64_t)delivery->lane);
    hy_bind_text(statement, 3, delivery->bucket);
    hy_bind_text(statement, 4, delivery->key);
    hy_bind_text(statement, 5, delivery->temporary);
    hy_bind_text(statement, 6, delivery->content_type);
    hy_bind_text(statement, 7, delivery->content_encoding);
    hy_bind_u64(statement, 8, delivery->bytes);
    hy_bind_u64(statement, 9, delivery->records);
    hy_bind_u64(statement, 10, delivery->made_ms);
    hy_bind_u64(statement, 11, change->last_seq);
    hy_bind_blob(statement, 12, change->encoded_seqs);
    const enum hy_code code = hy_database_run(database, HY_SQL_PUT_DELIVERY);
    return code == HY_OK && delivery->key.len > 0 ? put_object(database, delivery) : code;
}

static enum hy_code prune(struct hy_database *database, const struct change *change)
{
    static const enum hy_statement both[] = { HY_SQL_PRUNE, HY_SQL_PUT_WATERMARK };
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        sqlite3_stmt *statement = hy_database_statement(database, both[i]);
        hy_bind_u64(statement, 1, change->stream_id);
        hy_bind_u64(statement, 2, (uint64_t)change->lane);
        hy_bind_u64(statement, 3, change->watermark);
        const enum hy_code code = hy_database_run(database, both[i]);
        if (code != HY_OK) {
            return code;
        }
    }
    return HY_OK;
}

static enum hy_code put_checkpoint(struct hy_database *database, const struct change *change)
{
    sqlite3_stmt *statement = hy_database_statement(database, HY_SQL_PUT_CHECKPOINT);
    hy_bind_u64(statement, 1, change->checkpoint.stream_id);
    hy_bind_text(statement, 2, change->checkpoint.shard);
    hy_bind_text(statement, 3, change->checkpoint.position);
    return hy_database_run(database, HY_SQL_PUT_CHECKPOINT);
}

static enum hy_code (*const make[])(struct hy_database *, const struct change *) = {
    [PUT_STREAM] = put_stream,
    [DELETE_STREAM] = delete_stream,
    [PUT_DELIVERY] = put_delivery,
    [PRUNE] = prune,
    [PUT_CHECKPOINT] = put_checkpoint,
};

/* One that fails takes nothing of its own along and leaves the others alone. */
static enum hy_code make_one(struct hy_database *database, struct change *change)
{
    enum hy_code code = hy_database_run(database, HY_SQL_SAVE);
    if (code != HY_OK) {
        return code;
    }
    change->code = make[change->kind](database, change);
    if (change->code != HY_OK) {
        code = hy_database_run(database, HY_SQL_UNDO);
    }
    return code == HY_OK ? hy_database_run(database, HY_SQL_RELEASE) : code;
}

static enum hy_code make_all(struct hy_database *database, struct change *changes)
{
    enum hy_code code = hy_database_run(database, HY_SQL_BEGIN);
    if (code != HY_OK) {
        return code;
    }
    for (struct change *change = changes; code == HY_OK && change != NULL;
         change = change->next) {
        code = make_one(database, change);
    }
    if (code == HY_OK) {
        code = hy_database_run(database, HY_SQL_COMMIT);
    }
    /* Some errors have ended the transaction already. */
    if (code != HY_OK && sqlite3_get_autocommit(database->handle) == 0 &&
        hy_database_run(database, HY_SQL_ROLLBACK) != HY_OK) {
        hy_log(HY_LOG_ERROR, "ledger", NULL, "a transaction could not be undone");
    }
    return code;
}

static void run_batch(void *ctx)
{
    struct batch *batch = ctx;
    struct hy_ledger *ledger = batch->ledger;
    (void)pthread_mutex_lock(&ledger->lock);
    batch->changes = ledger->queue;
    ledger->queue = NULL;
    ledger->has_batch = false;
    (void)pthread_mutex_unlock(&ledger->lock);

    (void)pthread_mutex_lock(&ledger->use);
    const enum hy_code code = make_all(&ledger->database, batch->changes);
    (void)pthread_mutex_unlock(&ledger->use);
    for (struct change *change = batch->changes; code != HY_OK && change != NULL;
         change = change->next) {
        change->code = code;
    }
}

/* ---- changes, on the loop ---- */

static void tell(struct change *change, enum hy_code code)
{
    if (change->done != NULL) {
        change->done(change->ctx, code);
    }
    free(change);
}

static void on_batch_done(void *ctx)
{
    struct batch *batch = ctx;
    struct change *change, *next;
    DL_FOREACH_SAFE(batch->changes, change, next)
    {
        tell(change, change->code);
    }
    free(batch);
}

static bool push_batch(struct hy_ledger *ledger)
{
    struct batch *batch = malloc(sizeof *batch);
    if (batch == NULL) {
        return false;
    }
    *batch = (struct batch){ .ledger = ledger };
    if (!hy_worker_push(ledger->disk, run_batch, on_batch_done, batch)) {
        free(batch);
        return false;
    }
    return true;
}

static void enqueue(struct hy_ledger *ledger, struct change *change)
{
    (void)pthread_mutex_lock(&ledger->lock);
    DL_APPEND(ledger->queue, change);
    const bool needs_batch = !ledger->has_batch;
    ledger->has_batch = true;
    (void)pthread_mutex_unlock(&ledger->lock);
    if (!needs_batch || push_batch(ledger)) {
        return;
    }
    (void)pthread_mutex_lock(&ledger->lock); /* it is the only one in the queue */
    DL_DELETE(ledger->queue, change);
    ledger->has_batch = false;
    (void)pthread_mutex_unlock(&ledger->lock);
    tell(change, HY_NO_MEMORY);
}

static struct change *make_change(enum change_kind kind, size_t bytes, hy_ledger_done_fn *done,
                                  void *ctx)
{
    struct change *change = malloc(sizeof *change + bytes);
    if (change == NULL) {
        if (done != NULL) {
            done(ctx, HY_NO_MEMORY);
        }
        return NULL;
    }
    *change = (struct change){ .kind = kind, .done = done, .ctx = ctx };
    return change;
}

/* Copies a view to *at, which moves on. */
static hy_sv keep(char **at, hy_sv text)
{
    char *begin = *at;
    if (text.len > 0) {
        memcpy(begin, text.ptr, text.len);
    }
    *at += text.len;
    return (hy_sv){ begin, text.len };
}

void hy_ledger_put_stream(struct hy_ledger *ledger, const struct hy_ledger_stream *row,
                          hy_ledger_done_fn *done, void *ctx)
{
    struct change *change =
        make_change(PUT_STREAM, row->name.len + row->description.len, done, ctx);
    if (change == NULL) {
        return;
    }
    char *at = change->bytes;
    change->stream = (struct hy_ledger_stream){ .id = row->id,
                                                .name = keep(&at, row->name),
                                                .description = keep(&at, row->description) };
    enqueue(ledger, change);
}

void hy_ledger_delete_stream(struct hy_ledger *ledger, uint64_t stream_id,
                             hy_ledger_done_fn *done, void *ctx)
{
    struct change *change = make_change(DELETE_STREAM, 0, done, ctx);
    if (change == NULL) {
        return;
    }
    change->stream_id = stream_id;
    enqueue(ledger, change);
}

static struct change *copy_delivery(const struct hy_ledger_delivery *row, hy_sv encoded_seqs,
                                    hy_ledger_done_fn *done, void *ctx)
{
    const size_t bytes = row->bucket.len + row->key.len + row->temporary.len +
                         row->content_type.len + row->content_encoding.len + encoded_seqs.len;
    struct change *change = make_change(PUT_DELIVERY, bytes, done, ctx);
    if (change == NULL) {
        return NULL;
    }
    char *at = change->bytes;
    change->delivery = *row;
    change->delivery.bucket = keep(&at, row->bucket);
    change->delivery.key = keep(&at, row->key);
    change->delivery.temporary = keep(&at, row->temporary);
    change->delivery.content_type = keep(&at, row->content_type);
    change->delivery.content_encoding = keep(&at, row->content_encoding);
    change->delivery.seqs = NULL;
    change->encoded_seqs = keep(&at, encoded_seqs);
    change->last_seq = hy_parts_last_seq(row->seqs);
    return change;
}

void hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                            hy_ledger_done_fn *done, void *ctx)
{
    struct hy_buf seqs;
    hy_buf_init(&seqs, SIZE_MAX / 2);
    hy_seqset_encode(row->seqs, &seqs);
    struct change *change = NULL;
    if (!seqs.failed) {
        change = copy_delivery(row, hy_buf_sv(&seqs), done, ctx);
    } else if (done != NULL) {
        done(ctx, HY_NO_MEMORY);
    }
    hy_buf_finish(&seqs);
    if (change != NULL) {
        enqueue(ledger, change);
    }
}

void hy_ledger_put_checkpoint(struct hy_ledger *ledger, const struct hy_ledger_checkpoint *row,
                              hy_ledger_done_fn *done, void *ctx)
{
    struct change *change =
        make_change(PUT_CHECKPOINT, row->shard.len + row->position.len, done, ctx);
    if (change == NULL) {
        return;
    }
    char *at = change->bytes;
    change->checkpoint = (struct hy_ledger_checkpoint){ .stream_id = row->stream_id,
                                                        .shard = keep(&at, row->shard),
                                                        .position = keep(&at, row->position) };
    enqueue(ledger, change);
}

void hy_ledger_prune(struct hy_ledger *ledger, uint64_t stream_id, enum hy_lane lane,
                     uint64_t watermark, hy_ledger_done_fn *done, void *ctx)
{
    struct change *change = make_change(PRUNE, 0, done, ctx);
    if (change == NULL) {
        return;
    }
    change->stream_id = stream_id;
    change->lane = lane;
    change->watermark = watermark;
    enqueue(ledger, change);
}
