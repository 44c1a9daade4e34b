#include "store/frame.h"

#include "base/crc32c.h"

#include <assert.h>

enum { LENGTH_AT = 0, CRC_AT = 4, SEQ_AT = 8, ARRIVED_AT = 16 };

static void put_u32(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(unsigned char)(value >> (8 * i));
    }
}

static void put_u64(char *at, uint64_t value)
{
    put_u32(at, (uint32_t)value);
    put_u32(at + 4, (uint32_t)(value >> 32));
}

static uint32_t get_u32(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    }
    return value;
}

static uint64_t get_u64(const char *at)
{
    return get_u32(at) | (uint64_t)get_u32(at + 4) << 32;
}

/* Everything behind the length and the checksum itself. */
static uint32_t checksum(const char *frame, size_t frame_bytes)
{
    return hy_crc32c(0, frame + SEQ_AT, frame_bytes - SEQ_AT);
}

void hy_frame_seal(char *at, size_t bytes, uint64_t seq, uint64_t arrived_ms)
{
    assert(bytes <= UINT32_MAX - HY_FRAME_HEADER_BYTES);
    put_u32(at + LENGTH_AT, (uint32_t)bytes);
    put_u64(at + SEQ_AT, seq);
    put_u64(at + ARRIVED_AT, arrived_ms);
    put_u32(at + CRC_AT, checksum(at, HY_FRAME_HEADER_BYTES + bytes));
}

uint64_t hy_frame_claimed_bytes(hy_sv frames)
{
    if (frames.len < HY_FRAME_HEADER_BYTES) {
        return 0;
    }
    return (uint64_t)HY_FRAME_HEADER_BYTES + get_u32(frames.ptr + LENGTH_AT);
}

bool hy_frame_next(hy_sv *frames, struct hy_frame *frame)
{
    const uint64_t claimed = hy_frame_claimed_bytes(*frames);
    if (claimed == 0 || claimed > frames->len || claimed > UINT32_MAX) {
        return false;
    }
    *frame = (struct hy_frame){
        .seq = get_u64(frames->ptr + SEQ_AT),
        .arrived_ms = get_u64(frames->ptr + ARRIVED_AT),
        .frame_bytes = (uint32_t)claimed,
        .data = { frames->ptr + HY_FRAME_HEADER_BYTES, (size_t)claimed - HY_FRAME_HEADER_BYTES },
    };
    frames->ptr += claimed;
    frames->len -= (size_t)claimed;
    return true;
}

bool hy_frame_next_checked(hy_sv *frames, uint64_t seq, struct hy_frame *frame)
{
    hy_sv rest = *frames;
    const char *at = rest.ptr;
    if (!hy_frame_next(&rest, frame) || frame->seq != seq ||
        get_u32(at + CRC_AT) != checksum(at, frame->frame_bytes)) {
        return false;
    }
    *frames = rest;
    return true;
}
