/* shapes_destinations.c - the destinations that are not S3: firehose.md 2.13 and 6.1. */
#include "services/firehose/shapes.h"

#include "services/firehose/shape_table.h"

static const struct hy_member copy_command[] = {
    { "DataTableName", TEXT(1, 512, HY_PATTERN_LINE), REQUIRED },
    { "DataTableColumns", TEXT(0, 10240, HY_PATTERN_LINE), OPTIONAL },
    { "CopyOptions", TEXT(0, 10240, HY_PATTERN_LINE), OPTIONAL },
};

static const struct hy_member secrets_manager[] = {
    { "SecretARN", TEXT(1, 2048, HY_PATTERN_SECRET_ARN), OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "Enabled", BOOLEAN, REQUIRED },
};
const struct hy_shape hy_shape_secrets_manager = STRUCTURE_OF(secrets_manager);

static const struct hy_member redshift_destination[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "ClusterJDBCURL", TEXT(1, 512, HY_PATTERN_JDBC_URL), REQUIRED },
    { "CopyCommand", STRUCTURE(copy_command), REQUIRED },
    { "Username", TEXT(1, 512, HY_PATTERN_LINE), OPTIONAL },
    { "Password", TEXT(6, 512, HY_PATTERN_LINE), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "S3BackupMode", ENUM("Disabled", "Enabled"), OPTIONAL },
    { "S3BackupConfiguration", &hy_shape_s3_destination, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_redshift_destination = STRUCTURE_OF(redshift_destination);

static const struct hy_member elasticsearch_buffering_hints[] = {
    { "IntervalInSeconds", INTEGER(0, 900), OPTIONAL },
    { "SizeInMBs", INTEGER(1, 100), OPTIONAL },
};

static const struct hy_member vpc[] = {
    { "SubnetIds", LIST(TEXT(1, 1024, HY_PATTERN_NO_SPACE), 1, 16), REQUIRED },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "SecurityGroupIds", LIST(TEXT(1, 1024, HY_PATTERN_NO_SPACE), 1, 5), REQUIRED },
};

static const struct hy_member document_id_options[] = {
    { "DefaultDocumentIdFormat", ENUM("FIREHOSE_DEFAULT", "NO_DOCUMENT_ID"), REQUIRED },
};

static const struct hy_member elasticsearch_destination[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "DomainARN", TEXT(1, 512, HY_PATTERN_DOMAIN_ARN), OPTIONAL },
    { "ClusterEndpoint", TEXT(1, 512, HY_PATTERN_HTTPS), OPTIONAL },
    { "IndexName", TEXT(1, 80, HY_PATTERN_LINE), REQUIRED },
    { "TypeName", TEXT(0, 100, HY_PATTERN_LINE), OPTIONAL },
    { "IndexRotationPeriod", ENUM("NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"),
        OPTIONAL },
    { "BufferingHints", STRUCTURE(elasticsearch_buffering_hints), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDocumentsOnly", "AllDocuments"), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "VpcConfiguration", STRUCTURE(vpc), OPTIONAL },
    { "DocumentIdOptions", STRUCTURE(document_id_options), OPTIONAL },
};
const struct hy_shape hy_shape_elasticsearch_destination = STRUCTURE_OF(elasticsearch_destination);

static const struct hy_member splunk_buffering_hints[] = {
    { "IntervalInSeconds", INTEGER(0, 60), OPTIONAL },
    { "SizeInMBs", INTEGER(1, 5), OPTIONAL },
};

