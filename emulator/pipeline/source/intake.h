/* intake.h - what GetRecords answered goes into the stream's journal.
 *
 * Each record (each sub-record of an aggregate) becomes a frame with a note that says where it is
 * from. The position moves along with what was appended, record by record, so that whatever part
 * of an answer the journal keeps, the position in its last note is true.
 */
#ifndef HY_PIPELINE_SOURCE_INTAKE_H
#define HY_PIPELINE_SOURCE_INTAKE_H

#include "base/buf.h"
#include "pipeline/source/answers.h"
#include "pipeline/source/position.h"
#include "store/journal.h"

struct hy_intake {
    struct hy_journal *journal;
    hy_sv shard;
    uint64_t now_ms;
    uint64_t not_before_ms; /* records that came to Kinesis before it are passed over; 0: none */
    struct hy_position position; /* in: how far the shard has been read; out: how far it is now */

    size_t appended;             /* frames, not committed */
    uint64_t records, bytes;     /* of Kinesis, decoded */
    bool is_full;                /* the journal had no room for more */
    bool is_broken;              /* out of memory, or no sequence number to go on from */
};

/* For hy_answers_read_records: ctx is the intake. False when is_full or is_broken. */
bool hy_intake_take(void *intake, const struct hy_kinesis_record *record);

#endif
