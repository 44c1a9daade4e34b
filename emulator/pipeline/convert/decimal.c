#include "pipeline/convert/decimal.h"

__extension__ typedef unsigned __int128 wide; /* 10^38 fits */

enum { EXPONENT_MAX = 100000 };

/* A number's parts: its digits are in `whole` and `fraction`. */
struct parts {
    bool negative;
    hy_sv whole, fraction;
    int64_t exponent;
};

static hy_sv take_digits(hy_sv *rest)
{
    hy_sv digits = { rest->ptr, 0 };
    while (digits.len < rest->len && rest->ptr[digits.len] >= '0' &&
           rest->ptr[digits.len] <= '9') {
        digits.len++;
    }
    rest->ptr += digits.len;
    rest->len -= digits.len;
    return digits;
}

static bool take_byte(hy_sv *rest, char byte)
{
    if (rest->len == 0 || rest->ptr[0] != byte) {
        return false;
    }
    rest->ptr++;
    rest->len--;
    return true;
}

static bool take_exponent(hy_sv *rest, int64_t *exponent)
{
    if (!take_byte(rest, 'e') && !take_byte(rest, 'E')) {
        return true;
    }
    const bool negative = take_byte(rest, '-');
    if (!negative) {
        (void)take_byte(rest, '+');
    }
    const hy_sv digits = take_digits(rest);
    uint64_t value = 0;
    if (digits.len == 0) {
        return false;
    }
    if (!hy_sv_to_u64(digits, &value) || value > EXPONENT_MAX) {
        value = EXPONENT_MAX; /* as good as endless for 38 digits */
    }
    *exponent = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool split(hy_sv text, struct parts *out)
{
    *out = (struct parts){ .negative = take_byte(&text, '-') };
    if (!out->negative) {
        (void)take_byte(&text, '+');
    }
    out->whole = take_digits(&text);
    if (take_byte(&text, '.')) {
        out->fraction = take_digits(&text);
    }
    if (out->whole.len + out->fraction.len == 0) {
        return false;
    }
    return take_exponent(&text, &out->exponent) && text.len == 0;
}

static wide power_of_ten(unsigned exponent)
{
    wide power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

static unsigned digit_at(const struct parts *parts, size_t i)
{
    return (unsigned)(i < parts->whole.len ? parts->whole.ptr[i] - '0'
                                           : parts->fraction.ptr[i - parts->whole.len] - '0');
}

/* The digits up to the scale's last, and half up from the next. False: `limit` is reached. */
static bool unscaled(const struct parts *parts, unsigned scale, wide limit, wide *out)
{
    const int64_t kept = (int64_t)parts->whole.len + parts->exponent + scale;
    const size_t count = parts->whole.len + parts->fraction.len;
    wide value = 0;
    for (int64_t i = 0; i < kept; i++) {
        if (value >= limit) {
            return false;
        }
        if (value == 0 && (uint64_t)i >= count) {
            break; /* nothing but zeros: as many as they like */
        }
        value = value * 10 + ((uint64_t)i < count ? digit_at(parts, (size_t)i) : 0);
    }
    if (kept >= 0 && (uint64_t)kept < count && digit_at(parts, (size_t)kept) >= 5) {
        value++;
    }
    *out = value;
    return value < limit;
}

unsigned hy_decimal_bytes(unsigned precision)
{
    if (precision <= HY_DECIMAL_INT32_PRECISION_MAX) {
        return 4;
    }
    if (precision <= HY_DECIMAL_INT64_PRECISION_MAX) {
        return 8;
    }
    const wide most = power_of_ten(precision) - 1;
    unsigned bytes = 9;
    while (most >> (8 * bytes - 1) != 0) {
        bytes++;
    }
    return bytes;
}

bool hy_decimal_parse(hy_sv text, unsigned precision, unsigned scale,
                      char out[HY_DECIMAL_BYTES_MAX])
{
    struct parts parts;
    wide value = 0;
    if (!split(text, &parts) || !unscaled(&parts, scale, power_of_ten(precision), &value)) {
        return false;
    }
    if (parts.negative) {
        value = 0 - value;
    }
    const unsigned width = hy_decimal_bytes(precision);
    for (unsigned i = 0; i < width; i++) {
        const char byte = (char)(unsigned char)(value >> 8 * i & 255);
        out[width <= 8 ? i : width - 1 - i] = byte;
    }
    return true;
}
