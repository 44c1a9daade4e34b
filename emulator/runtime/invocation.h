/* invocation.h - one call: from the moment it is asked for until its callback.
 *
 *   waiting (in its function's queue) -> in an environment, or on its way to a URL -> over
 *
 * Whoever notices the end calls one of the finish functions, once, from a callback of the
 * loop and never from inside hy_invoke. They take the invocation off wherever it stands, call
 * the caller's function, and free it. The caller's function may call anything of functions.h;
 * so after a finish only what cannot be freed within a turn may be touched (an environment
 * never is).
 */
#ifndef HY_RUNTIME_INVOCATION_H
#define HY_RUNTIME_INVOCATION_H

#include "io/timer.h"
#include "runtime/function_error.h"
#include "runtime/functions.h"
#include "runtime/host.h"

struct hy_environment;
struct hy_function;

struct hy_invocation {
    struct hy_host *host;
    struct hy_function *function;       /* NULL: there is none of that name */
    struct hy_environment *environment; /* that works on it */
    struct hy_http_fetch *fetch;        /* that waits for a URL's answer */
    struct hy_invocation *prev, *next;  /* in its function's queue, or its list of fetches */
    bool is_waiting;
    hy_sv payload;
    hy_invoke_fn *fn;
    void *ctx;
    char request_id[HY_UUID_BYTES];
    char trace_id[80];
    struct hy_timer *limit; /* the caller's own; NULL: none */
    uint64_t limit_ms;
    uint64_t asked_ns;
    uint64_t begun_ns;      /* handed over; 0 while it waits */
    bool cold;
    enum hy_invoke_outcome refusal; /* of hy_invocation_refuse_later */
};

/* NULL when out of memory. on_limit: the caller's limit is over. */
struct hy_invocation *hy_invocation_create(struct hy_host *host,
                                           const struct hy_invoke_options *options,
                                           hy_loop_fn *on_limit, hy_invoke_fn *fn, void *ctx);
void hy_invocation_destroy(struct hy_invocation *call); /* one that never began: no callback */

void hy_invocation_begin(struct hy_invocation *call); /* handed over: its duration starts */

void hy_invocation_reply(struct hy_invocation *call, hy_sv payload, hy_sv log_tail);

/* With the payload that the function gave (may be empty: one is made of the error). */
void hy_invocation_fail(struct hy_invocation *call, enum hy_invoke_outcome outcome,
                        const struct hy_function_error *error, hy_sv payload, hy_sv log_tail);

/* With "RequestId: <id> Error: <message>", as the service words what it notices itself. */
HY_PRINTF(5, 6)
void hy_invocation_fail_by_us(struct hy_invocation *call, enum hy_invoke_outcome outcome,
                              const char *type, hy_sv log_tail, const char *format, ...);

/* NOT_FOUND, THROTTLED or CANCELLED, in the next turn. False when out of memory. */
HY_MUST_CHECK
bool hy_invocation_refuse_later(struct hy_invocation *call, enum hy_invoke_outcome outcome);

#endif
