#include "pipeline/delivery/endpoint_reply.h"

#include "base/json_scan.h"
#include "model/limits.h"

/* ---- what went wrong ---- */

static const char timeout_code[] = "HttpEndpoint.RequestTimeout";
static const char too_large_code[] = "HttpEndpoint.ResponseTooLarge";
static const char invalid_code[] = "HttpEndpoint.InvalidResponseFromDestination";
static const char exception_code[] = "HttpEndpoint.DestinationException";
static const char failed_code[] = "HttpEndpoint.ConnectionFailed";
static const char reset_code[] = "HttpEndpoint.ConnectionReset";
static const char tls_code[] = "HttpEndpoint.SSLHandshakeFailure";

static struct hy_endpoint_reply again(const char *code, hy_sv sentence, struct hy_buf *message)
{
    hy_buf_append(message, sentence);
    return (struct hy_endpoint_reply){ HY_ENDPOINT_RETRY, code };
}

static struct hy_endpoint_reply too_large(struct hy_buf *message)
{
    return again(too_large_code, HY_SV("The response received from the endpoint is too large. "
                                       "Contact the owner of the endpoint to resolve this "
                                       "issue."), message);
}

static struct hy_endpoint_reply no_answer(const struct hy_http_response *response,
                                          struct hy_buf *message)
{
    if (response->code == HY_LIMIT) {
        return too_large(message);
    }
    if (response->tls_failed) {
        return again(tls_code, HY_SV("The TLS handshake with the endpoint failed. Contact the "
                                     "owner of the endpoint to resolve this issue."), message);
    }
    if (!response->connected) {
        return again(failed_code, HY_SV("Unable to connect to the destination endpoint. Contact "
                                        "the owner of the endpoint to resolve this issue."),
                     message);
    }
    if (response->code == HY_TIMEOUT) {
        return again(timeout_code, HY_SV("The request timed out before a response was received "
                                         "and will be retried."), message);
    }
    return again(reset_code, HY_SV("Unable to maintain connection with the endpoint. Contact the "
                                   "owner of the endpoint to resolve this issue."), message);
}

/* What is kept of a body: HY_ENDPOINT_MESSAGE_MAX bytes, no character cut in two. */
static hy_sv shortened(hy_sv body)
{
    if (body.len <= HY_ENDPOINT_MESSAGE_MAX) {
        return body;
    }
    size_t len = HY_ENDPOINT_MESSAGE_MAX;
    while (len > HY_ENDPOINT_MESSAGE_MAX - 4 && ((unsigned char)body.ptr[len] & 0xc0) == 0x80) {
        len--;
    }
    return (hy_sv){ body.ptr, len };
}

static struct hy_endpoint_reply refused(const struct hy_http_response *response,
                                        struct hy_buf *message)
{
    const bool is_final = response->status == 413;
    hy_buf_append(message, HY_SV("Received the following response from the endpoint "
                                 "destination. "));
    if (response->body.len > 0) {
        hy_buf_append(message, shortened(response->body));
    } else {
        hy_buf_printf(message, "%d", response->status);
    }
    return (struct hy_endpoint_reply){ is_final ? HY_ENDPOINT_FINAL : HY_ENDPOINT_RETRY,
                                       exception_code };
}

static struct hy_endpoint_reply invalid(const struct hy_http_response *response, hy_sv request_id,
                                        struct hy_buf *message)
{
    hy_buf_printf(message,
                  "The response received from the specified endpoint is invalid. Contact the "
                  "owner of the endpoint to resolve the issue. Response for request %.*s is not "
                  "recognized as valid JSON or has unexpected fields. Raw response received: %d ",
                  HY_SV_ARG(request_id), response->status);
    hy_buf_append(message, shortened(response->body));
    return (struct hy_endpoint_reply){ HY_ENDPOINT_RETRY, invalid_code };
}

/* ---- an answer of status 200 ---- */

static bool is_json_type(hy_sv type)
{
    hy_sv media = hy_sv_cut(&type, ';'); /* a charset does no harm */
    while (media.len > 0 && media.ptr[media.len - 1] == ' ') {
        media.len--;
    }
    return hy_sv_equal_nocase(media, HY_SV("application/json"));
}

static bool has_good_head(const struct hy_http_response *response)
{
    const struct hy_http_headers headers = response->headers;
    return is_json_type(hy_http_header(headers, HY_SV("Content-Type"))) &&
           hy_http_header(headers, HY_SV("Content-Encoding")).ptr == NULL &&
           hy_http_header(headers, HY_SV("Content-Length")).ptr != NULL;
}

/* One member of the answer; false when it is not as the protocol has it. */
static bool read_member(struct hy_json_scan *scan, hy_sv request_id, bool *has_id,
                        bool *has_timestamp)
{
    if (hy_json_is(scan, HY_SV("requestId"))) {
        *has_id = hy_json_next(scan) == HY_JSON_STRING && hy_json_is(scan, request_id);
        return *has_id;
    }
    if (hy_json_is(scan, HY_SV("timestamp"))) {
        *has_timestamp = hy_json_next(scan) == HY_JSON_NUMBER;
        return *has_timestamp;
    }
    if (hy_json_is(scan, HY_SV("errorMessage"))) {
        const enum hy_json_token token = hy_json_next(scan);
        return token == HY_JSON_NULL ||
               (token == HY_JSON_STRING && scan->text.len <= HY_ENDPOINT_MESSAGE_MAX);
    }
    return false;
}

static bool is_good_body(hy_sv body, hy_sv request_id)
{
    struct hy_json_scan scan;
    bool has_id = false, has_timestamp = false;
    hy_json_scan_init(&scan, body);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return false;
    }
    enum hy_json_token token;
    while ((token = hy_json_next(&scan)) == HY_JSON_NAME) {
        if (!read_member(&scan, request_id, &has_id, &has_timestamp)) {
            return false;
        }
    }
    return token == HY_JSON_OBJECT_END && hy_json_next(&scan) == HY_JSON_END && has_id &&
           has_timestamp;
}

static size_t bytes_of(const struct hy_http_response *response)
{
    size_t bytes = response->body.len;
    for (size_t i = 0; i < response->headers.count; i++) {
        const struct hy_http_header *header = &response->headers.items[i];
        bytes += header->name.len + header->value.len + 4; /* ": " and the line's end */
    }
    return bytes;
}

struct hy_endpoint_reply hy_endpoint_reply_check(const struct hy_http_response *response,
                                                 hy_sv request_id, struct hy_buf *message)
{
    if (response->code != HY_OK) {
        return no_answer(response, message);
    }
    if (bytes_of(response) > HY_ENDPOINT_REPLY_MAX && response->status != 413) {
        return too_large(message);
    }
    if (response->status != 200) {
        return refused(response, message);
    }
    if (!has_good_head(response) || !is_good_body(response->body, request_id)) {
        return invalid(response, request_id, message);
    }
    return (struct hy_endpoint_reply){ HY_ENDPOINT_TAKEN, NULL };
}
