#include "runtime/environment.h"

#include "base/date.h"
#include "base/log.h"
#include "runtime/environ.h"
#include "runtime/function.h"
#include "runtime/scratch.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* After the exit, so long for what grandchildren keep open. */
enum { DRAIN_MS = 100 };

/* Its end. */

static void free_when_over(struct hy_environment *environment)
{
    if (environment->process != NULL || environment->api != NULL || environment->end_is_due) {
        return;
    }
    struct hy_host *host = environment->host;
    char tail[HY_LOG_TAIL_MAX];
    (void)hy_logs_end(&environment->logs, tail); /* shows what is left */
    hy_function_environment_gone(environment->function, environment);
    hy_timer_destroy(environment->timer);
    hy_buf_finish(&environment->output);
    hy_buf_finish(&environment->result);
    if (environment->scratch != NULL) {
        hy_scratch_remove(environment->scratch);
    }
    free(environment->scratch);
    free(environment);
    hy_host_release(host);
}

static void on_api_stopped(void *ctx)
{
    struct hy_environment *environment = ctx;
    environment->api = NULL;
    free_when_over(environment);
}

static void stop_api(struct hy_environment *environment)
{
    if (environment->api != NULL && !environment->api_is_stopping) {
        environment->api_is_stopping = true;
        hy_runtime_api_stop(environment->api, on_api_stopped, environment);
    }
}

static void die(struct hy_environment *environment, int signal)
{
    assert(environment->call == NULL);
    environment->state = HY_ENVIRONMENT_DYING;
    if (environment->process != NULL) {
        hy_process_kill(environment->process, signal);
        hy_timer_start(environment->timer, HY_TERM_GRACE_MS);
    }
    stop_api(environment); /* after the signal: the runtime need not wonder who hung up */
}

void hy_environment_retire(struct hy_environment *environment)
{
    if (environment->state != HY_ENVIRONMENT_DYING) {
        die(environment, SIGTERM);
    }
}

void hy_environment_kill(struct hy_environment *environment)
{
    die(environment, SIGKILL);
}

void hy_environment_let_go(struct hy_environment *environment)
{
    environment->state = HY_ENVIRONMENT_DYING;
    hy_timer_start(environment->timer, HY_TERM_GRACE_MS);
}

/* A call's end. */

struct hy_invocation *hy_environment_take_call(struct hy_environment *environment)
{
    struct hy_invocation *call = environment->call;
    environment->call = NULL;
    environment->replied_ns = hy_loop_nanoseconds();
    environment->logs.request_id = NULL; /* it lies in the call */
    call->environment = NULL;
    return call;
}

static hy_sv end_logs(struct hy_environment *environment, char tail[HY_LOG_TAIL_MAX])
{
    return (hy_sv){ tail, hy_logs_end(&environment->logs, tail) };
}

void hy_environment_reply(struct hy_environment *environment, hy_sv payload)
{
    char tail[HY_LOG_TAIL_MAX];
    hy_sv log = end_logs(environment, tail);
    hy_function_note_success(environment->function);
    hy_invocation_reply(hy_environment_take_call(environment), payload, log);
}

void hy_environment_fail(struct hy_environment *environment,
                         const struct hy_function_error *error, hy_sv payload)
{
    char tail[HY_LOG_TAIL_MAX];
    hy_sv log = end_logs(environment, tail);
    hy_invocation_fail(hy_environment_take_call(environment), HY_INVOKE_FUNCTION_ERROR, error,
                       payload, log);
}

/* As Go's os/exec words them, which is what AWS shows. */
static const char *signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        { SIGHUP, "hangup" },         { SIGINT, "interrupt" },
        { SIGQUIT, "quit" },          { SIGILL, "illegal instruction" },
        { SIGTRAP, "trace/breakpoint trap" }, { SIGABRT, "aborted" },
        { SIGBUS, "bus error" },      { SIGFPE, "floating point exception" },
        { SIGKILL, "killed" },        { SIGSEGV, "segmentation fault" },
        { SIGPIPE, "broken pipe" },   { SIGALRM, "alarm clock" },
        { SIGTERM, "terminated" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].number == number) {
            return names[i].name;
        }
    }
    return NULL;
}

