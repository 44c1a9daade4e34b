/* prefix.h - the rules for prefixes with expressions, `!{namespace:value}`: firehose.md 3.6.
 *
 * Only the checks that creating or updating a stream makes; evaluating is the pipeline's.
 */
#ifndef HY_SERVICES_FIREHOSE_PREFIX_H
#define HY_SERVICES_FIREHOSE_PREFIX_H

#include "base/err.h"

#include <stdbool.h>

bool hy_prefix_has_expressions(const char *prefix); /* NULL has none */

/* Both prefixes of one S3 destination; either may be NULL. */
HY_MUST_CHECK
enum hy_code hy_firehose_prefix_check(const char *prefix, const char *error_prefix,
                                      bool is_partitioned, struct hy_err *err);

#endif
