#include "services/service.h"

void hy_call_ok(struct hy_call *call, hy_sv body)
{
    call->answer(call, NULL, body);
}

void hy_call_refuse(struct hy_call *call)
{
    call->answer(call, call->err.refusal, hy_sv_of(call->err.text));
}

void hy_call_finish(struct hy_call *call, enum hy_code code, hy_sv body)
{
    if (code == HY_OK) {
        hy_call_ok(call, body);
        return;
    }
    if (code != HY_REFUSED) {
        /* What went wrong was logged where it happened; the client learns only that. */
        call->err.refusal = &hy_internal_failure;
        call->err.text[0] = '\0';
    }
    hy_call_refuse(call);
}
