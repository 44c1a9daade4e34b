/* function.h - one function: its calls that wait, its environments, and which takes the next.
 *
 * A pump runs in a turn of its own and gives waiting calls away, oldest first: to an idle
 * environment whose code is still what it was, else to a new one, as long as the concurrency
 * and the back-off allow it. It is asked for whenever one of these changes.
 *
 * A removed function lives on, unknown to its callers, until its last environment is gone.
 */
#ifndef HY_RUNTIME_FUNCTION_H
#define HY_RUNTIME_FUNCTION_H

#include "runtime/environment.h"
#include "runtime/interpreter.h"
#include "runtime/invocation.h"

#include <uthash.h>

/* When a function asks for no limit of its own. */
enum { HY_ENVIRONMENTS_MAX = 10 };

struct hy_function {
    struct hy_host *host;
    struct hy_function_spec *spec;
    struct hy_launch launch; /* empty with a URL */
    char *folder;            /* the code, unpacked; NULL with a command or URL */
    char *program;           /* argv[0] where PATH has it; NULL: it does not */
    char *arn;
    const struct hy_environment_kind *kind; /* dual: not known yet */
    uint64_t kind_stamp;     /* of the code for which `kind` was found out */
    bool answers_on_result;  /* ndjson: descriptor 3 has been used */
    struct hy_environment *environments;
    struct hy_invocation *waiting;  /* oldest first */
    struct hy_invocation *fetching; /* on their way to the URL */
    unsigned fetch_count;
    unsigned crashes;        /* in a row */
    uint64_t not_before_ns;  /* no environment is started earlier */
    struct hy_timer *retry;  /* for not_before_ns; NULL until needed */
    bool pump_is_due, removed;
    UT_hash_handle hh;       /* by spec->name */
};

/* Takes the spec, whatever happens. */
HY_MUST_CHECK
enum hy_code hy_function_create(struct hy_host *host, struct hy_function_spec *spec,
                                struct hy_function **out, struct hy_err *err);

/* Ends everything; frees it, now or when the last environment is gone. */
void hy_function_remove(struct hy_function *function);

/* False when out of memory: then the call is still the caller's. */
HY_MUST_CHECK
bool hy_function_submit(struct hy_function *function, struct hy_invocation *call);

/* For invocation.c: the call is over, wherever it stood. */
void hy_function_forget(struct hy_function *function, struct hy_invocation *call);

/* The caller's limit is over (hy_loop_fn for a call's timer). */
void hy_function_on_limit(void *call);

/* For environments: something has changed. */
void hy_function_pump_soon(struct hy_function *function);
void hy_function_note_crash(struct hy_function *function);
void hy_function_note_success(struct hy_function *function);
void hy_function_environment_gone(struct hy_function *function,
                                  struct hy_environment *environment);
bool hy_function_has_other_idle(const struct hy_function *function,
                                const struct hy_environment *environment);

#endif