static void describe_end(const struct hy_process_end *end, char *text, size_t size)
{
    const char *name = signal_name(end->signal);
    if (end->signal != 0 && name != NULL) {
        (void)snprintf(text, size, "Runtime exited with error: signal: %s", name);
    } else if (end->signal != 0) {
        (void)snprintf(text, size, "Runtime exited with error: signal %d", end->signal);
    } else if (end->exit_status != 0) {
        (void)snprintf(text, size, "Runtime exited with error: exit status %d",
                       end->exit_status);
    } else {
        (void)snprintf(text, size, "Runtime exited without providing a reason");
    }
}

void hy_environment_fail_exit(struct hy_environment *environment)
{
    char text[128], tail[HY_LOG_TAIL_MAX];
    describe_end(&environment->end, text, sizeof text);
    hy_sv log = end_logs(environment, tail);
    hy_invocation_fail_by_us(hy_environment_take_call(environment), HY_INVOKE_FUNCTION_ERROR,
                             "Runtime.ExitError", log, "%s", text);
}

void hy_environment_fail_too_large(struct hy_environment *environment)
{
    char tail[HY_LOG_TAIL_MAX];
    hy_sv log = end_logs(environment, tail);
    struct hy_function_error error = { .type = "Function.ResponseSizeTooLarge" };
    hy_function_error_set_message(&error, HY_SV("Response payload size exceeded maximum allowed "
                                                "payload size (6291556 bytes)."));
    struct hy_invocation *call = hy_environment_take_call(environment);
    hy_environment_kill(environment);
    hy_invocation_fail(call, HY_INVOKE_FUNCTION_ERROR, &error, (hy_sv){ NULL, 0 }, log);
}

void hy_environment_time_out(struct hy_environment *environment, uint64_t limit_ms)
{
    char tail[HY_LOG_TAIL_MAX];
    hy_sv log = end_logs(environment, tail);
    if (environment->kind == &hy_kind_dual) {
        hy_log(HY_LOG_WARN, "runtime", NULL, "%s neither answered on stdout nor asked the "
               "Runtime API", environment->function->spec->name);
    }
    struct hy_invocation *call = hy_environment_take_call(environment);
    hy_environment_kill(environment);
    hy_invocation_fail_by_us(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", log,
                             "Task timed out after %.2f seconds", (double)limit_ms / 1000);
}

/* Its life. */

uint64_t hy_environment_timeout_ms(const struct hy_environment *environment)
{
    return (uint64_t)environment->function->spec->timeout_s * 1000;
}

void hy_environment_begin(struct hy_environment *environment)
{
    environment->state = HY_ENVIRONMENT_BUSY;
    hy_invocation_begin(environment->call);
    hy_timer_start(environment->timer, hy_environment_timeout_ms(environment));
}

void hy_environment_become_idle(struct hy_environment *environment)
{
    environment->state = HY_ENVIRONMENT_IDLE;
    hy_timer_start(environment->timer, environment->host->idle_ms_max);
    hy_function_pump_soon(environment->function);
}

static void on_timer(void *ctx)
{
    struct hy_environment *environment = ctx;
    switch (environment->state) {
    case HY_ENVIRONMENT_STARTING:
    case HY_ENVIRONMENT_BUSY:
        if (environment->call != NULL) {
            hy_environment_time_out(environment, hy_environment_timeout_ms(environment));
        } else { /* it replied and never came back for more */
            hy_environment_kill(environment);
        }
        break;
    case HY_ENVIRONMENT_IDLE:
        if (hy_function_has_other_idle(environment->function, environment)) {
            hy_environment_retire(environment);
        } else {
            hy_timer_start(environment->timer, environment->host->idle_ms_max);
        }
        break;
    case HY_ENVIRONMENT_DYING:
        if (environment->process != NULL) {
            hy_process_kill(environment->process, SIGKILL);
        }
        break;
    }
}

void hy_environment_log(struct hy_environment *environment, enum hy_process_stream stream,
                        hy_sv bytes)
{
    hy_logs_put(&environment->logs,
                stream == HY_PROCESS_STDERR ? HY_LOG_STDERR : HY_LOG_STDOUT, bytes);
}

