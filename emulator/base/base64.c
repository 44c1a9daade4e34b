#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *encode_three(const unsigned char *in, char *out)
{
    out[0] = alphabet[in[0] >> 2];
    out[1] = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
    out[2] = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
    out[3] = alphabet[in[2] & 63];
    return out + 4;
}

void hy_base64_encode(hy_sv bytes, char *out)
{
    const unsigned char *in = (const unsigned char *)bytes.ptr;
    size_t left = bytes.len;
    for (; left >= 3; left -= 3, in += 3) {
        out = encode_three(in, out);
    }
    if (left > 0) {
        unsigned char last[3] = { in[0], left > 1 ? in[1] : 0, 0 };
        encode_three(last, out);
        out[3] = '=';
        out[2] = left > 1 ? out[2] : '=';
    }
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool hy_base64_decode(hy_sv text, char *out, size_t *out_len, size_t *bad_at)
{
    *bad_at = text.len;
    if (text.len % 4 != 0) {
        return false;
    }
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=') {
        padding++;
    }
    uint32_t bits = 0;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = i < text.len - padding ? value_of(text.ptr[i]) : 0;
        if (value < 0) {
            *bad_at = i;
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 3) {
            out[len++] = (char)(bits >> 16 & 255);
            if (i + 1 < text.len || padding < 2) {
                out[len++] = (char)(bits >> 8 & 255);
            }
            if (i + 1 < text.len || padding < 1) {
                out[len++] = (char)(bits & 255);
            }
        }
    }
    *out_len = len;
    return true;
}
