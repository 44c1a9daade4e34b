/* test_firehose_changes.c - what changes a stream that is there: UpdateDestination, tags,
 * encryption. */
#include "unit/services/stage.h"

#include "model/stream_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMED(more) "{\"DeliveryStreamName\":\"demo\"" more "}"
#define UPDATE(version, members) \
    NAMED(",\"CurrentDeliveryStreamVersionId\":\"" version "\"," \
          "\"DestinationId\":\"destinationId-000000000001\"" members)
#define EXTENDED(members) ",\"ExtendedS3DestinationUpdate\":{" members "}"
#define INVALID "InvalidArgumentException"

static int setup(void **state)
{
    (void)stage_setup(state);
    stage_create("demo");
    return 0;
}

static void expect_shown(const char *part)
{
    struct stage_answer answer = stage_call("DescribeDeliveryStream", NAMED(""));
    if (strstr(answer.text, part) == NULL) {
        fail_msg("not found: %s\nin: %s", part, answer.text);
    }
    stage_answer_free(&answer);
}

/* --- UpdateDestination --------------------------------------------------------------------- */

static const struct refused {
    const char *body, *error, *text;
} refused[] = {
    { "{\"DeliveryStreamName\":\"nobody\",\"CurrentDeliveryStreamVersionId\":\"9\","
      "\"DestinationId\":\"x\"}", "ResourceNotFoundException",
      "Firehose nobody under accountId 123456789012 not found." },
    { NAMED(",\"CurrentDeliveryStreamVersionId\":\"2\",\"DestinationId\":\"x\""),
      "ConcurrentModificationException", "Cannot update firehose: demo since the current version "
      "id: 1 and specified version id: 2 do not match" },
    { NAMED(",\"CurrentDeliveryStreamVersionId\":\"01\",\"DestinationId\":\"x\""),
      "ConcurrentModificationException", "Cannot update firehose: demo since the current version "
      "id: 1 and specified version id: 01 do not match" },
    { NAMED(",\"CurrentDeliveryStreamVersionId\":\"1\",\"DestinationId\":\"x\""), INVALID,
      "Destination Id x not found" },
    { UPDATE("1", ""), INVALID,
      "At least one destination or source configuration update must be provided" },
    { UPDATE("1", ",\"S3DestinationUpdate\":{}" EXTENDED("")), INVALID,
      "Exactly one of s3DestinationUpdate or extendedS3DestinationUpdate must be specified." },
    { UPDATE("1", ",\"ElasticsearchDestinationUpdate\":{}"), INVALID,
      "Changing the destination type to or from Elasticsearch is not supported at this time." },
    { UPDATE("1", ",\"HttpEndpointDestinationUpdate\":{}"), INVALID,
      "Changing the destination type to or from HttpEndpoint is not supported at this time." },
    { UPDATE("1", ",\"RedshiftDestinationUpdate\":{}"), INVALID,
      "hydrant does not support Redshift as destination (RedshiftDestinationUpdate)" },
    { UPDATE("1", EXTENDED("\"S3BackupMode\":\"Enabled\"")), INVALID,
      "S3 backup destination configuration is required when enabling S3 backup." },
    { UPDATE("1", EXTENDED("\"S3BackupMode\":\"Enabled\",\"S3BackupUpdate\":{}")),
      "ValidationException", "2 validation errors detected: Value at 'extendedS3DestinationUpdate."
      "s3BackupUpdate.roleARN' failed to satisfy constraint: Member must not be null; Value at "
      "'extendedS3DestinationUpdate.s3BackupUpdate.bucketARN' failed to satisfy constraint: Member "
      "must not be null" },
    { UPDATE("1", EXTENDED("\"DynamicPartitioningConfiguration\":{\"Enabled\":true}")), INVALID,
      "Dynamic Partitioning can only be enabled when a delivery stream is created, and cannot be "
      "disabled." },
    { UPDATE("1", EXTENDED("\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{"
                           "\"Type\":\"Decompression\"}]}")), INVALID,
      "Enabling source decompression is not supported for existing stream with no Lambda function "
      "attached." },
    { UPDATE("1", EXTENDED("\"Prefix\":\"!{partitionKeyFromLambda:k}\","
                           "\"ErrorOutputPrefix\":\"p\"")), INVALID,
      "Ths supplied prefix(es) do not satisfy the following constraint: S3 Prefix should not "
      "contain Dynamic Partitioning namespaces when Dynamic Partitioning is not enabled" },
    { UPDATE("1", EXTENDED("\"RoleARN\":\"r\"")), "InvalidParameterValueException",
      "Invalid role ARN." },
};

