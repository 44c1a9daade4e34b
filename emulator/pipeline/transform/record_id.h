/* record_id.h - the recordId in Lambda events: 160 characters (firehose.md 4.4). Pure.
 *
 *   shardId- | 12 digits shard | 72 zeros | 56 digits sequence number | 12 digits sub-sequence
 *
 * All zero but the sequence number, which is the journal's, and the sub-sequence, which is a
 * sub-record's place in its record; so an id that comes back is turned into its record by reading
 * it, and ids cost no table.
 */
#ifndef HY_PIPELINE_TRANSFORM_RECORD_ID_H
#define HY_PIPELINE_TRANSFORM_RECORD_ID_H

#include "base/sv.h"

enum { HY_RECORD_ID_CHARS = 160 };

void hy_record_id_write(uint64_t seq, unsigned place, char out[HY_RECORD_ID_CHARS]); /* no NUL */
/* False unless it is, to the character, what hy_record_id_write makes. */
bool hy_record_id_parse(hy_sv id, uint64_t *seq, unsigned *place);

#endif
