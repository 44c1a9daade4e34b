#include "base/crc32c.h"

#define POLYNOMIAL UINT32_C(0x82f63b78) /* Castagnoli's, bits reversed */

/* slices[k][b]: what byte b does to the checksum when k more bytes follow it. */
static uint32_t slices[8][256];

__attribute__((constructor)) static void fill_slices(void)
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

uint32_t hy_crc32c(uint32_t crc, const void *bytes, size_t len)
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
