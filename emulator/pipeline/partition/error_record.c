#include "pipeline/partition/error_record.h"

#include "base/json_write.h"

void hy_error_record_write(const struct hy_error_record *record, struct hy_buf *out)
{
    struct hy_json_write json;
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json); /* members in the order that was seen on the wire */
    hy_json_name(&json, HY_SV("rawData"));
    hy_json_base64(&json, record->raw_data);
    hy_json_name(&json, HY_SV("errorCode"));
    hy_json_string(&json, hy_sv_of(record->failure->code));
    hy_json_name(&json, HY_SV("errorMessage"));
    hy_json_string(&json, hy_sv_of(record->failure->message));
    hy_json_name(&json, HY_SV("attemptsMade"));
    hy_json_u64(&json, record->attempts_made);
    hy_json_name(&json, HY_SV("arrivalTimestamp"));
    hy_json_u64(&json, record->arrived_ms);
    hy_json_name(&json, HY_SV("attemptEndingTimestamp"));
    hy_json_u64(&json, record->attempt_ended_ms);
    if (record->lambda_arn.len > 0) {
        hy_json_name(&json, HY_SV("lambdaARN"));
        hy_json_string(&json, record->lambda_arn);
    }
    hy_json_end_object(&json);
    hy_buf_append_byte(out, '\n');
}
