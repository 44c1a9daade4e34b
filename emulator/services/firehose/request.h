/* request.h - the body of any operation but the Puts, as a checked tree. */
#ifndef HY_SERVICES_FIREHOSE_REQUEST_H
#define HY_SERVICES_FIREHOSE_REQUEST_H

#include "base/sv.h"
#include "services/firehose/shape.h"

/* In the service's order (firehose.md 1.5): JSON, types, malformed role ARNs (Create and Update
 * only: `check_roles`), modelled constraints. On HY_OK the tree is the caller's. */
HY_MUST_CHECK
enum hy_code hy_request_parse(hy_sv body, const struct hy_shape *shape, bool check_roles,
                              cJSON **tree, struct hy_err *err);

#endif
