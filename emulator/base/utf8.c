#include "base/utf8.h"

static bool is_continuation(unsigned char byte)
{
    return byte >= 0x80 && byte <= 0xbf;
}

/* The second byte's range depends on the first: that is where overlong forms (E0, F0), surrogates
 * (ED) and what lies beyond U+10FFFF (F4) are told apart. */
static bool is_second(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return is_continuation(second);
    }
}

size_t hy_utf8_char(hy_sv text)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    if (at[0] < 0x80) {
        return 1;
    }
    if (at[0] < 0xc2 || at[0] > 0xf4) {
        return 0;
    }
    size_t len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (text.len < len || !is_second(at[0], at[1])) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if (!is_continuation(at[i])) {
            return 0;
        }
    }
    return len;
}

bool hy_utf8_is_valid(hy_sv text)
{
    while (text.len > 0) {
        size_t len = hy_utf8_char(text);
        if (len == 0) {
            return false;
        }
        text = (hy_sv){ text.ptr + len, text.len - len };
    }
    return true;
}
