/* quota.h - a stream's throughput quotas: requests, records and bytes a second (firehose.md 2.12).
 *
 * Three token buckets that hold one second's worth each and fill all the time. What is kept is
 * what was spent and has not been made good yet, so a quota of zeros is a full one, whatever the
 * clock shows. A value, to be copied: a Put takes from a copy and keeps it once it is certain.
 *
 * Pure: time is an argument.
 */
#ifndef HY_SERVICES_FIREHOSE_QUOTA_H
#define HY_SERVICES_FIREHOSE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hy_quota {
    uint64_t at_ms; /* of the last turn */
    uint64_t requests, records, bytes; /* spent, in thousandths: a rate times milliseconds */
};

/* Makes good what the time since the last turn brings. A clock that goes back brings nothing. */
void hy_quota_turn(struct hy_quota *quota, uint64_t now_ms);

/* False, and nothing is taken, when it is over the quota. */
bool hy_quota_take_request(struct hy_quota *quota);
bool hy_quota_take_record(struct hy_quota *quota, size_t bytes);

#endif
