/* test_firehose_shape.c - the engine on the real tables: sentences, limits on both sides, order;
 * and the patterns. */
#include "services/firehose/request.h"
#include "services/firehose/shapes.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

#define FAILED(path, constraint) \
    "Value at '" path "' failed to satisfy constraint: Member must " constraint
#define ONE "1 validation error detected: "
#define TWO "2 validation errors detected: "

static const struct checked {
    const char *operation, *body;
    const char *text; /* NULL: fine */
} checked[] = {
    { "ListDeliveryStreams", "{}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":1}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":10000}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":0}",
      ONE FAILED("limit", "have value greater than or equal to 1") },
    { "ListDeliveryStreams", "{\"Limit\":10001}",
      ONE FAILED("limit", "have value less than or equal to 10000") },
    { "ListDeliveryStreams", "{\"Limit\":10000.9}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":1e300}",
      ONE FAILED("limit", "have value less than or equal to 10000") },
    { "ListDeliveryStreams", "{\"Limit\":\"1\"}",
      "class java.lang.String can not be converted to an Integer" },
    { "ListDeliveryStreams", "{\"Limit\":false}",
      "class java.lang.Boolean can not be converted to an Integer" },
    { "ListDeliveryStreams", "{\"Limit\":{}}",
      "Start of structure or map found where not expected." },
    { "ListDeliveryStreams", "{\"Limit\":[0]}", "Start of list found where not expected" },
    { "ListDeliveryStreams", "{\"Limit\":null}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":0,\"Limit\":5}", NULL },
    { "ListDeliveryStreams", "{\"Limit\":0,\"Limit\":null}", NULL },
    { "ListDeliveryStreams", "{\"limit\":0,\"Other\":[{}]}", NULL },
    { "ListDeliveryStreams", "{\"DeliveryStreamType\":\"directPut\"}",
      ONE FAILED("deliveryStreamType", "satisfy enum value set: [DirectPut, "
                 "KinesisStreamAsSource, MSKAsSource, DatabaseAsSource]") },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"AllowForceDelete\":\"true\"}",
      "class java.lang.String can not be converted to an Boolean" },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":"
      "\"0123456789012345678901234567890123456789012345678901234567890123\"}", NULL },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":"
      "\"01234567890123456789012345678901234567890123456789012345678901234\"}",
      ONE FAILED("deliveryStreamName", "have length less than or equal to 64") },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":\"\xc3\xa4\"}",
      ONE FAILED("deliveryStreamName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+") },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":\"a\\u0000b\"}",
      "The value at offset 22 cannot be read" },
    { "ListDeliveryStreams", "{\"X\":\"\\ud83d\\ude00\"}", NULL },
    { "ListDeliveryStreams", "{\"X\":\"\\ud83d\"}", "The value at offset 5 cannot be read" },
    { "ListDeliveryStreams", "{\"X\":\"\\ude00\"}", "The value at offset 5 cannot be read" },
    { "ListDeliveryStreams", "{\"X\":\"\\ud83d\\u0041\"}",
      "The value at offset 5 cannot be read" },
    { "ListDeliveryStreams", "{\"X\":"
      "123456789012345678901234567890123456789012345678901234567890123}", NULL },
    { "ListDeliveryStreams", "{\"X\":"
      "1234567890123456789012345678901234567890123456789012345678901234}",
      "The value at offset 5 cannot be read" },
    { "DeleteDeliveryStream", "{\"DeliveryStreamName\":\"a\\\\u0000b\"}",
      ONE FAILED("deliveryStreamName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+") },

    { "TagDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"Tags\":[]}",
      ONE FAILED("tags", "have length greater than or equal to 1") },
    { "TagDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"Tags\":[{\"Key\":\"aws:x\"},{}]}",
      TWO FAILED("tags.1.member.key", "satisfy regular expression pattern: "
                 "^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$") "; "
      FAILED("tags.2.member.key", "not be null") },
    { "TagDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"Tags\":{}}",
      "Start of structure or map found where not expected." },
    { "TagDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"Tags\":7}", "Expected list or null" },
    { "TagDeliveryStream", "{\"DeliveryStreamName\":\"a\",\"Tags\":[7]}", "Expected null" },

    { "UpdateDestination",
      "{\"DeliveryStreamName\":\"a\",\"CurrentDeliveryStreamVersionId\":\"x\","
      "\"DestinationId\":\"d\",\"ExtendedS3DestinationUpdate\":{\"ProcessingConfiguration\":{"
      "\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\","
      "\"ParameterValue\":\"v\"},{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\" \"}]}]}}}",
      TWO FAILED("currentDeliveryStreamVersionId",
                 "satisfy regular expression pattern: [0-9]+") "; "
      FAILED("extendedS3DestinationUpdate.processingConfiguration.processors.1.member.parameters."
             "2.member.parameterValue", "satisfy regular expression pattern: ^(?!\\s*$).+") },
    { "UpdateDestination",
      "{\"DeliveryStreamName\":\"a\",\"CurrentDeliveryStreamVersionId\":\"1\","
      "\"DestinationId\":\"d\",\"ExtendedS3DestinationUpdate\":{"
      "\"DataFormatConversionConfiguration\":{\"InputFormatConfiguration\":{\"Deserializer\":{"
      "\"OpenXJsonSerDe\":{\"ColumnToJsonKeyMappings\":{\"a b\":\"v\",\"c\":\"\"}}}}}}}",
      TWO "Value at 'extendedS3DestinationUpdate.dataFormatConversionConfiguration."
      "inputFormatConfiguration.deserializer.openXJsonSerDe.columnToJsonKeyMappings' failed to "
      "satisfy constraint: Map keys must satisfy constraint: [Member must have length less than "
      "or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy "
      "regular expression pattern: ^\\S+$]; Value at 'extendedS3DestinationUpdate."
      "dataFormatConversionConfiguration.inputFormatConfiguration.deserializer.openXJsonSerDe."
      "columnToJsonKeyMappings' failed to satisfy constraint: Map value must satisfy constraint: "
      "[Member must have length less than or equal to 1024, Member must have length greater than "
      "or equal to 1, Member must satisfy regular expression pattern: ^(?!\\s*$).+]" },
    /* serializer, deserializer, schema, processing; and inside each the service's own order */
    { "UpdateDestination",
      "{\"DeliveryStreamName\":\"a\",\"CurrentDeliveryStreamVersionId\":\"1\","
      "\"DestinationId\":\"d\",\"ExtendedS3DestinationUpdate\":{\"ProcessingConfiguration\":{"
      "\"Processors\":[{}]},\"DataFormatConversionConfiguration\":{\"SchemaConfiguration\":{"
      "\"TableName\":\"\\t\"},\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{"
      "\"BlockSizeBytes\":67108863,\"MaxPaddingBytes\":-1,\"WriterVersion\":\"V3\"}}}}}}",
      "5 validation errors detected: "
      FAILED("extendedS3DestinationUpdate.dataFormatConversionConfiguration."
             "outputFormatConfiguration.serializer.parquetSerDe.maxPaddingBytes",
             "have value greater than or equal to 0") "; "
      FAILED("extendedS3DestinationUpdate.dataFormatConversionConfiguration."
             "outputFormatConfiguration.serializer.parquetSerDe.blockSizeBytes",
             "have value greater than or equal to 67108864") "; "
      FAILED("extendedS3DestinationUpdate.dataFormatConversionConfiguration."
             "outputFormatConfiguration.serializer.parquetSerDe.writerVersion",
             "satisfy enum value set: [V1, V2]") "; "
      FAILED("extendedS3DestinationUpdate.dataFormatConversionConfiguration.schemaConfiguration."
             "tableName", "satisfy regular expression pattern: ^\\S+$") "; "
      FAILED("extendedS3DestinationUpdate.processingConfiguration.processors.1.member.type",
             "not be null") },
    { "UpdateDestination",
      "{\"DeliveryStreamName\":\"a\",\"CurrentDeliveryStreamVersionId\":\"1\","
      "\"DestinationId\":\"d\",\"ExtendedS3DestinationUpdate\":{\"RoleARN\":\"r\"}}",
      "Invalid role ARN." },

    { "ListDeliveryStreams", "", "The body is not JSON: the text ends too early at offset 0" },
    { "ListDeliveryStreams", "7", "The body is not a JSON object" },
    { "ListDeliveryStreams", "[]", "Start of list found where not expected" },
};

