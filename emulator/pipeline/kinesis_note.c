#include "pipeline/kinesis_note.h"

#include <assert.h>
#include <string.h>

/* kind u8, arrived u64, sub u32, is_last u8, shard length u8, sequence length u8, the three. */
enum { KIND = 'K', ARRIVED_AT = 1, SUB_AT = 9, LAST_AT = 13, SHARD_AT = 14, SEQUENCE_AT = 15,
       TEXTS_AT = 16 };

static void put(char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (char)(unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)(unsigned char)at[i] << (8 * i);
    }
    return value;
}

static size_t put_text(char *out, size_t at, hy_sv text)
{
    if (text.len > 0) {
        memcpy(out + at, text.ptr, text.len);
    }
    return at + text.len;
}

size_t hy_kinesis_note_write(const struct hy_kinesis_note *note,
                             char out[HY_KINESIS_NOTE_BYTES_MAX])
{
    assert(note->shard.len <= HY_SHARD_ID_CHARS_MAX);
    assert(note->sequence.len <= HY_SEQUENCE_CHARS_MAX);
    assert(note->partition_key.len <= HY_PARTITION_KEY_BYTES_MAX);
    out[0] = KIND;
    put(out + ARRIVED_AT, note->arrived_ms, 8);
    put(out + SUB_AT, note->sub, 4);
    put(out + LAST_AT, note->is_last, 1);
    put(out + SHARD_AT, note->shard.len, 1);
    put(out + SEQUENCE_AT, note->sequence.len, 1);
    size_t len = put_text(out, TEXTS_AT, note->shard);
    len = put_text(out, len, note->sequence);
    return put_text(out, len, note->partition_key);
}

bool hy_kinesis_note_read(hy_sv bytes, struct hy_kinesis_note *note)
{
    if (bytes.len < TEXTS_AT || bytes.ptr[0] != KIND) {
        return false;
    }
    const size_t shard = (size_t)get(bytes.ptr + SHARD_AT, 1);
    const size_t sequence = (size_t)get(bytes.ptr + SEQUENCE_AT, 1);
    if (shard > HY_SHARD_ID_CHARS_MAX || sequence > HY_SEQUENCE_CHARS_MAX ||
        shard + sequence > bytes.len - TEXTS_AT) {
        return false;
    }
    const char *texts = bytes.ptr + TEXTS_AT;
    *note = (struct hy_kinesis_note){
        .arrived_ms = get(bytes.ptr + ARRIVED_AT, 8),
        .sub = (uint32_t)get(bytes.ptr + SUB_AT, 4),
        .is_last = bytes.ptr[LAST_AT] != 0,
        .shard = { texts, shard },
        .sequence = { texts + shard, sequence },
        .partition_key = { texts + shard + sequence, bytes.len - TEXTS_AT - shard - sequence },
    };
    return true;
}
