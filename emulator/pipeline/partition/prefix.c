#include "pipeline/partition/prefix.h"

enum hy_code hy_prefix_evaluate(const struct hy_prefix_inputs *inputs, struct hy_buf *out)
{
    const struct hy_naming *naming = inputs->naming;
    const bool is_error = inputs->error_type.len > 0;
    /* Without an error prefix, errors lie below the data's prefix, which is then literal. */
    const struct hy_expression *expression =
        is_error && naming->error_prefix.count > 0 ? &naming->error_prefix : &naming->prefix;
    const struct hy_local_time at = hy_local_time_of(inputs->instant_ms, naming->zone);
    const struct hy_expression_inputs values = {
        .at = &at,
        .random = inputs->random,
        .error_type = inputs->error_type,
        .key = inputs->key,
        .key_ctx = inputs->key_ctx,
    };
    const enum hy_code code = hy_expression_evaluate(expression, &values, out);
    if (expression->has_expressions) {
        return code;
    }
    if (is_error) {
        hy_buf_append(out, inputs->error_type);
        hy_buf_append_byte(out, '/');
    }
    hy_buf_printf(out, "%04d/%02d/%02d/%02d/", at.date.year, at.date.month, at.date.day,
                  at.date.hour);
    return code;
}
