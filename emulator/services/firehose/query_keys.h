/* query_keys.h - which keys a MetadataExtraction query gives, by its text (firehose.md 3.6, 3.9).
 *
 * The query is an object construction, {name: value, ...}: its names can be read without running
 * it. A query that is something else, or whose names are computed, cannot be judged before there
 * is a record.
 */
#ifndef HY_SERVICES_FIREHOSE_QUERY_KEYS_H
#define HY_SERVICES_FIREHOSE_QUERY_KEYS_H

#include "base/sv.h"

enum { HY_QUERY_KEYS_MAX = 50 }; /* 3.9 */

struct hy_query_keys {
    hy_sv names[HY_QUERY_KEYS_MAX]; /* in the query */
    size_t count;                   /* may be more than there is room for */
};

/* False: they cannot be known. */
bool hy_query_keys_read(hy_sv query, struct hy_query_keys *keys);

#endif
