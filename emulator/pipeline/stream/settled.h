/* settled.h - which of a stream's records are settled, by lane. Pure.
 *
 * A record is settled when each lane that the stream has is done with it.
 */
#ifndef HY_PIPELINE_STREAM_SETTLED_H
#define HY_PIPELINE_STREAM_SETTLED_H

#include "base/seqset.h"
#include "store/ledger.h"

struct hy_settled {
    struct hy_seqset lanes[HY_LANE_COUNT];
    bool has_backup; /* otherwise only MAIN counts */
};

void hy_settled_finish(struct hy_settled *settled); /* fine when zeroed */

/* *fresh: how many records are settled now that were not. HY_NO_MEMORY: nothing counts as
 * settled. The set may hold parts of records (store/part.h): they are kept until all of a
 * record's are there, and only then the record itself is settled in the lane. */
HY_MUST_CHECK
enum hy_code hy_settled_add(struct hy_settled *settled, enum hy_lane lane,
                            const struct hy_seqset *seqs, uint64_t *fresh);

bool hy_settled_has(const struct hy_settled *settled, uint64_t seq); /* in every lane */

/* Up to which number everything is settled: in the lane, in all lanes. */
uint64_t hy_settled_lane_through(const struct hy_settled *settled, enum hy_lane lane);
uint64_t hy_settled_through(const struct hy_settled *settled);

#endif
