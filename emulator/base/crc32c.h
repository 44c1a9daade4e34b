/* crc32c.h - CRC-32C (Castagnoli): guards the journal's frames.
 *
 * SSE4.2's instruction where the processor has it, otherwise a table. Continue a checksum by
 * passing the last result as `crc`; start with 0.
 */
#ifndef HY_BASE_CRC32C_H
#define HY_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t hy_crc32c(uint32_t crc, const void *bytes, size_t len);

#endif
