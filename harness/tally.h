/* tally.h - the numbers of a replay, and how they are told. Pure. */
#ifndef HY_HARNESS_TALLY_H
#define HY_HARNESS_TALLY_H

#include "base/buf.h"

struct hy_tally {
    uint64_t records, requests; /* events that were sent: for a stream, and plain HTTP */
    uint64_t bytes;             /* of the records and of the requests' bodies */
    uint64_t acknowledged;      /* events that are settled well */
    uint64_t failed;            /* events that were given up */
    uint64_t resent;            /* events that were sent once more, each time */
};

/* One line, without its end, that fits a terminal. `done` is how much of the files has been
 * read, 0 to 1; 0 when nobody knows. */
void hy_tally_progress(const struct hy_tally *tally, double seconds, double done,
                       struct hy_buf *out);
/* Several lines, at the end. */
void hy_tally_summary(const struct hy_tally *tally, double seconds, struct hy_buf *out);

#endif
