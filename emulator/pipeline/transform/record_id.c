#include "pipeline/transform/record_id.h"

#include <string.h>

enum {
    SEQ_DIGITS = 20, /* of 2^64 - 1; the 36 digits before them are zero */
    SEQ_END = HY_RECORD_ID_CHARS - 12,
    SEQ_AT = SEQ_END - SEQ_DIGITS,
};

static const char shard[8] = { 's', 'h', 'a', 'r', 'd', 'I', 'd', '-' };

void hy_record_id_write(uint64_t seq, char out[HY_RECORD_ID_CHARS])
{
    memset(out, '0', HY_RECORD_ID_CHARS);
    memcpy(out, shard, sizeof shard);
    for (size_t at = SEQ_END; seq > 0; seq /= 10) {
        out[--at] = (char)('0' + seq % 10);
    }
}

bool hy_record_id_parse(hy_sv id, uint64_t *seq)
{
    char same[HY_RECORD_ID_CHARS];
    if (id.len != HY_RECORD_ID_CHARS ||
        !hy_sv_to_u64((hy_sv){ id.ptr + SEQ_AT, SEQ_DIGITS }, seq)) {
        return false;
    }
    hy_record_id_write(*seq, same);
    return memcmp(same, id.ptr, sizeof same) == 0;
}
