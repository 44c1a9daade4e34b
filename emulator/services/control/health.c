#include "services/control/routes.h"

void hy_control_health(struct hy_control_call *call)
{
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("status"));
    hy_json_string(&write, HY_SV("ok"));
    hy_json_name(&write, HY_SV("version"));
    hy_json_string(&write, hy_sv_of(call->control->options.version));
    hy_json_end_object(&write);
    hy_control_reply(call->exchange, &body);
}
