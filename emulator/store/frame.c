#include "store/frame.h"

#include "base/crc32c.h"

#include <assert.h>
#include <string.h>

enum { LENGTH_AT = 0, CRC_AT = 4, SEQ_AT = 8, ARRIVED_AT = 16, NOTE_LENGTH_BYTES = 2 };

#define HAS_NOTE (UINT32_C(1) << 31) /* in the length: no record is so long */

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

static void seal(char *at, size_t bytes, uint32_t flag, uint64_t seq, uint64_t arrived_ms)
{
    assert(bytes < HAS_NOTE);
    put_u32(at + LENGTH_AT, (uint32_t)bytes | flag);
    put_u64(at + SEQ_AT, seq);
    put_u64(at + ARRIVED_AT, arrived_ms);
    put_u32(at + CRC_AT, checksum(at, HY_FRAME_HEADER_BYTES + bytes));
}

void hy_frame_seal(char *at, size_t bytes, uint64_t seq, uint64_t arrived_ms)
{
    seal(at, bytes, 0, seq, arrived_ms);
}

void hy_frame_seal_noted(char *at, hy_sv note, size_t bytes, uint64_t seq, uint64_t arrived_ms)
{
    char *begin = at + HY_FRAME_HEADER_BYTES;
    assert(note.len <= HY_NOTE_BYTES_MAX);
    begin[0] = (char)(unsigned char)note.len;
    begin[1] = (char)(unsigned char)(note.len >> 8);
    memcpy(begin + NOTE_LENGTH_BYTES, note.ptr, note.len);
    seal(at, NOTE_LENGTH_BYTES + note.len + bytes, HAS_NOTE, seq, arrived_ms);
}

uint64_t hy_frame_claimed_bytes(hy_sv frames)
{
    if (frames.len < HY_FRAME_HEADER_BYTES) {
        return 0;
    }
    return (uint64_t)HY_FRAME_HEADER_BYTES + (get_u32(frames.ptr + LENGTH_AT) & ~HAS_NOTE);
}

/* Splits the note off the data. False when there is less than it says. */
static bool split(struct hy_frame *frame)
{
    const hy_sv all = frame->data;
    if (all.len < NOTE_LENGTH_BYTES) {
        return false;
    }
    const size_t len =
        (size_t)(unsigned char)all.ptr[0] | (size_t)(unsigned char)all.ptr[1] << 8;
    if (len > all.len - NOTE_LENGTH_BYTES) {
        return false;
    }
    frame->note = (hy_sv){ all.ptr + NOTE_LENGTH_BYTES, len };
    frame->data = (hy_sv){ frame->note.ptr + len, all.len - NOTE_LENGTH_BYTES - len };
    return true;
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
    if ((get_u32(frames->ptr + LENGTH_AT) & HAS_NOTE) != 0 && !split(frame)) {
        return false;
    }
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
