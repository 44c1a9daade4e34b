/* test_firehose_semantics.c - what CreateDeliveryStream refuses, in which words. */
#include "unit/services/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INVALID "InvalidArgumentException"
#define VALIDATION "ValidationException"

#define S3 "\"RoleARN\":\"" STAGE_ROLE "\",\"BucketARN\":\"" STAGE_BUCKET "\""
#define EXTENDED(more) "\"ExtendedS3DestinationConfiguration\":{" S3 more "}"
#define REQUEST(members) "{\"DeliveryStreamName\":\"demo\"," members "}"
#define PROCESSING(processors) \
    EXTENDED(",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" processors "]}")
#define PROCESSOR(type, parameters) "{\"Type\":\"" type "\",\"Parameters\":[" parameters "]}"
#define PARAMETER(name, value) \
    "{\"ParameterName\":\"" name "\",\"ParameterValue\":\"" value "\"}"
#define LAMBDA_ARN PARAMETER("LambdaArn", "arn:aws:lambda:us-east-1:123456789012:function:f")
#define LAMBDA(more) PROCESSING(PROCESSOR("Lambda", LAMBDA_ARN more))
#define CONVERSION(more) \
    EXTENDED(",\"BufferingHints\":{\"SizeInMBs\":64,\"IntervalInSeconds\":60}," \
             "\"DataFormatConversionConfiguration\":{" more "}")
#define SCHEMA "\"SchemaConfiguration\":{\"RoleARN\":\"r\",\"DatabaseName\":\"d\"," \
               "\"TableName\":\"t\"}"
#define HIVE(formats) "\"InputFormatConfiguration\":{\"Deserializer\":{\"HiveJsonSerDe\":{" \
                      "\"TimestampFormats\":[" formats "]}}}"
#define INPUT "\"InputFormatConfiguration\":{\"Deserializer\":{\"OpenXJsonSerDe\":{}}}"
#define OUTPUT "\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{}}}"
#define DYNAMIC(prefix, processors) \
    EXTENDED(",\"Prefix\":\"" prefix "\",\"ErrorOutputPrefix\":\"e\"," \
             "\"DynamicPartitioningConfiguration\":{\"Enabled\":true}," \
             "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" processors "]}")
#define JQ(query) \
    PROCESSOR("MetadataExtraction", PARAMETER("JsonParsingEngine", "JQ-1.6") "," \
              PARAMETER("MetadataExtractionQuery", query))
#define TEN(c) c "0:1," c "1:1," c "2:1," c "3:1," c "4:1," c "5:1," c "6:1," c "7:1," c "8:1," \
               c "9:1"
#define PREFIX "Ths supplied prefix(es) do not satisfy the following constraint: "
#define KEY(region) "\"KeyARN\":\"arn:aws:kms:" region ":123456789012:key/k\""
#define SSE(members) "\"DeliveryStreamEncryptionConfigurationInput\":{" members "},"

#define SPLUNK(endpoint, more) \
    "\"SplunkDestinationConfiguration\":{\"HECEndpoint\":\"" endpoint "\"," \
    "\"HECEndpointType\":\"Raw\",\"S3Configuration\":{" S3 "}" more "}"
#define REDSHIFT(of_s3) \
    "\"RedshiftDestinationConfiguration\":{\"RoleARN\":\"" STAGE_ROLE "\",\"ClusterJDBCURL\":" \
    "\"jdbc:redshift://c.us-east-1.redshift.amazonaws.com:5439/db\",\"CopyCommand\":{" \
    "\"DataTableName\":\"t\"},\"S3Configuration\":{" S3 of_s3 "}}"

