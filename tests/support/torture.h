/* torture.h - every allocation fails once. Link the program with
 *     -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
 * The product knows nothing of it. Include it in one file of the program.
 */
#ifndef HY_TESTS_SUPPORT_TORTURE_H
#define HY_TESTS_SUPPORT_TORTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static atomic_long torture_left; /* allocations until one fails; 0: none does */
static atomic_bool torture_has_struck;

static inline bool torture_strikes(void)
{
    if (atomic_load(&torture_left) == 0 || atomic_fetch_sub(&torture_left, 1) != 1) {
        return false;
    }
    atomic_store(&torture_has_struck, true);
    return true;
}

void *__wrap_malloc(size_t size)
{
    return torture_strikes() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return torture_strikes() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return torture_strikes() ? NULL : __real_realloc(old, size);
}

/* From now on the n-th allocation fails, n from 1 on; 0: none does. */
static inline void torture_arm(long n)
{
    atomic_store(&torture_has_struck, false);
    atomic_store(&torture_left, n);
}

/* Back to normal. Has an allocation been refused? */
static inline bool torture_disarm(void)
{
    atomic_store(&torture_left, 0);
    return atomic_load(&torture_has_struck);
}

#endif