static void test_update_refused(void **state)
{
    (void)state;
    struct stage_answer before = stage_call("DescribeDeliveryStream", NAMED(""));
    for (size_t i = 0; i < ROWS(refused); i++) {
        stage_expect_refused("UpdateDestination", refused[i].body, refused[i].error,
                             refused[i].text);
    }
    stage_expect_ok("DescribeDeliveryStream", NAMED(""), before.text); /* nothing has changed */
    assert_int_equal(stage.updated, 0);
    stage_answer_free(&before);
}

static void test_update_merges(void **state)
{
    (void)state;
    stage.now_ms += 1000;
    stage_expect_ok("UpdateDestination",
                    UPDATE("1", EXTENDED("\"Prefix\":\"p/\",\"BufferingHints\":{\"SizeInMBs\":1},"
                                         "\"CompressionFormat\":\"GZIP\"")), "{}");
    expect_shown("\"VersionId\":\"2\",\"CreateTimestamp\":1767225600.123,"
                 "\"LastUpdateTimestamp\":1767225601.123");
    expect_shown("\"Prefix\":\"p/\",\"BufferingHints\":{\"SizeInMBs\":1,"
                 "\"IntervalInSeconds\":300},\"CompressionFormat\":\"GZIP\"");

    stage_expect_ok("UpdateDestination",
                    UPDATE("2", ",\"S3DestinationUpdate\":{\"BufferingHints\":{"
                                "\"IntervalInSeconds\":0}}"), "{}");
    expect_shown("\"Prefix\":\"p/\",\"BufferingHints\":{\"SizeInMBs\":1,"
                 "\"IntervalInSeconds\":0},\"CompressionFormat\":\"GZIP\"");
    assert_int_equal(stage.updated, 2);
    assert_string_equal(stage.spec->version, "3");
    assert_string_equal(stage.spec->s3.prefix, "p/");
    assert_int_equal(stage.spec->s3.buffering.interval_ms, 0);
}

static void test_update_that_changes_nothing_keeps_the_version(void **state)
{
    (void)state;
    struct stage_answer before = stage_call("DescribeDeliveryStream", NAMED(""));
    stage_expect_ok("UpdateDestination",
                    UPDATE("1", EXTENDED("\"CompressionFormat\":\"UNCOMPRESSED\"")), "{}");
    stage_expect_ok("UpdateDestination", UPDATE("1", EXTENDED("")), "{}");
    stage_expect_ok("DescribeDeliveryStream", NAMED(""), before.text);
    assert_int_equal(stage.updated, 0);
    stage_answer_free(&before);
}

#define LAMBDA(name) \
    "{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":" \
    "\"arn:aws:lambda:us-east-1:123456789012:function:" name "\"}]}"

static void test_processing_is_replaced_as_a_whole(void **state)
{
    (void)state;
    stage_expect_ok("UpdateDestination",
                    UPDATE("1", EXTENDED("\"ProcessingConfiguration\":{\"Enabled\":true,"
                                         "\"Processors\":[" LAMBDA("f") "]}")), "{}");
    assert_string_equal(stage.spec->transform.lambda_arn,
                        "arn:aws:lambda:us-east-1:123456789012:function:f");
    stage_expect_ok("UpdateDestination",
                    UPDATE("2", EXTENDED("\"ProcessingConfiguration\":{\"Processors\":["
                                         LAMBDA("g") "]}")), "{}");
    expect_shown("\"ProcessingConfiguration\":{\"Enabled\":false,\"Processors\":[{\"Type\":"
                 "\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
                 "\"arn:aws:lambda:us-east-1:123456789012:function:g\"},");
    assert_null(stage.spec->transform.lambda_arn);
}