static const struct hy_shape *input_of(const char *operation)
{
    for (size_t i = 0; i < HY_INPUT_SHAPE_COUNT; i++) {
        if (strcmp(hy_input_shapes[i].operation, operation) == 0) {
            return hy_input_shapes[i].shape;
        }
    }
    fail_msg("no operation %s", operation);
    return NULL;
}

static void test_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(checked); i++) {
        cJSON *tree = NULL;
        struct hy_err err = { .refusal = NULL };
        const enum hy_code code = hy_request_parse(
            hy_sv_of(checked[i].body), input_of(checked[i].operation), true, &tree, &err);
        const bool is_as_expected = checked[i].text == NULL
            ? code == HY_OK : code == HY_REFUSED && strcmp(err.text, checked[i].text) == 0;
        if (!is_as_expected) {
            fail_msg("%s\n     got: %s\nexpected: %s", checked[i].body, err.text,
                     checked[i].text);
        }
        cJSON_Delete(tree);
    }
}

/* A sentence is cut where it gets too long for the answer, but counts all. */
static void test_very_many_violations(void **state)
{
    (void)state;
    char body[4096] = "{\"DeliveryStreamName\":\"a\",\"TagKeys\":[";
    for (int i = 0; i < 200; i++) {
        const size_t len = strlen(body);
        (void)snprintf(body + len, sizeof body - len, "%s\"aws:\"", i == 0 ? "" : ",");
    }
    const size_t len = strlen(body);
    (void)snprintf(body + len, sizeof body - len, "]}");
    cJSON *tree = NULL;
    struct hy_err err = { .refusal = NULL };
    assert_int_equal(hy_request_parse(hy_sv_of(body), input_of("UntagDeliveryStream"), false,
                                      &tree, &err), HY_REFUSED);
    static const char begin[] = "201 validation errors detected: Value at 'tagKeys' failed to "
                                "satisfy constraint: Member must have length less than or equal "
                                "to 50; Value at 'tagKeys.1.member' failed";
    assert_memory_equal(err.text, begin, sizeof begin - 1);
}

