#include "services/control/counter_table.h"

#include <string.h>

#define ROW(member, metric, help)                                                                  \
    {                                                                                              \
        HY_SV_INIT(#member), HY_SV_INIT(metric), help, offsetof(struct hy_counters, member), false \
    }

const struct hy_counter_row hy_counter_table[] = {
    ROW(incoming_records, "incoming_records", "records accepted"),
    ROW(incoming_bytes, "incoming_bytes", "bytes accepted, decoded"),
    ROW(put_record_requests, "put_record_requests", "PutRecord calls accepted"),
    ROW(put_record_batch_requests, "put_record_batch_requests", "PutRecordBatch calls accepted"),
    ROW(throttled_records, "throttled_records", "records refused with Slow down."),
    ROW(invocations, "execute_processing_invocations", "Lambda invocations"),
    ROW(invocations_failed, "execute_processing_failures", "Lambda invocations that failed"),
    ROW(invocation_ms, "execute_processing_duration_milliseconds",
        "real time spent in Lambda invocations"),
    ROW(ok_records, "succeed_processing_records", "records that the transform answered Ok"),
    ROW(ok_bytes, "succeed_processing_bytes", "their bytes, before the transform"),
    ROW(dropped_records, "dropped_processing_records", "records that the transform dropped"),
    ROW(failed_records, "failed_processing_records", "records that went to the error output"),
    ROW(delivered_objects, "delivery_to_s3_objects", "data objects delivered"),
    ROW(delivered_records, "delivery_to_s3_records", "records in data objects"),
    ROW(delivered_bytes, "delivery_to_s3_bytes", "bytes in data objects, before the transform"),
    ROW(delivered_stored_bytes, "delivery_to_s3_stored_bytes", "bytes of data objects as stored"),
    ROW(endpoint_records, "delivery_to_http_endpoint_records", "records that an endpoint took"),
    ROW(endpoint_bytes, "delivery_to_http_endpoint_bytes",
        "bytes that an endpoint took, before the transform"),
    ROW(endpoint_requests, "delivery_to_http_endpoint_requests", "requests to an endpoint"),
    ROW(endpoint_failures, "delivery_to_http_endpoint_failures",
        "requests to an endpoint that failed"),
    ROW(endpoint_processed_records, "delivery_to_http_endpoint_processed_records",
        "records in requests to an endpoint, repeated ones included"),
    ROW(endpoint_processed_bytes, "delivery_to_http_endpoint_processed_bytes",
        "bytes in requests to an endpoint, repeated ones included"),
    ROW(endpoint_rejected_records, "delivery_to_http_endpoint_rejected_records",
        "records given up because the endpoint answered 413"),
    ROW(error_objects, "error_objects", "error objects delivered"),
    ROW(backup_objects, "backup_to_s3_objects", "backup objects delivered"),
    ROW(backup_records, "backup_to_s3_records", "records in backup objects"),
    ROW(backup_bytes, "backup_to_s3_bytes", "bytes in backup objects"),
    ROW(delivery_failures, "delivery_to_s3_failures", "attempts to deliver that failed"),
    ROW(lost_records, "lost_records", "records given up after 24 hours"),
    ROW(settled_records, "settled_records", "records whose way is over"),
    ROW(data_read_records, "data_read_from_kinesis_stream_records", "records read from Kinesis"),
    ROW(data_read_bytes, "data_read_from_kinesis_stream_bytes", "bytes read from Kinesis"),
    { HY_SV_INIT("kinesis_millis_behind"), HY_SV_INIT("kinesis_millis_behind_latest"),
      "how far behind the shard that was read last is",
      offsetof(struct hy_counters, kinesis_millis_behind), true },
    ROW(throttled_get_records, "throttled_get_records", "GetRecords that Kinesis throttled"),
    ROW(throttled_get_shard_iterator, "throttled_get_shard_iterator",
        "GetShardIterator that Kinesis throttled"),
    ROW(throttled_describe_stream, "throttled_describe_stream",
        "ListShards and DescribeStream that Kinesis throttled"),
};

const size_t hy_counter_count = sizeof hy_counter_table / sizeof hy_counter_table[0];

uint64_t hy_counter_read(const struct hy_counters *counters, size_t row)
{
    uint64_t value;
    memcpy(&value, (const char *)counters + hy_counter_table[row].offset, sizeof value);
    return value;
}
