/* other_destinations.h - the rules of firehose.md 2.3 for destinations that are not S3. */
#ifndef HY_SERVICES_FIREHOSE_OTHER_DESTINATIONS_H
#define HY_SERVICES_FIREHOSE_OTHER_DESTINATIONS_H

#include "base/err.h"

#include <cjson/cJSON.h>

/* A CreateDeliveryStream or UpdateDestination request. */
HY_MUST_CHECK
enum hy_code hy_other_destinations_check(const cJSON *request, struct hy_err *err);

#endif
