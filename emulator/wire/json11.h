/* json11.h - AWS's JSON 1.1 protocol, and 1.0: POST, X-Amz-Target, a JSON body each way.
 *
 * `X-Amz-Target: Firehose_20150804.PutRecord` names service and operation. The content type
 * is not looked at (firehose.md 1.2). Answers carry x-amzn-RequestId; errors also carry
 * x-amzn-ErrorType and {"__type","message"} (1.4). In a SerializationException the member is
 * called Message.
 */
#ifndef HY_WIRE_JSON11_H
#define HY_WIRE_JSON11_H

#include "base/random.h"
#include "io/http_server.h"
#include "services/refusal.h"
#include "services/service.h"
#include "wire/query_code.h"

struct hy_json11_service {
    hy_sv target_prefix; /* "Firehose_20150804" */
    hy_sv signing_name;  /* "firehose": the service in the scope of its signatures */
    const struct hy_operation *operations; /* sorted by name */
    size_t operation_count;
    void *service;       /* their first argument */
    bool is_json10;      /* answers in JSON 1.0, which differs in its content type only */
    struct hy_query_codes codes; /* told in x-amzn-query-error when there are any */
};

struct hy_json11 {
    const struct hy_json11_service *services;
    size_t count;
    struct hy_random *random; /* request ids */
    hy_sv region;             /* for callers whose scope has none */
};

/* Is it for this protocol at all? By the target header. */
bool hy_json11_wants(const struct hy_http_request *request);

/* The signing name of the service that the target names; empty when there is no such service. */
hy_sv hy_json11_signing_name(const struct hy_json11 *json11, const struct hy_http_request *request);

/* For whoever turns a request away before it becomes a call. */
void hy_json11_refuse(const struct hy_json11 *json11, struct hy_http_exchange *exchange,
                      const struct hy_refusal *refusal, const char *text);

/* Makes a call of the exchange and runs its operation. */
void hy_json11_handle(const struct hy_json11 *json11, struct hy_http_exchange *exchange,
                      uint64_t now_ms);

#endif
