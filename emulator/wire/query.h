/* query.h - AWS's query protocol: a form in, XML out (stack-and-wire.md B0).
 *
 * `Action=DescribeStacks&Version=2010-05-15&StackName=clicks`, as a form that is posted or as the
 * query of a GET. The version names the service (no two have the same; where the signature names
 * one, both must agree). The operation sees none of it: call->body is the form as JSON
 * (query_form.h), and the JSON object that it answers becomes
 *
 *   <DescribeStacksResponse xmlns="..."><DescribeStacksResult>...</DescribeStacksResult>
 *     <ResponseMetadata><RequestId>...</RequestId></ResponseMetadata></DescribeStacksResponse>
 *
 * (xml.h); an empty body leaves the result out. A refusal becomes an ErrorResponse.
 */
#ifndef HY_WIRE_QUERY_H
#define HY_WIRE_QUERY_H

#include "base/random.h"
#include "io/http_server.h"
#include "services/service.h"
#include "wire/query_code.h"

struct hy_query_service {
    hy_sv version;          /* "2010-08-01" */
    hy_sv signing_name;     /* "monitoring" */
    hy_sv xml_namespace;    /* "http://monitoring.amazonaws.com/doc/2010-08-01/" */
    const char *timestamps; /* members that are instants, see xml.h */
    struct hy_query_codes codes;
    const struct hy_operation *operations; /* sorted by name */
    size_t operation_count;
    void *service;          /* their first argument */
};

struct hy_query {
    const struct hy_query_service *services;
    size_t count;
    struct hy_random *random; /* request ids */
    hy_sv region;             /* for callers whose scope has none */
};

/* Is it for this protocol at all? By the content type, or by an Action in the query of a GET. */
bool hy_query_wants(const struct hy_http_request *request);

/* The signing name of the service that the request is for; empty when there is no such service. */
hy_sv hy_query_signing_name(const struct hy_query *query, const struct hy_http_request *request);

/* For whoever turns a request away before it becomes a call. */
void hy_query_refuse(const struct hy_query *query, struct hy_http_exchange *exchange,
                     const struct hy_refusal *refusal, const char *text);

/* Makes a call of the exchange and runs its operation. */
void hy_query_handle(const struct hy_query *query, struct hy_http_exchange *exchange,
                     uint64_t now_ms);

#endif
