/* key_values.h - the values of a prefix's partition keys, one after the other. Pure.
 *
 * Which object a record becomes part of depends on these alone: a prefix's other expressions are
 * evaluated once for each object. Values stand in the order of the prefix's expressions (a key
 * that occurs twice stands twice), each with its length before it, so that no value can be taken
 * for two.
 */
#ifndef HY_PIPELINE_PARTITION_KEY_VALUES_H
#define HY_PIPELINE_PARTITION_KEY_VALUES_H

#include "model/expression.h"
#include "model/limits.h"

/* Every key makes room for its length in what the evaluated prefix may have; two bytes are
 * enough for it. */
enum { HY_KEY_VALUES_BYTES_MAX = 3 * HY_PREFIX_EVALUATED_MAX };

/* Appends them. HY_NOT_FOUND: one is missing or empty. HY_LIMIT: the evaluated prefix would be
 * too long (timestamps and what is random do not count). Neither appends anything. HY_NO_MEMORY:
 * `out` has failed. */
HY_MUST_CHECK
enum hy_code hy_key_values_write(const struct hy_expression *prefix, hy_key_fn *key, void *ctx,
                                 struct hy_buf *out);

/* A hy_key_fn over what has been written: gives one value after the other, whatever is asked for.
 * ctx: a hy_sv, from whose front they are taken. */
bool hy_key_values_next(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value);

#endif
