#include "pipeline/transform/record_id.h"

#include <string.h>

enum {
    SEQ_DIGITS = 20, /* of 2^64 - 1; the 36 digits before them are zero */
    PLACE_DIGITS = 12,
    SEQ_END = HY_RECORD_ID_CHARS - PLACE_DIGITS,
    SEQ_AT = SEQ_END - SEQ_DIGITS,
};

static const char shard[8] = { 's', 'h', 'a', 'r', 'd', 'I', 'd', '-' };

static void write_digits(uint64_t number, char *end)
{
    for (; number > 0; number /= 10) {
        *--end = (char)('0' + number % 10);
    }
}

void hy_record_id_write(uint64_t seq, unsigned place, char out[HY_RECORD_ID_CHARS])
{
    memset(out, '0', HY_RECORD_ID_CHARS);
    memcpy(out, shard, sizeof shard);
    write_digits(seq, out + SEQ_END);
    write_digits(place, out + HY_RECORD_ID_CHARS);
}

bool hy_record_id_parse(hy_sv id, uint64_t *seq, unsigned *place)
{
    uint64_t last;
    char same[HY_RECORD_ID_CHARS];
    if (id.len != HY_RECORD_ID_CHARS ||
        !hy_sv_to_u64((hy_sv){ id.ptr + SEQ_AT, SEQ_DIGITS }, seq) ||
        !hy_sv_to_u64((hy_sv){ id.ptr + SEQ_END, PLACE_DIGITS }, &last) || last > UINT32_MAX) {
        return false;
    }
    *place = (unsigned)last;
    hy_record_id_write(*seq, *place, same);
    return memcmp(same, id.ptr, sizeof same) == 0;
}
