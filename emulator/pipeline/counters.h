/* counters.h - what a stream has done since it was opened; metrics and flush read it.
 *
 * Names follow CloudWatch's metrics (firehose.md 5.4). Written by the stages, on the loop; only
 * the *_requests and throttled_records are the Put operations' to count.
 */
#ifndef HY_PIPELINE_COUNTERS_H
#define HY_PIPELINE_COUNTERS_H

#include <stdint.h>

struct hy_counters {
    uint64_t incoming_records, incoming_bytes;
    uint64_t put_record_requests, put_record_batch_requests;
    uint64_t throttled_records;
    uint64_t invocations, invocations_failed; /* ExecuteProcessing */
    uint64_t invocation_ms;                   /* sum of durations */
    uint64_t ok_records, dropped_records, failed_records; /* outcomes of the transform */
    uint64_t ok_bytes;                        /* SucceedProcessing.Bytes: before the transform */
    uint64_t delivered_objects, delivered_records; /* DeliveryToS3, data only */
    uint64_t delivered_bytes;                 /* DeliveryToS3.Bytes: before the transform */
    uint64_t delivered_stored_bytes;          /* the same objects as they lie in the bucket */
    /* DeliveryToHttpEndpoint: what the endpoint took, before the transform; every attempt */
    uint64_t endpoint_records, endpoint_bytes;
    uint64_t endpoint_requests, endpoint_failures;
    uint64_t endpoint_processed_records, endpoint_processed_bytes;
    uint64_t endpoint_rejected_records; /* given up on status 413 (firehose.md 6.3) */
    uint64_t error_objects;
    uint64_t backup_objects, backup_records, backup_bytes;
    uint64_t delivery_failures; /* attempts that S3 (the directory) refused */
    uint64_t lost_records;      /* given up after 24 hours (firehose.md 5.1) */
    uint64_t settled_records;
    uint64_t data_read_records, data_read_bytes; /* DataReadFromKinesisStream: before splitting */
    uint64_t kinesis_millis_behind;   /* a gauge: of the shard that was read last */
    uint64_t throttled_get_records, throttled_get_shard_iterator, throttled_describe_stream;
};

#endif
