/* process.h - a child process in a group of its own, its three pipes, and its end.
 *
 *   RUNNING --exit seen--> ENDED, and when stdout and stderr are at their end too (or the
 *   drain time is over): on_end, once, last; after it the pointer is dead.
 *
 * The child is the leader of a new session, so hy_process_kill reaches its children as well;
 * when the leader has ended, what is left of the group is killed. If hydrant itself dies, the
 * kernel kills the child (PR_SET_PDEATHSIG; the loop must run on the main thread for that: the
 * kernel takes the end of the thread that started the child for the end of the parent). Pipes
 * are real pipes, not socket pairs: /dev/stdin works in the child (lambda-contract.md 6). Our
 * own descriptors are all close-on-exec; the child gets 0, 1, 2 and, when asked, 3.
 *
 * The environment is exactly what is given, nothing inherited.
 */
#ifndef HY_IO_PROCESS_H
#define HY_IO_PROCESS_H

#include "base/sv.h"
#include "io/loop.h"

struct hy_process; /* opaque */

enum hy_process_stream { HY_PROCESS_STDOUT, HY_PROCESS_STDERR, HY_PROCESS_RESULT /* fd 3 */ };

struct hy_process_end {
    int exit_status; /* of exit(); 0 when a signal ended it */
    int signal;      /* 0: it exited by itself */
};

struct hy_process_options {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in env's PATH */
    const char *const *env;  /* "K=V", NULL-terminated */
    const char *cwd;
    bool with_stdin;         /* false: /dev/null */
    bool with_result;        /* also give it a pipe on descriptor 3 to write results to */
    uint64_t drain_ms;       /* after exit, wait so long for the pipes' ends; default 200 */

    /* `bytes` empty: the stream's end, once for each stream and before on_end. Views live
     * until the callback returns. */
    void (*on_output)(void *ctx, enum hy_process_stream stream, hy_sv bytes);
    void (*on_end)(void *ctx, const struct hy_process_end *end);
    void *ctx;
};

/* HY_NOT_FOUND or HY_IO with a sentence when it cannot be started; no callback then. */
HY_MUST_CHECK
enum hy_code hy_process_start(struct hy_loop *loop, const struct hy_process_options *options,
                              struct hy_process **out, struct hy_err *err);

int hy_process_pid(const struct hy_process *process);

/* Writes all of `bytes`, which must live until `done` (may be NULL). done(ctx) also when the
 * child closed its end: that is not an error here. It comes later and before on_end (only
 * when there is no memory left it comes at once, and stdin is closed). */
void hy_process_write(struct hy_process *process, hy_sv bytes, hy_loop_fn *done, void *ctx);
void hy_process_close_stdin(struct hy_process *process); /* after what was written */

/* To the whole group; harmless when it has ended. SIGKILL, or SIGTERM to ask politely. */
void hy_process_kill(struct hy_process *process, int signal);

#endif
