#include "pipeline/source/intake.h"

#include "pipeline/source/kpl.h"

#include <string.h>

static bool append(struct hy_intake *intake, const struct hy_kinesis_note *note, hy_sv data)
{
    char text[HY_KINESIS_NOTE_BYTES_MAX];
    const hy_sv written = { text, hy_kinesis_note_write(note, text) };
    char *room = hy_journal_reserve(intake->journal, HY_NOTED_BYTES(written.len) + data.len);
    if (room == NULL) {
        intake->is_full = true;
        return false;
    }
    if (data.len > 0) {
        memcpy(room + HY_NOTED_BYTES(written.len), data.ptr, data.len);
    }
    (void)hy_journal_append_noted(intake->journal, written, data.len, intake->now_ms);
    intake->appended++;
    hy_position_set(&intake->position, note->sequence, note->is_last ? 0 : note->sub + 1);
    return true;
}

/* Sub-records that are in the journal already, when reading goes on in the middle of one. */
static uint32_t known_subs(const struct hy_intake *intake, hy_sv sequence)
{
    return hy_sv_equal(sequence, hy_sv_of(intake->position.sequence)) ? intake->position.next_sub
                                                                      : 0;
}

static bool take_aggregate(struct hy_intake *intake, struct hy_kpl *kpl,
                           struct hy_kinesis_note note)
{
    const uint32_t known = known_subs(intake, note.sequence);
    struct hy_kpl_record sub;
    for (uint32_t i = 0; hy_kpl_next(kpl, &sub); i++) {
        note.sub = i;
        note.is_last = i + 1 == kpl->count;
        note.partition_key = sub.partition_key;
        if (i >= known && !append(intake, &note, sub.data)) {
            return false;
        }
    }
    return true;
}

static bool take_parts(struct hy_intake *intake, const struct hy_kinesis_record *record)
{
    const struct hy_kinesis_note note = {
        .arrived_ms = record->arrived_ms,
        .is_last = true,
        .shard = intake->shard,
        .sequence = record->sequence,
        .partition_key = record->partition_key,
    };
    struct hy_kpl kpl;
    const enum hy_code code = hy_kpl_open(record->data, &kpl);
    if (code == HY_NO_MEMORY) {
        intake->is_broken = true;
        return false;
    }
    const bool good = code == HY_OK ? take_aggregate(intake, &kpl, note)
                                    : append(intake, &note, record->data);
    hy_kpl_finish(&kpl);
    return good;
}

bool hy_intake_take(void *ctx, const struct hy_kinesis_record *record)
{
    struct hy_intake *intake = ctx;
    if (!hy_sequence_is_valid(record->sequence)) {
        intake->is_broken = true;
        return false;
    }
    if (record->arrived_ms != 0 && record->arrived_ms < intake->not_before_ms &&
        intake->position.sequence[0] == '\0') {
        return true;
    }
    if (!take_parts(intake, record)) {
        return false;
    }
    intake->records++;
    intake->bytes += record->data.len;
    hy_position_set(&intake->position, record->sequence, 0); /* also when it held nothing */
    return true;
}
