/* limits.h - the numbers of the service, each with its place in firehose.md. */
#ifndef HY_MODEL_LIMITS_H
#define HY_MODEL_LIMITS_H

enum {
    HY_MIB = 1024 * 1024,

    HY_RECORD_BYTES_MAX = 1024000,    /* decoded; 2.1 */
    HY_BATCH_RECORDS_MAX = 500,       /* 2.8 */
    HY_BATCH_BYTES_MAX = 4 * HY_MIB,  /* sum of decoded records; 2.8, Appendix A 10 */
    HY_PUT_BODY_BYTES_MAX = 7 * HY_MIB, /* over it: a bare 413; 1.5 */
    HY_STREAM_NAME_MAX = 64,          /* 2.1 */
    HY_STREAM_ARN_MAX = 512,          /* 2.1 */
    HY_STREAMS_MAX = 5000,            /* an account; 2.12 */
    HY_QUOTA_REQUESTS = 2000,         /* a second and stream, as in us-east-1; 2.12 */
    HY_QUOTA_RECORDS = 500000,
    HY_QUOTA_BYTES = 5 * HY_MIB,

    HY_S3_BUFFER_MIB_DEFAULT = 5,     /* 3.2 */
    HY_S3_BUFFER_SECONDS_DEFAULT = 300,
    HY_LAMBDA_BUFFER_MIB_DEFAULT = 1, /* 3.8 */
    HY_LAMBDA_BUFFER_SECONDS_DEFAULT = 60,
    HY_LAMBDA_RETRIES_DEFAULT = 3,
    HY_LAMBDA_CONCURRENT_MAX = 5,     /* outstanding invocations of a stream; 4.1 */
    HY_LAMBDA_TIMEOUT_MS = 300 * 1000, /* as Firehose sees it; 4.1 */
    HY_LAMBDA_PAYLOAD_MAX = 6 * HY_MIB, /* event and reply; 4.1 */
    HY_LAMBDA_RETRY_PAUSE_MS = 1000,  /* undocumented; Appendix A 12 */
    HY_RETENTION_MS = 24 * 3600 * 1000, /* Direct PUT; 2.12 */
    HY_ENDPOINT_RECORDS_MAX = 10000,  /* in a request; 6.2 */
    HY_ENDPOINT_BODY_MAX = 64 * HY_MIB, /* before compression; 6.2 */
    HY_ENDPOINT_REPLY_MAX = HY_MIB,   /* headers included; 6.3 */
    HY_ENDPOINT_TIMEOUT_MS = 180 * 1000, /* of one attempt; 6.3 */
    HY_ENDPOINT_MESSAGE_MAX = 8192,   /* what is kept of an answer; 6.3 */
    HY_ENDPOINT_RETRY_SECONDS_DEFAULT = 300, /* 6.1, Appendix A 14 */
    HY_PREFIX_EVALUATED_MAX = 512,    /* 3.6 */
    HY_ACTIVE_PARTITIONS_MAX = 500,   /* of a stream; 3.9 */
    HY_DELIVERY_RETRY_MS = 5000,      /* pause before S3 is tried again; not documented */
};

#endif
