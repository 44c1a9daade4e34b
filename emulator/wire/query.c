#include "wire/query.h"

#include "wire/credential.h"
#include "wire/query_form.h"
#include "wire/wire_call.h"
#include "wire/xml.h"

#include <stdlib.h>

enum {
    JSON_BYTES_MAX = 64 * 1024 * 1024,
    ANSWER_BYTES_MAX = 256 * 1024 * 1024,
    WORDS_BYTES_MAX = 64 * 1024, /* Action and Version, decoded */
};

static const struct hy_refusal invalid_action = { "InvalidAction", 400 };
static const struct hy_refusal malformed = { "MalformedQueryString", 400 };
static const hy_sv no_namespace = HY_SV_INIT("http://webservices.amazon.com/AWSFault/2005-15-09");

/* One request under way: the operation sees the call, we see the exchange. */
struct query_call {
    struct hy_call call; /* first: the operation hands it back */
    struct hy_http_exchange *exchange;
    const struct hy_query_service *service; /* NULL: nobody's */
    struct hy_buf json;                     /* the call's body */
    char request_id[HY_UUID_BYTES];
};

static bool is_form(const struct hy_http_request *request)
{
    hy_sv type = hy_http_header(request->headers, HY_SV("content-type"));
    return hy_sv_equal_nocase(hy_sv_cut(&type, ';'), HY_SV("application/x-www-form-urlencoded"));
}

static hy_sv form_of(const struct hy_http_request *request)
{
    return is_form(request) ? (hy_sv){ request->body, request->body_len } : request->query;
}

bool hy_query_wants(const struct hy_http_request *request)
{
    if (is_form(request)) {
        return hy_sv_equal(request->method, HY_SV("POST"));
    }
    hy_sv rest = request->query;
    while (rest.len > 0 && hy_sv_equal(request->method, HY_SV("GET"))) {
        if (hy_sv_starts_with(hy_sv_cut(&rest, '&'), HY_SV("Action="))) {
            return true;
        }
    }
    return false;
}

/* ---- answers ------------------------------------------------------------------------------ */

static void send(struct hy_http_exchange *exchange, int status, const char *request_id,
                 struct hy_buf *body)
{
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("text/xml") },
        { HY_SV("x-amzn-RequestId"), hy_sv_of(request_id) },
    };
    hy_http_exchange_answer(exchange, body->failed ? 500 : status,
                            (struct hy_http_headers){ headers, 2 },
                            body->failed ? HY_SV("") : hy_buf_sv(body));
}

static void answer_error(struct hy_http_exchange *exchange, const struct hy_query_service *service,
                         const char *request_id, const struct hy_refusal *refusal,
                         const char *text)
{
    const struct hy_query_codes codes =
        service == NULL ? (struct hy_query_codes){ 0 } : service->codes;
    const hy_sv xml_namespace = service == NULL ? no_namespace : service->xml_namespace;
    struct hy_buf body;
    hy_buf_init(&body, 16 * HY_ERR_TEXT_MAX);
    hy_buf_printf(&body, "<ErrorResponse xmlns=\"%.*s\"><Error>", HY_SV_ARG(xml_namespace));
    hy_xml_element(&body, HY_SV("Type"), hy_sv_of(hy_query_fault(refusal)));
    hy_xml_element(&body, HY_SV("Code"), hy_sv_of(hy_query_code(codes, refusal)));
    hy_xml_element(&body, HY_SV("Message"), hy_sv_of(text));
    hy_buf_append(&body, HY_SV("</Error>"));
    hy_xml_element(&body, HY_SV("RequestId"), hy_sv_of(request_id));
    hy_buf_append(&body, HY_SV("</ErrorResponse>"));
    send(exchange, refusal->status, request_id, &body);
    hy_buf_finish(&body);
}

static void answer_ok(const struct query_call *mine, hy_sv json)
{
    const hy_sv operation = mine->call.operation;
    struct hy_buf body;
    hy_buf_init(&body, ANSWER_BYTES_MAX);
    hy_buf_printf(&body, "<%.*sResponse xmlns=\"%.*s\">", HY_SV_ARG(operation),
                  HY_SV_ARG(mine->service->xml_namespace));
    if (json.len > 0) {
        hy_buf_printf(&body, "<%.*sResult>", HY_SV_ARG(operation));
        body.failed = !hy_xml_of_json(&body, json, mine->service->timestamps);
        hy_buf_printf(&body, "</%.*sResult>", HY_SV_ARG(operation));
    }
    hy_buf_append(&body, HY_SV("<ResponseMetadata>"));
    hy_xml_element(&body, HY_SV("RequestId"), hy_sv_of(mine->request_id));
    hy_buf_printf(&body, "</ResponseMetadata></%.*sResponse>", HY_SV_ARG(operation));
    send(mine->exchange, 200, mine->request_id, &body);
    hy_buf_finish(&body);
}

