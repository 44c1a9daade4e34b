#include "services/firehose/unsupported.h"

#include "services/firehose/errors.h"
#include "services/firehose/kinesis_source.h"
#include "services/firehose/tree.h"

#include <string.h>

/* When does a value count as used? */
static bool is_there(const cJSON *value, const char *text)
{
    (void)value;
    (void)text;
    return true;
}

static bool is_other_source(const cJSON *value, const char *text)
{
    (void)text;
    return strcmp(value->valuestring, "DirectPut") != 0 &&
           strcmp(value->valuestring, HY_KINESIS_SOURCE_TYPE) != 0;
}

static bool is_enabled(const cJSON *value, const char *text)
{
    (void)text;
    return hy_tree_flag(value, "Enabled", false);
}

static bool writes_orc(const cJSON *value, const char *text)
{
    const cJSON *output = hy_tree_get(value, "OutputFormatConfiguration");
    (void)text;
    return hy_tree_flag(value, "Enabled", true) &&
           hy_tree_get(hy_tree_get(output, "Serializer"), "OrcSerDe") != NULL;
}

struct row {
    const char *member;
    bool (*is_used)(const cJSON *value, const char *text);
    const char *text;
    const char *what; /* "hydrant does not support <what>" */
};

static const struct row of_requests[] = {
    { "MSKSourceConfiguration", is_there, NULL, "Amazon MSK as source" },
    { "DatabaseSourceConfiguration", is_there, NULL, "a database as source" },
    { "DeliveryStreamType", is_other_source, NULL,
      "any other source than DirectPut and a Kinesis data stream" },
    { "RedshiftDestinationConfiguration", is_there, NULL, "Redshift as destination" },
    { "ElasticsearchDestinationConfiguration", is_there, NULL, "Elasticsearch as destination" },
    { "AmazonopensearchserviceDestinationConfiguration", is_there, NULL,
      "OpenSearch as destination" },
    { "AmazonOpenSearchServerlessDestinationConfiguration", is_there, NULL,
      "OpenSearch Serverless as destination" },
    { "SplunkDestinationConfiguration", is_there, NULL, "Splunk as destination" },
    { "SnowflakeDestinationConfiguration", is_there, NULL, "Snowflake as destination" },
    { "IcebergDestinationConfiguration", is_there, NULL, "Iceberg tables as destination" },
    { "RedshiftDestinationUpdate", is_there, NULL, "Redshift as destination" },
    { "ElasticsearchDestinationUpdate", is_there, NULL, "Elasticsearch as destination" },
    { "AmazonopensearchserviceDestinationUpdate", is_there, NULL, "OpenSearch as destination" },
    { "AmazonOpenSearchServerlessDestinationUpdate", is_there, NULL,
      "OpenSearch Serverless as destination" },
    { "SplunkDestinationUpdate", is_there, NULL, "Splunk as destination" },
    { "SnowflakeDestinationUpdate", is_there, NULL, "Snowflake as destination" },
    { "IcebergDestinationUpdate", is_there, NULL, "Iceberg tables as destination" },
};

/* Of an S3 destination and of its backup; the first one of an HTTP endpoint. */
static const struct row of_s3[] = {
    { "SecretsManagerConfiguration", is_enabled, NULL, "access keys from Secrets Manager" },
    { "DataFormatConversionConfiguration", writes_orc, NULL,
      "ORC as output format, only Parquet" },
};

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static enum hy_code check(const struct row *rows, size_t count, const cJSON *object,
                          struct hy_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *value = hy_tree_get(object, rows[i].member);
        if (value != NULL && rows[i].is_used(value, rows[i].text)) {
            return hy_refuse(err, &hy_invalid_argument, "hydrant does not support %s (%s)",
                             rows[i].what, rows[i].member);
        }
    }
    return HY_OK;
}

enum hy_code hy_unsupported_check_request(const cJSON *request, struct hy_err *err)
{
    return check(of_requests, ROWS(of_requests), request, err);
}

enum hy_code hy_unsupported_check_s3(const cJSON *destination, struct hy_err *err)
{
    enum hy_code code = check(of_s3, ROWS(of_s3), destination, err);
    if (code == HY_OK) {
        code = check(of_s3, ROWS(of_s3), hy_tree_get(destination, "S3BackupDescription"), err);
    }
    return code;
}
