/* batch.h - records of one stream that travel together to the transform.
 *
 * It holds no bytes, only where they are: extents of the journal. One owner at a time;
 * hy_batch_destroy frees it.
 */
#ifndef HY_PIPELINE_BATCH_H
#define HY_PIPELINE_BATCH_H

#include "model/stream_spec.h"
#include "store/journal.h"

/* Places in the journal, in the order in which they were added. An extent is closed at
 * HY_EXTENT_BYTES, so whoever reads them back needs no more memory than that and a record. */
struct hy_extents {
    struct hy_extent *items;
    size_t count, cap;
};

enum { HY_EXTENT_BYTES = 1024 * 1024, HY_BATCH_COUNT_MAX = 10000 };

/* Adds one frame at its place; frames that follow each other share an extent. */
HY_MUST_CHECK
enum hy_code hy_extents_add(struct hy_extents *extents, uint64_t segment, uint64_t offset,
                            const struct hy_frame *frame);
/* Takes back what the last successful add added: this very frame. */
void hy_extents_drop_last(struct hy_extents *extents, const struct hy_frame *frame);
void hy_extents_finish(struct hy_extents *extents); /* fine when zeroed */
uint64_t hy_extents_bytes(const struct hy_extents *extents); /* frame headers included */

struct hy_batch {
    struct hy_stream_spec *spec; /* held: a batch keeps the settings it was begun with */
    struct hy_extents extents;
    size_t count;
    uint64_t bytes;         /* of the records' data */
    uint64_t encoded_bytes; /* about what they will take in a Lambda event */
    uint64_t oldest_ms;     /* arrival */
    uint64_t last_seq;
};

struct hy_batch *hy_batch_create(struct hy_stream_spec *spec); /* NULL when out of memory */
void hy_batch_destroy(struct hy_batch *batch);                 /* NULL is fine */

#endif
