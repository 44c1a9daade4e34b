#include "runtime/invocation.h"

#include "base/log.h"
#include "runtime/function.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void make_trace_id(struct hy_invocation *call)
{
    hy_sv hex = HY_SV("0123456789abcdef");
    char root[25] = { 0 }, parent[17] = { 0 };
    hy_random_chars(&call->host->random, hex, root, 24);
    hy_random_chars(&call->host->random, hex, parent, 16);
    (void)snprintf(call->trace_id, sizeof call->trace_id, "Root=1-%08x-%s;Parent=%s;Sampled=0",
                   (unsigned)(hy_host_now_ms(call->host) / 1000), root, parent);
}

struct hy_invocation *hy_invocation_create(struct hy_host *host,
                                           const struct hy_invoke_options *options,
                                           hy_loop_fn *on_limit, hy_invoke_fn *fn, void *ctx)
{
    struct hy_invocation *call = calloc(1, sizeof *call);
    if (call == NULL) {
        return NULL;
    }
    call->host = host;
    call->payload = options->payload;
    call->fn = fn;
    call->ctx = ctx;
    call->limit_ms = options->timeout_ms;
    call->asked_ns = hy_loop_nanoseconds();
    hy_random_uuid(&host->random, call->request_id);
    make_trace_id(call);
    if (options->timeout_ms > 0) {
        call->limit = hy_timer_create(host->loop, on_limit, call);
        if (call->limit == NULL) {
            free(call);
            return NULL;
        }
        hy_timer_start(call->limit, options->timeout_ms);
    }
    hy_host_hold(host);
    return call;
}

void hy_invocation_destroy(struct hy_invocation *call)
{
    struct hy_host *host = call->host;
    hy_timer_destroy(call->limit);
    free(call);
    hy_host_release(host);
}

void hy_invocation_begin(struct hy_invocation *call)
{
    call->begun_ns = hy_loop_nanoseconds();
    hy_log(HY_LOG_DEBUG, "runtime", NULL, "START RequestId: %s Version: $LATEST",
           call->request_id);
}

static void report(const struct hy_invocation *call, uint64_t duration_ns)
{
    if (call->begun_ns == 0 || !hy_log_would(HY_LOG_DEBUG)) {
        return;
    }
    hy_log(HY_LOG_DEBUG, "runtime", NULL, "END RequestId: %s", call->request_id);
    hy_log(HY_LOG_DEBUG, "runtime", NULL,
           "REPORT RequestId: %s Duration: %.2f ms Billed Duration: %" PRIu64
           " ms Memory Size: %u MB", call->request_id, (double)duration_ns / 1e6,
           (duration_ns + 999999) / 1000000, call->function->spec->memory_mib);
}

static void finish(struct hy_invocation *call, struct hy_invoke_result *result)
{
    uint64_t from_ns = call->begun_ns != 0 ? call->begun_ns : call->asked_ns;
    uint64_t duration_ns = hy_loop_nanoseconds() - from_ns;
    report(call, duration_ns);
    result->request_id = call->request_id;
    result->duration_ms = duration_ns / 1000000;
    result->cold = call->cold;
    if (call->function != NULL) {
        hy_function_forget(call->function, call);
    }
    call->fn(call->ctx, result);
    hy_invocation_destroy(call);
}

void hy_invocation_reply(struct hy_invocation *call, hy_sv payload, hy_sv log_tail)
{
    struct hy_invoke_result result = { .outcome = HY_INVOKE_OK, .payload = payload,
                                       .log_tail = log_tail };
    finish(call, &result);
}

void hy_invocation_fail(struct hy_invocation *call, enum hy_invoke_outcome outcome,
                        const struct hy_function_error *error, hy_sv payload, hy_sv log_tail)
{
    struct hy_buf made;
    hy_buf_init(&made, 64 * 1024); /* the error is far smaller, even escaped */
    if (payload.len == 0) {
        hy_function_error_write(error, &made);
        payload = hy_buf_sv(&made);
    }
    struct hy_invoke_result result = {
        .outcome = outcome,
        .payload = payload,
        .error_type = hy_sv_of(error->type),
        .error_message = hy_sv_of(error->message),
        .log_tail = log_tail,
    };
    finish(call, &result);
    hy_buf_finish(&made);
}

void hy_invocation_fail_by_us(struct hy_invocation *call, enum hy_invoke_outcome outcome,
                              const char *type, hy_sv log_tail, const char *format, ...)
{
    struct hy_function_error error = { 0 };
    hy_function_error_set_type(&error, hy_sv_of(type));
    int len = snprintf(error.message, sizeof error.message, "RequestId: %s Error: ",
                       call->request_id);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error.message + len, sizeof error.message - (size_t)len, format, args);
    va_end(args);
    hy_invocation_fail(call, outcome, &error, (hy_sv){ NULL, 0 }, log_tail);
}

static void on_refused(void *ctx)
{
    struct hy_invocation *call = ctx;
    struct hy_function_error error = { 0 };
    switch (call->refusal) {
    case HY_INVOKE_NOT_FOUND:
        hy_function_error_set_type(&error, HY_SV("ResourceNotFoundException"));
        hy_function_error_set_message(&error, HY_SV("Function not found"));
        break;
    case HY_INVOKE_THROTTLED:
        hy_function_error_set_type(&error, HY_SV("TooManyRequestsException"));
        hy_function_error_set_message(&error, HY_SV("Rate Exceeded."));
        break;
    default:
        hy_function_error_set_type(&error, HY_SV("Cancelled"));
        hy_function_error_set_message(&error, HY_SV("The invocation was given up"));
        break;
    }
    hy_invocation_fail(call, call->refusal, &error, (hy_sv){ NULL, 0 }, (hy_sv){ NULL, 0 });
}

bool hy_invocation_refuse_later(struct hy_invocation *call, enum hy_invoke_outcome outcome)
{
    call->refusal = outcome;
    if (call->limit != NULL) {
        hy_timer_stop(call->limit);
    }
    return hy_loop_defer(call->host->loop, on_refused, call);
}