static const struct refused {
    const char *members, *error, *text;
} refused[] = {
    /* the request as a whole: firehose.md 2.3 */
    { "\"DeliveryStreamType\":\"DirectPut\"", INVALID,
      "Exactly one destination configuration is supported for a Firehose" },
    { "\"S3DestinationConfiguration\":{" S3 "}," EXTENDED(""), INVALID,
      "Exactly one destination configuration is supported for a Firehose" },
    { "\"DeliveryStreamType\":\"KinesisStreamAsSource\"," EXTENDED(""), INVALID,
      "KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type." },
    { "\"DeliveryStreamType\":\"DirectPut\",\"KinesisStreamSourceConfiguration\":{"
      "\"KinesisStreamARN\":\"arn:aws:kinesis:us-east-1:123456789012:stream/s\",\"RoleARN\":\""
      STAGE_ROLE "\"}," EXTENDED(""), INVALID,
      "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type" },
    { "\"DeliveryStreamType\":\"DatabaseAsSource\"," EXTENDED(""), INVALID,
      "IcebergDestinationConfiguration must be specified for Database as Source." },
    { SSE("\"KeyType\":\"AWS_OWNED_CMK\"") "\"DeliveryStreamType\":\"MSKAsSource\"," EXTENDED(""),
      INVALID, "Server side encryption from firehose is only allowed for direct put delivery "
      "streams and database as a source delivery streams" },
    { SSE("\"KeyType\":\"CUSTOMER_MANAGED_CMK\"") EXTENDED(""), INVALID,
      "KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK" },
    { SSE("\"KeyType\":\"AWS_OWNED_CMK\"," KEY("us-east-1")) EXTENDED(""), INVALID,
      "KeyARN cannot be specified when KeyType is AWS_OWNED_CMK" },
    { SSE("\"KeyType\":\"CUSTOMER_MANAGED_CMK\"," KEY("us-west-2")) EXTENDED(""), INVALID,
      "Cross-region keys are not allowed for SSE. Please provide CMKs in the same region as "
      "firehose" },

    /* roles and the model: 1.5, 1.6 */
    { "\"ExtendedS3DestinationConfiguration\":{}", VALIDATION,
      "2 validation errors detected: Value at 'extendedS3DestinationConfiguration.roleARN' failed "
      "to satisfy constraint: Member must not be null; Value at "
      "'extendedS3DestinationConfiguration.bucketARN' failed to satisfy constraint: Member must "
      "not be null" },
    { "\"S3DestinationConfiguration\":{\"RoleARN\":\"role\"}", "InvalidParameterValueException",
      "Invalid role ARN." },
    { "\"S3DestinationConfiguration\":{\"RoleARN\":\"\",\"BucketARN\":\"b\"}", VALIDATION,
      "3 validation errors detected: Value at 's3DestinationConfiguration.roleARN' failed to "
      "satisfy constraint: Member must have length greater than or equal to 1; Value at "
      "'s3DestinationConfiguration.roleARN' failed to satisfy constraint: Member must satisfy "
      "regular expression pattern: arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+; Value at "
      "'s3DestinationConfiguration.bucketARN' failed to satisfy constraint: Member must satisfy "
      "regular expression pattern: arn:.*:s3:::[\\w\\.\\-]{1,255}" },
    { EXTENDED(",\"CompressionFormat\":\"gzip\""), VALIDATION,
      "1 validation error detected: Value at 'extendedS3DestinationConfiguration."
      "compressionFormat' failed to satisfy constraint: Member must satisfy enum value set: [ZIP, "
      "HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]" },
    { EXTENDED(",\"EncryptionConfiguration\":{\"KMSEncryptionConfig\":{}}"), VALIDATION,
      "1 validation error detected: Value at 'extendedS3DestinationConfiguration."
      "encryptionConfiguration.kMSEncryptionConfig.aWSKMSKeyARN' failed to satisfy constraint: "
      "Member must not be null" },

    /* logging, backup: 2.3, 3.11 */
    { EXTENDED(",\"CloudWatchLoggingOptions\":{\"Enabled\":true}"), INVALID,
      "CloudWatch Log Group Name is required if CloudWatch Logging is enabled" },
    { EXTENDED(",\"S3BackupMode\":\"Enabled\""), INVALID,
      "S3 backup destination configuration is required when enabling S3 backup." },
    { EXTENDED(",\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{" S3
      ",\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":59}}"), INVALID,
      "BufferingHints.IntervalInSeconds must be at least 60 seconds for the S3 backup "
      "destination." },
    { EXTENDED(",\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{" S3
      ",\"CloudWatchLoggingOptions\":{\"Enabled\":true,\"LogGroupName\":\"\"}}"), INVALID,
      "CloudWatch Log Group Name is required if CloudWatch Logging is enabled" },

    /* prefixes: 3.6 */
    { EXTENDED(",\"Prefix\":\"!{timestamp:yyyy}/\""), INVALID,
      PREFIX "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions" },
    { EXTENDED(",\"Prefix\":\"!{firehose:error-output-type}\",\"ErrorOutputPrefix\":\"e\""),
      INVALID, PREFIX "Prefix must not contain any occurrence of !{firehose:error-output-type}" },
    { EXTENDED(",\"ErrorOutputPrefix\":\"!{timestamp:yyyy}\""), INVALID,
      PREFIX "ErrorOutputPrefix must contain at least one occurrence of "
      "!{firehose:error-output-type}" },
    { EXTENDED(",\"Prefix\":\"!{timestamp\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Invalid expression usage" },
    { EXTENDED(",\"Prefix\":\"!{firehose:nonsense}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Invalid expression usage" },
    { EXTENDED(",\"Prefix\":\"!{time:yyyy}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Namespace to the left of colon (time) is an invalid keyword!" },
    { EXTENDED(",\"Prefix\":\"!{timestamp:yyyyT}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Invalid conversion character used in the value of the expression in Prefix" },
    { EXTENDED(",\"Prefix\":\"!{timestamp:V}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Invalid conversion character used in the value of the expression in Prefix" },
    { EXTENDED(",\"Prefix\":\"!{timestamp:yyyy!{\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "Invalid expression usage" },
    { EXTENDED(",\"ErrorOutputPrefix\":\"!{firehose:error-output-type}/!{timestamp:j}\""), INVALID,
      PREFIX "Invalid conversion character used in the value of the expression in "
      "ErrorOutputPrefix" },
    { EXTENDED(",\"Prefix\":\"!{timestamp:pyyyy}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "A timestamp is wider than the pad modifier before it allows" },
    { EXTENDED(",\"CustomTimeZone\":\"Mars/Olympus\""), INVALID,
      "CustomTimeZone Mars/Olympus is not a time zone of the tz database on this machine (Debian "
      "package tzdata)" },
    { EXTENDED(",\"CustomTimeZone\":\"right/UTC\""), INVALID,
      "CustomTimeZone right/UTC is not a time zone of the tz database on this machine (Debian "
      "package tzdata)" },
    { EXTENDED(",\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{" S3
      ",\"Prefix\":\"!{timestamp:yyyy}/\"}"), INVALID,
      PREFIX "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions" },
    { EXTENDED(",\"ErrorOutputPrefix\":"
               "\"!{firehose:error-output-type}!{partitionKeyFromQuery:k}\""), INVALID,
      PREFIX "Dynamic Partitioning Namespaces can't be part of an error prefix expression" },
    { EXTENDED(",\"Prefix\":\"a\",\"DynamicPartitioningConfiguration\":{\"Enabled\":true}"),
      INVALID, PREFIX "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic "
      "Partitioning is enabled" },

    { EXTENDED(",\"Prefix\":\"!{partitionKeyFromQuery:k}\",\"ErrorOutputPrefix\":\"e\""), INVALID,
      PREFIX "S3 Prefix should not contain Dynamic Partitioning namespaces when Dynamic "
      "Partitioning is not enabled" },
    { EXTENDED(",\"Prefix\":\"!{partitionKeyFromQuery:k}\","
               "\"DynamicPartitioningConfiguration\":{\"Enabled\":true}"), INVALID,
      PREFIX "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions" },
    { DYNAMIC("!{partitionKeyFromQuery:a}", JQ("{a:.a,b:.b}")), INVALID,
      PREFIX "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 "
      "Prefix expression" },
    { DYNAMIC("!{partitionKeyFromLambda:a}", JQ("{a:.a}")), INVALID, /* not from there */
      PREFIX "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 "
      "Prefix expression" },
    { DYNAMIC("!{partitionKeyFromQuery:a0}", JQ("{" TEN("a") "," TEN("b") "," TEN("c") ","
                                                TEN("d") "," TEN("e") ",f:1}")), INVALID,
      PREFIX "MetaDataExtraction JQ Query can't contain more than 50 keys" },
    { DYNAMIC("!{partitionKeyFromQuery:a0}", JQ("{" TEN("a") "," TEN("b") "," TEN("c") ","
                                                TEN("d") "," TEN("e") "}")), INVALID,
      PREFIX "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 "
      "Prefix expression" },

    /* buffering with partitioning and conversion: 3.2 */
    { EXTENDED(",\"Prefix\":\"!{partitionKeyFromQuery:k}/\",\"ErrorOutputPrefix\":\"e\","
               "\"BufferingHints\":{\"SizeInMBs\":63,\"IntervalInSeconds\":60},"
               "\"DynamicPartitioningConfiguration\":{\"Enabled\":true}"), INVALID,
      "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled." },
    { EXTENDED(",\"Prefix\":\"!{partitionKeyFromQuery:k}/\",\"ErrorOutputPrefix\":\"e\","
               "\"BufferingHints\":{\"SizeInMBs\":64,\"IntervalInSeconds\":59},"
               "\"DynamicPartitioningConfiguration\":{\"Enabled\":true}"), INVALID,
      "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is "
      "enabled." },
    { EXTENDED(",\"BufferingHints\":{\"SizeInMBs\":63,\"IntervalInSeconds\":60},"
               "\"DataFormatConversionConfiguration\":{}"), INVALID,
      "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled." },

    /* conversion: 3.10, in its order */
    { EXTENDED(",\"CompressionFormat\":\"GZIP\",\"BufferingHints\":{\"SizeInMBs\":1},"
               "\"DataFormatConversionConfiguration\":{}"), INVALID,
      "The S3 destination's compression format must be set to UNCOMPRESSED when data format "
      "conversion is enabled. To enable compression within the converted output format, set the "
      "appropriate serialization option in the output format configuration." },
    { CONVERSION(""), INVALID, "InputFormatConfiguration must not be null" },
    { CONVERSION("\"InputFormatConfiguration\":{}"), INVALID,
      "OutputFormatConfiguration must not be null" },
    { CONVERSION("\"InputFormatConfiguration\":{},\"OutputFormatConfiguration\":{}"), INVALID,
      "SchemaConfiguration must not be null" },
    { CONVERSION("\"InputFormatConfiguration\":{}," OUTPUT "," SCHEMA), INVALID,
      "Deserializer must not be null" },
    { CONVERSION("\"InputFormatConfiguration\":{\"Deserializer\":{\"OpenXJsonSerDe\":{},"
                 "\"HiveJsonSerDe\":{}}}," OUTPUT "," SCHEMA), INVALID,
      "More than one deserializer specified. Only one may be chosen." },
    { CONVERSION(INPUT ",\"OutputFormatConfiguration\":{}," SCHEMA), INVALID,
      "Serializer must not be null" },
    { CONVERSION(INPUT ",\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{},"
                 "\"OrcSerDe\":{}}}," SCHEMA), INVALID,
      "More than one serializer specified. Only one may be chosen." },
    { CONVERSION(INPUT "," OUTPUT ",\"SchemaConfiguration\":{}"), INVALID,
      "SchemaConfiguration.RoleArn must not be null or empty" },
    { CONVERSION(INPUT "," OUTPUT ",\"SchemaConfiguration\":{\"RoleARN\":\"r\"}"), INVALID,
      "SchemaConfiguration.DatabaseName must not be null or empty" },
    { CONVERSION(INPUT "," OUTPUT ",\"SchemaConfiguration\":{\"RoleARN\":\"r\","
                 "\"DatabaseName\":\"d\"}"), INVALID,
      "SchemaConfiguration.TableName must not be null or empty" },
    { CONVERSION(HIVE("\"millis\",\"yyyy-MM-ddTHH\"") "," OUTPUT "," SCHEMA), INVALID,
      "One or more SerDe options are invalid for org.apache.hcatalog.data.JsonSerDe: [Key: "
      "timestamp.formats Value: millis,yyyy-MM-ddTHH]" },
    { CONVERSION(HIVE("\"millis\"") "," OUTPUT "," SCHEMA), INVALID,
      "Table t not found in database d. (Service: AWSGlue; Status Code: 400; Error Code: "
      "EntityNotFoundException)" },

    /* processors: 3.8 */
    { PROCESSING(""), INVALID, "A maximum of 5 and a minimum of 1 processor needs to be supplied "
      "when processing is enabled." },
    { PROCESSING(PROCESSOR("Lambda", LAMBDA_ARN) "," PROCESSOR("Lambda", LAMBDA_ARN)), INVALID,
      "Cannot have more than 1 Lambda processor." },
    { LAMBDA("," LAMBDA_ARN), INVALID,
      "Duplicate ProcessorParameter passed to ProcessingConfiguration." },
    { PROCESSING("{\"Type\":\"Lambda\"}"), INVALID,
      "LambdaArn is required when Lambda processor is used." },
    { PROCESSING(PROCESSOR("Lambda", PARAMETER("LambdaArn", "f"))), INVALID,
      "Invalid lambda ARN." },
    { LAMBDA("," PARAMETER("NumberOfRetries", "301")), INVALID,
      "Number of retries for lambda must be between 0 and 300." },
    { LAMBDA("," PARAMETER("NumberOfRetries", "-1")), INVALID,
      "Number of retries for lambda must be between 0 and 300." },
    { LAMBDA("," PARAMETER("BufferSizeInMBs", "1")), INVALID,
      "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for "
      "lambda processor." },
    { LAMBDA("," PARAMETER("BufferIntervalInSeconds", "1")), INVALID,
      "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for "
      "lambda processor." },
    { LAMBDA("," PARAMETER("BufferSizeInMBs", "0.19") ","
             PARAMETER("BufferIntervalInSeconds", "0")), INVALID,
      "BufferSizeInMBs for lambda processor must be between 0.2 and 3." },
    { LAMBDA("," PARAMETER("BufferSizeInMBs", "3.1") ","
             PARAMETER("BufferIntervalInSeconds", "0")), INVALID,
      "BufferSizeInMBs for lambda processor must be between 0.2 and 3." },
    { LAMBDA("," PARAMETER("BufferSizeInMBs", "nan") ","
             PARAMETER("BufferIntervalInSeconds", "0")), INVALID,
      "BufferSizeInMBs for lambda processor must be between 0.2 and 3." },
    { LAMBDA("," PARAMETER("BufferSizeInMBs", "3") ","
             PARAMETER("BufferIntervalInSeconds", "901")), INVALID,
      "BufferIntervalInSeconds for lambda processor must be between 0 and 900." },
    { PROCESSING(PROCESSOR("MetadataExtraction", PARAMETER("JsonParsingEngine", "JQ-1.5"))),
      INVALID, "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6" },
    { PROCESSING(PROCESSOR("MetadataExtraction", PARAMETER("JsonParsingEngine", "JQ-1.6"))),
      INVALID, "MetadataExtractionQuery is required when MetadataExtraction processor is used." },
    { PROCESSING(JQ("{a:.a")), INVALID,
      "MetaDataExtraction JQ Query cannot be compiled. jq: error: syntax error, unexpected $end, "
      "expecting '}' (Unix shell quoting issues?) at <top-level>, line 1:" },
    { PROCESSING(PROCESSOR("RecordDeAggregation", PARAMETER("SubRecordType", "DELIMITED") ","
                           PARAMETER("Delimiter", "####"))), INVALID,
      "Delimiter has to be base64-encoded" },
    { PROCESSING(PROCESSOR("RecordDeAggregation", PARAMETER("SubRecordType", "CSV"))), INVALID,
      "SubRecordType has to be one of JSON, DELIMITED" },
    { PROCESSING(PROCESSOR("RecordDeAggregation", PARAMETER("SubRecordType", "DELIMITED"))),
      INVALID, "Delimiter should be present for DELIMITED" },
    { PROCESSING(PROCESSOR("Decompression", PARAMETER("CompressionFormat", "ZIP"))), INVALID,
      "CompressionFormat has to be GZIP" },
    { PROCESSING(PROCESSOR("CloudWatchLogProcessing", PARAMETER("DataMessageExtraction", "yes"))),
      INVALID, "Invalid parameter value for DataMessageExtraction. Allowed values are True and "
      "False." },
    { PROCESSING(PROCESSOR("CloudWatchLogProcessing", PARAMETER("DataMessageExtraction", "True"))),
      INVALID, "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor" },

    /* other destinations: 2.3 */
    { SPLUNK("http://d:1", ""), INVALID,
      "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>." },
    { SPLUNK("https://d", ""), INVALID,
      "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>." },
    { SPLUNK("https://d/x:1", ""), INVALID,
      "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>." },
    { SPLUNK("https://d:65536", ""), INVALID,
      "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>." },
    { SPLUNK("https://d:8088", ",\"SecretsManagerConfiguration\":{\"Enabled\":true}"), INVALID,
      "Invalid secret ARN: null" },
    { SPLUNK("https://d:8088", ""), INVALID,
      "hydrant does not support Splunk as destination (SplunkDestinationConfiguration)" },
    { REDSHIFT(",\"ErrorOutputPrefix\":\"\""), INVALID,
      "Prefix Expressions or ErrorOutputPrefix is currently not supported for this destination" },
    { REDSHIFT(",\"Prefix\":\"!{timestamp:yyyy}\""), INVALID,
      "Prefix Expressions or ErrorOutputPrefix is currently not supported for this destination" },
    { REDSHIFT(",\"Prefix\":\"p\""), INVALID,
      "hydrant does not support Redshift as destination (RedshiftDestinationConfiguration)" },
    { "\"HttpEndpointDestinationConfiguration\":{\"EndpointConfiguration\":{\"Url\":\"https://x\"},"
      "\"S3Configuration\":{" S3 "},\"RequestConfiguration\":{\"CommonAttributes\":["
      "{\"AttributeName\":\"a\",\"AttributeValue\":\"\"},"
      "{\"AttributeName\":\"a\",\"AttributeValue\":\"b\"}]}}", INVALID,
      "Http Endpoint Common Attributes have duplicate name: a" },

    /* what hydrant cannot do: refused by name */
    { "\"KinesisStreamSourceConfiguration\":{"
      "\"KinesisStreamARN\":\"arn:aws:kinesis:us-east-1:123456789012:stream/s\",\"RoleARN\":\""
      STAGE_ROLE "\"}," EXTENDED(""), INVALID, "hydrant supports a Kinesis data stream as source "
      "(KinesisStreamSourceConfiguration) only when its config file says where Kinesis is: "
      "\"kinesis\": {\"Endpoint\": \"http://HOST:PORT\"}" },
    { "\"DeliveryStreamType\":\"MSKAsSource\"," EXTENDED(""), INVALID,
      "hydrant does not support any other source than DirectPut and a Kinesis data stream "
      "(DeliveryStreamType)" },
    { "\"HttpEndpointDestinationConfiguration\":{\"EndpointConfiguration\":{\"Url\":\"https://x\"},"
      "\"S3Configuration\":{" S3 "},\"SecretsManagerConfiguration\":{\"Enabled\":true,"
      "\"SecretARN\":\"arn:aws:secretsmanager:us-east-1:123456789012:secret:s\"}}", INVALID,
      "hydrant does not support access keys from Secrets Manager (SecretsManagerConfiguration)" },
    { CONVERSION(INPUT ",\"OutputFormatConfiguration\":{\"Serializer\":{\"OrcSerDe\":{}}}," SCHEMA),
      INVALID, "hydrant does not support ORC as output format, only Parquet "
      "(DataFormatConversionConfiguration)" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        char body[8192];
        (void)snprintf(body, sizeof body, REQUEST("%s"), refused[i].members);
        stage_expect_refused("CreateDeliveryStream", body, refused[i].error, refused[i].text);
    }
    assert_int_equal(stage.open_count, 0);
    assert_int_equal(stage.row_count, 0);
}

static const char *const accepted[] = {
    DYNAMIC("!{partitionKeyFromQuery:a}!{partitionKeyFromLambda:b}", JQ("{a:.a}")),
    DYNAMIC("!{partitionKeyFromQuery:a}", JQ("{(.n):.a}")), /* computed: not known before */
    DYNAMIC("!{partitionKeyFromLambda:a}", PROCESSOR("Lambda", LAMBDA_ARN)),
    PROCESSING(JQ("{a:.a}")), /* without partitioning it has no effect */
    PROCESSING(PROCESSOR("RecordDeAggregation", PARAMETER("SubRecordType", "JSON"))),
    PROCESSING(PROCESSOR("RecordDeAggregation", PARAMETER("SubRecordType", "DELIMITED") ","
                         PARAMETER("Delimiter", "IyMjIw=="))),
    PROCESSING(PROCESSOR("AppendDelimiterToRecord", "")),
    PROCESSING(PROCESSOR("AppendDelimiterToRecord", PARAMETER("Delimiter", "\\\\n"))),
    PROCESSING(PROCESSOR("Decompression", PARAMETER("CompressionFormat", "GZIP")) ","
               PROCESSOR("CloudWatchLogProcessing",
                         PARAMETER("DataMessageExtraction", "TRUE"))),
    EXTENDED(",\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{" S3
             ",\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":60}}"),
    LAMBDA("," PARAMETER("NumberOfRetries", "300") "," PARAMETER("BufferSizeInMBs", "0.2") ","
           PARAMETER("BufferIntervalInSeconds", "900")),
    LAMBDA("," PARAMETER("NumberOfRetries", "0") "," PARAMETER("BufferSizeInMBs", "3") ","
           PARAMETER("BufferIntervalInSeconds", "0")),
    EXTENDED(",\"ProcessingConfiguration\":{\"Enabled\":false}"),
    EXTENDED(",\"DataFormatConversionConfiguration\":{\"Enabled\":false}"),
    EXTENDED(",\"DynamicPartitioningConfiguration\":{\"Enabled\":false}"),
    EXTENDED(",\"CloudWatchLoggingOptions\":{\"Enabled\":true,\"LogGroupName\":\"g\"}"),
    EXTENDED(",\"CustomTimeZone\":\"UTC\",\"FileExtension\":\"\""),
    EXTENDED(",\"CustomTimeZone\":\"\",\"FileExtension\":\".custom.log\""),
    EXTENDED(",\"CustomTimeZone\":\"America/Los_Angeles\",\"Prefix\":\"!{timestamp:zzzz}\","
             "\"ErrorOutputPrefix\":\"!{firehose:error-output-type}\""),
    EXTENDED(",\"Prefix\":\"!{firehose:random-string}\",\"ErrorOutputPrefix\":\"e\""),
    EXTENDED(",\"CompressionFormat\":\"ZIP\""),
    EXTENDED(",\"CompressionFormat\":\"Snappy\""),
    EXTENDED(",\"CompressionFormat\":\"HADOOP_SNAPPY\""),
    SSE("\"KeyType\":\"CUSTOMER_MANAGED_CMK\"," KEY("us-east-1")) EXTENDED(""),
    "\"DirectPutSourceConfiguration\":{\"ThroughputHintInMBs\":100}," EXTENDED(""),
};

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(accepted); i++) {
        char body[8192];
        (void)snprintf(body, sizeof body, REQUEST("%s"), accepted[i]);
        stage_expect_ok("CreateDeliveryStream", body, NULL);
        stage_expect_ok("DeleteDeliveryStream", "{\"DeliveryStreamName\":\"demo\"}", "{}");
        while (stage_turn()) {
        }
    }
}

/* 512 characters at most once evaluated, which is less than the model's 1024. */
static void test_length_of_prefixes(void **state)
{
    (void)state;
    char long_text[514];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[513] = '\0';
    for (size_t len = 512; len <= 513; len++) {
        static const char *const members[] = { "Prefix", "ErrorOutputPrefix" };
        static const char *const names[] = { "prefix", "ErrorOutputPrefix" };
        for (size_t i = 0; i < 2; i++) {
            char body[2048];
            char text[256];
            (void)snprintf(body, sizeof body, REQUEST(EXTENDED(",\"%s\":\"%.*s\"")), members[i],
                           (int)len, long_text);
            (void)snprintf(text, sizeof text,
                           PREFIX "Length of evaluated %s cannot be greater than 512", names[i]);
            if (len > 512) {
                stage_expect_refused("CreateDeliveryStream", body, INVALID, text);
                continue;
            }
            stage_expect_ok("CreateDeliveryStream", body, NULL);
            stage_expect_ok("DeleteDeliveryStream", "{\"DeliveryStreamName\":\"demo\"}", "{}");
            while (stage_turn()) {
            }
        }
    }
}

/* What is counted is what an expression is evaluated to, for a long date. */
static void test_length_of_values(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        size_t len;
    } values[] = {
        { "!{firehose:random-string}", 11 },
        { "!{timestamp:yyyy}", 4 },
        { "!{timestamp:EEEE}", 9 },           /* Wednesday */
        { "!{timestamp:MMMM}", 9 },           /* September */
        { "!{timestamp:pppppppppppppppppppppppppppppppH}", 31 },
    };
    char filler[513];
    memset(filler, 'x', sizeof filler);
    for (size_t i = 0; i < ROWS(values); i++) {
        for (size_t over = 0; over <= 1; over++) {
            char body[2048];
            (void)snprintf(body, sizeof body,
                           REQUEST(EXTENDED(",\"Prefix\":\"%.*s%s\",\"ErrorOutputPrefix\":\"e\"")),
                           (int)(512 - values[i].len + over), filler, values[i].expression);
            if (over > 0) {
                stage_expect_refused(
                    "CreateDeliveryStream", body, INVALID,
                    PREFIX "Length of evaluated prefix cannot be greater than 512");
                continue;
            }
            stage_expect_ok("CreateDeliveryStream", body, NULL);
            stage_expect_ok("DeleteDeliveryStream", "{\"DeliveryStreamName\":\"demo\"}", "{}");
            while (stage_turn()) {
            }
        }
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refused),
        TEST(test_accepted),
        TEST(test_length_of_prefixes),
        TEST(test_length_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
