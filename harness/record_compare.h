/* record_compare.h - one record against another, by the rules of record_diff.h. */
#ifndef HY_HARNESS_RECORD_COMPARE_H
#define HY_HARNESS_RECORD_COMPARE_H

#include "harness/record_diff.h"

bool hy_record_fits(const struct hy_record *expected, const struct hy_record *found,
                    const struct hy_record_rules *rules);

/* How many fields differ; each is described in a line or two of `out`. */
size_t hy_record_describe(const struct hy_record *expected, const struct hy_record *found,
                          const struct hy_record_rules *rules, bool is_coloured,
                          struct hy_buf *out);

#endif
