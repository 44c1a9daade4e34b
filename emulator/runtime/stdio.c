/* stdio.c - the kind of environment that is one process for one call.
 *
 * The event and a newline on stdin, then its end; all of stdout is the reply, if the process
 * exits with 0 and said anything. Anything else is a failure of the function, not of the
 * environment, so there is no back-off, except when a signal ended it
 * (lambda-contract.md 5.3).
 */
#include "runtime/environment.h"
#include "runtime/function.h"

static void start(struct hy_environment *environment)
{
    hy_environment_begin(environment);
    hy_environment_write_event(environment, HY_SV("\n"), false);
    if (environment->call != NULL) {
        hy_process_close_stdin(environment->process);
    }
}

static void output(struct hy_environment *environment, enum hy_process_stream stream, hy_sv bytes)
{
    (void)stream;
    hy_buf_append(&environment->output, bytes);
    if (environment->output.failed) {
        hy_environment_fail_too_large(environment);
    }
}

static void end(struct hy_environment *environment)
{
    const struct hy_process_end *end = &environment->end;
    if (end->signal == 0 && end->exit_status == 0 && environment->output.len > 0) {
        hy_environment_reply(environment, hy_buf_sv(&environment->output));
        return;
    }
    if (end->signal != 0) {
        hy_function_note_crash(environment->function);
    }
    hy_environment_log_output(environment);
    hy_environment_fail_exit(environment);
}

const struct hy_environment_kind hy_kind_stdio = {
    .name = "stdio",
    .takes_stdin = true,
    .start = start,
    .give = NULL, /* it is never idle */
    .output = output,
    .end = end,
};