void hy_environment_log_output(struct hy_environment *environment)
{
    size_t len = environment->output.len;
    hy_environment_log(environment, HY_PROCESS_STDOUT,
                       (hy_sv){ environment->output.data,
                                len < HY_LOG_TAIL_MAX ? len : HY_LOG_TAIL_MAX });
}

struct write {
    struct hy_environment *environment;
    char bytes[];
};

static void on_written(void *ctx)
{
    struct write *write = ctx;
    write->environment->writes--;
    free(write);
}

static void fail_no_memory(struct hy_environment *environment)
{
    struct hy_invocation *call = hy_environment_take_call(environment);
    hy_environment_kill(environment);
    hy_invocation_fail_by_us(call, HY_INVOKE_FUNCTION_ERROR, "Runtime.OutOfMemory",
                             (hy_sv){ NULL, 0 }, "hydrant is out of memory");
}

/* A copy, because the call may end, and its payload with it, before the process has read it. */
void hy_environment_write_event(struct hy_environment *environment, hy_sv ending, bool one_line)
{
    hy_sv payload = environment->call->payload;
    struct write *write = malloc(sizeof *write + payload.len + ending.len);
    if (write == NULL) {
        fail_no_memory(environment);
        return;
    }
    write->environment = environment;
    if (payload.len > 0) {
        memcpy(write->bytes, payload.ptr, payload.len);
    }
    memcpy(write->bytes + payload.len, ending.ptr, ending.len);
    for (size_t i = 0; one_line && i < payload.len; i++) {
        if (write->bytes[i] == '\n' || write->bytes[i] == '\r') {
            write->bytes[i] = ' '; /* in JSON a raw newline can only be white space */
        }
    }
    environment->writes++;
    hy_process_write(environment->process,
                     (hy_sv){ write->bytes, payload.len + ending.len }, on_written, write);
}

/* Its process. */

static void on_output(void *ctx, enum hy_process_stream stream, hy_sv bytes)
{
    struct hy_environment *environment = ctx;
    if (stream == HY_PROCESS_STDERR) {
        hy_environment_log(environment, stream, bytes);
    } else if (environment->state != HY_ENVIRONMENT_DYING ||
               environment->kind == &hy_kind_polling) {
        environment->kind->output(environment, stream, bytes);
    } /* else it is more of a reply that nobody wants any more */
}

/* The turn in which the process ended is over, so everything it had sent is here. */
static void on_end_settled(void *ctx)
{
    struct hy_environment *environment = ctx;
    if (environment->api != NULL && !environment->api_is_stopping) {
        hy_runtime_api_settle(environment->api);
    }
    if (environment->call != NULL) {
        environment->kind->end(environment);
    }
    environment->end_is_due = false;
    environment->state = HY_ENVIRONMENT_DYING;
    hy_timer_stop(environment->timer);
    hy_function_pump_soon(environment->function);
    stop_api(environment);
    free_when_over(environment);
}

static void on_end(void *ctx, const struct hy_process_end *end)
{
    struct hy_environment *environment = ctx;
    environment->process = NULL;
    environment->end = *end;
    environment->end_is_due = true;
    if (!hy_loop_defer(environment->host->loop, on_end_settled, environment)) {
        on_end_settled(environment);
    }
}

static bool make_scratch(struct hy_environment *environment, struct hy_err *err)
{
    struct hy_host *host = environment->host;
    char name[17] = { 0 };
    hy_random_chars(&host->random, HY_SV("0123456789abcdef"), name, 16);
    size_t size = strlen(host->work_dir) + sizeof name + 8;
    environment->scratch = malloc(size);
    if (environment->scratch == NULL) {
        return false;
    }
    (void)snprintf(environment->scratch, size, "%s/tmp/%s", host->work_dir, name);
    return hy_scratch_make(environment->scratch, err) == HY_OK;
}