static void test_backup_can_be_turned_on_but_not_off(void **state)
{
    (void)state;
    stage_expect_ok("UpdateDestination",
                    UPDATE("1", EXTENDED("\"S3BackupMode\":\"Enabled\",\"S3BackupUpdate\":{"
                                         "\"RoleARN\":\"" STAGE_ROLE "\","
                                         "\"BucketARN\":\"arn:aws:s3:::one\"}")), "{}");
    assert_true(stage.spec->has_backup);
    stage_expect_ok("UpdateDestination",
                    UPDATE("2", EXTENDED("\"S3BackupUpdate\":{\"BucketARN\":"
                                         "\"arn:aws:s3:::two\"}")), "{}");
    assert_string_equal(stage.spec->backup.bucket, "two");
    stage_expect_refused("UpdateDestination",
                         UPDATE("3", EXTENDED("\"S3BackupMode\":\"Disabled\"")), INVALID,
                         "Disabling S3 backup is not currently supported.");
}

static void test_update_while_it_goes(void **state)
{
    (void)state;
    struct stage_answer deleted;
    static const char body[] = NAMED("");
    stage_begin("DeleteDeliveryStream", body, sizeof body - 1, &deleted);
    stage_expect_refused("UpdateDestination", UPDATE("1", EXTENDED("")), "ResourceInUseException",
                         "Cannot update firehose: demo when it is in DELETING status");
    while (stage_turn()) {
    }
    stage_answer_free(&deleted);
}

/* Two that were sent with the same version: the second is too late, even if the first has not
 * been written yet. */
static void test_two_updates_at_once(void **state)
{
    (void)state;
    struct stage_answer first;
    static const char body[] = UPDATE("1", EXTENDED("\"Prefix\":\"a\""));
    stage_begin("UpdateDestination", body, sizeof body - 1, &first);
    assert_false(first.given);
    stage_expect_refused("UpdateDestination", UPDATE("1", EXTENDED("\"Prefix\":\"b\"")),
                         "ConcurrentModificationException", "Cannot update firehose: demo since "
                         "the current version id: 2 and specified version id: 1 do not match");
    while (stage_turn()) {
    }
    assert_null(first.refusal);
    assert_string_equal(first.text, "{}");
    stage_answer_free(&first);
}

static void test_update_survives_a_restart(void **state)
{
    (void)state;
    stage_expect_ok("UpdateDestination", UPDATE("1", EXTENDED("\"Prefix\":\"a\"")), "{}");
    stage_restart();
    expect_shown("\"VersionId\":\"2\"");
    assert_string_equal(stage.spec->s3.prefix, "a");
}

/* --- tags ---------------------------------------------------------------------------------- */

#define TAG(key, value) "{\"Key\":\"" key "\",\"Value\":\"" value "\"}"

static void test_tags(void **state)
{
    (void)state;
    stage_expect_ok("ListTagsForDeliveryStream", NAMED(""), "{\"Tags\":[],\"HasMoreTags\":false}");
    stage_expect_ok("TagDeliveryStream",
                    NAMED(",\"Tags\":[" TAG("b", "1") "," TAG("a", "1") ",{\"Key\":\"B\"},"
                          TAG("aa", "1") "]"), "{}");
    stage_expect_ok("TagDeliveryStream", NAMED(",\"Tags\":[" TAG("b", "2") "]"), "{}");
    stage_expect_ok("ListTagsForDeliveryStream", NAMED(""),
                    "{\"Tags\":[" TAG("B", "") "," TAG("a", "1") "," TAG("aa", "1") ","
                    TAG("b", "2") "],\"HasMoreTags\":false}");
    stage_expect_ok("ListTagsForDeliveryStream", NAMED(",\"Limit\":2"),
                    "{\"Tags\":[" TAG("B", "") "," TAG("a", "1") "],\"HasMoreTags\":true}");
    stage_expect_ok("ListTagsForDeliveryStream",
                    NAMED(",\"ExclusiveStartTagKey\":\"B\",\"Limit\":1"),
                    "{\"Tags\":[" TAG("a", "1") "],\"HasMoreTags\":true}");
    stage_expect_ok("ListTagsForDeliveryStream", NAMED(",\"ExclusiveStartTagKey\":\"aa\""),
                    "{\"Tags\":[" TAG("b", "2") "],\"HasMoreTags\":false}");
    stage_expect_ok("UntagDeliveryStream", NAMED(",\"TagKeys\":[\"b\",\"unknown\",\"aa\"]"), "{}");
    stage_restart();
    stage_expect_ok("ListTagsForDeliveryStream", NAMED(""),
                    "{\"Tags\":[" TAG("B", "") "," TAG("a", "1") "],\"HasMoreTags\":false}");
    expect_shown("\"VersionId\":\"1\"");
    assert_int_equal(stage.updated, 0); /* the pipeline need not know */
}

