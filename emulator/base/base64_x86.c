/* base64 with AVX2 and SSSE3, by the vector lookups that Mula and Lemire describe ("Faster Base64
 * Encoding and Decoding Using AVX2 Instructions", 2018). Nothing here is compiled with -mavx2: the
 * attribute on a function allows it the instructions, and runs_here says whether to call it.
 */
#include "base/base64_variants.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define SSSE3 __attribute__((target("ssse3")))

/* Decoding looks at a character's two halves. The high half picks a row of ASCII, the low half the
 * rows in which it does not belong:
 *
 *     high 2   + and /      bit 0: bad unless the low half is b or f
 *     high 3   0 to 9       bit 1: bad from a
 *     high 4 6 A to O       bit 2: bad at 0
 *     high 5 7 P to Z       bit 3: bad from b
 *     others                bit 4: always bad
 *
 * A character is bad when both halves have a bit in common. */
#define ROW_OF_HIGH 16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16
#define BAD_ROWS_OF_LOW 21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26

/* What to add to a character to get its value, by its high half; `/` is looked up at 1. */
#define TO_VALUE 0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0

/* Four values of six bits make three bytes, which come out of the multiplications reversed. */
#define PACKED_BYTES 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

/* Encoding: three bytes (a b c) are spread to (b a c b), so that the four values can be shifted
 * into their bytes by one multiplication of each kind. */
#define SPREAD_BYTES 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10

/* What to add to a value to get its character: 26..51 are looked up at 0, digits at 1..10,
 * + at 11, / at 12, 0..25 at 13. */
#define TO_CHAR 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0

enum {
    SSE_CHARS = 16,
    SSE_BYTES = 12,
    AVX_CHARS = 32,
    AVX_BYTES = 24,
    /* A store writes the vector's whole width, of which only three quarters count. So many
     * characters must follow that those bytes are overwritten by theirs, padding allowed for. */
    SPARE_CHARS = 16,
};

static bool has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}

static bool has_ssse3(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("ssse3") != 0;
}

/* Characters to values. What is set in *bad afterwards was not of the alphabet. */
SSSE3 static inline __m128i values_ssse3(__m128i chars, __m128i *bad)
{
    const __m128i nibble = _mm_set1_epi8(0x0f);
    __m128i high = _mm_and_si128(_mm_srli_epi32(chars, 4), nibble);
    __m128i low = _mm_and_si128(chars, nibble);
    __m128i row = _mm_shuffle_epi8(_mm_setr_epi8(ROW_OF_HIGH), high);
    __m128i bad_rows = _mm_shuffle_epi8(_mm_setr_epi8(BAD_ROWS_OF_LOW), low);
    *bad = _mm_or_si128(*bad, _mm_and_si128(row, bad_rows));

    __m128i is_slash = _mm_cmpeq_epi8(chars, _mm_set1_epi8('/')); /* -1 where it is */
    __m128i add = _mm_shuffle_epi8(_mm_setr_epi8(TO_VALUE), _mm_add_epi8(high, is_slash));
    return _mm_add_epi8(chars, add);
}

SSSE3 static inline bool is_zero_ssse3(__m128i vector)
{
    return _mm_movemask_epi8(_mm_cmpeq_epi8(vector, _mm_setzero_si128())) == 0xffff;
}

/* 16 values to 12 bytes and 4 zeros. */
SSSE3 static inline __m128i pack_ssse3(__m128i values)
{
    __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140)); /* a << 6 | b */
    __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));     /* ab << 12 | cd */
    return _mm_shuffle_epi8(fours, _mm_setr_epi8(PACKED_BYTES));
}

SSSE3 static size_t decode_ssse3(const char *text, size_t len, char *out)
{
    size_t done = 0;
    for (; len - done >= SSE_CHARS + SPARE_CHARS; done += SSE_CHARS, out += SSE_BYTES) {
        __m128i bad = _mm_setzero_si128();
        __m128i chars = _mm_loadu_si128((const __m128i *)(const void *)(text + done));
        __m128i values = values_ssse3(chars, &bad);
        if (!is_zero_ssse3(bad)) {
            break;
        }
        _mm_storeu_si128((__m128i *)(void *)out, pack_ssse3(values));
    }
    return done;
}

/* 12 bytes, spread, to 16 values. */
SSSE3 static inline __m128i split_ssse3(__m128i spread)
{
    __m128i ac = _mm_mulhi_epu16(_mm_and_si128(spread, _mm_set1_epi32(0x0fc0fc00)),
                                 _mm_set1_epi32(0x04000040));
    __m128i bd = _mm_mullo_epi16(_mm_and_si128(spread, _mm_set1_epi32(0x003f03f0)),
                                 _mm_set1_epi32(0x01000010));
    return _mm_or_si128(ac, bd);
}

SSSE3 static inline __m128i chars_ssse3(__m128i values)
{
    __m128i index = _mm_subs_epu8(values, _mm_set1_epi8(51));
    __m128i is_upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), values);
    index = _mm_or_si128(index, _mm_and_si128(is_upper, _mm_set1_epi8(13)));
    return _mm_add_epi8(values, _mm_shuffle_epi8(_mm_setr_epi8(TO_CHAR), index));
}

