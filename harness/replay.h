/* replay.h - fixture files against an endpoint: what to send next, and when.
 *
 * Events go out in the order of the files. With a pace each goes out at its time; a batch takes
 * what is due and never waits for more. At most `window` requests are in flight: with more than
 * one, requests may overtake each other; with one, and no retries, records arrive in order.
 *
 * A mistake in a file ends the reading there; what was sent before is seen through.
 */
#ifndef HY_HARNESS_REPLAY_H
#define HY_HARNESS_REPLAY_H

#include "harness/pace.h"
#include "harness/sender.h"

struct hy_replay; /* opaque */

struct hy_replay_options {
    const char *const *files;
    size_t file_count;
    const char *stream;   /* NULL: as the events say; otherwise for all records */
    struct hy_pace pace;
    size_t batch;         /* 1: PutRecord; up to 500: PutRecordBatch */
    struct hy_sender_options sender; /* loop, endpoint, keys, window, on_failed, ctx of it;
                                        on_settled is the replay's */
    /* Once, later. HY_OK: everything was sent, and acknowledged or reported. HY_IO with
     * hy_sender_is_unreachable: nobody there. Anything else: err says what is wrong in a file. */
    void (*on_end)(void *ctx, enum hy_code code, const struct hy_err *err);
    void *ctx;
};

/* NULL when out of memory. */
struct hy_replay *hy_replay_create(const struct hy_replay_options *options);
/* When on_end has returned. NULL is fine. */
void hy_replay_destroy(struct hy_replay *replay);

const struct hy_tally *hy_replay_tally(const struct hy_replay *replay);
uint64_t hy_replay_offset(const struct hy_replay *replay); /* bytes of the files parsed */

#endif