static void test_tags_of_create(void **state)
{
    (void)state;
    stage_expect_ok("CreateDeliveryStream",
                    "{\"DeliveryStreamName\":\"other\",\"Tags\":[" TAG("k", "v") "],"
                    "\"S3DestinationConfiguration\":{\"RoleARN\":\"" STAGE_ROLE "\","
                    "\"BucketARN\":\"" STAGE_BUCKET "\"}}", NULL);
    stage_expect_ok("ListTagsForDeliveryStream", "{\"DeliveryStreamName\":\"other\"}",
                    "{\"Tags\":[" TAG("k", "v") "],\"HasMoreTags\":false}");
}

static void tag_many(int first, int count, char *body, size_t size)
{
    size_t len = (size_t)snprintf(body, size, "{\"DeliveryStreamName\":\"demo\",\"Tags\":[");
    for (int i = first; i < first + count; i++) {
        len += (size_t)snprintf(body + len, size - len, "%s{\"Key\":\"k%d\"}",
                                i == first ? "" : ",", i);
    }
    (void)snprintf(body + len, size - len, "]}");
}

static void test_fifty_tags_at_most(void **state)
{
    (void)state;
    char body[2048];
    tag_many(0, 49, body, sizeof body);
    stage_expect_ok("TagDeliveryStream", body, "{}");
    tag_many(48, 2, body, sizeof body);
    stage_expect_ok("TagDeliveryStream", body, "{}"); /* one of them is there already */
    tag_many(49, 2, body, sizeof body);
    stage_expect_refused("TagDeliveryStream", body, "LimitExceededException",
                         "A delivery stream can have at most 50 tags.");
    struct stage_answer answer = stage_call("ListTagsForDeliveryStream", NAMED(""));
    assert_null(strstr(answer.text, "k50"));
    stage_answer_free(&answer);
}

static void test_tagging_what_is_not_there(void **state)
{
    (void)state;
    static const char *const operations[] = { "TagDeliveryStream", "UntagDeliveryStream",
                                              "ListTagsForDeliveryStream" };
    static const char body[] = NAMED("");
    struct stage_answer deleted;
    stage_begin("DeleteDeliveryStream", body, sizeof body - 1, &deleted);
    stage_expect_refused("TagDeliveryStream", NAMED(",\"Tags\":[" TAG("a", "") "]"),
                         "ResourceInUseException",
                         "Firehose demo under account 123456789012 is in the DELETING state.");
    while (stage_turn()) {
    }
    stage_answer_free(&deleted);
    for (size_t i = 0; i < ROWS(operations); i++) {
        stage_expect_refused(operations[i],
                             NAMED(",\"Tags\":[" TAG("a", "") "],\"TagKeys\":[\"a\"]"),
                             "ResourceNotFoundException",
                             "Firehose demo under account 123456789012 not found.");
    }
}

/* --- encryption ---------------------------------------------------------------------------- */

#define KEY "arn:aws:kms:us-east-1:123456789012:key/k"

static void expect_put_says(const char *encrypted)
{
    struct stage_answer answer =
        stage_call("PutRecord", NAMED(",\"Record\":{\"Data\":\"\"}"));
    assert_non_null(strstr(answer.text, encrypted));
    stage_answer_free(&answer);
}

