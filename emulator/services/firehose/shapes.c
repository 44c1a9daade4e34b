/* shapes.c - what each operation takes: firehose.md 2. */
#include "services/firehose/shapes.h"

#include "services/firehose/shape_table.h"

static const struct hy_member direct_put_source[] = {
    { "ThroughputHintInMBs", INTEGER(1, 100), REQUIRED },
};

static const struct hy_member kinesis_stream_source[] = {
    { "KinesisStreamARN", TEXT(1, 512, HY_PATTERN_KINESIS_STREAM_ARN), REQUIRED },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
};

static const struct hy_member sse[] = {
    { "KeyARN", TEXT(1, 512, HY_PATTERN_KMS_KEY_ARN_FOR_SSE), OPTIONAL },
    { "KeyType", ENUM("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"), REQUIRED },
};

static const struct hy_member tag[] = {
    { "Key", TEXT(1, 128, HY_PATTERN_TAG_KEY), REQUIRED },
    { "Value", TEXT(0, 256, HY_PATTERN_TAG_VALUE), OPTIONAL },
};

static const struct hy_member authentication[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "Connectivity", ENUM("PUBLIC", "PRIVATE"), REQUIRED },
};

static const struct hy_member msk_source[] = {
    { "MSKClusterARN", TEXT(1, 512, HY_PATTERN_ARN), REQUIRED },
    { "TopicName", TEXT(1, 255, HY_PATTERN_TOPIC_NAME), REQUIRED },
    { "AuthenticationConfiguration", STRUCTURE(authentication), REQUIRED },
    { "ReadFromTimestamp", TIMESTAMP, OPTIONAL },
};

