#include "support/torture.h"

#include <stddef.h>

static unsigned countdown; /* allocations until one is refused, that one included; 0: off */
static bool struck;

static bool is_refused(void)
{
    if (countdown == 0 || --countdown > 0) {
        return false;
    }
    struck = true;
    return true;
}

/* With --wrap=malloc the linker calls __wrap_malloc for malloc, and malloc for __real_malloc. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __real_realloc(old, size);
}

unsigned torture(void (*attempt)(void *ctx), void *ctx)
{
    unsigned rounds = 0;
    do {
        struck = false;
        countdown = ++rounds;
        attempt(ctx);
        countdown = 0;
    } while (struck);
    return rounds;
}

bool torture_struck(void)
{
    return struck;
}
