/* runtime_api.h - the Lambda Runtime API, version 2018-06-01, for one execution environment.
 *
 *   STARTED --GET next--> READY --event delivered--> RUNNING --response|error--> RESPONDED
 *      |                    ^                                                       |
 *      +--init/error--> INIT_ERROR                    +----------- GET next --------+
 *
 * Served on 127.0.0.1 with a port of its own: the port is what says who is asking, because a
 * client may use any number of connections (lambda-contract.md 0). GET next is parked without
 * a timeout. What a client gets to read is answered to the byte as AWS's own emulator does
 * (lambda-contract.md 1.4).
 *
 * A result is handed on at the end of the turn in which it came, so that what the function
 * printed before it has been read by then, and only after that the client gets its 202.
 */
#ifndef HY_RUNTIME_RUNTIME_API_H
#define HY_RUNTIME_RUNTIME_API_H

#include "base/random.h"
#include "io/loop.h"
#include "runtime/function_error.h"

/* Of a response and of an event (lambda-contract.md 1.4). */
enum { HY_RUNTIME_PAYLOAD_MAX = 6 * 1024 * 1024 + 100 };

struct hy_runtime_api; /* opaque */

struct hy_runtime_event {
    const char *request_id; /* all of it lives until the result, or until hy_runtime_api_stop */
    const char *arn;
    const char *trace_id;
    uint64_t deadline_ms; /* a date */
    hy_sv payload;
};

enum hy_runtime_outcome {
    HY_RUNTIME_REPLY,
    HY_RUNTIME_ERROR,      /* the function failed; the process goes on */
    HY_RUNTIME_INIT_ERROR, /* it could not start, and is about to exit */
};

struct hy_runtime_result {
    enum hy_runtime_outcome outcome;
    hy_sv payload;                  /* as sent; of an error it may be anything, or empty */
    struct hy_function_error error; /* with an error: at least the type is set */
};

struct hy_runtime_api_options {
    const char *function_name, *handler; /* for extensions that register; live longer */
    struct hy_random *random;            /* lives longer */
    /* The runtime waits for an event. May deliver at once. */
    void (*on_ready)(void *ctx);
    /* Views live until it returns. */
    void (*on_result)(void *ctx, const struct hy_runtime_result *result);
    void *ctx;
};

HY_MUST_CHECK
enum hy_code hy_runtime_api_create(struct hy_loop *loop,
                                   const struct hy_runtime_api_options *options,
                                   struct hy_runtime_api **out, struct hy_err *err);
unsigned hy_runtime_api_port(const struct hy_runtime_api *api);

/* After on_ready, once. */
void hy_runtime_api_deliver(struct hy_runtime_api *api, const struct hy_runtime_event *event);

/* Hands on a result that has come and waits for the end of the turn. */
void hy_runtime_api_settle(struct hy_runtime_api *api);

/* Everything that is parked is cut; no callback comes any more but done(ctx), once, after
 * which the pointer is dead. */
void hy_runtime_api_stop(struct hy_runtime_api *api, hy_loop_fn *done, void *ctx);

#endif
