#include "pipeline/convert/number.h"

#include <stdlib.h>

enum {
    EXACT_DIGITS_MAX = 15, /* any such integer is a double */
    EXACT_POWER_MAX = 22,  /* and so is 10 to this */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool hy_number_to_i64(hy_sv text, int64_t *out)
{
    const bool negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t magnitude = 0;
    if (negative) {
        text.ptr++;
        text.len--;
    }
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    if (!hy_sv_to_u64(text, &magnitude) || magnitude > most) {
        return false;
    }
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

/* Nearly all numbers: few digits, a fraction. Exact, because both operands are and the one
 * operation rounds correctly. False: not of that kind. */
static bool to_double_quick(hy_sv text, double *out)
{
    static const double powers[EXACT_POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    const bool negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t digits = 0;
    size_t count = 0, fraction = 0;
    bool has_point = false;
    for (size_t i = negative; i < text.len; i++) {
        if (text.ptr[i] == '.' && !has_point && count > 0) {
            has_point = true;
        } else if (is_digit(text.ptr[i]) && count < EXACT_DIGITS_MAX) {
            digits = digits * 10 + (uint64_t)(text.ptr[i] - '0');
            count++;
            fraction += has_point;
        } else {
            return false;
        }
    }
    if (count == 0 || (has_point && fraction == 0)) {
        return false;
    }
    const double magnitude = (double)digits / powers[fraction];
    *out = negative ? -magnitude : magnitude;
    return true;
}

static bool is_spelled_like_a_number(hy_sv text)
{
    bool has_digit = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!is_digit(c) && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E') {
            return false;
        }
        has_digit |= is_digit(c);
    }
    return has_digit;
}

enum hy_code hy_number_to_double(hy_sv text, struct hy_buf *scratch, double *out)
{
    if (to_double_quick(text, out)) {
        return HY_OK;
    }
    if (!is_spelled_like_a_number(text)) {
        return HY_MALFORMED;
    }
    hy_buf_clear(scratch);
    hy_buf_append(scratch, text);
    hy_buf_append_byte(scratch, '\0');
    if (scratch->failed) {
        return HY_NO_MEMORY;
    }
    char *end = NULL;
    *out = strtod(scratch->data, &end); /* too great: infinity, as in Java */
    return end == scratch->data + text.len ? HY_OK : HY_MALFORMED;
}
