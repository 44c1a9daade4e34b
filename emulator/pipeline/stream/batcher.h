/* batcher.h - gathers records until a Lambda event is due. Pure data.
 *
 * Or, without a function, until the stages that records go through have room for a batch.
 *
 * Due by bytes (looked at after each record, which is never split), by the number of records, or
 * by the age of the oldest. Before a record would make the event larger than Lambda takes, the
 * batch has to be taken: hy_batcher_has_room says so.
 */
#ifndef HY_PIPELINE_STREAM_BATCHER_H
#define HY_PIPELINE_STREAM_BATCHER_H

#include "base/clock.h"
#include "pipeline/batch.h"

struct hy_batcher {
    struct hy_batch *open; /* NULL: empty */
};

bool hy_batcher_has_room(const struct hy_batcher *batcher, const struct hy_frame *frame);

/* HY_NO_MEMORY leaves it as it was. A batch keeps the spec of its first record. */
HY_MUST_CHECK
enum hy_code hy_batcher_add(struct hy_batcher *batcher, struct hy_stream_spec *spec,
                            uint64_t segment, uint64_t offset, const struct hy_frame *frame);

bool hy_batcher_is_full(const struct hy_batcher *batcher);
uint64_t hy_batcher_due_ms(const struct hy_batcher *batcher); /* by age; HY_NEVER_MS when empty */
struct hy_batch *hy_batcher_take(struct hy_batcher *batcher); /* NULL when empty */
void hy_batcher_finish(struct hy_batcher *batcher);           /* fine when zeroed */

#endif
