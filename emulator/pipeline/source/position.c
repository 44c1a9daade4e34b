#include "pipeline/source/position.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool hy_sequence_is_valid(hy_sv sequence)
{
    for (size_t i = 0; i < sequence.len; i++) {
        if (sequence.ptr[i] < '0' || sequence.ptr[i] > '9') {
            return false;
        }
    }
    return sequence.len > 0 && sequence.len <= HY_SEQUENCE_CHARS_MAX;
}

void hy_position_set(struct hy_position *position, hy_sv sequence, uint32_t next_sub)
{
    assert(hy_sequence_is_valid(sequence));
    *position = (struct hy_position){ .next_sub = next_sub };
    memcpy(position->sequence, sequence.ptr, sequence.len);
}

/* As numbers of any length. */
static int compare(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    const size_t a_len = strlen(a), b_len = strlen(b);
    return a_len != b_len ? (a_len > b_len ? 1 : -1) : strcmp(a, b);
}

bool hy_position_is_further(const struct hy_position *a, const struct hy_position *b)
{
    if (a->is_end || b->is_end) {
        return a->is_end && !b->is_end;
    }
    if (a->sequence[0] == '\0' || b->sequence[0] == '\0') {
        return a->sequence[0] != '\0' && b->sequence[0] == '\0';
    }
    const int order = compare(a->sequence, b->sequence);
    if (order != 0) {
        return order > 0;
    }
    return b->next_sub != 0 && (a->next_sub == 0 || a->next_sub > b->next_sub);
}

size_t hy_position_write(const struct hy_position *position, char out[HY_POSITION_TEXT_BYTES])
{
    if (position->is_end) {
        return (size_t)snprintf(out, HY_POSITION_TEXT_BYTES, "end");
    }
    if (position->next_sub == 0) {
        return (size_t)snprintf(out, HY_POSITION_TEXT_BYTES, "%s", position->sequence);
    }
    return (size_t)snprintf(out, HY_POSITION_TEXT_BYTES, "%s/%lu", position->sequence,
                            (unsigned long)position->next_sub);
}

bool hy_position_read(hy_sv text, struct hy_position *position)
{
    *position = (struct hy_position){ .is_end = hy_sv_equal(text, HY_SV("end")) };
    if (text.len == 0 || position->is_end) {
        return true;
    }
    const bool has_sub = hy_sv_find(text, '/') < text.len;
    const hy_sv sequence = hy_sv_cut(&text, '/');
    uint64_t next_sub = 0;
    if (!hy_sequence_is_valid(sequence) ||
        (has_sub && (!hy_sv_to_u64(text, &next_sub) || next_sub > UINT32_MAX))) {
        return false;
    }
    hy_position_set(position, sequence, (uint32_t)next_sub);
    return true;
}
