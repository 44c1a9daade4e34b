/* shapes_s3.c - the S3 destinations and what stands in them: firehose.md 3.
 *
 * The order of members is the order of violations where that is known (firehose.md 1.6: the
 * serializer before the deserializer before the schema before the processors), otherwise the
 * order of the model. Value sets are in the order in which the service prints them.
 */
#include "services/firehose/shapes.h"

#include "services/firehose/shape_table.h"

static const struct hy_member buffering_hints[] = {
    { "SizeInMBs", INTEGER(1, 128), OPTIONAL },
    { "IntervalInSeconds", INTEGER(0, 900), OPTIONAL },
};
const struct hy_shape hy_shape_buffering_hints = STRUCTURE_OF(buffering_hints);

static const struct hy_member kms_encryption_config[] = {
    { "AWSKMSKeyARN", TEXT(1, 512, HY_PATTERN_KMS_KEY_ARN), REQUIRED },
};

static const struct hy_member encryption[] = {
    { "NoEncryptionConfig", ENUM("NoEncryption"), OPTIONAL },
    { "KMSEncryptionConfig", STRUCTURE(kms_encryption_config), OPTIONAL },
};

static const struct hy_member cloud_watch_logging_options[] = {
    { "Enabled", BOOLEAN, OPTIONAL },
    { "LogGroupName", TEXT(0, 512, HY_PATTERN_LOG_GROUP), OPTIONAL },
    { "LogStreamName", TEXT(0, 512, HY_PATTERN_LOG_STREAM), OPTIONAL },
};
const struct hy_shape hy_shape_cloud_watch_logging_options =
    STRUCTURE_OF(cloud_watch_logging_options);

static const struct hy_member s3_destination[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "BucketARN", TEXT(1, 2048, HY_PATTERN_BUCKET_ARN), REQUIRED },
    { "Prefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "ErrorOutputPrefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "BufferingHints", STRUCTURE(buffering_hints), OPTIONAL },
    { "CompressionFormat", ENUM("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
        OPTIONAL },
    { "EncryptionConfiguration", STRUCTURE(encryption), OPTIONAL },
    { "CloudWatchLoggingOptions", STRUCTURE(cloud_watch_logging_options), OPTIONAL },
};
const struct hy_shape hy_shape_s3_destination = STRUCTURE_OF(s3_destination);

static const struct hy_member s3_destination_update[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "BucketARN", TEXT(1, 2048, HY_PATTERN_BUCKET_ARN), OPTIONAL },
    { "Prefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "ErrorOutputPrefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "BufferingHints", STRUCTURE(buffering_hints), OPTIONAL },
    { "CompressionFormat", ENUM("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
        OPTIONAL },
    { "EncryptionConfiguration", STRUCTURE(encryption), OPTIONAL },
    { "CloudWatchLoggingOptions", STRUCTURE(cloud_watch_logging_options), OPTIONAL },
};
const struct hy_shape hy_shape_s3_destination_update = STRUCTURE_OF(s3_destination_update);

static const struct hy_member parquet_ser_de[] = {
    { "MaxPaddingBytes", INTEGER(0, NO_MAX), OPTIONAL },
    { "BlockSizeBytes", INTEGER(67108864, NO_MAX), OPTIONAL },
    { "PageSizeBytes", INTEGER(65536, NO_MAX), OPTIONAL },
    { "Compression", ENUM("SNAPPY", "GZIP", "UNCOMPRESSED"), OPTIONAL },
    { "WriterVersion", ENUM("V1", "V2"), OPTIONAL },
    { "EnableDictionaryCompression", BOOLEAN, OPTIONAL },
};

static const struct hy_member orc_ser_de[] = {
    { "StripeSizeBytes", INTEGER(8388608, NO_MAX), OPTIONAL },
    { "BlockSizeBytes", INTEGER(67108864, NO_MAX), OPTIONAL },
    { "RowIndexStride", INTEGER(1000, NO_MAX), OPTIONAL },
    { "EnablePadding", BOOLEAN, OPTIONAL },
    { "PaddingTolerance", NUMBER(0, 1), OPTIONAL },
    { "Compression", ENUM("ZLIB", "SNAPPY", "NONE"), OPTIONAL },
    { "BloomFilterColumns", LIST(TEXT(1, 1024, HY_PATTERN_NO_SPACE), 0, NO_MAX), OPTIONAL },
    { "BloomFilterFalsePositiveProbability", NUMBER(0, 1), OPTIONAL },
    { "DictionaryKeyThreshold", NUMBER(0, 1), OPTIONAL },
    { "FormatVersion", ENUM("V0_11", "V0_12"), OPTIONAL },
};

static const struct hy_member serializer[] = {
    { "ParquetSerDe", STRUCTURE(parquet_ser_de), OPTIONAL },
    { "OrcSerDe", STRUCTURE(orc_ser_de), OPTIONAL },
};

static const struct hy_member output_format[] = {
    { "Serializer", STRUCTURE(serializer), OPTIONAL },
};

static const struct hy_member openx_json_ser_de[] = {
    { "ConvertDotsInJsonKeysToUnderscores", BOOLEAN, OPTIONAL },
    { "CaseInsensitive", BOOLEAN, OPTIONAL },
    { "ColumnToJsonKeyMappings", MAP(TEXT(1, 1024, HY_PATTERN_NO_SPACE), TEXT(1, 1024,
        HY_PATTERN_NOT_BLANK)), OPTIONAL },
};

