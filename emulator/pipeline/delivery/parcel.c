#include "pipeline/delivery/parcel.h"

#include "pipeline/delivery/endpoint.h"

#include <stdlib.h>

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
