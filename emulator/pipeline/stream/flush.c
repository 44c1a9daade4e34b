/* flush.c - everything accepted so far goes down now.
 *
 * Two steps, looked at whenever something has ended: when no batch with a record of the flush is
 * left in the transform, the buffers are sealed (not earlier, or a flush would make an object of
 * each batch); when everything up to its last record is settled, it is over.
 */
#include "pipeline/stream/inside.h"

#include "store/part.h"

#include <utlist.h>

#include <stdlib.h>
#include <string.h>

struct object {
    struct hy_flushed_object face; /* owns both strings */
    enum hy_lane lane;
    uint64_t order;
};

struct hy_flush {
    struct hy_stream *stream;
    uint64_t through; /* the last record that it covers */
    bool is_sealed;   /* the buffers have been */
    bool is_incomplete; /* out of memory: an object is missing in the list */
    struct object *objects;
    size_t count, cap;
    uint64_t records, failed, dropped;
    hy_flush_fn *fn;
    void *ctx;
    struct hy_flush *prev, *next;
};

/* ---- what was made meanwhile ---- */

static enum hy_code add_object(struct hy_flush *flush, const struct hy_settlement *settlement)
{
    if (flush->count == flush->cap) {
        const size_t cap = flush->cap == 0 ? 4 : flush->cap * 2;
        struct object *objects = realloc(flush->objects, cap * sizeof *objects);
        if (objects == NULL) {
            return HY_NO_MEMORY;
        }
        flush->objects = objects;
        flush->cap = cap;
    }
    char *bucket = hy_sv_dup(settlement->bucket);
    char *key = hy_sv_dup(settlement->key);
    if (bucket == NULL || key == NULL) {
        free(bucket);
        free(key);
        return HY_NO_MEMORY;
    }
    flush->objects[flush->count++] = (struct object){
        .face = { .bucket = bucket,
                  .key = key,
                  .bytes = settlement->stored_bytes,
                  .records = settlement->records },
        .lane = hy_parcel_lane(settlement->kind),
        .order = settlement->order,
    };
    return HY_OK;
}

void hy_flushes_note(struct hy_stream *stream, const struct hy_settlement *settlement)
{
    struct hy_flush *flush;
    DL_FOREACH(stream->flushes, flush)
    {
        if (settlement->seqs->count == 0 ||
            hy_parts_first_seq(settlement->seqs) > flush->through) {
            continue; /* put after it began: it may be done before or after us, by chance */
        }
        if (settlement->key.len > 0 && add_object(flush, settlement) != HY_OK) {
            flush->is_incomplete = true;
        }
        if (settlement->kind == HY_PARCEL_BACKUP) {
            continue; /* the same records again */
        }
        flush->records += settlement->records;
        flush->dropped += settlement->kind == HY_PARCEL_DROPPED ? settlement->records : 0;
        flush->failed +=
            settlement->lost || settlement->kind == HY_PARCEL_ERROR ? settlement->records : 0;
    }
}

/* ---- its end ---- */

/* Backups last: how they mix with the others is a matter of real time. */
static int by_order(const void *a, const void *b)
{
    const struct object *left = a;
    const struct object *right = b;
    if (left->lane != right->lane) {
        return left->lane < right->lane ? -1 : 1;
    }
    return (left->order > right->order) - (left->order < right->order);
}

static void flush_destroy(struct hy_flush *flush)
{
    for (size_t i = 0; i < flush->count; i++) {
        free((char *)(uintptr_t)flush->objects[i].face.bucket);
        free((char *)(uintptr_t)flush->objects[i].face.key);
    }
    free(flush->objects);
    free(flush);
}

static void answer(struct hy_flush *flush, enum hy_code code)
{
    /* The face of an object is all that others may see: theirs is an array of faces. */
    struct hy_flushed_object *faces = calloc(flush->count + 1, sizeof *faces);
    if (faces == NULL || flush->is_incomplete) {
        code = code == HY_OK ? HY_NO_MEMORY : code;
    }
    if (flush->count > 0) {
        qsort(flush->objects, flush->count, sizeof flush->objects[0], by_order);
    }
    for (size_t i = 0; faces != NULL && i < flush->count; i++) {
        faces[i] = flush->objects[i].face;
    }
    const struct hy_flush_result result = {
        .objects = faces,
        .object_count = faces == NULL ? 0 : flush->count,
        .records = flush->records,
        .failed = flush->failed,
        .dropped = flush->dropped,
    };
    flush->fn(flush->ctx, code, &result);
    free(faces);
    flush_destroy(flush);
}

static bool is_settled(const struct hy_flush *flush)
{
    return hy_settled_through(&flush->stream->settled) >= flush->through;
}

/* Some of its records were left to the next start: nothing moves any more. */
static bool is_stuck(const struct hy_flush *flush)
{
    const struct hy_stream *stream = flush->stream;
    struct hy_partition_waiting waiting;
    if (stream->channel.left_records == 0 || !flush->is_sealed || stream->batcher.open != NULL ||
        !hy_transform_is_idle(stream->transform) || !hy_delivery_is_idle(stream->delivery)) {
        return false;
    }
    hy_partition_waiting(stream->partition, &waiting);
    return waiting.records == 0;
}

static struct hy_flush *next_that_is_over(struct hy_stream *stream, enum hy_code *code)
{
    struct hy_flush *flush;
    DL_FOREACH(stream->flushes, flush)
    {
        if (stream->channel.closing) {
            *code = HY_CANCELLED;
            return flush;
        }
        if (is_settled(flush) || is_stuck(flush)) {
            *code = is_settled(flush) ? HY_OK : HY_IO;
            return flush;
        }
    }
    return NULL;
}

static void seal_buffers(struct hy_stream *stream)
{
    bool is_time = false;
    struct hy_flush *flush;
    DL_FOREACH(stream->flushes, flush)
    {
        if (!flush->is_sealed && !hy_transform_has_before(stream->transform, flush->through)) {
            flush->is_sealed = true;
            is_time = true;
        }
    }
    if (is_time) {
        hy_partition_flush(stream->partition);
    }
}

void hy_flushes_look(struct hy_stream *stream)
{
    struct hy_flush *flush;
    enum hy_code code;
    if (!stream->channel.closing) {
        seal_buffers(stream);
    }
    /* From the front each time: fn may begin another flush, or close the stream. */
    while ((flush = next_that_is_over(stream, &code)) != NULL) {
        DL_DELETE(stream->flushes, flush);
        stream->channel.flushing = stream->flushes != NULL;
        answer(flush, code);
    }
}

uint64_t hy_flushes_count(const struct hy_stream *stream)
{
    const struct hy_flush *flush;
    uint64_t count;
    DL_COUNT(stream->flushes, flush, count);
    return count;
}

enum hy_code hy_stream_flush(struct hy_stream *stream, uint64_t now_ms, hy_flush_fn *fn, void *ctx)
{
    (void)now_ms; /* a flush asks nobody whether they are due */
    struct hy_flush *flush = calloc(1, sizeof *flush);
    if (flush == NULL) {
        return HY_NO_MEMORY;
    }
    flush->stream = stream;
    flush->through = stream->written_seq;
    flush->fn = fn;
    flush->ctx = ctx;
    DL_APPEND(stream->flushes, flush);
    if (!stream->channel.closing) {
        stream->channel.flushing = true;
        hy_stream_seal_batch(stream);
        hy_transform_hurry(stream->transform);
        hy_delivery_hurry(stream->delivery);
    }
    hy_stream_look_later(stream);
    return HY_OK;
}
