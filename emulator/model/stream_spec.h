/* stream_spec.h - what the pipeline needs to know of a delivery stream, normalised.
 *
 * services/firehose makes it from the stream's description (JSON, which is what is stored and
 * described); the pipeline only reads it. A spec is never changed: an update makes a new one.
 * It is shared by everything under way for the stream, so it counts its holders (the one
 * exception to one-owner-at-a-time, because an object in the making must keep the settings it
 * was begun with). Loop thread only.
 */
#ifndef HY_MODEL_STREAM_SPEC_H
#define HY_MODEL_STREAM_SPEC_H

#include "base/err.h"
#include "base/sv.h"

struct hy_naming;

enum hy_compression {
    HY_COMPRESSION_NONE,
    HY_COMPRESSION_GZIP,
    HY_COMPRESSION_ZIP,
    HY_COMPRESSION_SNAPPY,
    HY_COMPRESSION_HADOOP_SNAPPY,
};

struct hy_buffering {
    uint64_t bytes;       /* due when so many wait */
    uint64_t interval_ms; /* or when the oldest is so old */
};

struct hy_s3_spec {
    char *bucket;         /* its name, from the ARN */
    char *prefix;         /* as written, with expressions; "" when absent */
    char *error_prefix;   /* "" when absent */
    char *file_extension; /* "" when absent */
    char *time_zone;      /* "UTC" when absent */
    struct hy_buffering buffering;
    enum hy_compression compression;
    char *log_group, *log_stream; /* of its errors; NULL: logging is off */
    struct hy_naming *naming; /* the two prefixes and the zone: hy_stream_spec_prepare */
};

struct hy_transform_spec {
    char *lambda_arn;     /* as configured, qualifier included; NULL: no transform */
    unsigned retries;
    struct hy_buffering buffering;
};

enum hy_split {
    HY_SPLIT_NONE,
    HY_SPLIT_JSON,      /* consecutive JSON values */
    HY_SPLIT_DELIMITED,
};

/* What is done to a record before the transform, and to its place after it (firehose.md 3.8). */
struct hy_process_spec {
    bool decompress;
    bool extract_messages;  /* of CloudWatch Logs documents */
    enum hy_split split;
    char *delimiter;        /* of HY_SPLIT_DELIMITED, decoded; not terminated */
    size_t delimiter_len;
    bool append_delimiter;  /* LF between the records of an object */
    char *query;            /* MetadataExtraction; NULL: none */
    bool partition;         /* dynamic partitioning: an object for each distinct prefix */
};

struct hy_endpoint_spec { /* firehose.md 6.1 */
    char *url;               /* as configured; NULL: the destination is S3 */
    char *access_key;        /* "" when absent */
    char *common_attributes; /* the header's value, JSON; "" when there are none */
    bool gzip;
    uint64_t retry_ms;       /* 0: no retries */
    struct hy_buffering buffering;
};

/* Records to Parquet, by configuration and table as JSON: few know what they mean, and those are
 * on the pool. */
struct hy_conversion_spec {
    char *configuration; /* DataFormatConversionConfiguration; NULL: no conversion */
    char *table;         /* its schema, Glue-shaped */
};

/* A Kinesis data stream. */
struct hy_source_spec {
    char *stream_arn;     /* NULL: none, records are put */
    uint64_t start_ms;    /* by real time: nothing that came before is read */
};

struct hy_stream_spec {
    unsigned holders;
    uint64_t id;          /* the ledger's */
    char *name;
    char *arn;
    char *region;
    char *version;        /* VersionId, for object names */
    struct hy_endpoint_spec endpoint; /* where data goes; what fails goes to s3 */
    struct hy_s3_spec s3;
    bool has_backup;
    struct hy_s3_spec backup; /* source records, untouched */
    struct hy_transform_spec transform;
    struct hy_conversion_spec conversion;
    struct hy_source_spec source;
    struct hy_process_spec process;
};

/* Do records go through a stage of their own, or straight from the journal into objects? */
static inline bool hy_stream_spec_has_stages(const struct hy_stream_spec *spec)
{
    return spec->transform.lambda_arn != NULL || spec->process.decompress ||
           spec->process.split != HY_SPLIT_NONE || spec->process.partition;
}

struct hy_stream_spec *hy_stream_spec_create(void); /* zeroed, one holder */
/* Reads what is kept as text. Once the spec is filled in, before the pipeline sees it; again is
 * harmless. HY_NO_MEMORY, or HY_INVALID with a sentence. */
HY_MUST_CHECK
enum hy_code hy_stream_spec_prepare(struct hy_stream_spec *spec, struct hy_err *err);
struct hy_stream_spec *hy_stream_spec_hold(struct hy_stream_spec *spec); /* returns it */
void hy_stream_spec_release(struct hy_stream_spec *spec); /* the last one frees; NULL is fine */

#endif
