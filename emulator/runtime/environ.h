/* environ.h - the environment variables of an execution environment.
 *
 * Begun empty (lambda-contract.md 6): of our own environment only PATH, LANG, LC_* and the
 * like come in, never credentials, proxies or another runtime's settings. Then, later wins:
 * what we suggest (region, dummy credentials, endpoint), the user's variables, and what a
 * user cannot set (lambda-contract.md 2.2).
 */
#ifndef HY_RUNTIME_ENVIRON_H
#define HY_RUNTIME_ENVIRON_H

#include "base/err.h"
#include "runtime/interpreter.h"

struct hy_environ {
    char **variables; /* "K=V", NULL-terminated */
    size_t count, cap;
    bool failed;      /* out of memory: look once at the end */
};

struct hy_environ_facts {
    const struct hy_host *host;
    const struct hy_function_spec *spec;
    const struct hy_launch *launch;
    const char *scratch;    /* the environment's own folder for temporary files */
    const char *log_stream;
    const char *trace_id;   /* for one process a call; else NULL: the client sets it */
    const char *request_id; /* for one process a call; else NULL */
    uint64_t deadline_ms;   /* for one process a call */
    unsigned api_port;      /* 0: no Runtime API */
};

HY_MUST_CHECK
enum hy_code hy_environ_make(struct hy_environ *environment,
                             const struct hy_environ_facts *facts);
void hy_environ_finish(struct hy_environ *environment); /* fine on a zeroed one */

/* NULL when it is not there; "" when it is empty. */
const char *hy_environ_get(const struct hy_environ *environment, const char *name);

#endif
