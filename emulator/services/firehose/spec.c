#include "services/firehose/spec.h"

#include "base/base64.h"
#include "model/limits.h"
#include "services/firehose/conversion.h"
#include "services/firehose/description.h"
#include "services/firehose/http_description.h"
#include "services/firehose/kinesis_source.h"
#include "services/firehose/processors.h"
#include "services/firehose/state.h"
#include "services/firehose/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* NULL counts as "". */
static bool copy_text(char **to, const char *text)
{
    *to = strdup(text != NULL ? text : "");
    return *to != NULL;
}

static enum hy_compression compression_of(const char *name)
{
    static const struct {
        const char *name;
        enum hy_compression compression;
    } formats[] = {
        { "GZIP", HY_COMPRESSION_GZIP },
        { "ZIP", HY_COMPRESSION_ZIP },
        { "Snappy", HY_COMPRESSION_SNAPPY },
        { "HADOOP_SNAPPY", HY_COMPRESSION_HADOOP_SNAPPY },
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return formats[i].compression;
        }
    }
    return HY_COMPRESSION_NONE;
}

static struct hy_buffering buffering_of(double mib, double seconds)
{
    return (struct hy_buffering){ .bytes = (uint64_t)(mib * HY_MIB),
                                  .interval_ms = (uint64_t)(seconds * 1000) };
}

/* What stands after "arn:aws:s3:::" (the pattern has seen to it that something does). */
static const char *bucket_of(const char *arn)
{
    const char *name = strstr(arn, ":::");
    return name != NULL ? name + 3 : arn;
}

/* Replaces what was filled in before, when it is enabled and names both. */
static bool fill_logging(struct hy_s3_spec *spec, const cJSON *logging)
{
    const char *group = hy_tree_text(logging, "LogGroupName");
    const char *stream = hy_tree_text(logging, "LogStreamName");
    if (!hy_tree_flag(logging, "Enabled", false) || group == NULL || stream == NULL) {
        return true;
    }
    free(spec->log_group);
    free(spec->log_stream);
    spec->log_stream = NULL;
    return copy_text(&spec->log_group, group) && copy_text(&spec->log_stream, stream);
}

static bool fill_s3(struct hy_s3_spec *spec, const cJSON *s3)
{
    const cJSON *hints = hy_tree_get(s3, "BufferingHints");
    const char *zone = hy_tree_text(s3, "CustomTimeZone");
    spec->compression = compression_of(hy_tree_text(s3, "CompressionFormat"));
    spec->buffering =
        buffering_of(hy_tree_number(hints, "SizeInMBs", HY_S3_BUFFER_MIB_DEFAULT),
                     hy_tree_number(hints, "IntervalInSeconds", HY_S3_BUFFER_SECONDS_DEFAULT));
    return copy_text(&spec->bucket, bucket_of(hy_tree_text(s3, "BucketARN"))) &&
           copy_text(&spec->prefix, hy_tree_text(s3, "Prefix")) &&
           copy_text(&spec->error_prefix, hy_tree_text(s3, "ErrorOutputPrefix")) &&
           copy_text(&spec->file_extension, hy_tree_text(s3, "FileExtension")) &&
           copy_text(&spec->time_zone, zone != NULL && zone[0] != '\0' ? zone : "UTC") &&
           fill_logging(spec, hy_tree_get(s3, "CloudWatchLoggingOptions"));
}

static bool fill_transform(struct hy_transform_spec *spec, const cJSON *processing)
{
    const cJSON *lambda = hy_processors_find(processing, "Lambda");
    if (lambda == NULL || !hy_tree_flag(processing, "Enabled", false)) {
        return true;
    }
    /* All parameters are there and in range: the description was filled in and checked. */
    spec->retries =
        (unsigned)strtoul(hy_processor_parameter(lambda, "NumberOfRetries"), NULL, 10);
    spec->buffering =
        buffering_of(strtod(hy_processor_parameter(lambda, "BufferSizeInMBs"), NULL),
                     strtod(hy_processor_parameter(lambda, "BufferIntervalInSeconds"), NULL));
    return copy_text(&spec->lambda_arn, hy_processor_parameter(lambda, "LambdaArn"));
}

static bool fill_split(struct hy_process_spec *spec, const cJSON *processor)
{
    size_t bad_at;
    if (processor == NULL) {
        return true;
    }
    if (strcmp(hy_processor_parameter(processor, "SubRecordType"), "JSON") == 0) {
        spec->split = HY_SPLIT_JSON;
        return true;
    }
    const hy_sv text = hy_sv_of(hy_processor_parameter(processor, "Delimiter"));
    spec->split = HY_SPLIT_DELIMITED;
    spec->delimiter = malloc(text.len + 1); /* one more: malloc(0) may be NULL */
    return spec->delimiter != NULL && /* it has been checked */
           hy_base64_decode(text, spec->delimiter, &spec->delimiter_len, &bad_at);
}

