/* sender.h - requests on their way to the endpoint, each until all of it is settled.
 *
 *   put / http --> in flight --answer: all taken--> settled
 *                     ^   \--answer: some or all refused for now, or no answer--> waits
 *                     |                                                             |
 *                     +--------------------- longer and longer pause ---------------+
 *   refused for good, or refused too often: its events are reported, and it is settled
 *
 * An answer that got lost counts as none: what was sent is sent again, and may arrive twice.
 * (libcurl does so once by itself, uncounted, when a kept connection ends without a byte.)
 * Of a batch only the entries that failed are sent again.
 *
 * on_settled comes once for each put or http, later, never from inside the call.
 */
#ifndef HY_HARNESS_SENDER_H
#define HY_HARNESS_SENDER_H

#include "harness/fixture.h"
#include "harness/put.h"
#include "harness/tally.h"
#include "io/loop.h"

struct hy_sender; /* opaque */

struct hy_sender_options {
    struct hy_loop *loop;
    const char *endpoint;   /* "http://127.0.0.1:4573" */
    const char *region;
    const char *access_key, *secret_key; /* NULL: Firehose calls are not signed */
    const char *session_token;           /* NULL: none */
    uint64_t retries;       /* after the first try */
    uint64_t pause_ms;      /* before the first retry; doubles up to 5 s. 0: 50 */
    uint64_t timeout_ms;    /* for one answer; 0: 60,000 */
    unsigned window;        /* connections */

    /* `count` events from `place` on were given up; `why` is a sentence. */
    void (*on_failed)(void *ctx, struct hy_fixture_place place, size_t count, const char *why);
    void (*on_settled)(void *ctx);
    void *ctx;
}; /* all strings must outlive the sender */

/* NULL when out of memory. */
struct hy_sender *hy_sender_create(const struct hy_sender_options *options);
void hy_sender_destroy(struct hy_sender *sender); /* nothing may be in flight; NULL is fine */

/* Takes what the put holds, in any case. False when out of memory: then it will not be settled. */
HY_MUST_CHECK
bool hy_sender_put(struct hy_sender *sender, struct hy_put *put);
/* Copies the event. */
HY_MUST_CHECK
bool hy_sender_http(struct hy_sender *sender, const struct hy_fixture_event *event);

size_t hy_sender_in_flight(const struct hy_sender *sender); /* not settled */
const struct hy_tally *hy_sender_tally(const struct hy_sender *sender);
/* Nobody listened at the endpoint, as often as one asked. Nothing is tried again then, and what
 * fails is only counted. */
bool hy_sender_is_unreachable(const struct hy_sender *sender);

#endif