static const struct hy_member splunk_destination[] = {
    { "HECEndpoint", TEXT(0, 2048, HY_PATTERN_LINE), REQUIRED },
    { "HECEndpointType", ENUM("Raw", "Event"), REQUIRED },
    { "HECToken", TEXT(0, 2048, HY_PATTERN_LINE), OPTIONAL },
    { "HECAcknowledgmentTimeoutInSeconds", INTEGER(180, 600), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedEventsOnly", "AllEvents"), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "BufferingHints", STRUCTURE(splunk_buffering_hints), OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_splunk_destination = STRUCTURE_OF(splunk_destination);

static const struct hy_member http[] = {
    { "Url", TEXT(1, 1000, HY_PATTERN_HTTPS_URL), REQUIRED },
    { "Name", TEXT(1, 256, HY_PATTERN_NOT_BLANK), OPTIONAL },
    { "AccessKey", TEXT(0, 4096, HY_PATTERN_LINE), OPTIONAL },
};

static const struct hy_member http_buffering_hints[] = {
    { "SizeInMBs", INTEGER(1, 64), OPTIONAL },
    { "IntervalInSeconds", INTEGER(0, 900), OPTIONAL },
};

static const struct hy_member http_common_attribute[] = {
    { "AttributeName", TEXT(1, 256, HY_PATTERN_NOT_BLANK), REQUIRED },
    { "AttributeValue", TEXT(0, 1024, HY_PATTERN_LINE), REQUIRED },
};

static const struct hy_member http_request[] = {
    { "ContentEncoding", ENUM("NONE", "GZIP"), OPTIONAL },
    { "CommonAttributes", LIST(STRUCTURE(http_common_attribute), 0, 50), OPTIONAL },
};

static const struct hy_member http_destination[] = {
    { "EndpointConfiguration", STRUCTURE(http), REQUIRED },
    { "BufferingHints", STRUCTURE(http_buffering_hints), OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "RequestConfiguration", STRUCTURE(http_request), OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_http_destination = STRUCTURE_OF(http_destination);

static const struct hy_member serverless_destination[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "CollectionEndpoint", TEXT(1, 512, HY_PATTERN_HTTPS), OPTIONAL },
    { "IndexName", TEXT(1, 80, HY_PATTERN_LINE), REQUIRED },
    { "BufferingHints", STRUCTURE(elasticsearch_buffering_hints), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDocumentsOnly", "AllDocuments"), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "VpcConfiguration", STRUCTURE(vpc), OPTIONAL },
};
const struct hy_shape hy_shape_serverless_destination = STRUCTURE_OF(serverless_destination);

static const struct hy_member snowflake_role[] = {
    { "Enabled", BOOLEAN, OPTIONAL },
    { "SnowflakeRole", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
};

static const struct hy_member snowflake_vpc[] = {
    { "PrivateLinkVpceId", TEXT(47, 255, HY_PATTERN_VPC_ENDPOINT), REQUIRED },
};

static const struct hy_member snowflake_destination[] = {
    { "AccountUrl", TEXT(24, 2048, HY_PATTERN_SNOWFLAKE_URL), REQUIRED },
    { "PrivateKey", TEXT(256, 4096, HY_PATTERN_BASE64), OPTIONAL },
    { "KeyPassphrase", TEXT(7, 255, HY_PATTERN_NONE), OPTIONAL },
    { "User", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "Database", TEXT(1, 255, HY_PATTERN_NONE), REQUIRED },
    { "Schema", TEXT(1, 255, HY_PATTERN_NONE), REQUIRED },
    { "Table", TEXT(1, 255, HY_PATTERN_NONE), REQUIRED },
    { "SnowflakeRoleConfiguration", STRUCTURE(snowflake_role), OPTIONAL },
    { "DataLoadingOption", ENUM("JSON_MAPPING", "VARIANT_CONTENT_MAPPING",
        "VARIANT_CONTENT_AND_METADATA_MAPPING"), OPTIONAL },
    { "MetaDataColumnName", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "ContentColumnName", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "SnowflakeVpcConfiguration", STRUCTURE(snowflake_vpc), OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
    { "BufferingHints", &hy_shape_buffering_hints, OPTIONAL },
};
const struct hy_shape hy_shape_snowflake_destination = STRUCTURE_OF(snowflake_destination);

static const struct hy_member partition_field[] = {
    { "SourceName", TEXT(1, 1024, HY_PATTERN_NO_SPACE), REQUIRED },
};

static const struct hy_member partition_spec[] = {
    { "Identity", LIST(STRUCTURE(partition_field), 0, NO_MAX), OPTIONAL },
};

static const struct hy_member destination_table[] = {
    { "DestinationTableName", TEXT(1, 255, HY_PATTERN_LETTERS_DIGITS_DOTS), REQUIRED },
    { "DestinationDatabaseName", TEXT(1, 255, HY_PATTERN_LETTERS_DIGITS_DOTS), REQUIRED },
    { "UniqueKeys", LIST(TEXT(1, 1024, HY_PATTERN_NO_SPACE), 0, NO_MAX), OPTIONAL },
    { "PartitionSpec", STRUCTURE(partition_spec), OPTIONAL },
    { "S3ErrorOutputPrefix", TEXT(0, 1024, HY_PATTERN_LINE), OPTIONAL },
};

static const struct hy_member schema_evolution[] = {
    { "Enabled", BOOLEAN, REQUIRED },
};

static const struct hy_member catalog[] = {
    { "CatalogARN", TEXT(1, 512, HY_PATTERN_GLUE_CATALOG_ARN), OPTIONAL },
    { "WarehouseLocation", TEXT(1, 2048, HY_PATTERN_S3_URL), OPTIONAL },
};

static const struct hy_member iceberg_destination[] = {
    { "DestinationTableConfigurationList", LIST(STRUCTURE(destination_table), 0, NO_MAX),
        OPTIONAL },
    { "SchemaEvolutionConfiguration", STRUCTURE(schema_evolution), OPTIONAL },
    { "TableCreationConfiguration", STRUCTURE(schema_evolution), OPTIONAL },
    { "BufferingHints", &hy_shape_buffering_hints, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), REQUIRED },
    { "AppendOnly", BOOLEAN, OPTIONAL },
    { "CatalogConfiguration", STRUCTURE(catalog), REQUIRED },
    { "S3Configuration", &hy_shape_s3_destination, REQUIRED },
};
const struct hy_shape hy_shape_iceberg_destination = STRUCTURE_OF(iceberg_destination);

static const struct hy_member redshift_destination_update[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "ClusterJDBCURL", TEXT(1, 512, HY_PATTERN_JDBC_URL), OPTIONAL },
    { "CopyCommand", STRUCTURE(copy_command), OPTIONAL },
    { "Username", TEXT(1, 512, HY_PATTERN_LINE), OPTIONAL },
    { "Password", TEXT(6, 512, HY_PATTERN_LINE), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "S3BackupMode", ENUM("Disabled", "Enabled"), OPTIONAL },
    { "S3BackupUpdate", &hy_shape_s3_destination_update, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_redshift_destination_update =
    STRUCTURE_OF(redshift_destination_update);

static const struct hy_member elasticsearch_destination_update[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "DomainARN", TEXT(1, 512, HY_PATTERN_DOMAIN_ARN), OPTIONAL },
    { "ClusterEndpoint", TEXT(1, 512, HY_PATTERN_HTTPS), OPTIONAL },
    { "IndexName", TEXT(1, 80, HY_PATTERN_LINE), OPTIONAL },
    { "TypeName", TEXT(0, 100, HY_PATTERN_LINE), OPTIONAL },
    { "IndexRotationPeriod", ENUM("NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"),
        OPTIONAL },
    { "BufferingHints", STRUCTURE(elasticsearch_buffering_hints), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "DocumentIdOptions", STRUCTURE(document_id_options), OPTIONAL },
};
const struct hy_shape hy_shape_elasticsearch_destination_update =
    STRUCTURE_OF(elasticsearch_destination_update);

static const struct hy_member splunk_destination_update[] = {
    { "HECEndpoint", TEXT(0, 2048, HY_PATTERN_LINE), OPTIONAL },
    { "HECEndpointType", ENUM("Raw", "Event"), OPTIONAL },
    { "HECToken", TEXT(0, 2048, HY_PATTERN_LINE), OPTIONAL },
    { "HECAcknowledgmentTimeoutInSeconds", INTEGER(180, 600), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedEventsOnly", "AllEvents"), OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "BufferingHints", STRUCTURE(splunk_buffering_hints), OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_splunk_destination_update = STRUCTURE_OF(splunk_destination_update);

static const struct hy_member http_destination_update[] = {
    { "EndpointConfiguration", STRUCTURE(http), OPTIONAL },
    { "BufferingHints", STRUCTURE(http_buffering_hints), OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "RequestConfiguration", STRUCTURE(http_request), OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
};
const struct hy_shape hy_shape_http_destination_update = STRUCTURE_OF(http_destination_update);

static const struct hy_member serverless_destination_update[] = {
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "CollectionEndpoint", TEXT(1, 512, HY_PATTERN_HTTPS), OPTIONAL },
    { "IndexName", TEXT(1, 80, HY_PATTERN_LINE), OPTIONAL },
    { "BufferingHints", STRUCTURE(elasticsearch_buffering_hints), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
};
const struct hy_shape hy_shape_serverless_destination_update =
    STRUCTURE_OF(serverless_destination_update);

static const struct hy_member snowflake_destination_update[] = {
    { "AccountUrl", TEXT(24, 2048, HY_PATTERN_SNOWFLAKE_URL), OPTIONAL },
    { "PrivateKey", TEXT(256, 4096, HY_PATTERN_BASE64), OPTIONAL },
    { "KeyPassphrase", TEXT(7, 255, HY_PATTERN_NONE), OPTIONAL },
    { "User", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "Database", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "Schema", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "Table", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "SnowflakeRoleConfiguration", STRUCTURE(snowflake_role), OPTIONAL },
    { "DataLoadingOption", ENUM("JSON_MAPPING", "VARIANT_CONTENT_MAPPING",
        "VARIANT_CONTENT_AND_METADATA_MAPPING"), OPTIONAL },
    { "MetaDataColumnName", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "ContentColumnName", TEXT(1, 255, HY_PATTERN_NONE), OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "S3Update", &hy_shape_s3_destination_update, OPTIONAL },
    { "SecretsManagerConfiguration", STRUCTURE(secrets_manager), OPTIONAL },
    { "BufferingHints", &hy_shape_buffering_hints, OPTIONAL },
};
const struct hy_shape hy_shape_snowflake_destination_update =
    STRUCTURE_OF(snowflake_destination_update);

static const struct hy_member iceberg_destination_update[] = {
    { "DestinationTableConfigurationList", LIST(STRUCTURE(destination_table), 0, NO_MAX),
        OPTIONAL },
    { "SchemaEvolutionConfiguration", STRUCTURE(schema_evolution), OPTIONAL },
    { "TableCreationConfiguration", STRUCTURE(schema_evolution), OPTIONAL },
    { "BufferingHints", &hy_shape_buffering_hints, OPTIONAL },
    { "CloudWatchLoggingOptions", &hy_shape_cloud_watch_logging_options, OPTIONAL },
    { "ProcessingConfiguration", &hy_shape_processing, OPTIONAL },
    { "S3BackupMode", ENUM("FailedDataOnly", "AllData"), OPTIONAL },
    { "RetryOptions", &hy_shape_retry_options, OPTIONAL },
    { "RoleARN", TEXT(1, 512, HY_PATTERN_ROLE_ARN), OPTIONAL },
    { "AppendOnly", BOOLEAN, OPTIONAL },
    { "CatalogConfiguration", STRUCTURE(catalog), OPTIONAL },
    { "S3Configuration", &hy_shape_s3_destination, OPTIONAL },
};
const struct hy_shape hy_shape_iceberg_destination_update =
    STRUCTURE_OF(iceberg_destination_update);
