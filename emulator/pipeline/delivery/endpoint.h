/* endpoint.h - a parcel on its way to an HTTP endpoint (firehose.md 6).
 *
 *   BUILDING -> ASKING -> done: taken, rejected, or to be tried again after a pause
 *                  \----> WRITING -> done: given up, the parcel is lines for the bucket
 *
 * The body is built on the pool for each attempt and held only while it is sent, so what waits
 * for another attempt costs no memory. The request id is the same for all attempts: it is drawn
 * from what the parcel holds, so with the same seed it is the same even after a crash, and never
 * that of other records. Every attempt goes by the stream's latest URL and access key.
 *
 * Who has taken a batch is told of it at least once: a crash between its answer and the ledger's
 * row sends it again.
 */
#ifndef HY_PIPELINE_DELIVERY_ENDPOINT_H
#define HY_PIPELINE_DELIVERY_ENDPOINT_H

#include "pipeline/delivery/parcel.h"

enum hy_endpoint_outcome {
    HY_ENDPOINT_ENDS_TAKEN,
    HY_ENDPOINT_ENDS_REJECTED, /* status 413 */
    HY_ENDPOINT_ENDS_PAUSED,   /* to be sent again after pause_ms */
    HY_ENDPOINT_ENDS_GIVEN_UP, /* hy_endpoint_take_lines */
    HY_ENDPOINT_ENDS_BROKEN,   /* by ourselves: see the code */
};

struct hy_endpoint_end {
    enum hy_endpoint_outcome outcome;
    uint64_t pause_ms;
    enum hy_code code; /* HY_CANCELLED: the channel is closing */
};

typedef void hy_endpoint_done_fn(struct hy_parcel *parcel, const struct hy_endpoint_end *end);

/* One attempt; or, when the last one is over, another try at writing the lines. done exactly
 * once, from inside the call only when memory is out. */
void hy_endpoint_send(struct hy_parcel *parcel, struct hy_channel *channel,
                      hy_endpoint_done_fn *done);
void hy_endpoint_cancel(struct hy_parcel *parcel); /* of one that is being sent: done comes later */

/* After GIVEN_UP: the content becomes the error object's, the kind HY_PARCEL_ERROR. */
void hy_endpoint_take_lines(struct hy_parcel *parcel);

struct hy_endpoint_way; /* opaque: the parcel's own, from its first attempt on */
void hy_endpoint_way_destroy(struct hy_endpoint_way *way); /* NULL is fine */

#endif
