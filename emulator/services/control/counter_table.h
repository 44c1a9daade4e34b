/* counter_table.h - a stream's counters by name, for JSON and for Prometheus. */
#ifndef HY_SERVICES_CONTROL_COUNTER_TABLE_H
#define HY_SERVICES_CONTROL_COUNTER_TABLE_H

#include "base/sv.h"
#include "pipeline/counters.h"

struct hy_counter_row {
    hy_sv name;       /* the member of struct hy_counters */
    hy_sv metric;     /* CloudWatch's name in snake case (firehose.md 5.4), or ours */
    const char *help;
    size_t offset;
    bool is_gauge;
};

extern const struct hy_counter_row hy_counter_table[];
extern const size_t hy_counter_count;

uint64_t hy_counter_read(const struct hy_counters *counters, size_t row);

#endif
