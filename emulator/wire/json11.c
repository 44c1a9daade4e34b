#include "wire/json11.h"

#include "base/json_write.h"
#include "wire/wire_call.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ERROR_BODY_MAX = 8 * 1024 };

static hy_sv content_type(const struct hy_json11_service *service)
{
    return service != NULL && service->is_json10 ? HY_SV("application/x-amz-json-1.0")
                                                 : HY_SV("application/x-amz-json-1.1");
}

/* One request under way: the operation sees the call, we see the exchange. */
struct json11_call {
    struct hy_call call; /* first: the operation hands it back */
    struct hy_http_exchange *exchange;
    const struct hy_json11_service *service; /* NULL: nobody's */
    char request_id[HY_UUID_BYTES];
};

bool hy_json11_wants(const struct hy_http_request *request)
{
    return hy_http_header(request->headers, HY_SV("x-amz-target")).ptr != NULL;
}

/* The one place where a refusal becomes JSON. A SerializationException says Message with a
 * capital, as the service's framework does (firehose.md 1.4). */
static void write_error(struct hy_buf *body, const struct hy_refusal *refusal, const char *text)
{
    struct hy_json_write write;
    hy_json_write_init(&write, body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("__type"));
    hy_json_string(&write, hy_sv_of(refusal->name));
    hy_json_name(&write, refusal == &hy_serialization ? HY_SV("Message") : HY_SV("message"));
    hy_json_string(&write, hy_sv_of(text));
    hy_json_end_object(&write);
}

static void answer_error(struct hy_http_exchange *exchange,
                         const struct hy_json11_service *service, const char *request_id,
                         const struct hy_refusal *refusal, const char *text)
{
    const struct hy_query_codes codes =
        service == NULL ? (struct hy_query_codes){ 0 } : service->codes;
    char query_error[128];
    (void)snprintf(query_error, sizeof query_error, "%s;%s", hy_query_code(codes, refusal),
                   hy_query_fault(refusal));
    struct hy_buf body;
    hy_buf_init(&body, 2 * HY_ERR_TEXT_MAX + ERROR_BODY_MAX);
    write_error(&body, refusal, text);
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), content_type(service) },
        { HY_SV("x-amzn-RequestId"), hy_sv_of(request_id) },
        { HY_SV("x-amzn-ErrorType"), hy_sv_of(refusal->name) },
        { HY_SV("x-amzn-query-error"), hy_sv_of(query_error) },
    };
    hy_http_exchange_answer(exchange, refusal->status,
                            (struct hy_http_headers){ headers, codes.count > 0 ? 4 : 3 },
                            body.failed ? HY_SV("") : hy_buf_sv(&body));
    hy_buf_finish(&body);
}

static void answer(struct hy_call *call, const struct hy_refusal *refusal, hy_sv body)
{
    struct json11_call *mine = (struct json11_call *)call;
    if (refusal != NULL) {
        answer_error(mine->exchange, mine->service, mine->request_id, refusal, call->err.text);
    } else {
        const struct hy_http_header headers[] = {
            { HY_SV("Content-Type"), content_type(mine->service) },
            { HY_SV("x-amzn-RequestId"), hy_sv_of(mine->request_id) },
        };
        hy_http_exchange_answer(mine->exchange, 200, (struct hy_http_headers){ headers, 2 }, body);
    }
    hy_arena_finish(&call->arena);
    free(mine);
}

static const struct hy_json11_service *find_service(const struct hy_json11 *json11, hy_sv prefix)
{
    for (size_t i = 0; i < json11->count; i++) {
        if (hy_sv_equal(json11->services[i].target_prefix, prefix)) {
            return &json11->services[i];
        }
    }
    return NULL;
}

static struct json11_call *make_call(const struct hy_json11 *json11,
                                     struct hy_http_exchange *exchange, uint64_t now_ms)
{
    struct json11_call *mine = malloc(sizeof *mine);
    if (mine == NULL) {
        return NULL;
    }
    mine->exchange = exchange;
    mine->service = NULL;
    hy_random_uuid(json11->random, mine->request_id);
    hy_wire_call_init(&mine->call, hy_http_exchange_request(exchange), now_ms, json11->region);
    mine->call.answer = answer;
    return mine;
}

/* "Firehose_20150804.PutRecord": the service stands before the last dot. */
static void split_target(hy_sv target, hy_sv *prefix, hy_sv *operation)
{
    size_t dot = target.len;
    while (dot > 0 && target.ptr[dot - 1] != '.') {
        dot--;
    }
    *prefix = (hy_sv){ target.ptr, dot > 0 ? dot - 1 : 0 };
    *operation = (hy_sv){ target.ptr + dot, target.len - dot };
}

hy_sv hy_json11_signing_name(const struct hy_json11 *json11, const struct hy_http_request *request)
{
    hy_sv prefix;
    hy_sv operation;
    split_target(hy_http_header(request->headers, HY_SV("x-amz-target")), &prefix, &operation);
    const struct hy_json11_service *service = find_service(json11, prefix);
    return service == NULL ? HY_SV("") : service->signing_name;
}

void hy_json11_refuse(const struct hy_json11 *json11, struct hy_http_exchange *exchange,
                      const struct hy_refusal *refusal, const char *text)
{
    char request_id[HY_UUID_BYTES];
    hy_random_uuid(json11->random, request_id);
    answer_error(exchange, NULL, request_id, refusal, text);
}

void hy_json11_handle(const struct hy_json11 *json11, struct hy_http_exchange *exchange,
                      uint64_t now_ms)
{
    struct json11_call *mine = make_call(json11, exchange, now_ms);
    if (mine == NULL) {
        answer_error(exchange, NULL, "", &hy_internal_failure, "out of memory");
        return;
    }
    hy_sv target = hy_http_header(mine->call.http->headers, HY_SV("x-amz-target"));
    hy_sv prefix;
    split_target(target, &prefix, &mine->call.operation);

    const struct hy_json11_service *service = find_service(json11, prefix);
    const struct hy_operation *operation =
        service == NULL ? NULL
                        : hy_wire_find_operation(service->operations, service->operation_count,
                                                 mine->call.operation);
    mine->service = service;
    if (operation == NULL) {
        enum hy_code code = hy_refuse(&mine->call.err, &hy_unknown_operation,
                                      "hydrant has no operation %.*s", HY_SV_ARG(target));
        assert(code == HY_REFUSED);
        (void)code;
        hy_call_refuse(&mine->call);
        return;
    }
    operation->run(service->service, &mine->call);
}
