/* prefix.h - the rules for prefixes with expressions, `!{namespace:value}`: firehose.md 3.6.
 *
 * Only the checks that creating or updating a stream makes; evaluating is the pipeline's.
 */
#ifndef HY_SERVICES_FIREHOSE_PREFIX_H
#define HY_SERVICES_FIREHOSE_PREFIX_H

#include "base/err.h"

#include <stdbool.h>

/* The prefixes and the zone of one S3 destination, and where keys come from; each may be NULL. */
struct hy_prefix_settings {
    const char *prefix, *error_prefix, *time_zone;
    const char *query;   /* of MetadataExtraction */
    bool is_partitioned; /* dynamically */
};

HY_MUST_CHECK
enum hy_code hy_firehose_prefix_check(const struct hy_prefix_settings *settings,
                                      struct hy_err *err);

bool hy_prefix_has_expressions(const char *prefix); /* NULL has none */

#endif
