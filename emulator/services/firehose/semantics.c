#include "services/firehose/semantics.h"

#include "base/sv.h"
#include "pipeline/convert/row.h"
#include "services/firehose/errors.h"
#include "services/firehose/other_destinations.h"
#include "services/firehose/prefix.h"
#include "services/firehose/processors.h"
#include "services/firehose/tree.h"

#include <stdio.h>
#include <string.h>

enum {
    BIG_BUFFER_MIB_MIN = 64,     /* with dynamic partitioning or format conversion; 3.2 */
    SLOW_BUFFER_SECONDS_MIN = 60, /* with dynamic partitioning, and of a backup; 3.2 */
};

static bool has_text(const cJSON *object, const char *name)
{
    const char *text = hy_tree_text(object, name);
    return text != NULL && text[0] != '\0';
}

static bool is_text(const cJSON *object, const char *name, const char *value)
{
    const char *text = hy_tree_text(object, name);
    return text != NULL && strcmp(text, value) == 0;
}

/* --- the request as a whole ---------------------------------------------------------------- */

static size_t count_destinations(const cJSON *request)
{
    size_t count = 0;
    for (const cJSON *member = request->child; member != NULL; member = member->next) {
        count += hy_sv_ends_with(hy_sv_of(member->string), HY_SV("DestinationConfiguration"));
    }
    return count;
}

static enum hy_code check_source(const cJSON *request, struct hy_err *err)
{
    const bool has_kinesis = hy_tree_get(request, "KinesisStreamSourceConfiguration") != NULL;
    /* Only an explicit type is held against it: CloudFormation sends none (Appendix A 6). */
    if (has_kinesis && is_text(request, "DeliveryStreamType", "DirectPut")) {
        return hy_refuse(err, &hy_invalid_argument, "KinesisSourceStreamConfig is only "
                         "applicable for KinesisStreamAsSource stream type");
    }
    if (!has_kinesis && is_text(request, "DeliveryStreamType", "KinesisStreamAsSource")) {
        return hy_refuse(err, &hy_invalid_argument, "KinesisSourceStreamConfig is mandatory for "
                         "KinesisStreamAsSource stream type.");
    }
    if (is_text(request, "DeliveryStreamType", "DatabaseAsSource") &&
        hy_tree_get(request, "IcebergDestinationConfiguration") == NULL) {
        return hy_refuse(err, &hy_invalid_argument, "IcebergDestinationConfiguration must be "
                         "specified for Database as Source.");
    }
    return HY_OK;
}

static bool is_encryptable(const cJSON *request)
{
    return (hy_tree_get(request, "DeliveryStreamType") == NULL &&
            hy_tree_get(request, "KinesisStreamSourceConfiguration") == NULL) ||
           is_text(request, "DeliveryStreamType", "DirectPut") ||
           is_text(request, "DeliveryStreamType", "DatabaseAsSource");
}

enum hy_code hy_semantics_check_create(const cJSON *request, const char *region,
                                       struct hy_err *err)
{
    if (count_destinations(request) != 1) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Exactly one destination configuration is supported for a Firehose");
    }
    enum hy_code code = check_source(request, err);
    if (code != HY_OK) {
        return code;
    }
    const cJSON *encryption = hy_tree_get(request, "DeliveryStreamEncryptionConfigurationInput");
    if (encryption != NULL && !is_encryptable(request)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Server side encryption from firehose is only allowed for direct put "
                         "delivery streams and database as a source delivery streams");
    }
    code = hy_semantics_check_encryption(encryption, region, err);
    return code != HY_OK ? code : hy_other_destinations_check(request, err);
}

/* arn:aws:kms:REGION:... */
static bool is_arn_of_region(const char *arn, const char *region)
{
    hy_sv rest = hy_sv_of(arn);
    for (int i = 0; i < 3; i++) {
        (void)hy_sv_cut(&rest, ':');
    }
    return hy_sv_equal(hy_sv_cut(&rest, ':'), hy_sv_of(region));
}

enum hy_code hy_semantics_check_encryption(const cJSON *encryption, const char *region,
                                           struct hy_err *err)
{
    const char *key = hy_tree_text(encryption, "KeyARN");
    if (is_text(encryption, "KeyType", "CUSTOMER_MANAGED_CMK") && key == NULL) {
        return hy_refuse(err, &hy_invalid_argument,
                         "KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK");
    }
    if (is_text(encryption, "KeyType", "AWS_OWNED_CMK") && key != NULL) {
        return hy_refuse(err, &hy_invalid_argument,
                         "KeyARN cannot be specified when KeyType is AWS_OWNED_CMK");
    }
    if (key != NULL && !is_arn_of_region(key, region)) {
        return hy_refuse(err, &hy_invalid_argument, "Cross-region keys are not allowed for SSE. "
                         "Please provide CMKs in the same region as firehose");
    }
    return HY_OK;
}

