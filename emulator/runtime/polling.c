/* polling.c - the kind of environment whose process asks the Runtime API for events.
 *
 * The process is started, has 10 s (and then its own timeout) to ask for its first event, and
 * is BUSY from the event's delivery until it asks for the next one; the reply is handed on
 * as soon as it is here (lambda-contract.md 1.5). Its output is all log.
 */
#include "runtime/environment.h"
#include "runtime/function.h"

static void start(struct hy_environment *environment)
{
    uint64_t own_ms = environment->host->start_ms_max;
    environment->start_over_ns = hy_loop_nanoseconds() + own_ms * 1000000;
    hy_timer_start(environment->timer, own_ms + hy_environment_timeout_ms(environment));
}

/* The date until which the function may take. A start that was too slow has used some of it. */
static uint64_t begin(struct hy_environment *environment)
{
    bool was_starting = environment->state == HY_ENVIRONMENT_STARTING;
    uint64_t now_ns = hy_loop_nanoseconds();
    uint64_t left_ms = hy_environment_timeout_ms(environment);
    hy_environment_begin(environment);
    if (was_starting && now_ns > environment->start_over_ns) {
        uint64_t over_ms = (now_ns - environment->start_over_ns) / 1000000;
        left_ms = left_ms > over_ms ? left_ms - over_ms : 1;
        hy_timer_start(environment->timer, left_ms);
    }
    return hy_host_now_ms(environment->host) + left_ms;
}

static void give(struct hy_environment *environment)
{
    const struct hy_runtime_event event = {
        .deadline_ms = begin(environment),
        .request_id = environment->call->request_id,
        .trace_id = environment->call->trace_id,
        .arn = environment->function->arn,
        .payload = environment->call->payload,
    };
    hy_runtime_api_deliver(environment->api, &event);
}

static void end(struct hy_environment *environment)
{
    hy_function_note_crash(environment->function);
    hy_environment_fail_exit(environment);
}

const struct hy_environment_kind hy_kind_polling = {
    .name = "runtime-api",
    .serves_api = true,
    .start = start,
    .give = give,
    .output = hy_environment_log,
    .end = end,
};

void hy_polling_on_ready(void *ctx)
{
    struct hy_environment *environment = ctx;
    if (environment->kind->contact != NULL) {
        environment->kind->contact(environment);
    }
    if (environment->call != NULL) {
        give(environment);
    } else {
        hy_environment_become_idle(environment);
    }
}

static void fail_init(struct hy_environment *environment, const struct hy_runtime_result *result)
{
    hy_function_note_crash(environment->function);
    hy_environment_let_go(environment); /* the runtime exits when it has its 202 */
    if (environment->call != NULL) {
        hy_environment_fail(environment, &result->error, result->payload);
    }
}

void hy_polling_on_result(void *ctx, const struct hy_runtime_result *result)
{
    struct hy_environment *environment = ctx;
    if (environment->kind->contact != NULL) {
        environment->kind->contact(environment);
    }
    if (result->outcome == HY_RUNTIME_INIT_ERROR) {
        fail_init(environment, result);
    } else if (environment->call == NULL) {
        return; /* it came in the turn in which the call timed out */
    } else if (result->outcome == HY_RUNTIME_REPLY) {
        hy_environment_reply(environment, result->payload);
    } else {
        hy_function_note_success(environment->function); /* it runs well enough to complain */
        hy_environment_fail(environment, &result->error, result->payload);
    }
}