static void answer(struct hy_call *call, const struct hy_refusal *refusal, hy_sv body)
{
    struct query_call *mine = (struct query_call *)call;
    if (refusal != NULL) {
        answer_error(mine->exchange, mine->service, mine->request_id, refusal, call->err.text);
    } else {
        answer_ok(mine, body);
    }
    hy_buf_finish(&mine->json);
    hy_arena_finish(&call->arena);
    free(mine);
}

/* ---- whose it is -------------------------------------------------------------------------- */

static const struct hy_query_service *find_service(const struct hy_query *query,
                                                   const struct hy_http_request *request)
{
    struct hy_arena arena;
    hy_arena_init(&arena, WORDS_BYTES_MAX);
    const hy_sv version = hy_query_parameter(form_of(request), HY_SV("Version"), &arena);
    const hy_sv signed_for = hy_credential_of_request(request).service;
    const struct hy_query_service *found = NULL;
    for (size_t i = 0; i < query->count && found == NULL; i++) {
        const struct hy_query_service *service = &query->services[i];
        if (hy_sv_equal(service->version, version) &&
            (signed_for.len == 0 || hy_sv_equal(signed_for, service->signing_name))) {
            found = service;
        }
    }
    hy_arena_finish(&arena);
    return found;
}

hy_sv hy_query_signing_name(const struct hy_query *query, const struct hy_http_request *request)
{
    const struct hy_query_service *service = find_service(query, request);
    return service == NULL ? HY_SV("") : service->signing_name;
}

void hy_query_refuse(const struct hy_query *query, struct hy_http_exchange *exchange,
                     const struct hy_refusal *refusal, const char *text)
{
    char request_id[HY_UUID_BYTES];
    hy_random_uuid(query->random, request_id);
    answer_error(exchange, find_service(query, hy_http_exchange_request(exchange)), request_id,
                 refusal, text);
}

/* ---- the call ----------------------------------------------------------------------------- */

static enum hy_code read_form(struct query_call *mine)
{
    struct hy_call *call = &mine->call;
    const enum hy_code code = hy_query_form(form_of(call->http), &call->arena, &mine->json);
    if (code == HY_MALFORMED) {
        return hy_refuse(&call->err, &malformed,
                         "The form has a parameter that is not well-formed, or too many of them");
    }
    call->body = mine->json.data;
    call->body_len = mine->json.len;
    return code;
}

static enum hy_code find_operation(struct query_call *mine, const struct hy_operation **operation)
{
    struct hy_call *call = &mine->call;
    const struct hy_query_service *service = mine->service;
    call->operation = hy_query_parameter(form_of(call->http), HY_SV("Action"), &call->arena);
    *operation = service == NULL ? NULL
                                 : hy_wire_find_operation(service->operations,
                                                          service->operation_count,
                                                          call->operation);
    return *operation != NULL ? HY_OK
                              : hy_refuse(&call->err, &invalid_action,
                                          "The action %.*s is not valid for this web service.",
                                          HY_SV_ARG(call->operation));
}

void hy_query_handle(const struct hy_query *query, struct hy_http_exchange *exchange,
                     uint64_t now_ms)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    struct query_call *mine = malloc(sizeof *mine);
    if (mine == NULL) {
        hy_query_refuse(query, exchange, &hy_internal_failure, "out of memory");
        return;
    }
    mine->exchange = exchange;
    mine->service = find_service(query, request);
    hy_random_uuid(query->random, mine->request_id);
    hy_wire_call_init(&mine->call, request, now_ms, query->region);
    mine->call.answer = answer;
    hy_buf_init(&mine->json, JSON_BYTES_MAX);

    const struct hy_operation *operation = NULL;
    enum hy_code code = find_operation(mine, &operation);
    if (code == HY_OK) {
        code = read_form(mine);
    }
    if (code == HY_OK) {
        operation->run(mine->service->service, &mine->call);
    } else {
        hy_call_finish(&mine->call, code, HY_SV(""));
    }
}
