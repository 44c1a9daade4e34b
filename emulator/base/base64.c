#include "base/base64.h"

#include "base/base64_variants.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BAD = 0x80 };

/* What a character stands for; BAD for those that are not of the alphabet. */
static const unsigned char values[256] = {
#define FOUR(a, b, c, d) a, b, c, d
#define BAD4 FOUR(BAD, BAD, BAD, BAD)
#define BAD16 BAD4, BAD4, BAD4, BAD4
    BAD16, BAD16,
    BAD4, BAD4, FOUR(BAD, BAD, BAD, 62), FOUR(BAD, BAD, BAD, 63),
    FOUR(52, 53, 54, 55), FOUR(56, 57, 58, 59), FOUR(60, 61, BAD, BAD), BAD4,
    FOUR(BAD, 0, 1, 2), FOUR(3, 4, 5, 6), FOUR(7, 8, 9, 10), FOUR(11, 12, 13, 14),
    FOUR(15, 16, 17, 18), FOUR(19, 20, 21, 22), FOUR(23, 24, 25, BAD), BAD4,
    FOUR(BAD, 26, 27, 28), FOUR(29, 30, 31, 32), FOUR(33, 34, 35, 36), FOUR(37, 38, 39, 40),
    FOUR(41, 42, 43, 44), FOUR(45, 46, 47, 48), FOUR(49, 50, 51, BAD), BAD4,
    BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16,
#undef BAD16
#undef BAD4
#undef FOUR
};

static const struct hy_base64_variant *fastest = &hy_base64_table;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose(void)
{
    static const struct hy_base64_variant *const vectors[] = { &hy_base64_avx2, &hy_base64_ssse3 };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        if (vectors[i]->runs_here()) {
            fastest = vectors[i];
            return;
        }
    }
}
#endif

static bool runs_everywhere(void)
{
    return true;
}

static size_t no_front(const char *in, size_t len, char *out)
{
    (void)in;
    (void)len;
    (void)out;
    return 0; /* all of it is done as the rest is */
}

const struct hy_base64_variant hy_base64_table = { "table", runs_everywhere, no_front, no_front };

static void encode_three(const unsigned char in[3], char out[4])
{
    out[0] = alphabet[in[0] >> 2];
    out[1] = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
    out[2] = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
    out[3] = alphabet[in[2] & 63];
}

void hy_base64_encode_with(const struct hy_base64_variant *variant, hy_sv bytes, char *out)
{
    size_t done = variant->encode_front(bytes.ptr, bytes.len, out);
    out += done / 3 * 4;
    for (; bytes.len - done >= 3; done += 3, out += 4) {
        encode_three((const unsigned char *)bytes.ptr + done, out);
    }
    size_t left = bytes.len - done;
    if (left > 0) {
        const unsigned char *in = (const unsigned char *)bytes.ptr + done;
        encode_three((unsigned char[3]){ in[0], left > 1 ? in[1] : 0 }, out);
        out[2] = left > 1 ? out[2] : '=';
        out[3] = '=';
    }
}

/* Returns how many characters were decoded: up to the first group of four that holds a bad one. */
static size_t decode_groups(const char *text, size_t len, char *out)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t done = 0;
    for (; done < len; done += 4, in += 4, out += 3) {
        unsigned a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
        if (((a | b | c | d) & BAD) != 0) {
            break;
        }
        out[0] = (char)(a << 2 | b >> 4);
        out[1] = (char)(b << 4 | c >> 2);
        out[2] = (char)(c << 6 | d);
    }
    return done;
}

static size_t first_bad(hy_sv text, size_t from)
{
    while (from < text.len && values[(unsigned char)text.ptr[from]] != BAD) {
        from++;
    }
    return from;
}

static size_t count_padding(hy_sv text)
{
    if (text.len == 0 || text.ptr[text.len - 1] != '=') {
        return 0;
    }
    return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

/* The last group, which ends with one or two `=`. The bits that do not belong to a byte must be
 * zero: the service's parser refuses the character otherwise. */
static bool decode_padded(hy_sv text, size_t padding, char *out, size_t *bad_at)
{
    size_t group = text.len - 4;
    size_t last = text.len - padding - 1;
    size_t bad = first_bad((hy_sv){ text.ptr, last + 1 }, group);
    if (bad <= last) {
        *bad_at = bad;
        return false;
    }
    const unsigned char *in = (const unsigned char *)text.ptr + group;
    unsigned a = values[in[0]], b = values[in[1]], c = padding == 1 ? values[in[2]] : 0;
    if ((padding == 1 ? c & 3 : b & 15) != 0) {
        *bad_at = last;
        return false;
    }
    out[0] = (char)(a << 2 | b >> 4);
    if (padding == 1) {
        out[1] = (char)(b << 4 | c >> 2);
    }
    return true;
}

bool hy_base64_decode_with(const struct hy_base64_variant *variant, hy_sv text, char *out,
                           size_t *out_len, size_t *bad_at)
{
    if (text.len % 4 != 0) {
        *bad_at = text.len;
        return false;
    }
    size_t padding = count_padding(text);
    size_t whole = text.len - (padding == 0 ? 0 : 4);
    size_t done = variant->decode_front(text.ptr, whole, out);
    done += decode_groups(text.ptr + done, whole - done, out + done / 4 * 3);
    if (done < whole) {
        *bad_at = first_bad(text, done);
        return false;
    }
    if (padding > 0 && !decode_padded(text, padding, out + done / 4 * 3, bad_at)) {
        return false;
    }
    *out_len = text.len / 4 * 3 - padding;
    return true;
}

void hy_base64_encode(hy_sv bytes, char *out)
{
    if (bytes.len == 0) {
        return; /* an empty view may have no pointer to count from */
    }
    hy_base64_encode_with(fastest, bytes, out);
}

bool hy_base64_decode(hy_sv text, char *out, size_t *out_len, size_t *bad_at)
{
    return hy_base64_decode_with(fastest, text, out, out_len, bad_at);
}