SSSE3 static size_t encode_ssse3(const char *bytes, size_t len, char *out)
{
    size_t done = 0;
    for (; len - done >= SSE_CHARS; done += SSE_BYTES, out += SSE_CHARS) { /* reads 16 */
        __m128i in = _mm_loadu_si128((const __m128i *)(const void *)(bytes + done));
        __m128i spread = _mm_shuffle_epi8(in, _mm_setr_epi8(SPREAD_BYTES));
        _mm_storeu_si128((__m128i *)(void *)out, chars_ssse3(split_ssse3(spread)));
    }
    return done;
}

AVX2 static inline __m256i load_avx2(const char *from)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)from);
}

AVX2 static inline __m256i values_avx2(__m256i chars, __m256i *bad)
{
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    __m256i high = _mm256_and_si256(_mm256_srli_epi32(chars, 4), nibble);
    __m256i low = _mm256_and_si256(chars, nibble);
    __m256i row = _mm256_shuffle_epi8(_mm256_setr_epi8(ROW_OF_HIGH, ROW_OF_HIGH), high);
    __m256i bad_rows =
        _mm256_shuffle_epi8(_mm256_setr_epi8(BAD_ROWS_OF_LOW, BAD_ROWS_OF_LOW), low);
    *bad = _mm256_or_si256(*bad, _mm256_and_si256(row, bad_rows));

    __m256i is_slash = _mm256_cmpeq_epi8(chars, _mm256_set1_epi8('/'));
    __m256i add = _mm256_shuffle_epi8(_mm256_setr_epi8(TO_VALUE, TO_VALUE),
                                      _mm256_add_epi8(high, is_slash));
    return _mm256_add_epi8(chars, add);
}

/* 32 values to 24 bytes, and 8 more that do not count. */
AVX2 static inline void store_packed_avx2(__m256i values, char *out)
{
    __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i lanes = _mm256_shuffle_epi8(fours, _mm256_setr_epi8(PACKED_BYTES, PACKED_BYTES));
    __m256i bytes = _mm256_permutevar8x32_epi32(lanes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
    _mm256_storeu_si256((__m256i *)(void *)out, bytes);
}

AVX2 static size_t decode_avx2(const char *text, size_t len, char *out)
{
    size_t done = 0;
    /* Two at a time with one look at the errors; if there is one, the loops below find it. */
    for (; len - done >= 2 * AVX_CHARS + SPARE_CHARS; done += 2 * AVX_CHARS, out += 2 * AVX_BYTES) {
        __m256i bad = _mm256_setzero_si256();
        __m256i first = values_avx2(load_avx2(text + done), &bad);
        __m256i second = values_avx2(load_avx2(text + done + AVX_CHARS), &bad);
        if (!_mm256_testz_si256(bad, bad)) {
            break;
        }
        store_packed_avx2(first, out);
        store_packed_avx2(second, out + AVX_BYTES);
    }
    for (; len - done >= AVX_CHARS + SPARE_CHARS; done += AVX_CHARS, out += AVX_BYTES) {
        __m256i bad = _mm256_setzero_si256();
        __m256i values = values_avx2(load_avx2(text + done), &bad);
        if (!_mm256_testz_si256(bad, bad)) {
            break;
        }
        store_packed_avx2(values, out);
    }
    return done + decode_ssse3(text + done, len - done, out);
}

AVX2 static inline __m256i chars_avx2(__m256i values)
{
    __m256i index = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
    __m256i is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
    index = _mm256_or_si256(index, _mm256_and_si256(is_upper, _mm256_set1_epi8(13)));
    __m256i add = _mm256_shuffle_epi8(_mm256_setr_epi8(TO_CHAR, TO_CHAR), index);
    return _mm256_add_epi8(values, add);
}

/* 12 bytes into each half of the vector, spread. Reads 28. */
AVX2 static inline __m256i load_spread_avx2(const char *from)
{
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(from + SSE_BYTES));
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    return _mm256_shuffle_epi8(both, _mm256_setr_epi8(SPREAD_BYTES, SPREAD_BYTES));
}

AVX2 static size_t encode_avx2(const char *bytes, size_t len, char *out)
{
    size_t done = 0;
    for (; len - done >= SSE_BYTES + SSE_CHARS; done += AVX_BYTES, out += AVX_CHARS) {
        __m256i spread = load_spread_avx2(bytes + done);
        __m256i ac = _mm256_mulhi_epu16(_mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0fc00)),
                                        _mm256_set1_epi32(0x04000040));
        __m256i bd = _mm256_mullo_epi16(_mm256_and_si256(spread, _mm256_set1_epi32(0x003f03f0)),
                                        _mm256_set1_epi32(0x01000010));
        __m256i chars = chars_avx2(_mm256_or_si256(ac, bd));
        _mm256_storeu_si256((__m256i *)(void *)out, chars);
    }
    return done + encode_ssse3(bytes + done, len - done, out);
}

const struct hy_base64_variant hy_base64_avx2 = { "avx2", has_avx2, decode_avx2, encode_avx2 };
const struct hy_base64_variant hy_base64_ssse3 = { "ssse3", has_ssse3, decode_ssse3,
                                                   encode_ssse3 };

#endif
