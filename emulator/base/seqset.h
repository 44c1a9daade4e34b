/* seqset.h - a set of a stream's sequence numbers, as sorted ranges without gaps or overlap.
 *
 * Records are settled mostly in order, so a set is a handful of ranges even for millions of
 * numbers. Adding at the end is O(1), elsewhere a binary search and a move.
 *
 * On disk: a pair of varints (LEB128) for each range, (first - end of the range before, 0 for the
 * first one) and (count - 1): mostly 3 or 4 bytes, at most 20.
 */
#ifndef HY_BASE_SEQSET_H
#define HY_BASE_SEQSET_H

#include "base/buf.h"
#include "base/err.h"

struct hy_seqrange {
    uint64_t first;
    uint64_t last; /* inclusive */
};

struct hy_seqset {
    struct hy_seqrange *ranges;
    size_t count, cap;
};

void hy_seqset_init(struct hy_seqset *set);   /* empty; allocates nothing */
void hy_seqset_finish(struct hy_seqset *set); /* fine on a zeroed set */
void hy_seqset_clear(struct hy_seqset *set);

/* HY_NO_MEMORY leaves the set as it was, here and below. */
HY_MUST_CHECK enum hy_code hy_seqset_add(struct hy_seqset *set, uint64_t first, uint64_t last);
HY_MUST_CHECK enum hy_code hy_seqset_add_all(struct hy_seqset *set, const struct hy_seqset *more);
/* What is not in the set does no harm. */
HY_MUST_CHECK enum hy_code hy_seqset_remove(struct hy_seqset *set, uint64_t first, uint64_t last);
bool hy_seqset_has(const struct hy_seqset *set, uint64_t seq);
uint64_t hy_seqset_size(const struct hy_seqset *set); /* numbers, not ranges */

/* The end of the range that starts at or before `first` (from 1) and holds it; `first` - 1 when
 * it is not in the set. With first = 1: all numbers up to here are settled. */
uint64_t hy_seqset_run_end(const struct hy_seqset *set, uint64_t first);

void hy_seqset_encode(const struct hy_seqset *set, struct hy_buf *out);
/* Replaces what was in the set. HY_MALFORMED leaves it as it was. */
HY_MUST_CHECK enum hy_code hy_seqset_decode(struct hy_seqset *set, hy_sv bytes);

#endif
