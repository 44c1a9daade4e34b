/* clock.c - GET clock, POST clock: what time it is for Firehose, and moving it. */
#include "services/control/routes.h"

static void reply(const struct hy_control *control, struct hy_http_exchange *exchange)
{
    const struct hy_clock *clock = &control->options.env->clock;
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("clock"));
    hy_json_string(&write, hy_sv_of(control->options.clock.kind));
    hy_json_name(&write, HY_SV("now_ms"));
    hy_json_u64(&write, clock->now_ms(clock->ctx));
    hy_json_end_object(&write);
    hy_control_reply(exchange, &body);
}

void hy_control_clock_get(struct hy_control_call *call)
{
    reply(call->control, call->exchange);
}

static void on_advanced(void *ctx)
{
    struct hy_http_exchange *exchange = ctx;
    reply(hy_http_exchange_user(exchange), exchange);
}

/* False: answered. */
static bool read_target(struct hy_control_call *call, uint64_t *to_ms)
{
    uint64_t by_ms = 0;
    bool answered;
    bool absolute = hy_control_number(call, "now_ms", to_ms, &answered);
    if (answered) {
        return false;
    }
    bool relative = hy_control_number(call, "advance_ms", &by_ms, &answered);
    if (answered) {
        return false;
    }
    if (absolute == relative) {
        hy_control_fail(call->exchange, 400, "give either advance_ms or now_ms");
        return false;
    }
    if (relative) {
        *to_ms = call->now_ms + by_ms;
    }
    return true;
}

void hy_control_clock_set(struct hy_control_call *call)
{
    const struct hy_control_clock *clock = &call->control->options.clock;
    struct hy_err err = { 0 };
    uint64_t to_ms = 0;
    if (!read_target(call, &to_ms)) {
        return;
    }
    hy_http_exchange_set_user(call->exchange, call->control);
    if (clock->advance(clock->ctx, to_ms, on_advanced, call->exchange, &err) != HY_OK) {
        hy_control_fail(call->exchange, 400, "%s", err.text);
    }
}
