#include "store/part.h"

enum hy_code hy_parts_add(struct hy_seqset *set, uint64_t seq, unsigned place, unsigned count)
{
    if (count <= 1) {
        return hy_seqset_add(set, seq, seq);
    }
    const unsigned last = place + 1 == count ? HY_PARTS_MAX - 1 : place;
    return hy_seqset_add(set, hy_part_number(seq, place), hy_part_number(seq, last));
}

size_t hy_parts_begin(const struct hy_seqset *set)
{
    size_t at = set->count; /* parts stand at the end, and mostly there are none */
    size_t low = 0;
    if (at == 0 || !hy_is_part(set->ranges[at - 1].last)) {
        return at;
    }
    while (low < at) {
        const size_t middle = low + (at - low) / 2;
        if (hy_is_part(set->ranges[middle].last)) {
            at = middle;
        } else {
            low = middle + 1;
        }
    }
    return at;
}

uint64_t hy_parts_first_seq(const struct hy_seqset *set)
{
    if (set->count == 0) {
        return 0;
    }
    const size_t parts = hy_parts_begin(set);
    const uint64_t whole = hy_part_seq(set->ranges[0].first);
    const uint64_t part = parts < set->count ? hy_part_seq(set->ranges[parts].first) : whole;
    return part < whole ? part : whole;
}

uint64_t hy_parts_last_seq(const struct hy_seqset *set)
{
    if (set->count == 0) {
        return 0;
    }
    const size_t parts = hy_parts_begin(set);
    const uint64_t last = hy_part_seq(set->ranges[set->count - 1].last);
    const uint64_t whole = parts > 0 ? set->ranges[parts - 1].last : 0;
    return last > whole ? last : whole;
}

bool hy_parts_has_all(const struct hy_seqset *set, uint64_t seq)
{
    return hy_seqset_has(set, seq) ||
           (hy_parts_begin(set) < set->count &&
            hy_seqset_run_end(set, hy_part_number(seq, 0)) >=
                hy_part_number(seq, HY_PARTS_MAX - 1));
}
