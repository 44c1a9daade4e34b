/* naming.h - how the keys of one S3 configuration begin: prefixes and zone, read and ready. */
#ifndef HY_MODEL_NAMING_H
#define HY_MODEL_NAMING_H

#include "model/expression.h"

struct hy_naming { /* immutable */
    struct hy_expression prefix, error_prefix;
    struct hy_time_zone *zone; /* NULL is UTC */
};

/* Opens the zone ("" is UTC). HY_NO_MEMORY, or HY_INVALID with a sentence. */
HY_MUST_CHECK
enum hy_code hy_naming_open_zone(hy_sv name, struct hy_time_zone **out, struct hy_err *err);

/* As above; the sentence may also be about one of the prefixes. */
HY_MUST_CHECK
enum hy_code hy_naming_create(hy_sv prefix, hy_sv error_prefix, hy_sv zone,
                              struct hy_naming **out, struct hy_err *err);
void hy_naming_destroy(struct hy_naming *naming); /* NULL is fine */

#endif
