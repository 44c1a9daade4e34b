/* prefix.h - Prefix and ErrorOutputPrefix, evaluated for one object (firehose.md 3.5). Pure.
 *
 * Literal prefixes only so far: what is written, then the error type (for error objects), then
 * yyyy/MM/dd/HH/ of the object's instant. Nothing is put in between: "legacy" gives
 * "legacy2026/07/13/14/".
 */
#ifndef HY_PIPELINE_PARTITION_PREFIX_H
#define HY_PIPELINE_PARTITION_PREFIX_H

#include "base/buf.h"
#include "base/err.h"

/* Everything that an evaluated prefix can depend on. */
struct hy_prefix_inputs {
    hy_sv prefix;       /* as written; "" when absent */
    hy_sv error_prefix; /* likewise */
    hy_sv error_type;   /* "processing-failed", ...; empty for data and backup objects */
    uint64_t instant_ms; /* arrival of the oldest record */
};

/* HY_INVALID with a sentence: an expression, or too long. */
HY_MUST_CHECK
enum hy_code hy_prefix_check(hy_sv prefix, hy_sv error_prefix, struct hy_err *err);

/* Appends the evaluated prefix. The inputs have been checked. */
void hy_prefix_evaluate(const struct hy_prefix_inputs *inputs, struct hy_buf *out);

#endif
