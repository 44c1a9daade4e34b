/* partition.h - sorts records into the objects they will be part of.
 *
 * A stream has a buffer for each distinct set of partition key values (without dynamic
 * partitioning that is one), one for each error type, one for the source backup; each exists from
 * its first record until it is sealed and pushed to delivery/. A partition is active as long as
 * its buffer exists; a record that would make more than HY_ACTIVE_PARTITIONS_MAX of them active
 * goes to the error output instead (firehose.md 3.9). A buffer keeps the spec it was begun with:
 * after an update of the stream the old one and the new one exist side by side.
 */
#ifndef HY_PIPELINE_PARTITION_PARTITION_H
#define HY_PIPELINE_PARTITION_PARTITION_H

#include "pipeline/delivery/delivery.h"
#include "pipeline/partition/error_record.h"

struct hy_partition; /* opaque */

enum hy_outcome {
    HY_OUTCOME_OK,
    HY_OUTCOME_DROPPED,
    HY_OUTCOME_FAILED,
};

struct hy_partition_key { /* of metadata.partitionKeys */
    hy_sv name, value;
};

/* A record, or one of its sub-records, that has been through all stages. Views live until the
 * call returns. */
struct hy_processed {
    uint64_t seq;
    unsigned place, places;           /* which sub-record of how many: store/part.h */
    hy_sv note;                       /* the frame's */
    uint64_t arrived_ms;
    uint32_t source_bytes;            /* with the first sub-record: the whole record's */
    enum hy_outcome outcome;
    hy_sv data;                       /* OK: what becomes part of the object */
    hy_sv raw;                        /* FAILED: what goes into the error's line */
    const struct hy_failure *failure; /* FAILED */
    const char *error_type;           /* FAILED; NULL: "processing-failed" */
    bool without_lambda;              /* FAILED, and no function had to do with it */
    unsigned attempts_made;
    uint64_t ended_ms;                /* when the last attempt ended */
    size_t key_first, key_count;      /* of the reply's partition keys */
    hy_sv key_values;                 /* OK, with dynamic partitioning: key_values.h */
};

/* NULL when out of memory. */
struct hy_partition *hy_partition_create(struct hy_channel *channel,
                                         struct hy_delivery *delivery);
void hy_partition_destroy(struct hy_partition *partition); /* what waits is forgotten; NULL fine */

/* A source record, at its place in the journal: to the data (no transform) or the backup. */
HY_MUST_CHECK
enum hy_code hy_partition_frame(struct hy_partition *partition, struct hy_stream_spec *spec,
                                enum hy_parcel_kind kind, uint64_t segment, uint64_t offset,
                                const struct hy_frame *frame);

/* A transformed record. After a failure the same record is to be brought again. */
HY_MUST_CHECK
enum hy_code hy_partition_processed(struct hy_partition *partition, struct hy_stream_spec *spec,
                                    const struct hy_processed *record, uint64_t now_ms);
/* That was a batch: records it dropped go to the ledger. */
void hy_partition_batch_end(struct hy_partition *partition);

/* Seals everything that waits, in the order in which the buffers were begun. */
void hy_partition_flush(struct hy_partition *partition);

struct hy_partition_waiting {
    uint64_t records, bytes;
    uint64_t oldest_ms; /* arrival; HY_NEVER_MS: nothing waits */
    uint64_t next_ms;
};
void hy_partition_waiting(const struct hy_partition *partition, struct hy_partition_waiting *out);

#endif
