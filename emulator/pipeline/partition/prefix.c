#include "pipeline/partition/prefix.h"

#include "base/date.h"
#include "model/limits.h"

static bool has_expression(hy_sv prefix)
{
    for (size_t i = 0; i + 1 < prefix.len; i++) {
        if (prefix.ptr[i] == '!' && prefix.ptr[i + 1] == '{') {
            return true;
        }
    }
    return false;
}

static enum hy_code check_one(hy_sv prefix, const char *name, struct hy_err *err)
{
    if (has_expression(prefix)) {
        return hy_fail(err, HY_INVALID,
                       "%s %.*s contains an expression; literal prefixes only are evaluated", name,
                       HY_SV_ARG(prefix));
    }
    if (prefix.len > HY_PREFIX_EVALUATED_MAX) {
        return hy_fail(err, HY_INVALID, "Length of evaluated %s cannot be greater than %d", name,
                       HY_PREFIX_EVALUATED_MAX);
    }
    return HY_OK;
}

enum hy_code hy_prefix_check(hy_sv prefix, hy_sv error_prefix, struct hy_err *err)
{
    /* The service calls the first one "prefix", in lower case, in its sentence on length. */
    const enum hy_code code = check_one(prefix, "prefix", err);
    return code != HY_OK ? code : check_one(error_prefix, "ErrorOutputPrefix", err);
}

void hy_prefix_evaluate(const struct hy_prefix_inputs *inputs, struct hy_buf *out)
{
    const struct hy_date at = hy_date_of(inputs->instant_ms);
    const bool is_error = inputs->error_type.len > 0;
    /* Without an error prefix, errors lie below the data's prefix. */
    hy_buf_append(out, is_error && inputs->error_prefix.len > 0 ? inputs->error_prefix
                                                                : inputs->prefix);
    if (is_error) {
        hy_buf_append(out, inputs->error_type);
        hy_buf_append_byte(out, '/');
    }
    hy_buf_printf(out, "%04d/%02d/%02d/%02d/", at.year, at.month, at.day, at.hour);
}
