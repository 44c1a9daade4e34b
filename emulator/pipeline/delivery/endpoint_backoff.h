/* endpoint_backoff.h - when an HTTP endpoint is tried again (firehose.md 6.4). Pure.
 *
 * Pauses of 1, 2, 4, ... s, at most 120 s, each 15 % longer or shorter by chance. Their sum is
 * what counts against the retry duration: it begins with the first failure, and time spent
 * waiting for answers is not in it. The last pause is cut to end with the duration, so that the
 * last attempt is the one at the very end.
 */
#ifndef HY_PIPELINE_DELIVERY_ENDPOINT_BACKOFF_H
#define HY_PIPELINE_DELIVERY_ENDPOINT_BACKOFF_H

#include "base/random.h"

struct hy_endpoint_backoff { /* zeroed: no attempt has failed yet */
    unsigned failures;
    uint64_t spent_ms;
};

/* After an attempt that failed. False: the duration is over, and there is no other. */
bool hy_endpoint_backoff_next(struct hy_endpoint_backoff *backoff, uint64_t duration_ms,
                              struct hy_random *random, uint64_t *pause_ms);

#endif
