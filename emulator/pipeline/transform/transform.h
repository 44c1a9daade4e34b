/* transform.h - sealed batches through what their stream does to records: process/, and the
 * stream's Lambda function.
 *
 *   QUEUED -> BUILDING -> INVOKING -> READING -> DONE -> partition
 *                ^            |
 *                +-- PAUSED <-+     (an invocation failed and is tried again)
 *
 * Without a function it is BUILDING -> DONE. READING goes back to BUILDING when the batch has more
 * records by now than one event takes.
 *
 * Up to HY_LAMBDA_CONCURRENT_MAX batches hold a place (BUILDING to READING) at once. Results are
 * passed on strictly in the order of the batches, so that two runs give the same bytes: a batch
 * that is DONE waits for those before it. Twice as many as there are places may have been begun
 * and not passed on; the rest is QUEUED and costs no more than its extents.
 *
 * Records are processed, events built and replies read on the pool.
 */
#ifndef HY_PIPELINE_TRANSFORM_TRANSFORM_H
#define HY_PIPELINE_TRANSFORM_TRANSFORM_H

#include "pipeline/batch.h"
#include "pipeline/partition/partition.h"

struct hy_transform; /* opaque; one a stream */

/* NULL when out of memory. */
struct hy_transform *hy_transform_create(struct hy_channel *channel, struct hy_partition *partition,
                                         const struct hy_delivery *delivery);
void hy_transform_destroy(struct hy_transform *transform); /* must be idle; NULL is fine */

/* Takes the batch; without memory for it, its records are left to the next start. */
void hy_transform_push(struct hy_transform *transform, struct hy_batch *batch);

/* Begins what can be begun: after the journal has been opened, after something was delivered. */
void hy_transform_pump(struct hy_transform *transform);
bool hy_transform_is_hungry(struct hy_transform *transform); /* nothing waits, and there is room */
void hy_transform_hurry(struct hy_transform *transform); /* pauses are over */

/* The channel is closing: gives up what holds no place. */
void hy_transform_cancel(struct hy_transform *transform);
bool hy_transform_is_idle(const struct hy_transform *transform);

/* Does it still have records with numbers up to `seq`? */
bool hy_transform_has_before(const struct hy_transform *transform, uint64_t seq);

struct hy_transform_waiting {
    uint64_t records, bytes;      /* not being invoked */
    uint64_t in_flight_records;
    uint64_t oldest_ms;           /* arrival, of all of them; HY_NEVER_MS: none */
    uint64_t next_ms;             /* of pauses */
};
void hy_transform_waiting(const struct hy_transform *transform, struct hy_transform_waiting *out);

#endif
