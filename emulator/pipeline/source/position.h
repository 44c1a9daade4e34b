/* position.h - how far a shard has been read. Pure.
 *
 *   nothing yet        sequence is empty
 *   whole records      the record `sequence` and all before it; next_sub is 0
 *   into an aggregate  all before the record `sequence`, and its first next_sub sub-records
 *   the end            the shard was closed and holds nothing more
 *
 * Its text, for the ledger: "", "SEQUENCE", "SEQUENCE/NEXT_SUB", "end".
 */
#ifndef HY_PIPELINE_SOURCE_POSITION_H
#define HY_PIPELINE_SOURCE_POSITION_H

#include "base/sv.h"
#include "pipeline/kinesis_note.h"

enum { HY_POSITION_TEXT_BYTES = HY_SEQUENCE_CHARS_MAX + 24 };

struct hy_position {
    char sequence[HY_SEQUENCE_CHARS_MAX + 1];
    uint32_t next_sub;
    bool is_end;
};

/* Decimal digits, not too many. */
bool hy_sequence_is_valid(hy_sv sequence);

/* sequence must be valid. */
void hy_position_set(struct hy_position *position, hy_sv sequence, uint32_t next_sub);
/* Is `a` further on than `b`? */
bool hy_position_is_further(const struct hy_position *a, const struct hy_position *b);

size_t hy_position_write(const struct hy_position *position, char out[HY_POSITION_TEXT_BYTES]);
bool hy_position_read(hy_sv text, struct hy_position *position);

#endif
