/* kinesis_note.h - where a record that was read from a Kinesis data stream comes from: the note
 * that lies with it in the journal. Pure.
 *
 * It is what the Lambda event shows (firehose.md 4.3), and what tells pipeline/source after a
 * crash how far the shard had been read.
 */
#ifndef HY_PIPELINE_KINESIS_NOTE_H
#define HY_PIPELINE_KINESIS_NOTE_H

#include "base/sv.h"

enum {
    HY_SHARD_ID_CHARS_MAX = 128,
    HY_SEQUENCE_CHARS_MAX = 128,
    HY_PARTITION_KEY_BYTES_MAX = 256 * 4, /* 256 characters */
    HY_KINESIS_NOTE_BYTES_MAX =
        16 + HY_SHARD_ID_CHARS_MAX + HY_SEQUENCE_CHARS_MAX + HY_PARTITION_KEY_BYTES_MAX,
};

struct hy_kinesis_note {
    uint64_t arrived_ms; /* at Kinesis, by its clock */
    uint32_t sub;        /* index in an aggregate; 0 when there is none */
    bool is_last;        /* of its Kinesis record: the others are in the journal before it */
    hy_sv shard;
    hy_sv sequence;      /* decimal digits */
    hy_sv partition_key;
};

/* Every text within its maximum. Returns the length. */
size_t hy_kinesis_note_write(const struct hy_kinesis_note *note,
                             char out[HY_KINESIS_NOTE_BYTES_MAX]);
/* Views into `bytes`. False when it is no such note. */
bool hy_kinesis_note_read(hy_sv bytes, struct hy_kinesis_note *note);

#endif
