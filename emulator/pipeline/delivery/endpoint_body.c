#include "pipeline/delivery/endpoint_body.h"

#include "base/base64.h"
#include "base/json_write.h"

#include <stdio.h>

enum { SEQ_DIGITS = 56 };

void hy_endpoint_body_begin(struct hy_buf *body, hy_sv request_id, uint64_t now_ms)
{
    hy_buf_printf(body, "{\"requestId\":\"%.*s\",\"timestamp\":%llu,\"records\":[",
                  HY_SV_ARG(request_id), (unsigned long long)now_ms);
}

void hy_endpoint_body_add(struct hy_buf *body, hy_sv data)
{
    const size_t encoded = HY_BASE64_ENCODED(data.len);
    if (body->len > 0 && body->data[body->len - 1] == '}') {
        hy_buf_append_byte(body, ',');
    }
    hy_buf_append(body, HY_SV("{\"data\":\""));
    char *room = hy_buf_reserve(body, encoded);
    if (room != NULL) {
        hy_base64_encode(data, room);
        hy_buf_commit(body, encoded);
    }
    hy_buf_append(body, HY_SV("\"}"));
}

void hy_endpoint_body_end(struct hy_buf *body)
{
    hy_buf_append(body, HY_SV("]}"));
}

uint64_t hy_endpoint_body_bound(uint64_t records, uint64_t bytes)
{
    /* Each record's base64 is rounded up to four characters. */
    return HY_ENDPOINT_ENVELOPE_BYTES + HY_BASE64_ENCODED(bytes) +
           records * (HY_ENDPOINT_RECORD_BYTES + 4);
}

void hy_endpoint_error_write(const struct hy_endpoint_error *error,
                             const struct hy_endpoint_record *record, struct hy_buf *out)
{
    char data_id[SEQ_DIGITS + 3];
    struct hy_json_write json;
    (void)snprintf(data_id, sizeof data_id, "%0*llu.0", SEQ_DIGITS,
                   (unsigned long long)record->seq);
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("attemptsMade"));
    hy_json_u64(&json, error->attempts_made);
    hy_json_name(&json, HY_SV("arrivalTimestamp"));
    hy_json_u64(&json, record->arrived_ms);
    hy_json_name(&json, HY_SV("errorCode"));
    hy_json_string(&json, hy_sv_of(error->code));
    hy_json_name(&json, HY_SV("errorMessage"));
    hy_json_string(&json, error->message);
    hy_json_name(&json, HY_SV("attemptEndingTimestamp"));
    hy_json_u64(&json, error->ended_ms);
    hy_json_name(&json, HY_SV("rawData"));
    hy_json_base64(&json, record->data);
    hy_json_name(&json, HY_SV("subsequenceNumber"));
    hy_json_u64(&json, 0);
    hy_json_name(&json, HY_SV("dataId"));
    hy_json_string(&json, hy_sv_of(data_id));
    hy_json_end_object(&json);
    hy_buf_append_byte(out, '\n');
}
