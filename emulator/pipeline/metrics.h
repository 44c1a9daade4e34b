/* metrics.h - CloudWatch's view of a stream: its metrics over time (firehose.md 5.4).
 *
 * A stream has one struct hy_metrics; who makes something happen adds a sample. What has never
 * had one takes no memory and is not listed. counters.h beside it counts what hydrant's own
 * control API tells, whole numbers since the stream was opened.
 */
#ifndef HY_PIPELINE_METRICS_H
#define HY_PIPELINE_METRICS_H

#include "base/sv.h"
#include "pipeline/series.h"

/* metric, CloudWatch's name, its unit, name for Prometheus, kind there, what it is */
#define HY_METRIC_TABLE(X)                                                                         \
    X(BACKUP_BYTES, "BackupToS3.Bytes", "Bytes", "", COUNTED, "")                                  \
    X(BACKUP_FRESHNESS, "BackupToS3.DataFreshness", "Seconds",                                     \
      "backup_to_s3_data_freshness_seconds", GAUGE, "age of the oldest record backed up last")     \
    X(BACKUP_RECORDS, "BackupToS3.Records", "Count", "", COUNTED, "")                              \
    X(BACKUP_SUCCESS, "BackupToS3.Success", "Count", "backup_to_s3_success", SUMMARY,              \
      "1 for each backup object put, 0 for each that failed")                                      \
    X(BYTES_LIMIT, "BytesPerSecondLimit", "Count", "bytes_per_second_limit", GAUGE,                \
      "the quota of --quotas aws")                                                                 \
    X(READ_BYTES, "DataReadFromKinesisStream.Bytes", "Bytes", "", COUNTED, "")                     \
    X(READ_RECORDS, "DataReadFromKinesisStream.Records", "Count", "", COUNTED, "")                 \
    X(ENDPOINT_BYTES, "DeliveryToHttpEndpoint.Bytes", "Bytes", "", COUNTED, "")                    \
    X(ENDPOINT_FRESHNESS, "DeliveryToHttpEndpoint.DataFreshness", "Seconds",                       \
      "delivery_to_http_endpoint_data_freshness_seconds", GAUGE,                                   \
      "age of the oldest record sent last")                                                        \
    X(ENDPOINT_PROCESSED_BYTES, "DeliveryToHttpEndpoint.ProcessedBytes", "Bytes", "", COUNTED, "") \
    X(ENDPOINT_PROCESSED_RECORDS, "DeliveryToHttpEndpoint.ProcessedRecords", "Count", "", COUNTED, \
      "")                                                                                          \
    X(ENDPOINT_RECORDS, "DeliveryToHttpEndpoint.Records", "Count", "", COUNTED, "")                \
    X(ENDPOINT_SUCCESS, "DeliveryToHttpEndpoint.Success", "Count",                                 \
      "delivery_to_http_endpoint_success", SUMMARY,                                                \
      "1 for each request that was taken, 0 for each that was not")                                \
    X(DELIVERY_BYTES, "DeliveryToS3.Bytes", "Bytes", "", COUNTED, "")                              \
    X(DELIVERY_FRESHNESS, "DeliveryToS3.DataFreshness", "Seconds", "", COUNTED, "")                \
    X(DELIVERY_OBJECTS, "DeliveryToS3.ObjectCount", "Count", "", COUNTED, "")                      \
    X(DELIVERY_RECORDS, "DeliveryToS3.Records", "Count", "", COUNTED, "")                          \
    X(DELIVERY_SUCCESS, "DeliveryToS3.Success", "Count", "delivery_to_s3_success", SUMMARY,        \
      "1 for each data object put, 0 for each that failed")                                        \
    X(DESCRIBE_LATENCY, "DescribeDeliveryStream.Latency", "Milliseconds",                          \
      "describe_delivery_stream_latency_milliseconds", SUMMARY, "of DescribeDeliveryStream")       \
    X(DESCRIBE_REQUESTS, "DescribeDeliveryStream.Requests", "Count",                               \
      "describe_delivery_stream_requests", TOTAL, "DescribeDeliveryStream calls")                  \
    X(PROCESSING_DURATION, "ExecuteProcessing.Duration", "Milliseconds",                           \
      "execute_processing_duration_milliseconds", SUMMARY, "real time of each Lambda invocation")  \
    X(PROCESSING_SUCCESS, "ExecuteProcessing.Success", "Count", "execute_processing_success",      \
      SUMMARY, "1 for each Lambda invocation that succeeded, 0 for each that failed")              \
    X(NOT_CONVERTED_BYTES, "FailedConversion.Bytes", "Bytes", "failed_conversion_bytes", TOTAL,    \
      "bytes that format conversion refused")                                                      \
    X(NOT_CONVERTED_RECORDS, "FailedConversion.Records", "Count", "failed_conversion_records",     \
      TOTAL, "records that format conversion refused")                                             \
    X(INCOMING_BYTES, "IncomingBytes", "Bytes", "", COUNTED, "")                                   \
    X(INCOMING_REQUESTS, "IncomingPutRequests", "Count", "incoming_put_requests", TOTAL,           \
      "Put calls accepted")                                                                        \
    X(INCOMING_RECORDS, "IncomingRecords", "Count", "", COUNTED, "")                               \
    X(MILLIS_BEHIND, "KinesisMillisBehindLatest", "Milliseconds", "", COUNTED, "")                 \
    X(LIST_LATENCY, "ListDeliveryStreams.Latency", "Milliseconds",                                 \
      "list_delivery_streams_latency_milliseconds", SUMMARY, "of ListDeliveryStreams")             \
    X(LIST_REQUESTS, "ListDeliveryStreams.Requests", "Count", "list_delivery_streams_requests",    \
      TOTAL, "ListDeliveryStreams calls")                                                          \
    X(PARTITIONS, "PartitionCount", "Count", "partition_count", GAUGE,                             \
      "partitions that were being filled when the last one was begun")                             \
    X(PARTITIONS_EXCEEDED, "PartitionCountExceeded", "Count", "partition_count_exceeded", GAUGE,   \
      "1: the last new partition was one too many")                                                \
    X(PUT_BYTES, "PutRecord.Bytes", "Bytes", "put_record_bytes", TOTAL, "put by PutRecord")        \
    X(PUT_LATENCY, "PutRecord.Latency", "Milliseconds", "put_record_latency_milliseconds",         \
      SUMMARY, "of PutRecord")                                                                     \
    X(PUT_REQUESTS, "PutRecord.Requests", "Count", "", COUNTED, "")                                \
    X(BATCH_BYTES, "PutRecordBatch.Bytes", "Bytes", "put_record_batch_bytes", TOTAL,               \
      "put by PutRecordBatch")                                                                     \
    X(BATCH_LATENCY, "PutRecordBatch.Latency", "Milliseconds",                                     \
      "put_record_batch_latency_milliseconds", SUMMARY, "of PutRecordBatch")                       \
    X(BATCH_RECORDS, "PutRecordBatch.Records", "Count", "put_record_batch_records", TOTAL,         \
      "records put by PutRecordBatch")                                                             \
    X(BATCH_REQUESTS, "PutRecordBatch.Requests", "Count", "", COUNTED, "")                         \
    X(REQUESTS_LIMIT, "PutRequestsPerSecondLimit", "Count", "put_requests_per_second_limit",       \
      GAUGE, "the quota of --quotas aws")                                                          \
    X(RECORDS_LIMIT, "RecordsPerSecondLimit", "Count", "records_per_second_limit", GAUGE,          \
      "the quota of --quotas aws")                                                                 \
    X(CONVERTED_BYTES, "SucceedConversion.Bytes", "Bytes", "succeed_conversion_bytes", TOTAL,      \
      "bytes through format conversion, as they were put")                                         \
    X(CONVERTED_RECORDS, "SucceedConversion.Records", "Count", "succeed_conversion_records",       \
      TOTAL, "records through format conversion")                                                  \
    X(PROCESSED_BYTES, "SucceedProcessing.Bytes", "Bytes", "", COUNTED, "")                        \
    X(PROCESSED_RECORDS, "SucceedProcessing.Records", "Count", "", COUNTED, "")                    \
    X(THROTTLED_DESCRIBE_STREAM, "ThrottledDescribeStream", "Count", "", COUNTED, "")              \
    X(THROTTLED_GET_RECORDS, "ThrottledGetRecords", "Count", "", COUNTED, "")                      \
    X(THROTTLED_GET_SHARD_ITERATOR, "ThrottledGetShardIterator", "Count", "", COUNTED, "")         \
    X(THROTTLED_RECORDS, "ThrottledRecords", "Count", "", COUNTED, "")                             \
    X(UPDATE_LATENCY, "UpdateDeliveryStream.Latency", "Milliseconds",                              \
      "update_delivery_stream_latency_milliseconds", SUMMARY, "of UpdateDestination")              \
    X(UPDATE_REQUESTS, "UpdateDeliveryStream.Requests", "Count",                                   \
      "update_delivery_stream_requests", TOTAL, "UpdateDestination calls")

enum hy_metric {
#define X(metric, name, unit, text, kind, help) HY_METRIC_##metric,
    HY_METRIC_TABLE(X)
#undef X
    HY_METRIC_COUNT
};

/* As what Prometheus is told of it. COUNTED: there is a counter that tells the same. */
enum hy_metric_kind {
    HY_METRIC_KIND_COUNTED,
    HY_METRIC_KIND_TOTAL,
    HY_METRIC_KIND_SUMMARY,
    HY_METRIC_KIND_GAUGE,
};

struct hy_metric_row {
    hy_sv name, unit; /* CloudWatch's */
    const char *text; /* for Prometheus */
    enum hy_metric_kind kind;
    const char *help;
};
extern const struct hy_metric_row hy_metric_rows[HY_METRIC_COUNT];

struct hy_metrics {
    struct hy_series *series[HY_METRIC_COUNT]; /* NULL: never a sample */
};

/* Without memory the sample is lost. */
void hy_metrics_add(struct hy_metrics *metrics, enum hy_metric metric, double value,
                    uint64_t now_ms);
void hy_metrics_finish(struct hy_metrics *metrics); /* fine when zeroed */

#endif
