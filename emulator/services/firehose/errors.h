/* errors.h - the errors that are Firehose's own: firehose.md 1.5. */
#ifndef HY_SERVICES_FIREHOSE_ERRORS_H
#define HY_SERVICES_FIREHOSE_ERRORS_H

#include "services/refusal.h"

extern const struct hy_refusal hy_invalid_argument;
extern const struct hy_refusal hy_invalid_parameter_value; /* not modelled; role ARNs only */
extern const struct hy_refusal hy_resource_not_found;
extern const struct hy_refusal hy_resource_in_use;
extern const struct hy_refusal hy_limit_exceeded;
extern const struct hy_refusal hy_concurrent_modification;
extern const struct hy_refusal hy_service_unavailable;

#endif
