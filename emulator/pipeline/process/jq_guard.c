#include "pipeline/process/jq_guard.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local jmp_buf *guard; /* NULL: nobody is in a guarded call */

/* <assert.h> has the declaration; libjq finds this one before the C library's. */
void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function)
{
    if (guard != NULL) {
        longjmp(*guard, 1);
    }
    (void)fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, assertion);
    abort();
}

bool hy_jq_guard(void (*call)(void *ctx), void *ctx)
{
    jmp_buf here;
    if (setjmp(here) != 0) {
        guard = NULL;
        return false;
    }
    guard = &here;
    call(ctx);
    guard = NULL;
    return true;
}
