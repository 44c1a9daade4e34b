#include "http/front.h"

#include "model/limits.h"
#include "services/control/control.h"

static const hy_sv nobody = HY_SV_INIT(
    "{\"__type\":\"UnknownOperationException\",\"message\":\"hydrant knows no service for this "
    "request: it has no X-Amz-Target header. The control API is under /_hydrant/.\"}");

size_t hy_front_on_head(void *ctx, const struct hy_http_request *request)
{
    (void)ctx;
    (void)request;
    return HY_PUT_BODY_BYTES_MAX; /* all that is served today is JSON of at most a Put's size */
}

static void answer_nobody(struct hy_http_exchange *exchange)
{
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("x-amzn-ErrorType"), HY_SV("UnknownOperationException") },
    };
    hy_http_exchange_answer(exchange, 404, (struct hy_http_headers){ headers, 2 }, nobody);
}

void hy_front_on_request(void *ctx, struct hy_http_exchange *exchange)
{
    const struct hy_front *front = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    uint64_t now_ms = front->clock.now_ms(front->clock.ctx);

    if (front->control != NULL && hy_control_wants(request)) {
        hy_control_handle(front->control, exchange, now_ms);
    } else if (hy_json11_wants(request)) {
        hy_json11_handle(front->json11, exchange, now_ms);
    } else {
        answer_nobody(exchange);
    }
}