/* --- an S3 destination --------------------------------------------------------------------- */

static enum hy_code check_logging(const cJSON *destination, struct hy_err *err)
{
    const cJSON *logging = hy_tree_get(destination, "CloudWatchLoggingOptions");
    if (hy_tree_flag(logging, "Enabled", false) && !has_text(logging, "LogGroupName")) {
        return hy_refuse(err, &hy_invalid_argument,
                         "CloudWatch Log Group Name is required if CloudWatch Logging is enabled");
    }
    return HY_OK;
}

static bool is_partitioned(const cJSON *destination)
{
    return hy_tree_flag(hy_tree_get(destination, "DynamicPartitioningConfiguration"), "Enabled",
                        false);
}

static enum hy_code check_partitioning(const cJSON *destination, struct hy_err *err)
{
    const cJSON *hints = hy_tree_get(destination, "BufferingHints");
    if (!is_partitioned(destination)) {
        return HY_OK;
    }
    if (hy_tree_number(hints, "SizeInMBs", BIG_BUFFER_MIB_MIN) < BIG_BUFFER_MIB_MIN) {
        return hy_refuse(err, &hy_invalid_argument, "BufferingHints.SizeInMBs must be at least "
                         "64 when Dynamic Partitioning is enabled.");
    }
    if (hy_tree_number(hints, "IntervalInSeconds", SLOW_BUFFER_SECONDS_MIN) <
        SLOW_BUFFER_SECONDS_MIN) {
        return hy_refuse(err, &hy_invalid_argument, "BufferingHints.IntervalInSeconds must be at "
                         "least 60 seconds when Dynamic Partitioning is enabled.");
    }
    return HY_OK;
}

/* Of two alternatives, `kind` being "deserializer" or "serializer", exactly one. */
static enum hy_code check_one_of(const cJSON *format, const char *member, const char *kind,
                                 struct hy_err *err)
{
    const cJSON *choice = hy_tree_get(format, member);
    const int count = cJSON_GetArraySize(choice);
    if (count == 0) {
        return hy_refuse(err, &hy_invalid_argument, "%s must not be null", member);
    }
    if (count > 1) {
        return hy_refuse(err, &hy_invalid_argument,
                         "More than one %s specified. Only one may be chosen.", kind);
    }
    return HY_OK;
}

static enum hy_code check_conversion_parts(const cJSON *conversion, struct hy_err *err)
{
    static const char *const parts[] = { "InputFormatConfiguration", "OutputFormatConfiguration",
                                         "SchemaConfiguration" };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (hy_tree_get(conversion, parts[i]) == NULL) {
            return hy_refuse(err, &hy_invalid_argument, "%s must not be null", parts[i]);
        }
    }
    enum hy_code code = check_one_of(hy_tree_get(conversion, parts[0]), "Deserializer",
                                     "deserializer", err);
    if (code == HY_OK) {
        code = check_one_of(hy_tree_get(conversion, parts[1]), "Serializer", "serializer", err);
    }
    return code;
}

static enum hy_code check_schema(const cJSON *schema, struct hy_err *err)
{
    static const struct {
        const char *member, *printed;
    } required[] = {
        { "RoleARN", "RoleArn" },
        { "DatabaseName", "DatabaseName" },
        { "TableName", "TableName" },
    };
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (!has_text(schema, required[i].member)) {
            return hy_refuse(err, &hy_invalid_argument,
                             "SchemaConfiguration.%s must not be null or empty",
                             required[i].printed);
        }
    }
    return HY_OK;
}

/* All of them at once, as the SerDe's own check has it. */
static enum hy_code check_timestamps(const cJSON *conversion, struct hy_err *err)
{
    const cJSON *input = hy_tree_get(conversion, "InputFormatConfiguration");
    const cJSON *hive = hy_tree_get(hy_tree_get(input, "Deserializer"), "HiveJsonSerDe");
    const cJSON *format = NULL;
    bool good = true;
    char formats[1024] = "";
    size_t len = 0;
    cJSON_ArrayForEach(format, hy_tree_get(hive, "TimestampFormats"))
    {
        good = good && hy_row_timestamp_format_is_valid(hy_sv_of(format->valuestring));
        const int more = snprintf(formats + len, sizeof formats - len, "%s%s",
                                  len == 0 ? "" : ",", format->valuestring);
        len += more > 0 && (size_t)more < sizeof formats - len ? (size_t)more : 0;
    }
    return good ? HY_OK
                : hy_refuse(err, &hy_invalid_argument,
                            "One or more SerDe options are invalid for "
                            "org.apache.hcatalog.data.JsonSerDe: [Key: timestamp.formats Value: "
                            "%s]", formats);
}

