#include "pipeline/convert/stats.h"

#include "pipeline/convert/plain.h"

#include <string.h>

void hy_stats_clear(struct hy_stats *stats)
{
    stats->has_values = stats->is_too_long = false;
    stats->min.len = stats->max.len = 0;
}

static int64_t int_of(hy_sv value)
{
    return value.len == 4 ? (int32_t)hy_plain_read_u32(value.ptr)
                          : (int64_t)hy_plain_read_u64(value.ptr);
}

static double float_of(hy_sv value)
{
    double wide;
    float narrow;
    if (value.len == 4) {
        const uint32_t bits = hy_plain_read_u32(value.ptr);
        memcpy(&narrow, &bits, sizeof narrow);
        return narrow;
    }
    const uint64_t bits = hy_plain_read_u64(value.ptr);
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

static int compare_big_end(hy_sv a, hy_sv b)
{
    const bool a_negative = (a.ptr[0] & 0x80) != 0, b_negative = (b.ptr[0] & 0x80) != 0;
    if (a_negative != b_negative) {
        return a_negative ? -1 : 1;
    }
    return memcmp(a.ptr, b.ptr, a.len);
}

static int compare(enum hy_order order, hy_sv a, hy_sv b)
{
    switch (order) {
    case HY_ORDER_INT:
        return (int_of(a) > int_of(b)) - (int_of(a) < int_of(b));
    case HY_ORDER_FLOAT:
        return (float_of(a) > float_of(b)) - (float_of(a) < float_of(b));
    case HY_ORDER_SIGNED_BIG_END:
        return compare_big_end(a, b);
    default:
        return hy_sv_compare(a, b);
    }
}

static void keep(struct hy_stats_value *kept, hy_sv value)
{
    kept->len = value.len;
    if (value.len > 0) {
        memcpy(kept->bytes, value.ptr, value.len);
    }
}

static hy_sv view(const struct hy_stats_value *kept)
{
    return (hy_sv){ kept->bytes, kept->len };
}

void hy_stats_add(struct hy_stats *stats, hy_sv value)
{
    if (stats->order == HY_ORDER_NONE || stats->is_too_long) {
        return;
    }
    if (stats->order == HY_ORDER_FLOAT && float_of(value) != float_of(value)) {
        return;
    }
    if (value.len > HY_STATS_VALUE_MAX) {
        stats->is_too_long = true;
        return;
    }
    if (!stats->has_values || compare(stats->order, value, view(&stats->min)) < 0) {
        keep(&stats->min, value);
    }
    if (!stats->has_values || compare(stats->order, value, view(&stats->max)) > 0) {
        keep(&stats->max, value);
    }
    stats->has_values = true;
}

/* A zero of either sign may stand for the other: the least is then -0, the greatest +0. */
static void widen_zero(struct hy_stats_value *kept, bool negative)
{
    if (kept->len > 0 && float_of(view(kept)) == 0) {
        kept->bytes[kept->len - 1] = (char)(negative ? 0x80 : 0);
    }
}

bool hy_stats_close(struct hy_stats *stats)
{
    if (stats->order == HY_ORDER_FLOAT) {
        widen_zero(&stats->min, true);
        widen_zero(&stats->max, false);
    }
    return stats->has_values && !stats->is_too_long;
}
