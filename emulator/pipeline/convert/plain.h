/* plain.h - the PLAIN encoding of one value: its bytes, little end first, or a length and bytes. */
#ifndef HY_PIPELINE_CONVERT_PLAIN_H
#define HY_PIPELINE_CONVERT_PLAIN_H

#include "base/buf.h"

enum { HY_PLAIN_LENGTH_BYTES = 4 };

static inline void hy_plain_u32(uint32_t number, char out[4])
{
    for (int i = 0; i < 4; i++) {
        out[i] = (char)(number >> 8 * i & 255);
    }
}

static inline void hy_plain_u64(uint64_t number, char out[8])
{
    hy_plain_u32((uint32_t)(number & UINT32_MAX), out);
    hy_plain_u32((uint32_t)(number >> 32), out + 4);
}

static inline uint32_t hy_plain_read_u32(const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t hy_plain_read_u64(const char *bytes)
{
    return (uint64_t)hy_plain_read_u32(bytes) | (uint64_t)hy_plain_read_u32(bytes + 4) << 32;
}

/* `value` has `width` bytes; width 0: any number of them, and their length goes first. */
static inline void hy_plain_append(struct hy_buf *out, unsigned width, hy_sv value)
{
    if (width == 0) {
        char length[HY_PLAIN_LENGTH_BYTES];
        hy_plain_u32((uint32_t)value.len, length);
        hy_buf_append(out, (hy_sv){ length, sizeof length });
    }
    hy_buf_append(out, value);
}

/* Takes the first value off *rest, without its length. The bytes are our own: they are whole. */
static inline hy_sv hy_plain_next(hy_sv *rest, unsigned width)
{
    hy_sv value = { rest->ptr, width };
    if (width == 0) {
        value.len = hy_plain_read_u32(rest->ptr);
        value.ptr += HY_PLAIN_LENGTH_BYTES;
    }
    rest->len -= (size_t)(value.ptr - rest->ptr) + value.len;
    rest->ptr = value.ptr + value.len;
    return value;
}

#endif
