#include "services/refusal.h"

#include <stdarg.h>
#include <stdio.h>

const struct hy_refusal hy_internal_failure = { "InternalFailure", 500 };
const struct hy_refusal hy_serialization = { "SerializationException", 400 };
const struct hy_refusal hy_unknown_operation = { "UnknownOperationException", 400 };
const struct hy_refusal hy_validation = { "ValidationException", 400 };
const struct hy_refusal hy_access_denied = { "AccessDeniedException", 400 };

enum hy_code hy_refuse(struct hy_err *err, const struct hy_refusal *refusal, const char *format,
                       ...)
{
    err->refusal = refusal;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return HY_REFUSED;
}
