#include "pipeline/delivery/endpoint_content.h"

#include <stdlib.h>

struct walk {
    hy_endpoint_each_fn *each;
    void *ctx;
    uint64_t records, bytes;
};

static enum hy_code pass(struct walk *walk, const struct hy_endpoint_record *record)
{
    walk->records++;
    walk->bytes += record->data.len;
    return walk->each(walk->ctx, record);
}

static enum hy_code pass_frames(struct walk *walk, hy_sv frames)
{
    struct hy_frame frame;
    enum hy_code code = HY_OK;
    while (code == HY_OK && hy_frame_next(&frames, &frame)) {
        const struct hy_endpoint_record record = { frame.seq, frame.arrived_ms, frame.data };
        code = pass(walk, &record);
    }
    return code;
}

static size_t longest_extent(const struct hy_extents *extents)
{
    size_t bytes = 1; /* malloc(0) may be NULL */
    for (size_t i = 0; i < extents->count; i++) {
        bytes = extents->items[i].length > bytes ? (size_t)extents->items[i].length : bytes;
    }
    return bytes;
}

static enum hy_code walk_extents(struct walk *walk, const struct hy_extents *extents,
                                 const struct hy_journal *journal)
{
    char *room = malloc(longest_extent(extents));
    enum hy_code code = room == NULL ? HY_NO_MEMORY : HY_OK;
    for (size_t i = 0; code == HY_OK && i < extents->count; i++) {
        code = hy_journal_read(journal, &extents->items[i], room);
        if (code == HY_OK) {
            code = pass_frames(walk, (hy_sv){ room, (size_t)extents->items[i].length });
        }
    }
    free(room);
    return code;
}

static size_t longest_piece(const struct hy_parcel *parcel)
{
    size_t bytes = 1;
    for (size_t i = 0; i < parcel->piece_count; i++) {
        bytes = parcel->pieces[i].bytes > bytes ? parcel->pieces[i].bytes : bytes;
    }
    return bytes;
}

static enum hy_code walk_spool(struct walk *walk, const struct hy_parcel *parcel)
{
    char *room = malloc(longest_piece(parcel));
    enum hy_code code = room == NULL ? HY_NO_MEMORY : HY_OK;
    uint64_t at = 0;
    for (size_t i = 0; code == HY_OK && i < parcel->piece_count; i++) {
        const struct hy_parcel_piece *piece = &parcel->pieces[i];
        code = hy_spool_read(parcel->spool, at, room, piece->bytes);
        if (code == HY_OK) {
            const struct hy_endpoint_record record = { piece->seq, piece->arrived_ms,
                                                       { room, piece->bytes } };
            code = pass(walk, &record);
        }
        at += piece->bytes;
    }
    free(room);
    return code;
}

enum hy_code hy_endpoint_content_each(const struct hy_parcel *parcel,
                                      const struct hy_journal *journal, hy_endpoint_each_fn *each,
                                      void *ctx)
{
    struct walk walk = { .each = each, .ctx = ctx };
    const enum hy_code code = parcel->spool != NULL
                                  ? walk_spool(&walk, parcel)
                                  : walk_extents(&walk, &parcel->extents, journal);
    if (code == HY_OK && (walk.records != parcel->records || walk.bytes != parcel->bytes)) {
        return HY_IO; /* never a request that lacks something */
    }
    return code;
}