/* Whether it partitions is known already. */
static bool fill_process(struct hy_process_spec *spec, const cJSON *processing)
{
    if (!hy_tree_flag(processing, "Enabled", false)) {
        return true;
    }
    const cJSON *metadata = hy_processors_find(processing, "MetadataExtraction");
    if (metadata != NULL && spec->partition &&
        !copy_text(&spec->query, hy_processor_parameter(metadata, "MetadataExtractionQuery"))) {
        return false;
    }
    const cJSON *logs = hy_processors_find(processing, "CloudWatchLogProcessing");
    spec->decompress = hy_processors_find(processing, "Decompression") != NULL;
    spec->extract_messages =
        logs != NULL &&
        strcasecmp(hy_processor_parameter(logs, "DataMessageExtraction"), "true") == 0;
    spec->append_delimiter = hy_processors_find(processing, "AppendDelimiterToRecord") != NULL;
    return fill_split(spec, hy_processors_find(processing, "RecordDeAggregation"));
}

static bool fill_processing(struct hy_stream_spec *spec, const cJSON *processing)
{
    return fill_transform(&spec->transform, processing) &&
           fill_process(&spec->process, processing);
}

static bool fill_endpoint(struct hy_endpoint_spec *spec, const cJSON *http)
{
    const cJSON *endpoint = hy_tree_get(http, "EndpointConfiguration");
    const cJSON *request = hy_tree_get(http, "RequestConfiguration");
    const cJSON *hints = hy_tree_get(http, "BufferingHints");
    char *attributes = NULL;
    if (!hy_http_description_attributes(http, &attributes)) {
        return false;
    }
    spec->gzip = strcmp(hy_tree_text(request, "ContentEncoding"), "GZIP") == 0;
    spec->retry_ms =
        (uint64_t)(hy_tree_number(hy_tree_get(http, "RetryOptions"), "DurationInSeconds",
                                  HY_ENDPOINT_RETRY_SECONDS_DEFAULT) * 1000);
    spec->buffering =
        buffering_of(hy_tree_number(hints, "SizeInMBs", HY_S3_BUFFER_MIB_DEFAULT),
                     hy_tree_number(hints, "IntervalInSeconds", HY_S3_BUFFER_SECONDS_DEFAULT));
    const bool good = copy_text(&spec->common_attributes, attributes) &&
                      copy_text(&spec->access_key, hy_tree_text(endpoint, "AccessKey")) &&
                      copy_text(&spec->url, hy_tree_text(endpoint, "Url"));
    cJSON_free(attributes);
    return good;
}

/* What fails, and all source records with AllData, goes to the one S3 configuration. */
static bool fill_http_destination(struct hy_stream_spec *spec, const cJSON *http)
{
    const cJSON *s3 = hy_tree_get(http, "S3DestinationDescription");
    spec->has_backup = strcmp(hy_tree_text(http, "S3BackupMode"), "AllData") == 0;
    return fill_endpoint(&spec->endpoint, http) && fill_s3(&spec->s3, s3) &&
           (!spec->has_backup || fill_s3(&spec->backup, s3)) &&
           fill_logging(&spec->s3, hy_tree_get(http, "CloudWatchLoggingOptions")) &&
           fill_processing(spec, hy_tree_get(http, "ProcessingConfiguration"));
}

static bool fill_s3_destination(struct hy_stream_spec *spec, const cJSON *s3)
{
    spec->has_backup = strcmp(hy_tree_text(s3, "S3BackupMode"), "Enabled") == 0;
    spec->process.partition =
        hy_tree_flag(hy_tree_get(s3, "DynamicPartitioningConfiguration"), "Enabled", false);
    return fill_s3(&spec->s3, s3) &&
           (!spec->has_backup ||
            fill_s3(&spec->backup, hy_tree_get(s3, "S3BackupDescription"))) &&
           fill_processing(spec, hy_tree_get(s3, "ProcessingConfiguration"));
}

static bool fill_source(struct hy_source_spec *spec, const cJSON *description)
{
    const char *arn = hy_kinesis_source_arn(description);
    spec->start_ms = hy_kinesis_source_start_ms(description);
    return arn == NULL || copy_text(&spec->stream_arn, arn);
}

static bool fill(struct hy_stream_spec *spec, const struct hy_firehose *firehose,
                 const cJSON *description)
{
    const cJSON *http = hy_description_http(description);
    const cJSON *s3 = hy_description_s3(description);
    return copy_text(&spec->name, hy_description_name(description)) &&
           copy_text(&spec->arn, hy_description_arn(description)) &&
           copy_text(&spec->region, firehose->region) &&
           fill_source(&spec->source, description) &&
           copy_text(&spec->version, hy_description_version(description)) &&
           (http != NULL ? fill_http_destination(spec, http)
                         : fill_s3_destination(spec, s3) &&
                               hy_conversion_fill(firehose, s3, &spec->conversion));
}

struct hy_stream_spec *hy_spec_create(const struct hy_firehose *firehose, uint64_t id,
                                      const cJSON *description)
{
    struct hy_stream_spec *spec = hy_stream_spec_create();
    if (spec == NULL) {
        return NULL;
    }
    spec->id = id;
    if (!fill(spec, firehose, description)) {
        hy_stream_spec_release(spec);
        return NULL;
    }
    return spec;
}
