/* What becomes of a token's raw text; declared in json_scan.h. */
#include "base/json_scan.h"

#include <string.h>

/* The scanner has seen that it is a hexadecimal digit. */
static uint32_t hex_value(char c)
{
    return (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static uint32_t hex4(const char *at)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        code = code << 4 | (hex_value(at[i]));
    }
    return code;
}

/* The code point of the \u at `*at`, which moves behind it, or behind both when it is a pair. */
static uint32_t take_unicode(const char **at, const char *end)
{
    uint32_t code = hex4(*at + 2);
    *at += 6;
    if (code < 0xd800 || code > 0xdfff) {
        return code;
    }
    const char *second = *at;
    if (code < 0xdc00 && end - second >= 6 && second[0] == '\\' && second[1] == 'u') {
        uint32_t low = hex4(second + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *at += 6;
            return 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
        }
    }
    return 0xfffd;
}

/* Decodes the escape at `*at`, which moves behind it. */
static size_t take_escape(const char **at, const char *end, char out[4])
{
    switch ((*at)[1]) {
    case 'u':
        return put_utf8(take_unicode(at, end), out);
    case 'b':
        *out = '\b';
        break;
    case 'f':
        *out = '\f';
        break;
    case 'n':
        *out = '\n';
        break;
    case 'r':
        *out = '\r';
        break;
    case 't':
        *out = '\t';
        break;
    default: /* " \ / stand for themselves */
        *out = (*at)[1];
        break;
    }
    *at += 2;
    return 1;
}

size_t hy_json_unescape(hy_sv raw, char *out)
{
    char *to = out;
    while (raw.len > 0) {
        size_t plain = hy_sv_find(raw, '\\');
        memmove(to, raw.ptr, plain);
        to += plain;
        const char *at = raw.ptr + plain;
        const char *end = raw.ptr + raw.len;
        if (at < end) {
            char decoded[4]; /* `out` may be the raw text that is still being read */
            size_t len = take_escape(&at, end, decoded);
            memcpy(to, decoded, len);
            to += len;
        }
        raw = (hy_sv){ at, (size_t)(end - at) };
    }
    return (size_t)(to - out);
}

bool hy_json_is(const struct hy_json_scan *scan, hy_sv name)
{
    if (!scan->escaped) {
        return hy_sv_equal(scan->text, name);
    }
    const char *at = scan->text.ptr;
    const char *end = at + scan->text.len;
    while (at < end) {
        char decoded[4] = { *at };
        size_t len = 1;
        if (*at == '\\') {
            len = take_escape(&at, end, decoded);
        } else {
            at++;
        }
        if (!hy_sv_starts_with(name, (hy_sv){ decoded, len })) {
            return false;
        }
        name = (hy_sv){ name.ptr + len, name.len - len };
    }
    return name.len == 0;
}

size_t hy_json_line(hy_sv text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        line += text.ptr[i] == '\n';
    }
    return line;
}
