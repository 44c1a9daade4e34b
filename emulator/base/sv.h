/* sv.h - string view: a length and a pointer into bytes that somebody else owns.
 *
 * A view never owns its bytes, is never NUL-terminated, and may contain NULs.
 * It dies with the bytes: any function that returns one says whose bytes they are.
 * Passed by value, like an int; this is why it is the one typedef'd struct here.
 */
#ifndef HY_BASE_SV_H
#define HY_BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hy_sv {
    const char *ptr;
    size_t len;
} hy_sv;

/* For static tables and for expressions, respectively. Literals only. */
#define HY_SV_INIT(literal) { "" literal, sizeof(literal) - 1 }
#define HY_SV(literal) ((hy_sv)HY_SV_INIT(literal))

/* printf("%.*s", HY_SV_ARG(name)) */
#define HY_SV_ARG(sv) (int)(sv).len, (sv).ptr

hy_sv hy_sv_of(const char *cstr); /* NULL gives the empty view */
bool hy_sv_equal(hy_sv a, hy_sv b);
bool hy_sv_equal_nocase(hy_sv a, hy_sv b); /* ASCII only: header names */
bool hy_sv_starts_with(hy_sv text, hy_sv prefix);
bool hy_sv_ends_with(hy_sv text, hy_sv suffix);
int hy_sv_compare(hy_sv a, hy_sv b); /* byte order, as strcmp */

/* Splits at the first `separator`: what stands before it is returned, *rest keeps what
 * follows. Without a separator all of *rest is returned and *rest becomes empty. */
hy_sv hy_sv_cut(hy_sv *rest, char separator);

/* The first position of `byte`, or text.len. */
size_t hy_sv_find(hy_sv text, char byte);

/* Decimal digits only, all of the view; false for anything else and on overflow. */
bool hy_sv_to_u64(hy_sv text, uint64_t *out);

/* A NUL-terminated copy on the heap; NULL when out of memory. The caller frees it. */
char *hy_sv_dup(hy_sv text);

#endif
