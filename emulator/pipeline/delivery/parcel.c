#include "pipeline/delivery/parcel.h"

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
    hy_seqset_finish(&parcel->seqs);
    hy_stream_spec_release(parcel->spec);
    free(parcel);
}
