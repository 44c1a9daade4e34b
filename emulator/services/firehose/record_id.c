#include "services/firehose/record_id.h"

#include <string.h>

enum { DIGITS = 13, DIGIT_BITS = 5 }; /* 13 * 5 >= 64 */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* So that small numbers do not show as a row of As. */
#define STREAM_MASK UINT64_C(0x5bd1e995a3c59ac3)
#define SEQ_MASK UINT64_C(0x9e3779b97f4a7c15)

void hy_record_ids_init(struct hy_record_ids *ids, struct hy_random *random)
{
    hy_random_chars(random,
                    HY_SV("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
                    ids->filler, sizeof ids->filler);
}

static void write_number(uint64_t number, char *out)
{
    for (size_t i = DIGITS; i-- > 0; number >>= DIGIT_BITS) {
        out[i] = alphabet[number & 31];
    }
}

static bool read_number(const char *text, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        const char *digit = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;
        if (digit == NULL || *number >> (64 - DIGIT_BITS) != 0) {
            return false;
        }
        *number = *number << DIGIT_BITS | (uint64_t)(digit - alphabet);
    }
    return true;
}

void hy_put_record_id_make(const struct hy_record_ids *ids, uint64_t stream_id, uint64_t seq,
                           char *out)
{
    memcpy(out, ids->filler, HY_RECORD_ID_CHARS);
    write_number(stream_id ^ STREAM_MASK, out);
    write_number(seq ^ SEQ_MASK, out + DIGITS);
}

bool hy_put_record_id_parse(hy_sv id, uint64_t *stream_id, uint64_t *seq)
{
    if (id.len != HY_RECORD_ID_CHARS || !read_number(id.ptr, stream_id) ||
        !read_number(id.ptr + DIGITS, seq)) {
        return false;
    }
    *stream_id ^= STREAM_MASK;
    *seq ^= SEQ_MASK;
    return *seq > 0 && *stream_id > 0;
}
