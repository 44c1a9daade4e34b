#include "wire/percent.h"

#include <string.h>

static int hex_value(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

/* The byte at *at, decoded; *at moves behind it. */
static char decode_byte(hy_sv text, size_t *at)
{
    char byte = text.ptr[(*at)++];
    if (byte == '%' && text.len - *at >= 2) {
        int high = hex_value(text.ptr[*at]);
        int low = hex_value(text.ptr[*at + 1]);
        if (high >= 0 && low >= 0) {
            *at += 2;
            return (char)(high * 16 + low);
        }
    }
    return byte == '+' ? ' ' : byte;
}

hy_sv hy_percent_decode(hy_sv text, struct hy_arena *arena)
{
    char *out = hy_arena_alloc(arena, text.len + 1); /* never asks for nothing */
    size_t len = 0;
    for (size_t at = 0; out != NULL && at < text.len;) {
        out[len++] = decode_byte(text, &at);
    }
    return (hy_sv){ out, len };
}

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~';
}

void hy_percent_encode(struct hy_buf *out, hy_sv text, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (is_unreserved(byte) || (byte != '\0' && strchr(kept, byte) != NULL)) {
            hy_buf_append_byte(out, byte);
        } else {
            unsigned char code = (unsigned char)byte;
            hy_buf_append(out, (hy_sv){ (char[]){ '%', digits[code >> 4], digits[code & 15] }, 3 });
        }
    }
}
