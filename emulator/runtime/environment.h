/* environment.h - one execution environment: a child process and the call that is in it.
 *
 *   STARTING --ready--> IDLE <--> BUSY --+
 *      |                  |              |     (exit, timeout, retired, killed)
 *      +------------------+--------------+--> DYING --> freed
 *
 * A call is bound to the environment that was started for it, so that it learns why a start
 * failed. BUSY without a call: the reply is out, the process has not asked for more yet.
 *
 * An environment is freed when its process has been reaped and its Runtime API is closed,
 * from a callback of one of the two and nowhere else: whoever runs in a callback of ours may
 * hold the pointer until he returns.
 *
 * How a process is talked to is its kind: a table of functions, one file each
 * (polling.c, stdio.c, ndjson.c, dual.c).
 */
#ifndef HY_RUNTIME_ENVIRONMENT_H
#define HY_RUNTIME_ENVIRONMENT_H

#include "io/process.h"
#include "io/timer.h"
#include "runtime/invocation.h"
#include "runtime/logs.h"
#include "runtime/runtime_api.h"

enum { HY_TERM_GRACE_MS = 500 }; /* from SIGTERM to SIGKILL */

enum hy_environment_state {
    HY_ENVIRONMENT_STARTING,
    HY_ENVIRONMENT_IDLE,
    HY_ENVIRONMENT_BUSY,
    HY_ENVIRONMENT_DYING,
};

struct hy_environment {
    struct hy_function *function;
    struct hy_host *host;
    struct hy_environment *prev, *next; /* of the function */
    const struct hy_environment_kind *kind;
    enum hy_environment_state state;
    struct hy_invocation *call;
    struct hy_process *process;  /* NULL when it has ended */
    struct hy_runtime_api *api;  /* NULL: none, or closed */
    bool api_is_stopping;
    struct hy_timer *timer;      /* what it means depends on the state */
    uint64_t replied_ns;         /* BUSY without a call: since when */
    uint64_t start_over_ns;      /* STARTING: the end of the time that a start has of its own */
    struct hy_function_logs logs;
    struct hy_buf output;        /* stdout, where it is or may be the reply */
    struct hy_buf result;        /* descriptor 3: a line that is not whole yet */
    unsigned writes;             /* to stdin, under way */
    struct hy_process_end end;
    bool end_is_due;             /* the end of the turn will deal with `end` */
    char *scratch;               /* its folder for temporary files */
    uint64_t stamp;              /* of the code it runs */
};

struct hy_environment_kind {
    const char *name;
    bool serves_api, takes_stdin, gives_result;
    void (*start)(struct hy_environment *environment); /* the process runs, `call` is set */
    void (*give)(struct hy_environment *environment);  /* it was idle, `call` is set */
    void (*output)(struct hy_environment *environment, enum hy_process_stream stream,
                   hy_sv bytes);
    void (*end)(struct hy_environment *environment);   /* the process ended with `call` in it */
    void (*contact)(struct hy_environment *environment); /* the Runtime API was used; or NULL */
};

extern const struct hy_environment_kind hy_kind_polling; /* of the Runtime API */
extern const struct hy_environment_kind hy_kind_stdio;
extern const struct hy_environment_kind hy_kind_ndjson;
extern const struct hy_environment_kind hy_kind_dual;    /* not known yet: both are offered */

/* Starts one for the call, which stays the caller's when that fails. */
HY_MUST_CHECK
enum hy_code hy_environment_start(struct hy_function *function, struct hy_invocation *call,
                                  uint64_t stamp, struct hy_err *err);
void hy_environment_give(struct hy_environment *environment, struct hy_invocation *call);

/* SIGTERM, and SIGKILL if that does not help; or SIGKILL at once. A call in it must have been
 * taken out. */
void hy_environment_retire(struct hy_environment *environment);
void hy_environment_kill(struct hy_environment *environment);

/* Takes the call out: it is the caller's to finish. */
struct hy_invocation *hy_environment_take_call(struct hy_environment *environment);

/* The call has taken too long: kills, and answers. `limit_ms` is what it had. */
void hy_environment_time_out(struct hy_environment *environment, uint64_t limit_ms);

/* For the kinds. */

/* The event is handed over: BUSY, and the function's timeout runs. */
void hy_environment_begin(struct hy_environment *environment);
/* Writes the event and `ending`, raw newlines of it made blanks if asked for. Without memory
 * the environment is killed and the call fails. */
void hy_environment_write_event(struct hy_environment *environment, hy_sv ending, bool one_line);
/* The four ways a call ends in an environment; the state is the kind's to set before. */
void hy_environment_reply(struct hy_environment *environment, hy_sv payload);
void hy_environment_fail(struct hy_environment *environment,
                         const struct hy_function_error *error, hy_sv payload);
void hy_environment_fail_exit(struct hy_environment *environment); /* as env->end says */
void hy_environment_fail_too_large(struct hy_environment *environment); /* and kills */
void hy_environment_become_idle(struct hy_environment *environment);
/* The process is about to go by itself; SIGKILL if it does not. */
void hy_environment_let_go(struct hy_environment *environment);
void hy_environment_log(struct hy_environment *environment, enum hy_process_stream stream,
                        hy_sv bytes);
/* What could have been a reply and was not: the beginning of it, for whoever looks for why. */
void hy_environment_log_output(struct hy_environment *environment);
uint64_t hy_environment_timeout_ms(const struct hy_environment *environment);

/* For polling.c and dual.c: the callbacks of a Runtime API whose ctx is the environment. */
void hy_polling_on_ready(void *environment);
void hy_polling_on_result(void *environment, const struct hy_runtime_result *result);

#endif
