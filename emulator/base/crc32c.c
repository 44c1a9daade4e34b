#include "base/crc32c.h"

#include "base/crc32c_variants.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#define POLYNOMIAL UINT32_C(0x82f63b78) /* Castagnoli's, bits reversed */

/* slices[k][b]: what byte b does to the checksum when k more bytes follow it. */
static uint32_t slices[8][256];

static void fill_slices(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (POLYNOMIAL & (0 - (crc & 1)));
        }
        slices[0][b] = crc;
    }
    for (uint32_t b = 0; b < 256; b++) {
        for (int k = 1; k < 8; k++) {
            uint32_t crc = slices[k - 1][b];
            slices[k][b] = (crc >> 8) ^ slices[0][crc & 255];
        }
    }
}

static uint32_t one_byte(uint32_t crc, unsigned char byte)
{
    return (crc >> 8) ^ slices[0][(crc ^ byte) & 255];
}

static uint32_t load_le32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t eight_bytes(uint32_t crc, const unsigned char *at)
{
    uint32_t low = crc ^ load_le32(at);
    return slices[7][low & 255] ^ slices[6][low >> 8 & 255] ^ slices[5][low >> 16 & 255] ^
           slices[4][low >> 24] ^ slices[3][at[4]] ^ slices[2][at[5]] ^ slices[1][at[6]] ^
           slices[0][at[7]];
}

uint32_t hy_crc32c_table(uint32_t crc, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    crc = ~crc;
    for (; len >= 8; len -= 8, at += 8) {
        crc = eight_bytes(crc, at);
    }
    for (; len > 0; len--, at++) {
        crc = one_byte(crc, *at);
    }
    return ~crc;
}

#if defined(__x86_64__)

#define SSE42 __attribute__((target("sse4.2")))

/* The instruction answers after three cycles but can be started in each: three lanes side by side
 * keep it busy. Their checksums are joined by moving one over the bytes of the next. */
enum { LANE_BYTES = 256 };

/* lane_shift[k][b]: what byte k of a checksum, being b, becomes after LANE_BYTES zeros. */
static uint32_t lane_shift[4][256];

static uint32_t shift_lane(uint32_t crc)
{
    return lane_shift[0][crc & 255] ^ lane_shift[1][crc >> 8 & 255] ^
           lane_shift[2][crc >> 16 & 255] ^ lane_shift[3][crc >> 24];
}

/* The checksum is linear: the 32 single bits tell everything. */
static void fill_lane_shift(void)
{
    uint32_t of_bit[32];
    for (int bit = 0; bit < 32; bit++) {
        of_bit[bit] = UINT32_C(1) << bit;
        for (int i = 0; i < LANE_BYTES; i++) {
            of_bit[bit] = one_byte(of_bit[bit], 0);
        }
    }
    for (int k = 0; k < 4; k++) {
        for (unsigned b = 0; b < 256; b++) {
            uint32_t shifted = 0;
            for (int bit = 0; bit < 8; bit++) {
                shifted ^= (b >> bit & 1) != 0 ? of_bit[8 * k + bit] : 0;
            }
            lane_shift[k][b] = shifted;
        }
    }
}

static uint64_t load_64(const unsigned char *at)
{
    uint64_t x;
    memcpy(&x, at, 8);
    return x;
}

SSE42 static uint32_t three_lanes(uint32_t crc, const unsigned char *at)
{
    uint64_t a = crc, b = 0, c = 0;
    for (size_t i = 0; i < LANE_BYTES; i += 8) {
        a = _mm_crc32_u64(a, load_64(at + i));
        b = _mm_crc32_u64(b, load_64(at + LANE_BYTES + i));
        c = _mm_crc32_u64(c, load_64(at + 2 * (size_t)LANE_BYTES + i));
    }
    return shift_lane(shift_lane((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
}

bool hy_crc32c_has_sse42(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") != 0;
}

SSE42 uint32_t hy_crc32c_sse42(uint32_t crc, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    crc = ~crc;
    for (; len >= 3 * (size_t)LANE_BYTES; len -= 3 * (size_t)LANE_BYTES) {
        crc = three_lanes(crc, at);
        at += 3 * (size_t)LANE_BYTES;
    }
    for (; len >= 8; len -= 8, at += 8) {
        crc = (uint32_t)_mm_crc32_u64(crc, load_64(at));
    }
    for (; len > 0; len--, at++) {
        crc = _mm_crc32_u8(crc, *at);
    }
    return ~crc;
}

#endif

static uint32_t (*fastest)(uint32_t crc, const void *bytes, size_t len) = hy_crc32c_table;

/* Before main, so that no thread can meet a half-filled table. */
__attribute__((constructor)) static void prepare(void)
{
    fill_slices();
#if defined(__x86_64__)
    fill_lane_shift();
    if (hy_crc32c_has_sse42()) {
        fastest = hy_crc32c_sse42;
    }
#endif
}

uint32_t hy_crc32c(uint32_t crc, const void *bytes, size_t len)
{
    return fastest(crc, bytes, len);
}