static const struct matched {
    enum hy_pattern pattern;
    const char *text;
    bool matches;
} matched[] = {
    { HY_PATTERN_BUCKET_ARN, "arn:aws:s3:::my.bucket-1_x", true },
    { HY_PATTERN_BUCKET_ARN, "arn:aws-cn:s3:::b", true },
    { HY_PATTERN_BUCKET_ARN, "arn:aws:s3:::", false },
    { HY_PATTERN_BUCKET_ARN, "arn:aws:s3:::a/b", false },
    { HY_PATTERN_BUCKET_ARN, "xarn:aws:s3:::b", false },
    { HY_PATTERN_ROLE_ARN, "arn:aws:iam::123456789012:role/service/x+=,.@-_", true },
    { HY_PATTERN_ROLE_ARN, "arn:aws:iam::12345678901:role/x", false },
    { HY_PATTERN_ROLE_ARN, "arn:aws:iam::123456789012:role/x y", false },
    { HY_PATTERN_FILE_EXTENSION, "", true },
    { HY_PATTERN_FILE_EXTENSION, "..", true },
    { HY_PATTERN_FILE_EXTENSION, ".custom.log", true },
    { HY_PATTERN_FILE_EXTENSION, ".a!-_.*'()", true },
    { HY_PATTERN_FILE_EXTENSION, ".", false },
    { HY_PATTERN_FILE_EXTENSION, ".GZ", false },
    { HY_PATTERN_FILE_EXTENSION, "gz", false },
    { HY_PATTERN_TIME_ZONE, "", true },
    { HY_PATTERN_TIME_ZONE, "America/New_York", true },
    { HY_PATTERN_TIME_ZONE, "Etc/GMT+3", false },
    { HY_PATTERN_LINE, "", true },
    { HY_PATTERN_LINE, "a\tb\xc3\xa4", true },
    { HY_PATTERN_LINE, "a\nb", false },
    { HY_PATTERN_LINE, "a\xe2\x80\xa8", false },
    { HY_PATTERN_NOT_BLANK, "  a", true },
    { HY_PATTERN_NOT_BLANK, " \t ", false },
    { HY_PATTERN_NOT_BLANK, "", false },
    { HY_PATTERN_NO_SPACE, "a\xc3\xa4", true },
    { HY_PATTERN_NO_SPACE, "a b", false },
    { HY_PATTERN_NO_SPACE, "", false },
    { HY_PATTERN_NO_NUL, "\xef\xbf\xbd", true },
    { HY_PATTERN_NO_NUL, "\xf0\x9f\x98\x80", false },
    { HY_PATTERN_TAG_KEY, "", true },
    { HY_PATTERN_TAG_KEY, "Cost Center_.:/=+-@%", true },
    { HY_PATTERN_TAG_KEY, "Stra\xc3\x9f" "e \xe5\x90\x8d", true },
    { HY_PATTERN_TAG_KEY, "AWS:x", true },
    { HY_PATTERN_TAG_KEY, "aws:x", false },
    { HY_PATTERN_TAG_KEY, "a\tb", false },
    { HY_PATTERN_TAG_KEY, "\xf0\x9f\x98\x80", false },
    { HY_PATTERN_TAG_KEY, "a*", false },
    { HY_PATTERN_TAG_VALUE, "aws:x", true },
    { HY_PATTERN_LOG_STREAM, "[x]", true },
    { HY_PATTERN_LOG_STREAM, "a:b", false },
    { HY_PATTERN_BASE64, "QUJD", true },
    { HY_PATTERN_BASE64, "QUI=", true },
    { HY_PATTERN_BASE64, "QUI", false },
    { HY_PATTERN_TOPIC_NAME, "a\\b", true },
    { HY_PATTERN_TOPIC_NAME, "a/b", false },
    { HY_PATTERN_DOMAIN_ARN, "arn:aws:es:us-east-1:123456789012:domain/abc", true },
    { HY_PATTERN_DOMAIN_ARN, "arn:aws:es:us-east-1:123456789012:domain/ab", false },
    { HY_PATTERN_GLUE_CATALOG_ARN, "arn:aws:glue:us-east-1:123456789012:catalog", true },
    { HY_PATTERN_GLUE_CATALOG_ARN, "arn:aws:glue:us-east-1:123456789012:catalog/a/b", true },
    { HY_PATTERN_GLUE_CATALOG_ARN, "arn:aws:glue:us-east-1:123456789012:catalog/a/b/c", false },
    { HY_PATTERN_JDBC_URL,
      "jdbc:redshift://c.x.us-east-1.redshift.amazonaws.com:5439/db", true },
    { HY_PATTERN_JDBC_URL,
      "jdbc:postgresql://wg.1.us-east-1.redshift-serverless.amazonaws.com:5439/dev$_-", true },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://redshift.redshift.redshift.x:1/d", true },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://redshift.amazonaws.com:5439/db", false },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://-c.redshift.amazonaws.com:5439/db", false },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://c.redshift.amazonaws.com:543999/db", false },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://c.redshift.amazonaws.com:/db", false },
    { HY_PATTERN_JDBC_URL, "jdbc:redshift://c.redshift.amazonaws.com:5439/", false },
    { HY_PATTERN_JDBC_URL, "jdbc:mysql://c.redshift.amazonaws.com:5439/db", false },
    { HY_PATTERN_SNOWFLAKE_URL, "https://a.snowflakecomputing.com", true },
    { HY_PATTERN_SNOWFLAKE_URL, ".snowflakecomputing.com", false },
    { HY_PATTERN_LAMBDA_ARN, "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", true },
    { HY_PATTERN_LAMBDA_ARN, "arn:aws:lambda:us-east-1:123456789012:function:", false },
    { HY_PATTERN_LAMBDA_ARN, "arn:aws:lambda:us-east-1:123456789012:function:f:1:2", false },
};

static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(matched); i++) {
        const enum hy_code code = hy_pattern_match(matched[i].pattern, hy_sv_of(matched[i].text));
        if (code != (matched[i].matches ? HY_OK : HY_INVALID)) {
            fail_msg("%s and \"%s\": %s", hy_pattern_text(matched[i].pattern), matched[i].text,
                     hy_code_name(code));
        }
    }
    for (int pattern = 0; pattern < HY_PATTERN_COUNT; pattern++) { /* they all compile */
        assert_int_not_equal(hy_pattern_match((enum hy_pattern)pattern, HY_SV("?")),
                             HY_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checked),
        cmocka_unit_test(test_very_many_violations),
        cmocka_unit_test(test_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