static const struct hy_member database_list[] = {
    { "Include", LIST(TEXT(1, 64, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
    { "Exclude", LIST(TEXT(1, 64, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member database_table_list[] = {
    { "Include", LIST(TEXT(1, 129, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
    { "Exclude", LIST(TEXT(1, 129, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member database_column_list[] = {
    { "Include", LIST(TEXT(1, 194, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
    { "Exclude", LIST(TEXT(1, 194, HY_PATTERN_NO_NUL), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member database_source_authentication[] = {
    { "SecretsManagerConfiguration", &hy_shape_secrets_manager, REQUIRED },
};

static const struct hy_member database_source_vpc[] = {
    { "VpcEndpointServiceName", TEXT(47, 255, HY_PATTERN_VPC_ENDPOINT), REQUIRED },
};

static const struct hy_member database_source[] = {
    { "Type", ENUM("MySQL", "PostgreSQL"), REQUIRED },
    { "Endpoint", TEXT(1, 255, HY_PATTERN_NOT_BLANK), REQUIRED },
    { "Port", INTEGER(0, 65535), REQUIRED },
    { "SSLMode", ENUM("Disabled", "Enabled"), OPTIONAL },
    { "Databases", STRUCTURE(database_list), REQUIRED },
    { "Tables", STRUCTURE(database_table_list), REQUIRED },
    { "Columns", STRUCTURE(database_column_list), OPTIONAL },
    { "SurrogateKeys", LIST(TEXT(1, 1024, HY_PATTERN_NO_SPACE), 0, NO_MAX), OPTIONAL },
    { "SnapshotWatermarkTable", TEXT(1, 129, HY_PATTERN_NO_NUL), REQUIRED },
    { "DatabaseSourceAuthenticationConfiguration", STRUCTURE(database_source_authentication),
        REQUIRED },
    { "DatabaseSourceVPCConfiguration", STRUCTURE(database_source_vpc), REQUIRED },
};

static const struct hy_member create_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "DeliveryStreamType", ENUM("DirectPut", "KinesisStreamAsSource", "MSKAsSource",
        "DatabaseAsSource"), OPTIONAL },
    { "DirectPutSourceConfiguration", STRUCTURE(direct_put_source), OPTIONAL },
    { "KinesisStreamSourceConfiguration", STRUCTURE(kinesis_stream_source), OPTIONAL },
    { "DeliveryStreamEncryptionConfigurationInput", STRUCTURE(sse), OPTIONAL },
    { "S3DestinationConfiguration", &hy_shape_s3_destination, OPTIONAL },
    { "ExtendedS3DestinationConfiguration", &hy_shape_extended_s3_destination, OPTIONAL },
    { "RedshiftDestinationConfiguration", &hy_shape_redshift_destination, OPTIONAL },
    { "ElasticsearchDestinationConfiguration", &hy_shape_elasticsearch_destination, OPTIONAL },
    { "AmazonopensearchserviceDestinationConfiguration", &hy_shape_elasticsearch_destination,
        OPTIONAL },
    { "SplunkDestinationConfiguration", &hy_shape_splunk_destination, OPTIONAL },
    { "HttpEndpointDestinationConfiguration", &hy_shape_http_destination, OPTIONAL },
    { "Tags", LIST(STRUCTURE(tag), 1, 50), OPTIONAL },
    { "AmazonOpenSearchServerlessDestinationConfiguration", &hy_shape_serverless_destination,
        OPTIONAL },
    { "MSKSourceConfiguration", STRUCTURE(msk_source), OPTIONAL },
    { "SnowflakeDestinationConfiguration", &hy_shape_snowflake_destination, OPTIONAL },
    { "IcebergDestinationConfiguration", &hy_shape_iceberg_destination, OPTIONAL },
    { "DatabaseSourceConfiguration", STRUCTURE(database_source), OPTIONAL },
};
const struct hy_shape hy_shape_create_stream_input = STRUCTURE_OF(create_stream_input);

static const struct hy_member delete_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "AllowForceDelete", BOOLEAN, OPTIONAL },
};
const struct hy_shape hy_shape_delete_stream_input = STRUCTURE_OF(delete_stream_input);

static const struct hy_member describe_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "Limit", INTEGER(1, 10000), OPTIONAL },
    { "ExclusiveStartDestinationId", TEXT(1, 100, HY_PATTERN_DESTINATION_ID), OPTIONAL },
};
const struct hy_shape hy_shape_describe_stream_input = STRUCTURE_OF(describe_stream_input);

static const struct hy_member list_streams_input[] = {
    { "Limit", INTEGER(1, 10000), OPTIONAL },
    { "DeliveryStreamType", ENUM("DirectPut", "KinesisStreamAsSource", "MSKAsSource",
        "DatabaseAsSource"), OPTIONAL },
    { "ExclusiveStartDeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), OPTIONAL },
};
const struct hy_shape hy_shape_list_streams_input = STRUCTURE_OF(list_streams_input);

static const struct hy_member list_tags_for_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "ExclusiveStartTagKey", TEXT(1, 128, HY_PATTERN_TAG_KEY), OPTIONAL },
    { "Limit", INTEGER(1, 50), OPTIONAL },
};
const struct hy_shape hy_shape_list_tags_for_stream_input =
    STRUCTURE_OF(list_tags_for_stream_input);

static const struct hy_member record[] = {
    { "Data", BLOB(0, 1024000), REQUIRED },
};

static const struct hy_member put_record_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "Record", STRUCTURE(record), REQUIRED },
};
const struct hy_shape hy_shape_put_record_input = STRUCTURE_OF(put_record_input);

static const struct hy_member put_record_batch_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "Records", LIST(STRUCTURE(record), 1, 500), REQUIRED },
};
const struct hy_shape hy_shape_put_record_batch_input = STRUCTURE_OF(put_record_batch_input);

static const struct hy_member start_stream_encryption_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "DeliveryStreamEncryptionConfigurationInput", STRUCTURE(sse), OPTIONAL },
};
const struct hy_shape hy_shape_start_stream_encryption_input =
    STRUCTURE_OF(start_stream_encryption_input);

static const struct hy_member stop_stream_encryption_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
};
const struct hy_shape hy_shape_stop_stream_encryption_input =
    STRUCTURE_OF(stop_stream_encryption_input);

static const struct hy_member tag_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "Tags", LIST(STRUCTURE(tag), 1, 50), REQUIRED },
};
const struct hy_shape hy_shape_tag_stream_input = STRUCTURE_OF(tag_stream_input);

static const struct hy_member untag_stream_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "TagKeys", LIST(TEXT(1, 128, HY_PATTERN_TAG_KEY), 1, 50), REQUIRED },
};
const struct hy_shape hy_shape_untag_stream_input = STRUCTURE_OF(untag_stream_input);

static const struct hy_member update_destination_input[] = {
    { "DeliveryStreamName", TEXT(1, 64, HY_PATTERN_STREAM_NAME), REQUIRED },
    { "CurrentDeliveryStreamVersionId", TEXT(1, 50, HY_PATTERN_DIGITS), REQUIRED },
    { "DestinationId", TEXT(1, 100, HY_PATTERN_DESTINATION_ID), REQUIRED },
    { "S3DestinationUpdate", &hy_shape_s3_destination_update, OPTIONAL },
    { "ExtendedS3DestinationUpdate", &hy_shape_extended_s3_destination_update, OPTIONAL },
    { "RedshiftDestinationUpdate", &hy_shape_redshift_destination_update, OPTIONAL },
    { "ElasticsearchDestinationUpdate", &hy_shape_elasticsearch_destination_update, OPTIONAL },
    { "AmazonopensearchserviceDestinationUpdate", &hy_shape_elasticsearch_destination_update,
        OPTIONAL },
    { "SplunkDestinationUpdate", &hy_shape_splunk_destination_update, OPTIONAL },
    { "HttpEndpointDestinationUpdate", &hy_shape_http_destination_update, OPTIONAL },
    { "AmazonOpenSearchServerlessDestinationUpdate", &hy_shape_serverless_destination_update,
        OPTIONAL },
    { "SnowflakeDestinationUpdate", &hy_shape_snowflake_destination_update, OPTIONAL },
    { "IcebergDestinationUpdate", &hy_shape_iceberg_destination_update, OPTIONAL },
};
const struct hy_shape hy_shape_update_destination_input = STRUCTURE_OF(update_destination_input);

const struct hy_input_shape hy_input_shapes[HY_INPUT_SHAPE_COUNT] = {
    { "CreateDeliveryStream", &hy_shape_create_stream_input },
    { "DeleteDeliveryStream", &hy_shape_delete_stream_input },
    { "DescribeDeliveryStream", &hy_shape_describe_stream_input },
    { "ListDeliveryStreams", &hy_shape_list_streams_input },
    { "ListTagsForDeliveryStream", &hy_shape_list_tags_for_stream_input },
    { "PutRecord", &hy_shape_put_record_input },
    { "PutRecordBatch", &hy_shape_put_record_batch_input },
    { "StartDeliveryStreamEncryption", &hy_shape_start_stream_encryption_input },
    { "StopDeliveryStreamEncryption", &hy_shape_stop_stream_encryption_input },
    { "TagDeliveryStream", &hy_shape_tag_stream_input },
    { "UntagDeliveryStream", &hy_shape_untag_stream_input },
    { "UpdateDestination", &hy_shape_update_destination_input },
};
