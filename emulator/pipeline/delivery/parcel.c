#include "pipeline/delivery/parcel.h"

#include "base/log.h"
#include "pipeline/delivery/converted_file.h"
#include "pipeline/delivery/endpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct hy_parcel *hy_parcel_create(struct hy_stream_spec *spec, enum hy_parcel_kind kind)
{
    struct hy_parcel *parcel = calloc(1, sizeof *parcel);
    if (parcel == NULL) {
        return NULL;
    }
    parcel->kind = kind;
    parcel->spec = hy_stream_spec_hold(spec);
    parcel->s3 = kind == HY_PARCEL_BACKUP ? &spec->backup : &spec->s3;
    parcel->oldest_ms = UINT64_MAX;
    hy_seqset_init(&parcel->seqs);
    return parcel;
}

void hy_parcel_destroy(struct hy_parcel *parcel)
{
    if (parcel == NULL) {
        return;
    }
    hy_extents_finish(&parcel->extents);
    hy_spool_destroy(parcel->spool);
    free(parcel->pieces);
    hy_endpoint_way_destroy(parcel->way);
    hy_converted_finish(&parcel->file.converted);
    hy_seqset_finish(&parcel->seqs);
    hy_stream_spec_release(parcel->spec);
    free(parcel);
}

bool hy_parcel_is_for_endpoint(const struct hy_parcel *parcel)
{
    return parcel->kind == HY_PARCEL_DATA && parcel->spec->endpoint.url != NULL;
}

enum hy_code hy_parcel_reserve_piece(struct hy_parcel *parcel)
{
    if (parcel->piece_count < parcel->piece_cap) {
        return HY_OK;
    }
    const size_t cap = parcel->piece_cap == 0 ? 64 : parcel->piece_cap * 2;
    struct hy_parcel_piece *pieces = realloc(parcel->pieces, cap * sizeof *pieces);
    if (pieces == NULL) {
        return HY_NO_MEMORY;
    }
    parcel->pieces = pieces;
    parcel->piece_cap = cap;
    return HY_OK;
}

void hy_parcel_add_piece(struct hy_parcel *parcel, const struct hy_parcel_piece *piece)
{
    parcel->pieces[parcel->piece_count++] = *piece;
}

bool hy_parcel_has_object(const struct hy_parcel *parcel)
{
    return !parcel->is_lost && !parcel->is_taken && !parcel->is_rejected &&
           parcel->kind != HY_PARCEL_DROPPED;
}

void hy_parcel_count(const struct hy_parcel *parcel, struct hy_counters *counters)
{
    if (parcel->is_lost) {
        counters->lost_records += parcel->records;
        return;
    }
    if (parcel->is_taken) {
        counters->endpoint_records += parcel->records;
        counters->endpoint_bytes += parcel->source_bytes;
        return;
    }
    if (parcel->is_rejected) {
        counters->endpoint_rejected_records += parcel->records;
        return;
    }
    switch (parcel->kind) {
    case HY_PARCEL_DATA:
        counters->delivered_objects++;
        counters->delivered_records += parcel->records;
        counters->delivered_bytes += parcel->source_bytes;
        counters->delivered_stored_bytes += parcel->file.stored_bytes;
        break;
    case HY_PARCEL_ERROR:
        counters->error_objects++;
        break;
    case HY_PARCEL_BACKUP:
        counters->backup_objects++;
        counters->backup_records += parcel->records;
        counters->backup_bytes += parcel->source_bytes;
        break;
    case HY_PARCEL_DROPPED:
        break;
    }
}

bool hy_parcel_is_converted(const struct hy_parcel *parcel)
{
    return parcel->kind == HY_PARCEL_DATA && parcel->spec->conversion.configuration != NULL;
}

static void move_seqs(struct hy_seqset *to, struct hy_seqset *from)
{
    hy_seqset_finish(to);
    *to = *from;
    hy_seqset_init(from);
}

enum hy_code hy_parcel_split(struct hy_parcel *parcel, struct hy_parcel **failed)
{
    struct hy_converted *converted = &parcel->file.converted;
    *failed = NULL;
    if (converted->bad_records > 0) {
        *failed = hy_parcel_create(parcel->spec, HY_PARCEL_ERROR);
        if (*failed == NULL) {
            return HY_NO_MEMORY;
        }
        move_seqs(&(*failed)->seqs, &converted->bad);
        (*failed)->spool = converted->errors;
        (*failed)->bytes = hy_spool_bytes(converted->errors);
        converted->errors = NULL;
        (*failed)->records = converted->bad_records;
        (*failed)->source_bytes = converted->bad_bytes;
        (*failed)->oldest_ms = converted->bad_oldest_ms;
        memcpy((*failed)->key, parcel->error_key, parcel->error_key_len);
        (*failed)->key_len = parcel->error_key_len;

        move_seqs(&parcel->seqs, &converted->good);
        parcel->records = converted->good_records;
        const uint64_t left = parcel->source_bytes;
        parcel->source_bytes -= converted->bad_bytes < left ? converted->bad_bytes : left;
    }
    parcel->is_split = true;
    hy_converted_finish(converted);
    return HY_OK;
}

void hy_parcel_begin_file(struct hy_parcel *parcel, const struct hy_channel *channel)
{
    const struct hy_pipeline_env *env = channel->env;
    hy_converted_finish(&parcel->file.converted); /* of an attempt that failed */
    parcel->file = (struct hy_object_file){
        .buckets = env->buckets,
        .bucket = hy_sv_of(parcel->s3->bucket),
        .journal = channel->journal,
        .extents = &parcel->extents,
        .spool = parcel->spool,
        .bytes = parcel->bytes,
        .lf_between = parcel->kind == HY_PARCEL_DATA && parcel->spec->process.append_delimiter,
        .format = hy_compression_find(parcel->s3->compression),
        .entry = parcel->entry,
        .entry_ms = parcel->oldest_ms,
        .sync = env->sync_objects,
        .conversion = hy_parcel_is_converted(parcel) ? &parcel->spec->conversion : NULL,
        .spool_dir = env->spool_dir,
        .now_ms = hy_channel_now_ms(channel),
    };
    assert(parcel->file.format != NULL); /* hy_stream_check refuses what has no row */
}
