/* functions.h - the Lambda functions that run here, and how they are invoked.
 *
 * One execution environment is one child process (or one slot for a URL), with at most one
 * invocation in it at a time; parallelism is more environments (lambda-contract.md 0). An
 * environment is started when an invocation finds none idle and the function's concurrency
 * allows one more; invocations beyond that wait in order.
 *
 * Payloads are opaque bytes: the caller makes the event and reads the reply.
 *
 * Timeouts are real time, counted from the moment the event is handed to the environment; the
 * start of a process has 10 s of its own. On a timeout the process group is killed and a new
 * one is started for the next call. A crash loop backs off: 100 ms, doubling, 5 s at most.
 */
#ifndef HY_RUNTIME_FUNCTIONS_H
#define HY_RUNTIME_FUNCTIONS_H

#include "base/clock.h"
#include "base/random.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "model/function_spec.h"

struct hy_functions;  /* opaque: all of them */
struct hy_invocation; /* opaque: one under way */

enum hy_invoke_outcome {
    HY_INVOKE_OK,             /* payload is the reply */
    HY_INVOKE_FUNCTION_ERROR, /* raised, returned an error, exited, could not start */
    HY_INVOKE_TIMED_OUT,      /* the function's own timeout */
    HY_INVOKE_THROTTLED,      /* 429 from a URL, or a concurrency of 0 */
    HY_INVOKE_NOT_FOUND,      /* no such function */
    HY_INVOKE_ACCESS_DENIED,
    HY_INVOKE_TRANSPORT,      /* a URL could not be reached or did not answer in time */
    HY_INVOKE_CANCELLED,      /* we are stopping */
};

struct hy_invoke_result {
    enum hy_invoke_outcome outcome;
    hy_sv payload;       /* OK: the reply; FUNCTION_ERROR: {"errorType","errorMessage",...} */
    hy_sv error_type;    /* "Runtime.ExitError", "Sandbox.Timedout", ... ; empty when OK */
    hy_sv error_message;
    hy_sv log_tail;      /* the last 4 KiB that the function logged during this call */
    const char *request_id; /* UUID */
    uint64_t duration_ms;   /* real time */
    bool cold;              /* an environment was started for it */
};                          /* all of it lives until the callback returns */

typedef void hy_invoke_fn(void *ctx, const struct hy_invoke_result *result);

struct hy_functions_options {
    const char *work_dir;    /* unpacked code, temporary folders; made when missing; copied */
    const char *runtime_dir; /* where our bootstraps (bootstrap.py ...) are installed; copied */
    const char *region;      /* for ARNs and the environment; copied */
    const char *account;     /* 12 digits; copied */
    const char *endpoint;    /* AWS_ENDPOINT_URL for functions, or NULL; may be set later */
    const char *const *inherited; /* "K=V", NULL-terminated, e.g. environ: PATH and LANG are
                                     taken from it, nothing secret; not copied; NULL: none */
    uint64_t start_ms_max;   /* for the start of a process; 0: 10,000 */
    uint64_t idle_ms_max;    /* of environments beyond a function's first; 0: 300,000 */
    /* A process that has just replied asks for more within a millisecond or so: waiting for it
     * is quicker than starting another. This long, then it is taken to be at work still. */
    uint64_t settle_ms_max;  /* 0: 50 */
    struct hy_clock clock;   /* the wall clock, whatever --clock says: functions compare their
                                deadline with their own */
    struct hy_random random;
};

/* NULL when out of memory. */
struct hy_functions *hy_functions_create(struct hy_loop *loop,
                                         const struct hy_functions_options *options);
void hy_functions_set_endpoint(struct hy_functions *functions, const char *endpoint); /* copied */

/* Takes the spec, whatever happens. Unpacks a zip and resolves the command; starts nothing.
 * HY_EXISTS; HY_INVALID with a sentence (no such folder, unknown runtime, unsafe zip). */
HY_MUST_CHECK
enum hy_code hy_functions_add(struct hy_functions *functions, struct hy_function_spec *spec,
                              struct hy_err *err);
/* Kills its environments; invocations under way end with CANCELLED. */
void hy_functions_remove(struct hy_functions *functions, hy_sv name);

/* Name, partial or full ARN, with or without qualifier. */
bool hy_functions_has(const struct hy_functions *functions, hy_sv name_or_arn);

struct hy_invoke_options {
    hy_sv function;      /* name or ARN */
    hy_sv payload;       /* must live until the callback */
    uint64_t timeout_ms; /* the caller's own limit (Firehose: 5 minutes); 0: none */
};

/* fn(ctx) exactly once, later. NULL when out of memory: then never. */
struct hy_invocation *hy_invoke(struct hy_functions *functions,
                                const struct hy_invoke_options *options, hy_invoke_fn *fn,
                                void *ctx);

/* SIGTERM, then SIGKILL to all environments; invocations end with CANCELLED; done(ctx) when
 * no process is left. */
void hy_functions_stop(struct hy_functions *functions, hy_loop_fn *done, void *ctx);
void hy_functions_destroy(struct hy_functions *functions); /* after stop */

#endif
