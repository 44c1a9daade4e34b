/* part.h - parts of records, as numbers that fit into the sets of sequence numbers. Pure.
 *
 * De-aggregation makes several sub-records of one record, and they may end in different
 * objects. So what an object settles is not always whole records: a set of sequence numbers
 * may also hold parts. A part is a number above all sequence numbers, made of the record's
 * number and the part's place in it:
 *
 *   bit 62 | sequence number | 9 bits place
 *
 * Every record has HY_PARTS_MAX places. Of n sub-records each claims its own place, the last one
 * also all that follow: a record is settled when all of its places are, and nobody has to keep
 * how many sub-records there were. A record that is not split has no parts, only its number.
 */
#ifndef HY_STORE_PART_H
#define HY_STORE_PART_H

#include "base/seqset.h"

enum { HY_PARTS_BITS = 9, HY_PARTS_MAX = 1 << HY_PARTS_BITS };

#define HY_PART_FLAG (UINT64_C(1) << 62)

static inline uint64_t hy_part_number(uint64_t seq, unsigned place)
{
    return HY_PART_FLAG | seq << HY_PARTS_BITS | place;
}

/* Of a sequence number, or of a part of it. */
static inline uint64_t hy_part_seq(uint64_t number)
{
    return (number & HY_PART_FLAG) == 0 ? number
                                        : (number & ~HY_PART_FLAG) >> HY_PARTS_BITS;
}

static inline bool hy_is_part(uint64_t number)
{
    return (number & HY_PART_FLAG) != 0;
}

/* Which places of record `seq` a sub-record claims; count 1 is the whole record, as its number. */
HY_MUST_CHECK
enum hy_code hy_parts_add(struct hy_seqset *set, uint64_t seq, unsigned place, unsigned count);

/* The lowest and the highest record that the set says something about; 0 when it is empty. */
uint64_t hy_parts_first_seq(const struct hy_seqset *set);
uint64_t hy_parts_last_seq(const struct hy_seqset *set);

/* The index of the set's first range of parts; set->count when there is none. */
size_t hy_parts_begin(const struct hy_seqset *set);

/* Does the set hold the whole record: its number, or all of its places? */
bool hy_parts_has_all(const struct hy_seqset *set, uint64_t seq);

#endif
