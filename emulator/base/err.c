#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum hy_code hy_fail(struct hy_err *err, enum hy_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (code != HY_REFUSED) {
        err->refusal = NULL; /* left by an earlier attempt with the same err */
    }
    return code;
}

const char *hy_code_name(enum hy_code code)
{
    static const char *const names[] = {
        [HY_OK] = "ok",
        [HY_REFUSED] = "refused",
        [HY_INVALID] = "invalid",
        [HY_MALFORMED] = "malformed",
        [HY_NOT_FOUND] = "not found",
        [HY_EXISTS] = "exists",
        [HY_LIMIT] = "limit",
        [HY_BUSY] = "busy",
        [HY_TIMEOUT] = "timeout",
        [HY_CANCELLED] = "cancelled",
        [HY_NO_MEMORY] = "no memory",
        [HY_IO] = "io",
    };
    return (size_t)code < sizeof names / sizeof names[0] ? names[code] : "unknown";
}
