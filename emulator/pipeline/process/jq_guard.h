/* jq_guard.h - what jq asserts is not the end of hydrant.
 *
 * libjq 1.6 has assertions that records can reach: `.ts | strftime("%Y")` with a ts in
 * nanoseconds is one. The record would end the process, and at the next start again, for it is
 * still in the journal. So failed assertions come to a __assert_fail of ours, in place of the C
 * library's: inside a guarded call they end that call, on that thread; anywhere else they end the
 * process, as they should.
 */
#ifndef HY_PIPELINE_PROCESS_JQ_GUARD_H
#define HY_PIPELINE_PROCESS_JQ_GUARD_H

#include <stdbool.h>

/* Calls call(ctx), which calls libjq and nothing else. False: an assertion failed in it. What it
 * has allocated is then lost, and what it was working on must not be used, nor freed. */
bool hy_jq_guard(void (*call)(void *ctx), void *ctx);

#endif
