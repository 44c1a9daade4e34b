/* prefix.h - Prefix and ErrorOutputPrefix, evaluated for one object (firehose.md 3.5). Pure.
 *
 * A prefix with expressions stands as it is evaluated. A literal one (or none) is followed by
 * the error type, for error objects, and by yyyy/MM/dd/HH/ of the object's instant in the
 * stream's zone. Nothing is put in between: "legacy" gives "legacy2026/07/13/14/". A prefix with
 * nothing but !{firehose:random-string} has expressions: no date (Appendix A 1).
 */
#ifndef HY_PIPELINE_PARTITION_PREFIX_H
#define HY_PIPELINE_PARTITION_PREFIX_H

#include "model/naming.h"

/* Everything that an evaluated prefix can depend on. */
struct hy_prefix_inputs {
    const struct hy_naming *naming;
    hy_sv error_type;        /* "processing-failed", ...; empty for data and backup objects */
    uint64_t instant_ms;     /* arrival of the oldest record */
    struct hy_random *random;
    hy_key_fn *key;          /* of dynamic partitioning; NULL without */
    void *key_ctx;
};

/* Appends the evaluated prefix. Problems are those of hy_expression_evaluate. */
enum hy_code hy_prefix_evaluate(const struct hy_prefix_inputs *inputs, struct hy_buf *out);

#endif
