#include "base/sv.h"

#include <stdlib.h>
#include <string.h>

hy_sv hy_sv_of(const char *cstr)
{
    return cstr == NULL ? (hy_sv){ NULL, 0 } : (hy_sv){ cstr, strlen(cstr) };
}

/* memcmp may not be given NULL, and empty views may hold it. */
static int compare_bytes(const char *a, const char *b, size_t len)
{
    return len == 0 ? 0 : memcmp(a, b, len);
}

bool hy_sv_equal(hy_sv a, hy_sv b)
{
    return a.len == b.len && compare_bytes(a.ptr, b.ptr, a.len) == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool hy_sv_equal_nocase(hy_sv a, hy_sv b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool hy_sv_starts_with(hy_sv text, hy_sv prefix)
{
    return text.len >= prefix.len && compare_bytes(text.ptr, prefix.ptr, prefix.len) == 0;
}

bool hy_sv_ends_with(hy_sv text, hy_sv suffix)
{
    if (suffix.len == 0) {
        return true;
    }
    return text.len >= suffix.len &&
           memcmp(text.ptr + (text.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

int hy_sv_compare(hy_sv a, hy_sv b)
{
    int order = compare_bytes(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

hy_sv hy_sv_cut(hy_sv *rest, char separator)
{
    hy_sv all = *rest;
    size_t at = hy_sv_find(all, separator);
    size_t next = at < all.len ? at + 1 : at;
    if (all.len > 0) {
        *rest = (hy_sv){ all.ptr + next, all.len - next };
    }
    return (hy_sv){ all.ptr, at };
}

size_t hy_sv_find(hy_sv text, char byte)
{
    const char *found = text.len == 0 ? NULL : memchr(text.ptr, byte, text.len);
    return found == NULL ? text.len : (size_t)(found - text.ptr);
}

bool hy_sv_to_u64(hy_sv text, uint64_t *out)
{
    uint64_t number = 0;
    if (text.len == 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text.ptr[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

char *hy_sv_dup(hy_sv text)
{
    char *copy = text.len == SIZE_MAX ? NULL : malloc(text.len + 1);
    if (copy == NULL) {
        return NULL;
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}