static void test_encryption(void **state)
{
    (void)state;
    expect_put_says("\"Encrypted\":false");
    stage_expect_ok("StartDeliveryStreamEncryption", NAMED(""), "{}");
    expect_shown("\"DeliveryStreamEncryptionConfiguration\":{\"KeyType\":\"AWS_OWNED_CMK\","
                 "\"Status\":\"ENABLED\"}");
    expect_put_says("\"Encrypted\":true");
    stage_expect_ok("StartDeliveryStreamEncryption", /* another key */
                    NAMED(",\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":"
                          "\"CUSTOMER_MANAGED_CMK\",\"KeyARN\":\"" KEY "\"}"), "{}");
    expect_shown("\"DeliveryStreamEncryptionConfiguration\":{\"KeyARN\":\"" KEY "\","
                 "\"KeyType\":\"CUSTOMER_MANAGED_CMK\",\"Status\":\"ENABLED\"}");
    stage_restart();
    expect_put_says("\"Encrypted\":true");
    stage_expect_ok("StopDeliveryStreamEncryption", NAMED(""), "{}");
    expect_shown("\"DeliveryStreamEncryptionConfiguration\":{\"Status\":\"DISABLED\"}");
    expect_put_says("\"Encrypted\":false");
    expect_shown("\"VersionId\":\"1\"");
}

static void test_encryption_refused(void **state)
{
    (void)state;
    stage_expect_refused("StartDeliveryStreamEncryption",
                         NAMED(",\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":"
                               "\"CUSTOMER_MANAGED_CMK\"}"), INVALID,
                         "KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK");
    stage_expect_refused("StopDeliveryStreamEncryption", "{\"DeliveryStreamName\":\"x\"}",
                         "ResourceNotFoundException",
                         "Firehose x under account 123456789012 not found.");
}

static void test_encryption_may_change_25_times_a_day(void **state)
{
    (void)state;
    for (int i = 0; i < 25; i++) {
        stage_expect_ok(i % 2 == 0 ? "StartDeliveryStreamEncryption"
                                   : "StopDeliveryStreamEncryption", NAMED(""), "{}");
        stage.now_ms += 1;
    }
    static const char text[] = "Encryption of firehose demo was started or stopped 25 times "
                               "within 24 hours.";
    stage.now_ms += 24 * 3600 * 1000 - 25 - 1; /* the first was a day ago, but for 1 ms */
    stage_expect_refused("StopDeliveryStreamEncryption", NAMED(""), "LimitExceededException",
                         text);
    stage.now_ms += 1;
    stage_expect_ok("StopDeliveryStreamEncryption", NAMED(""), "{}");
    stage_expect_refused("StartDeliveryStreamEncryption", NAMED(""), "LimitExceededException",
                         text);
}

/* --- what can go wrong below --------------------------------------------------------------- */

static void test_ledger_cannot_write(void **state)
{
    (void)state;
    stage.ledger_code = HY_IO;
    stage_expect_refused("TagDeliveryStream", NAMED(",\"Tags\":[" TAG("a", "") "]"),
                         "InternalFailure", "");
    stage_expect_refused("UpdateDestination", UPDATE("1", EXTENDED("\"Prefix\":\"a\"")),
                         "InternalFailure", "");
    stage.ledger_code = HY_OK;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_update_refused),
        TEST(test_update_merges),
        TEST(test_update_that_changes_nothing_keeps_the_version),
        TEST(test_processing_is_replaced_as_a_whole),
        TEST(test_backup_can_be_turned_on_but_not_off),
        TEST(test_update_while_it_goes),
        TEST(test_two_updates_at_once),
        TEST(test_update_survives_a_restart),
        TEST(test_tags),
        TEST(test_tags_of_create),
        TEST(test_fifty_tags_at_most),
        TEST(test_tagging_what_is_not_there),
        TEST(test_encryption),
        TEST(test_encryption_refused),
        TEST(test_encryption_may_change_25_times_a_day),
        TEST(test_ledger_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
