/* ndjson.c - the kind of environment that reads one line and writes one line for each call.
 *
 * The event goes to stdin as one line. The reply is a line on descriptor 3; everything else
 * that the process prints is log. So that a ten-line script works as well: as long as a
 * function has never used descriptor 3, a line on stdout that is a JSON object is its reply.
 * (A process that answers on descriptor 3 therefore must not print JSON objects before its
 * first answer.)
 *
 * A reply that nobody waits for means that the process is out of step, and the next one would
 * be taken for another call's: such a process is ended.
 */
#include "runtime/environment.h"
#include "runtime/function.h"

#include "base/log.h"

#include <string.h>

static void give(struct hy_environment *environment)
{
    hy_environment_begin(environment);
    hy_environment_write_event(environment, HY_SV("\n"), true);
}

static void out_of_step(struct hy_environment *environment, const char *what)
{
    hy_log(HY_LOG_WARN, "runtime", NULL, "%s %s; its process is ended",
           environment->function->spec->name, what);
    hy_environment_kill(environment);
}

/* The buffer that `line` lies in does not change before the call's callback has returned:
 * only this environment's output does that. */
static void answer(struct hy_environment *environment, hy_sv line)
{
    if (environment->call == NULL) {
        out_of_step(environment, "replied when nothing was asked");
        return;
    }
    hy_environment_reply(environment, line);
    if (environment->state != HY_ENVIRONMENT_DYING) { /* whoever got it may have removed us */
        hy_environment_become_idle(environment);
    }
}

static void take_result_line(struct hy_environment *environment, hy_sv line)
{
    environment->function->answers_on_result = true;
    if (line.len > 0) {
        answer(environment, line);
    }
}

static void take_stdout_line(struct hy_environment *environment, hy_sv line)
{
    bool may_be_reply = !environment->function->answers_on_result && line.len > 0 &&
                        line.ptr[0] == '{' && hy_function_error_is_json(line);
    if (may_be_reply) {
        answer(environment, line);
    } else {
        hy_environment_log(environment, HY_PROCESS_STDOUT, line);
        hy_environment_log(environment, HY_PROCESS_STDOUT, HY_SV("\n"));
    }
}

/* Hands on the whole lines and keeps the rest. */
static void take_lines(struct hy_environment *environment, struct hy_buf *buf,
                       void (*take)(struct hy_environment *environment, hy_sv line))
{
    size_t from = 0;
    while (from < buf->len && environment->state != HY_ENVIRONMENT_DYING) {
        hy_sv rest = { buf->data + from, buf->len - from };
        size_t end = hy_sv_find(rest, '\n');
        if (end == rest.len) {
            break;
        }
        size_t len = end > 0 && rest.ptr[end - 1] == '\r' ? end - 1 : end;
        take(environment, (hy_sv){ rest.ptr, len });
        from += end + 1;
    }
    if (from > 0) {
        buf->len -= from;
        memmove(buf->data, buf->data + from, buf->len);
    }
}

static void output(struct hy_environment *environment, enum hy_process_stream stream, hy_sv bytes)
{
    bool is_result = stream == HY_PROCESS_RESULT;
    if (!is_result && environment->function->answers_on_result) {
        hy_environment_log(environment, stream, bytes);
        return;
    }
    struct hy_buf *buf = is_result ? &environment->result : &environment->output;
    size_t before = buf->len;
    hy_buf_append(buf, bytes);
    if (buf->failed && environment->call != NULL) {
        hy_environment_fail_too_large(environment);
    } else if (buf->failed) {
        out_of_step(environment, "wrote megabytes without a newline when nothing was asked");
    } else if (bytes.len > 0 && memchr(buf->data + before, '\n', bytes.len) != NULL) {
        take_lines(environment, buf, is_result ? take_result_line : take_stdout_line);
    }
}

static void end(struct hy_environment *environment)
{
    hy_function_note_crash(environment->function);
    hy_environment_log_output(environment);
    hy_environment_fail_exit(environment);
}

const struct hy_environment_kind hy_kind_ndjson = {
    .name = "ndjson",
    .takes_stdin = true,
    .gives_result = true,
    .start = give,
    .give = give,
    .output = output,
    .end = end,
};
