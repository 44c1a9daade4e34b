/* crc32c_variants.h - the ways to compute CRC-32C. Only crc32c.c and its test include this. */
#ifndef HY_BASE_CRC32C_VARIANTS_H
#define HY_BASE_CRC32C_VARIANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t hy_crc32c_table(uint32_t crc, const void *bytes, size_t len); /* runs everywhere */

#if defined(__x86_64__)
bool hy_crc32c_has_sse42(void);
uint32_t hy_crc32c_sse42(uint32_t crc, const void *bytes, size_t len);
#endif

#endif
