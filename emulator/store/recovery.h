/* recovery.h - reads the segments of one journal back after a start. Blocks.
 *
 * Frames are reported only when their checksum is right and their number is the one that must
 * follow. The rules for what is damaged are in journal.h.
 */
#ifndef HY_STORE_RECOVERY_H
#define HY_STORE_RECOVERY_H

#include "store/journal.h"
#include "store/segment.h"

struct hy_recovered {
    struct hy_segment *segments; /* that are left, oldest first; the caller frees it */
    size_t count;
    uint64_t next_seq;
    bool last_is_damaged;        /* do not append to it: begin a new segment */
};

/* HY_NOT_FOUND: no such folder, nothing is recovered. */
HY_MUST_CHECK
enum hy_code hy_recover(const char *folder, uint64_t released, hy_journal_written_fn *on_written,
                        void *ctx, struct hy_recovered *out);

#endif
