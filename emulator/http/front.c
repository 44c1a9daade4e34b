#include "http/front.h"

#include "base/json_write.h"
#include "http/auth.h"
#include "model/limits.h"
#include "services/control/control.h"

static const hy_sv nobody = HY_SV_INIT(
    "{\"__type\":\"UnknownOperationException\",\"message\":\"hydrant knows no service for this "
    "request: it has no X-Amz-Target header and no Action. The control API is under "
    "/_hydrant/.\"}");

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

/* Nobody knows which protocol the caller speaks: JSON it is, and 403 (firehose.md 1.5). */
static void refuse_stranger(struct hy_http_exchange *exchange, const struct hy_refusal *refusal,
                            const char *text)
{
    enum { BODY_BYTES_MAX = 16 * 1024 };
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("x-amzn-ErrorType"), hy_sv_of(refusal->name) },
    };
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, BODY_BYTES_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("message"));
    hy_json_string(&write, hy_sv_of(text));
    hy_json_end_object(&write);
    hy_http_exchange_answer(exchange, refusal == &hy_internal_failure ? 500 : 403,
                            (struct hy_http_headers){ headers, 2 },
                            body.failed ? HY_SV("") : hy_buf_sv(&body));
    hy_buf_finish(&body);
}

enum protocol { NOBODYS, JSON11, QUERY };

static enum protocol protocol_of(const struct hy_http_request *request)
{
    return hy_json11_wants(request) ? JSON11 : hy_query_wants(request) ? QUERY : NOBODYS;
}

static hy_sv signing_name(const struct hy_front *front, const struct hy_http_request *request)
{
    switch (protocol_of(request)) {
    case JSON11:
        return hy_json11_signing_name(front->json11, request);
    case QUERY:
        return hy_query_signing_name(front->query, request);
    case NOBODYS:
        break;
    }
    return HY_SV("");
}

static void turn_away(const struct hy_front *front, struct hy_http_exchange *exchange,
                      const struct hy_err *err)
{
    switch (protocol_of(hy_http_exchange_request(exchange))) {
    case JSON11:
        hy_json11_refuse(front->json11, exchange, err->refusal, err->text);
        break;
    case QUERY:
        hy_query_refuse(front->query, exchange, err->refusal, err->text);
        break;
    case NOBODYS:
        refuse_stranger(exchange, err->refusal, err->text);
        break;
    }
}

/* false: it was turned away, and answered. */
static bool admit(const struct hy_front *front, struct hy_http_exchange *exchange)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    struct hy_err err;
    size_t body_len;
    const hy_sv service = signing_name(front, request);
    enum hy_code code = hy_auth_admit(front->auth, request, service, &body_len, &err);
    if (code == HY_OK) {
        hy_http_exchange_shorten_body(exchange, body_len);
        return true;
    }
    if (code != HY_REFUSED) {
        err.refusal = &hy_internal_failure;
        err.text[0] = '\0';
    }
    turn_away(front, exchange, &err);
    return false;
}

void hy_front_on_request(void *ctx, struct hy_http_exchange *exchange)
{
    const struct hy_front *front = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    uint64_t now_ms = front->clock.now_ms(front->clock.ctx);

    if (front->control != NULL && hy_control_wants(request)) {
        hy_control_handle(front->control, exchange, now_ms);
        return;
    }
    if (!admit(front, exchange)) {
        return;
    }
    switch (protocol_of(request)) {
    case JSON11:
        hy_json11_handle(front->json11, exchange, now_ms);
        break;
    case QUERY:
        hy_query_handle(front->query, exchange, now_ms);
        break;
    case NOBODYS:
        answer_nobody(exchange);
        break;
    }
}