/* In the order of firehose.md 3.10; the table is looked up by conversion.c. */
static enum hy_code check_conversion(const cJSON *destination, struct hy_err *err)
{
    const cJSON *conversion = hy_tree_get(destination, "DataFormatConversionConfiguration");
    if (conversion == NULL || !hy_tree_flag(conversion, "Enabled", true)) {
        return HY_OK;
    }
    if (has_text(destination, "CompressionFormat") &&
        !is_text(destination, "CompressionFormat", "UNCOMPRESSED")) {
        return hy_refuse(err, &hy_invalid_argument,
                         "The S3 destination's compression format must be set to UNCOMPRESSED "
                         "when data format conversion is enabled. To enable compression within "
                         "the converted output format, set the appropriate serialization option "
                         "in the output format configuration.");
    }
    const cJSON *hints = hy_tree_get(destination, "BufferingHints");
    if (hy_tree_number(hints, "SizeInMBs", BIG_BUFFER_MIB_MIN) < BIG_BUFFER_MIB_MIN) {
        return hy_refuse(err, &hy_invalid_argument, "BufferingHints.SizeInMBs must be at least "
                         "64 when data format conversion is enabled.");
    }
    enum hy_code code = check_conversion_parts(conversion, err);
    if (code == HY_OK) {
        code = check_schema(hy_tree_get(conversion, "SchemaConfiguration"), err);
    }
    return code == HY_OK ? check_timestamps(conversion, err) : code;
}

static enum hy_code check_backup(const cJSON *destination, struct hy_err *err)
{
    const cJSON *backup = hy_tree_get(destination, "S3BackupDescription");
    if (is_text(destination, "S3BackupMode", "Enabled") && backup == NULL) {
        return hy_refuse(err, &hy_invalid_argument, "S3 backup destination configuration is "
                         "required when enabling S3 backup.");
    }
    const cJSON *hints = hy_tree_get(backup, "BufferingHints");
    if (hy_tree_number(hints, "IntervalInSeconds", SLOW_BUFFER_SECONDS_MIN) <
        SLOW_BUFFER_SECONDS_MIN) { /* the rule is known, its sentence is ours */
        return hy_refuse(err, &hy_invalid_argument, "BufferingHints.IntervalInSeconds must be at "
                         "least 60 seconds for the S3 backup destination.");
    }
    return check_logging(backup, err);
}

/* NULL unless MetadataExtraction runs. */
static const char *query_of(const cJSON *destination)
{
    const cJSON *processing = hy_tree_get(destination, "ProcessingConfiguration");
    const cJSON *metadata = hy_tree_flag(processing, "Enabled", false)
                                ? hy_processors_find(processing, "MetadataExtraction")
                                : NULL;
    return metadata == NULL ? NULL
                            : hy_processor_parameter(metadata, "MetadataExtractionQuery");
}

static enum hy_code check_prefixes(const cJSON *destination, bool partitioned,
                                   struct hy_err *err)
{
    const struct hy_prefix_settings settings = {
        .prefix = hy_tree_text(destination, "Prefix"),
        .error_prefix = hy_tree_text(destination, "ErrorOutputPrefix"),
        .time_zone = hy_tree_text(destination, "CustomTimeZone"),
        .query = query_of(destination),
        .is_partitioned = partitioned,
    };
    return hy_firehose_prefix_check(&settings, err);
}

enum hy_code hy_semantics_check_s3(const cJSON *destination, struct hy_err *err)
{
    enum hy_code code = check_logging(destination, err);
    if (code == HY_OK) {
        code = check_prefixes(destination, is_partitioned(destination), err);
    }
    if (code == HY_OK) {
        code = check_partitioning(destination, err);
    }
    if (code == HY_OK) {
        code = check_conversion(destination, err);
    }
    if (code == HY_OK) {
        code = check_backup(destination, err);
    }
    if (code == HY_OK) {
        code = check_prefixes(hy_tree_get(destination, "S3BackupDescription"), false, err);
    }
    if (code == HY_OK) {
        code = hy_processors_check(hy_tree_get(destination, "ProcessingConfiguration"), err);
    }
    return code;
}
