/* delivery.h - the objects of one stream on their way into the bucket.
 *
 *   QUEUED -> MAKING -> RECORDING -> PUBLISHING -> settled
 *     ^         |          |             |
 *     +------ WAITING <----+---- WAITING-+   (a recorded one only waits to be published)
 *
 * The ledger's row is written before the temporary file gets its name, so a crash at any moment
 * leaves either records that are not settled, or a row whose temporary hy_stream_open renames.
 * That is also why a recorded parcel is never made again: only its rename is tried again.
 *
 * A failure is logged once and tried again every HY_DELIVERY_RETRY_MS until the oldest record is
 * HY_RETENTION_MS old; then the records are given up, loudly, and settled as lost.
 *
 * For an HTTP endpoint (endpoint.h) another way leads to the same ledger:
 *
 *   HELD -> SENDING -> RECORDING (no object) -> settled
 *     ^        |  \
 *     |        |   +--> given up: QUEUED, as an error object
 *     +-- WAITING
 *
 * Objects are made at most HY_OBJECTS_BEING_MADE_MAX at a time, over all streams.
 */
#ifndef HY_PIPELINE_DELIVERY_DELIVERY_H
#define HY_PIPELINE_DELIVERY_DELIVERY_H

#include "pipeline/channel.h"
#include "pipeline/delivery/parcel.h"

enum {
    HY_OBJECTS_BEING_MADE_MAX = 2,
    HY_ENDPOINT_REQUESTS_MAX = 4, /* of a stream, under way at once */
};

struct hy_delivery; /* opaque */

/* NULL when out of memory. Nothing is begun before hy_delivery_start. */
struct hy_delivery *hy_delivery_create(struct hy_channel *channel);
void hy_delivery_destroy(struct hy_delivery *delivery); /* must be idle; NULL is fine */
void hy_delivery_start(struct hy_delivery *delivery);   /* the channel has its journal */

/* Takes a sealed parcel; settled through the channel. */
void hy_delivery_push(struct hy_delivery *delivery, struct hy_parcel *parcel);

/* Recovery: the ledger has the row, the temporary could not be renamed yet. */
HY_MUST_CHECK
enum hy_code hy_delivery_resume(struct hy_delivery *delivery, struct hy_stream_spec *spec,
                                const struct hy_ledger_delivery *row);

void hy_delivery_hurry(struct hy_delivery *delivery); /* what waits is tried again now */

/* Gives up what is not under way; recorded ones keep their temporary, unless `discard`. */
void hy_delivery_cancel(struct hy_delivery *delivery, bool discard);
bool hy_delivery_is_idle(const struct hy_delivery *delivery); /* has no parcel at all */

/* So much transformed data waits that no more should be made. */
bool hy_delivery_is_behind(const struct hy_delivery *delivery);

struct hy_delivery_waiting {
    uint64_t records;
    uint64_t oldest_ms; /* arrival; HY_NEVER_MS: nothing waits */
    uint64_t next_ms;   /* of retries */
};
void hy_delivery_waiting(const struct hy_delivery *delivery, struct hy_delivery_waiting *out);

#endif
