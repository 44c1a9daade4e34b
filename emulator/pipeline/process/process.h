/* process.h - what is done to a record before the transform (firehose.md 3.8). Pure.
 *
 *   record -> [decompress -> extract messages] -> [split] -> sub-records
 *
 * in this order, however the processors were declared. A record ends here when it cannot be
 * decompressed (it has failed), or when nothing is left of it (as if it were dropped).
 *
 * Sub-records are a function of the record's bytes and of the processors, of nothing else: after
 * a crash the same ones are made again, and those that some object already holds (`known`) are
 * left out. So every sub-record is there exactly once, whatever moment the process died at,
 * although those of one record may lie in several objects. The one exception: when the
 * processors were changed between the crash and a record's first delivery in part, sub-records
 * are still told apart by their place only, and what another way of splitting calls by the same
 * places is taken for delivered; of a record that is no longer split, all is delivered again.
 *
 * rawData in error lines is what the client could put again: the sub-record's own bytes, as they
 * stood in the record; of what was compressed, all of the record as it was put.
 */
#ifndef HY_PIPELINE_PROCESS_PROCESS_H
#define HY_PIPELINE_PROCESS_PROCESS_H

#include "base/seqset.h"
#include "model/stream_spec.h"
#include "pipeline/partition/partition.h"
#include "store/journal.h"

struct hy_process; /* opaque: for one thread at a time, and as long as its sub-records */

struct hy_processed_list {
    struct hy_processed *items;
    size_t count, cap;
};

/* The spec must outlive it. NULL when out of memory. */
struct hy_process *hy_process_create(const struct hy_stream_spec *spec);
void hy_process_destroy(struct hy_process *process); /* NULL is fine */

/* Views in what comes out point into the frame, and into memory of `process`. `known` may be NULL.
 * HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_process_record(struct hy_process *process, const struct hy_frame *frame,
                               const struct hy_seqset *known);

/* Sub-records that go on, in order: outcome OK, data as it is now. */
struct hy_processed_list *hy_process_going(struct hy_process *process);
/* Records that have ended: FAILED or DROPPED. */
struct hy_processed_list *hy_process_ended(struct hy_process *process);

#endif
