/* put.h - PutRecord and PutRecordBatch: the hot path.
 *
 * Two ways to the same answer:
 *   walk   the body once, in place, no tree: base64 goes straight from the body into the stream's
 *          journal. Stops at whatever is not exactly as it should be, and takes back what it
 *          appended. Nearly every request that is accepted is accepted here.
 *   parse  what the walk stopped at: a tree, checked by the tables of shapes like any other
 *          request. It finds the refusal in the service's order (firehose.md 1.5), or that there
 *          is none (a member that is there twice, a name with escapes), and appends from the tree.
 *
 * The Put is answered when the journal has written it: acknowledged means kept.
 */
#ifndef HY_SERVICES_FIREHOSE_PUT_H
#define HY_SERVICES_FIREHOSE_PUT_H

#include "services/firehose/state.h"

struct hy_shape;

/* What the two operations differ in. */
struct hy_put_kind {
    bool is_batch;
    hy_sv member;                 /* "Record" or "Records" */
    const struct hy_shape *shape;
};

void hy_put_run(struct hy_firehose *firehose, struct hy_call *call,
                const struct hy_put_kind *kind);

#endif
