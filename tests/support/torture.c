#include "support/torture.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_long left; /* allocations until one is refused, that one included; 0: off */
static atomic_bool struck;

static bool is_refused(void)
{
    if (atomic_load(&left) == 0 || atomic_fetch_sub(&left, 1) != 1) {
        return false;
    }
    atomic_store(&struck, true);
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

void torture_arm(long n)
{
    atomic_store(&struck, false);
    atomic_store(&left, n);
}

bool torture_disarm(void)
{
    atomic_store(&left, 0);
    return torture_struck();
}

bool torture_struck(void)
{
    return atomic_load(&struck);
}

unsigned torture(void (*attempt)(void *ctx), void *ctx)
{
    unsigned rounds = 0;
    do {
        torture_arm((long)++rounds);
        attempt(ctx);
    } while (torture_disarm());
    return rounds;
}
