/* json_run.h - how far a JSON string goes on with ordinary bytes. Only json_scan.c and its test
 * include this.
 *
 * Ordinary: printable ASCII other than the quote and the backslash. Bodies are mostly base64 text
 * of up to 1.4 MB in one string, so this is where a scan spends its time.
 */
#ifndef HY_BASE_JSON_RUN_H
#define HY_BASE_JSON_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool hy_json_is_ordinary(char byte)
{
    unsigned char b = (unsigned char)byte;
    return b >= 0x20 && b < 0x80 && b != '"' && b != '\\';
}

/* Both return the first byte in at..end that is not ordinary, or end. */
static inline const char *hy_json_run_portable(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    while (end - at >= 8) {
        uint64_t x;
        memcpy(&x, at, 8);
        uint64_t quote = x ^ ones * '"';
        uint64_t slash = x ^ ones * '\\';
        /* A byte's top bit is set in one of these when it is below 0x20, is zero after the xor,
         * or is not ASCII. Bytes above such a one may be reported too, so find it by hand. */
        uint64_t odd = (x - ones * 0x20) | (quote - ones) | (slash - ones) | x;
        if ((odd & ones * 0x80) != 0) {
            break;
        }
        at += 8;
    }
    while (at < end && hy_json_is_ordinary(*at)) {
        at++;
    }
    return at;
}

#if defined(__SSE2__)
/* All bits of a byte for one that is not ordinary. Bytes are signed here, so what is not ASCII is
 * below 0x20 too. */
static inline __m128i hy_json_odd_sse2(const char *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i low = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20));
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    return _mm_or_si128(low, _mm_or_si128(quote, slash));
}

static inline const char *hy_json_run_sse2(const char *at, const char *end)
{
    while (end - at >= 16) {
        int odd = _mm_movemask_epi8(hy_json_odd_sse2(at));
        if (odd != 0) {
            return at + __builtin_ctz((unsigned)odd);
        }
        at += 16;
        while (end - at >= 64) {
            __m128i a = _mm_or_si128(hy_json_odd_sse2(at), hy_json_odd_sse2(at + 16));
            __m128i b = _mm_or_si128(hy_json_odd_sse2(at + 32), hy_json_odd_sse2(at + 48));
            if (_mm_movemask_epi8(_mm_or_si128(a, b)) != 0) {
                break;
            }
            at += 64;
        }
    }
    while (at < end && hy_json_is_ordinary(*at)) {
        at++;
    }
    return at;
}
#endif

static inline const char *hy_json_run(const char *at, const char *end)
{
#if defined(__SSE2__)
    return hy_json_run_sse2(at, end);
#else
    return hy_json_run_portable(at, end);
#endif
}

#endif
