#include "services/control/routes.h"

static void on_reset(void *ctx, enum hy_code code)
{
    struct hy_http_exchange *exchange = ctx;
    if (code != HY_OK) {
        hy_control_fail(exchange, 500, "reset did not succeed; the log says why");
        return;
    }
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("status"));
    hy_json_string(&write, HY_SV("ok"));
    hy_json_end_object(&write);
    hy_control_reply(exchange, &body);
}

void hy_control_reset(struct hy_control_call *call)
{
    const struct hy_control_options *options = &call->control->options;
    options->reset(options->reset_ctx, on_reset, call->exchange);
}
