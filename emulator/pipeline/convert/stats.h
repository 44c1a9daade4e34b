/* stats.h - the least and the greatest of a column chunk's values, and their order. */
#ifndef HY_PIPELINE_CONVERT_STATS_H
#define HY_PIPELINE_CONVERT_STATS_H

#include "base/sv.h"

/* With a longer value there are none: they would cost more than they save. */
enum { HY_STATS_VALUE_MAX = 512 };

enum hy_order {
    HY_ORDER_NONE,
    HY_ORDER_INT,            /* 4 or 8 bytes, little end first */
    HY_ORDER_FLOAT,          /* the same; NaN is neither least nor greatest */
    HY_ORDER_UNSIGNED,       /* byte by byte */
    HY_ORDER_SIGNED_BIG_END, /* two's complement of a fixed length */
};

struct hy_stats_value {
    size_t len;
    char bytes[HY_STATS_VALUE_MAX];
};

struct hy_stats {
    enum hy_order order;
    bool has_values;
    bool is_too_long;
    struct hy_stats_value min, max;
};

void hy_stats_clear(struct hy_stats *stats); /* the order is kept */

/* A value as PLAIN has it, but without a length. */
void hy_stats_add(struct hy_stats *stats, hy_sv value);

/* After the last value: is there a least and a greatest? */
bool hy_stats_close(struct hy_stats *stats);

#endif
