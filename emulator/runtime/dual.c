/* dual.c - the kind of environment that is not known yet: the process is offered both.
 *
 * It gets the Runtime API's address and, at the same time, the event on stdin; what it does
 * with them tells what it is (lambda-contract.md 5.4). Its first GET next makes it a polling
 * one: stdin was never looked at, and stdout was log. Its exit with 0 after saying something
 * makes it a stdio one, and what it said is the reply. Only one of the two can happen, so
 * nothing is processed twice. The function remembers the verdict for as long as its files
 * stay what they are; a failure teaches nothing.
 */
#include "runtime/environment.h"
#include "runtime/function.h"

#include "base/log.h"

static void remember(struct hy_environment *environment, const struct hy_environment_kind *kind)
{
    struct hy_function *function = environment->function;
    function->kind = kind;
    function->kind_stamp = environment->stamp;
    hy_log(HY_LOG_INFO, "runtime", NULL, "%s speaks %s", function->spec->name, kind->name);
}

static void start(struct hy_environment *environment)
{
    hy_kind_polling.start(environment); /* which of the two clocks counts is not known either */
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

static void contact(struct hy_environment *environment)
{
    environment->kind = &hy_kind_polling;
    remember(environment, &hy_kind_polling);
    hy_environment_log(environment, HY_PROCESS_STDOUT, hy_buf_sv(&environment->output));
    hy_buf_finish(&environment->output);
}

static void end(struct hy_environment *environment)
{
    const struct hy_process_end *end = &environment->end;
    if (end->signal == 0 && end->exit_status == 0 && environment->output.len > 0) {
        remember(environment, &hy_kind_stdio);
        hy_environment_reply(environment, hy_buf_sv(&environment->output));
        return;
    }
    if (end->signal != 0) {
        hy_function_note_crash(environment->function);
    }
    hy_environment_log_output(environment);
    hy_environment_fail_exit(environment);
}

const struct hy_environment_kind hy_kind_dual = {
    .name = "auto",
    .serves_api = true,
    .takes_stdin = true,
    .start = start,
    .give = NULL, /* it is never idle */
    .output = output,
    .end = end,
    .contact = contact,
};
