/* buffer.h - what is becoming one object: a parcel that is being filled, and when it is due.
 *
 * Due by bytes before compression, looked at after each record (records are never split, so an
 * object overshoots by less than one record), or by age since the first record entered it.
 *
 * Pure but for the spool: no clock, no agenda; the caller asks and is told.
 */
#ifndef HY_PIPELINE_PARTITION_BUFFER_H
#define HY_PIPELINE_PARTITION_BUFFER_H

#include "pipeline/delivery/parcel.h"

/* One record that enters as bytes of its own. */
struct hy_entry {
    uint64_t seq;
    unsigned place, places; /* of a sub-record: store/part.h; 0, or one of 1: the whole record */
    uint64_t arrived_ms;
    uint64_t source_bytes; /* of the record as it was put */
    hy_sv data;
};

struct hy_buffer {
    struct hy_parcel *parcel;
    struct hy_buffering limits;
    uint64_t due_ms; /* HY_NEVER_MS until something entered */
    bool has_front;  /* what stands before the record that is being added is in the spool */
    bool is_for_endpoint;
    bool owes;       /* it counts a record whose bytes could not be kept: not to be taken */
};

/* HY_NO_MEMORY. Settings are those of the spec's destination, or its backup. */
HY_MUST_CHECK
enum hy_code hy_buffer_init(struct hy_buffer *buffer, struct hy_stream_spec *spec,
                            enum hy_parcel_kind kind);
void hy_buffer_finish(struct hy_buffer *buffer); /* what it holds is forgotten */

/* The record at its place in the journal. A failure leaves the buffer as it was. */
HY_MUST_CHECK
enum hy_code hy_buffer_add_frame(struct hy_buffer *buffer, uint64_t segment, uint64_t offset,
                                 const struct hy_frame *frame);
/* Bytes that are nowhere else yet; the spool is made in spool_dir when first needed. After a
 * failure the buffer may owe the record's bytes: the same entry is to be added again. */
HY_MUST_CHECK
enum hy_code hy_buffer_add_entry(struct hy_buffer *buffer, const char *spool_dir,
                                 const struct hy_entry *entry, uint64_t now_ms);

bool hy_buffer_is_full(const struct hy_buffer *buffer);
struct hy_parcel *hy_buffer_take(struct hy_buffer *buffer); /* the buffer is then finished */

#endif