/* "2026/01/15/[$LATEST]<32 hex>" */
static void make_log_stream(struct hy_host *host, char *out, size_t size)
{
    char hex[33] = { 0 };
    hy_random_chars(&host->random, HY_SV("0123456789abcdef"), hex, 32);
    struct hy_date date = hy_date_of(hy_host_now_ms(host));
    (void)snprintf(out, size, "%04d/%02d/%02d/[$LATEST]%s", date.year, date.month, date.day,
                   hex);
}

static enum hy_code start_process(struct hy_environment *environment, struct hy_err *err)
{
    struct hy_function *function = environment->function;
    char log_stream[96];
    make_log_stream(environment->host, log_stream, sizeof log_stream);
    struct hy_environ_facts facts = {
        .host = environment->host,
        .spec = function->spec,
        .launch = &function->launch,
        .scratch = environment->scratch,
        .log_stream = log_stream,
        .api_port = environment->api == NULL ? 0 : hy_runtime_api_port(environment->api),
    };
    if (environment->kind == &hy_kind_stdio || environment->kind == &hy_kind_dual) {
        facts.trace_id = environment->call->trace_id;
        facts.request_id = environment->call->request_id;
        facts.deadline_ms =
            hy_host_now_ms(environment->host) + hy_environment_timeout_ms(environment);
    }
    struct hy_environ variables;
    if (hy_environ_make(&variables, &facts) != HY_OK) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    const struct hy_process_options options = {
        .argv = (const char *const *)function->launch.argv,
        .env = (const char *const *)variables.variables,
        .cwd = function->launch.task_root,
        .with_stdin = environment->kind->takes_stdin,
        .with_result = environment->kind->gives_result,
        .drain_ms = DRAIN_MS,
        .on_output = on_output,
        .on_end = on_end,
        .ctx = environment,
    };
    enum hy_code code = hy_process_start(environment->host->loop, &options,
                                         &environment->process, err);
    hy_environ_finish(&variables);
    return code;
}

static enum hy_code prepare(struct hy_environment *environment, struct hy_err *err)
{
    struct hy_function *function = environment->function;
    environment->timer = hy_timer_create(environment->host->loop, on_timer, environment);
    if (environment->timer == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    if (!make_scratch(environment, err)) {
        return HY_IO;
    }
    if (environment->kind->serves_api) {
        const struct hy_runtime_api_options options = {
            .function_name = function->spec->name,
            .handler = function->spec->handler == NULL ? "" : function->spec->handler,
            .random = &environment->host->random,
            .on_ready = hy_polling_on_ready,
            .on_result = hy_polling_on_result,
            .ctx = environment,
        };
        return hy_runtime_api_create(environment->host->loop, &options, &environment->api, err);
    }
    return HY_OK;
}

enum hy_code hy_environment_start(struct hy_function *function, struct hy_invocation *call,
                                  uint64_t stamp, struct hy_err *err)
{
    struct hy_environment *environment = calloc(1, sizeof *environment);
    if (environment == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    environment->function = function;
    environment->host = function->host;
    environment->kind = function->kind;
    environment->stamp = stamp;
    environment->call = call;
    hy_logs_init(&environment->logs, function->spec->name);
    hy_buf_init(&environment->output, HY_RUNTIME_PAYLOAD_MAX);
    hy_buf_init(&environment->result, HY_RUNTIME_PAYLOAD_MAX);
    DL_APPEND(function->environments, environment);
    hy_host_hold(environment->host);

    enum hy_code code = prepare(environment, err);
    if (code == HY_OK) {
        code = start_process(environment, err);
    }
    if (code != HY_OK) {
        environment->call = NULL;
        environment->state = HY_ENVIRONMENT_DYING;
        stop_api(environment);
        free_when_over(environment);
        return code;
    }
    call->environment = environment;
    call->cold = true;
    hy_logs_begin(&environment->logs, call->request_id);
    environment->kind->start(environment);
    return HY_OK;
}

void hy_environment_give(struct hy_environment *environment, struct hy_invocation *call)
{
    assert(environment->state == HY_ENVIRONMENT_IDLE && environment->call == NULL);
    environment->call = call;
    call->environment = environment;
    hy_logs_begin(&environment->logs, call->request_id);
    environment->kind->give(environment);
}