static const struct hy_member hive_json_ser_de[] = {
    { "TimestampFormats", LIST(TEXT(1, 1024, HY_PATTERN_NOT_BLANK), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member deserializer[] = {
    { "OpenXJsonSerDe", STRUCTURE(openx_json_ser_de), OPTIONAL },
    { "HiveJsonSerDe", STRUCTURE(hive_json_ser_de), OPTIONAL },
};

static const struct hy_member input_format[] = {
    { "Deserializer", STRUCTURE(deserializer), OPTIONAL },
};

static const struct hy_member schema[] = {
    { "VersionId", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
    { "CatalogId", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
    { "DatabaseName", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
    { "RoleARN", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
    { "Region", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
    { "TableName", TEXT(1, 1024, HY_PATTERN_NO_SPACE), OPTIONAL },
};

static const struct hy_member data_format_conversion[] = {
    { "OutputFormatConfiguration", STRUCTURE(output_format), OPTIONAL },
    { "InputFormatConfiguration", STRUCTURE(input_format), OPTIONAL },
    { "SchemaConfiguration", STRUCTURE(schema), OPTIONAL },
    { "Enabled", BOOLEAN, OPTIONAL },
};

static const struct hy_member processor_parameter[] = {
    { "ParameterName", ENUM("DataMessageExtraction", "NumberOfRetries", "Delimiter", "RoleArn",
        "JsonParsingEngine", "SubRecordType", "MetadataExtractionQuery",
        "BufferIntervalInSeconds", "LambdaArn", "BufferSizeInMBs", "CompressionFormat"),
        REQUIRED },
    { "ParameterValue", TEXT(1, 5120, HY_PATTERN_NOT_BLANK), REQUIRED },
};

static const struct hy_member processor[] = {
    { "Type", ENUM("Decompression", "Lambda", "RecordDeAggregation", "MetadataExtraction",
        "AppendDelimiterToRecord", "CloudWatchLogProcessing"), REQUIRED },
    { "Parameters", LIST(STRUCTURE(processor_parameter), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member processing[] = {
    { "Enabled", BOOLEAN, OPTIONAL },
    { "Processors", LIST(STRUCTURE(processor), 0, NO_MAX), OPTIONAL },
};
const struct hy_shape hy_shape_processing = STRUCTURE_OF(processing);

static const struct hy_member retry_options[] = {
    { "DurationInSeconds", INTEGER(0, 7200), OPTIONAL },
};
const struct hy_shape hy_shape_retry_options = STRUCTURE_OF(retry_options);

static const struct hy_member dynamic_partitioning[] = {
    { "RetryOptions", STRUCTURE(retry_options), OPTIONAL },
    { "Enabled", BOOLEAN, OPTIONAL },
};

static const struct hy_member extended_s3_destination[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "BucketARN", TEXT(1, 2048, HY_PATTERN_BUCKET_ARN), REQUIRED },
    { "Prefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "ErrorOutputPrefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "BufferingHints", STRUCTURE(buffering_hints), OPTIONAL },
    { "CompressionFormat", ENUM("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
        OPTIONAL },
    { "EncryptionConfiguration", STRUCTURE(encryption), OPTIONAL },
    { "CloudWatchLoggingOptions", STRUCTURE(cloud_watch_logging_options), OPTIONAL },
    { "DataFormatConversionConfiguration", STRUCTURE(data_format_conversion), OPTIONAL },
    { "ProcessingConfiguration", STRUCTURE(processing), OPTIONAL },
    { "S3BackupMode", ENUM("Disabled", "Enabled"), OPTIONAL },
    { "S3BackupConfiguration", STRUCTURE(s3_destination), OPTIONAL },
    { "DynamicPartitioningConfiguration", STRUCTURE(dynamic_partitioning), OPTIONAL },
    { "FileExtension", TEXT(0, 128, HY_PATTERN_FILE_EXTENSION), OPTIONAL },
    { "CustomTimeZone", TEXT(0, 50, HY_PATTERN_TIME_ZONE), OPTIONAL },
};
const struct hy_shape hy_shape_extended_s3_destination = STRUCTURE_OF(extended_s3_destination);

static const struct hy_member extended_s3_destination_update[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "BucketARN", TEXT(1, 2048, HY_PATTERN_BUCKET_ARN), OPTIONAL },
    { "Prefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "ErrorOutputPrefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
    { "BufferingHints", STRUCTURE(buffering_hints), OPTIONAL },
    { "CompressionFormat", ENUM("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
        OPTIONAL },
    { "EncryptionConfiguration", STRUCTURE(encryption), OPTIONAL },
    { "CloudWatchLoggingOptions", STRUCTURE(cloud_watch_logging_options), OPTIONAL },
    { "DataFormatConversionConfiguration", STRUCTURE(data_format_conversion), OPTIONAL },
    { "ProcessingConfiguration", STRUCTURE(processing), OPTIONAL },
    { "S3BackupMode", ENUM("Disabled", "Enabled"), OPTIONAL },
    { "S3BackupUpdate", STRUCTURE(s3_destination_update), OPTIONAL },
    { "DynamicPartitioningConfiguration", STRUCTURE(dynamic_partitioning), OPTIONAL },
    { "FileExtension", TEXT(0, 128, HY_PATTERN_FILE_EXTENSION), OPTIONAL },
    { "CustomTimeZone", TEXT(0, 50, HY_PATTERN_TIME_ZONE), OPTIONAL },
};
const struct hy_shape hy_shape_extended_s3_destination_update =
    STRUCTURE_OF(extended_s3_destination_update);
