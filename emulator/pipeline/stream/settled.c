#include "pipeline/stream/settled.h"

#include "store/part.h"

void hy_settled_finish(struct hy_settled *settled)
{
    for (size_t i = 0; i < HY_LANE_COUNT; i++) {
        hy_seqset_finish(&settled->lanes[i]);
    }
}

static uint64_t overlap(const struct hy_seqset *set, const struct hy_seqrange *range)
{
    uint64_t common = 0;
    size_t low = 0;
    size_t high = set->count;
    while (low < high) { /* the first range that ends at or after ours begins */
        const size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].last < range->first) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < set->count && set->ranges[low].first <= range->last; low++) {
        const struct hy_seqrange *other = &set->ranges[low];
        const uint64_t first = other->first > range->first ? other->first : range->first;
        const uint64_t last = other->last < range->last ? other->last : range->last;
        common += last - first + 1;
    }
    return common;
}

/* Records of which the last missing part has come: their numbers take the parts' place. A part
 * that stays for want of memory does no harm. */
static enum hy_code join_parts(struct hy_settled *settled, enum hy_lane lane,
                               const struct hy_seqrange *range, uint64_t *joined)
{
    struct hy_seqset *set = &settled->lanes[lane];
    for (uint64_t seq = hy_part_seq(range->first); seq <= hy_part_seq(range->last); seq++) {
        if (hy_seqset_has(set, seq) || !hy_parts_has_all(set, seq)) {
            continue;
        }
        enum hy_code code = hy_seqset_add(set, seq, seq);
        if (code != HY_OK) {
            return code;
        }
        *joined += !settled->has_backup || hy_settled_has(settled, seq);
        code = hy_seqset_remove(set, hy_part_number(seq, 0),
                                hy_part_number(seq, HY_PARTS_MAX - 1));
        (void)code;
    }
    return HY_OK;
}

static uint64_t common_with(const struct hy_seqset *set, const struct hy_seqset *seqs)
{
    uint64_t common = 0;
    for (size_t i = 0; i < seqs->count; i++) {
        common += overlap(set, &seqs->ranges[i]);
    }
    return common;
}

enum hy_code hy_settled_add(struct hy_settled *settled, enum hy_lane lane,
                            const struct hy_seqset *seqs, uint64_t *fresh)
{
    const size_t parts = hy_parts_begin(seqs);
    const struct hy_seqset whole = { .ranges = seqs->ranges, .count = parts };
    const bool counts = lane == HY_LANE_MAIN || settled->has_backup;
    const enum hy_lane other = lane == HY_LANE_MAIN ? HY_LANE_BACKUP : HY_LANE_MAIN;
    uint64_t settled_now = 0;
    if (counts && !settled->has_backup) {
        settled_now = hy_seqset_size(&whole) - common_with(&settled->lanes[lane], &whole);
    } else if (counts) {
        /* Numbers come to a lane once, so what the other lane has is settled by this one. */
        settled_now = common_with(&settled->lanes[other], &whole);
    }
    enum hy_code code = hy_seqset_add_all(&settled->lanes[lane], seqs);
    for (size_t i = parts; code == HY_OK && i < seqs->count; i++) {
        code = join_parts(settled, lane, &seqs->ranges[i], &settled_now);
    }
    *fresh = code == HY_OK ? settled_now : 0;
    return code;
}

bool hy_settled_has(const struct hy_settled *settled, uint64_t seq)
{
    return hy_seqset_has(&settled->lanes[HY_LANE_MAIN], seq) &&
           (!settled->has_backup || hy_seqset_has(&settled->lanes[HY_LANE_BACKUP], seq));
}

uint64_t hy_settled_lane_through(const struct hy_settled *settled, enum hy_lane lane)
{
    return hy_seqset_run_end(&settled->lanes[lane], 1); /* numbers start at 1 */
}

uint64_t hy_settled_through(const struct hy_settled *settled)
{
    const uint64_t main_through = hy_settled_lane_through(settled, HY_LANE_MAIN);
    if (!settled->has_backup) {
        return main_through;
    }
    const uint64_t backup_through = hy_settled_lane_through(settled, HY_LANE_BACKUP);
    return backup_through < main_through ? backup_through : main_through;
}
