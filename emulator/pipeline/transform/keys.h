/* keys.h - the partition keys of a flight's records: which object each becomes part of. */
#ifndef HY_PIPELINE_TRANSFORM_KEYS_H
#define HY_PIPELINE_TRANSFORM_KEYS_H

#include "pipeline/transform/flight.h"

/* On the pool. Sets `key_values` of the records from `first` up to `end` that are OK; those whose
 * keys cannot be had have failed afterwards. `reply`: where the function's keys are; NULL: there
 * is no function. HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_flight_extract(struct hy_flight *flight, size_t first, size_t end,
                               const struct hy_reply *reply);

#endif
