/* unsupported.h - what the service can do and hydrant cannot (yet): refused by name.
 *
 * Never accepted and ignored: a test that passes here must not rest on something that did not
 * happen. The table only gets shorter.
 */
#ifndef HY_SERVICES_FIREHOSE_UNSUPPORTED_H
#define HY_SERVICES_FIREHOSE_UNSUPPORTED_H

#include "base/err.h"

#include <cjson/cJSON.h>

/* A CreateDeliveryStream or UpdateDestination request: sources and destinations. */
HY_MUST_CHECK
enum hy_code hy_unsupported_check_request(const cJSON *request, struct hy_err *err);

/* An S3 destination, with the names of its description. */
HY_MUST_CHECK
enum hy_code hy_unsupported_check_s3(const cJSON *destination, struct hy_err *err);

#endif
