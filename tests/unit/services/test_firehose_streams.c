/* test_firehose_streams.c - the life of a stream: create, describe, list, delete, ensure, load. */
#include "unit/services/stage.h"

#include "model/limits.h"
#include "model/stream_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARN "arn:aws:firehose:us-east-1:123456789012:deliverystream/"

#define MINIMAL(name) \
    "{\"DeliveryStreamName\":\"" name "\",\"ExtendedS3DestinationConfiguration\":{" \
    "\"RoleARN\":\"" STAGE_ROLE "\",\"BucketARN\":\"" STAGE_BUCKET "\"}}"
#define NAMED(name) "{\"DeliveryStreamName\":\"" name "\"}"

/* What firehose.md 2.5 shows of an S3 destination, with what the test puts between. */
#define S3_SHOWN \
    "\"RoleARN\":\"" STAGE_ROLE "\",\"BucketARN\":\"" STAGE_BUCKET "\",\"Prefix\":\"p/\"," \
    "\"BufferingHints\":{\"SizeInMBs\":5,\"IntervalInSeconds\":300}," \
    "\"CompressionFormat\":\"UNCOMPRESSED\"," \
    "\"EncryptionConfiguration\":{\"NoEncryptionConfig\":\"NoEncryption\"}," \
    "\"CloudWatchLoggingOptions\":{\"Enabled\":false}"
#define SHOWN_BEFORE \
    "{\"DeliveryStreamDescription\":{\"DeliveryStreamName\":\"demo\",\"DeliveryStreamARN\":\"" \
    ARN "demo\",\"DeliveryStreamStatus\":\"ACTIVE\"," \
    "\"DeliveryStreamEncryptionConfiguration\":{\"Status\":\"DISABLED\"}," \
    "\"DeliveryStreamType\":\"DirectPut\",\"VersionId\":\"1\"," \
    "\"CreateTimestamp\":1767225600.123," \
    "\"Destinations\":[{\"DestinationId\":\"destinationId-000000000001\","
#define SHOWN_AFTER "}],\"HasMoreDestinations\":false}}"

static void test_minimal_stream_reads_back_as_documented(void **state)
{
    (void)state;
    static const char *const shapes[] = { "S3DestinationConfiguration",
                                          "ExtendedS3DestinationConfiguration" };
    for (size_t i = 0; i < ROWS(shapes); i++) {
        char body[512];
        (void)snprintf(body, sizeof body,
                       "{\"DeliveryStreamName\":\"demo\",\"%s\":{\"RoleARN\":\"" STAGE_ROLE
                       "\",\"BucketARN\":\"" STAGE_BUCKET "\",\"Prefix\":\"p/\"}}", shapes[i]);
        stage_expect_ok("CreateDeliveryStream", body,
                        "{\"DeliveryStreamARN\":\"" ARN "demo\"}");
        stage_expect_ok("DescribeDeliveryStream", NAMED("demo"),
                        SHOWN_BEFORE "\"S3DestinationDescription\":{" S3_SHOWN "},"
                        "\"ExtendedS3DestinationDescription\":{" S3_SHOWN
                        ",\"S3BackupMode\":\"Disabled\"}" SHOWN_AFTER);
        stage_expect_ok("DeleteDeliveryStream", NAMED("demo"), "{}");
        while (stage_turn()) {
        }
    }
}

/* Extended members given, and what is read back of them. */
static const struct read_back {
    const char *rule, *given, *shown;
} read_backs[] = {
    { "a Lambda processor is filled in",
      "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\","
      "\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
      "\"arn:aws:lambda:us-east-1:123456789012:function:f\"}]}]}",
      "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\","
      "\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
      "\"arn:aws:lambda:us-east-1:123456789012:function:f\"},"
      "{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"3\"},"
      "{\"ParameterName\":\"RoleArn\",\"ParameterValue\":\"" STAGE_ROLE "\"},"
      "{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"1\"},"
      "{\"ParameterName\":\"BufferIntervalInSeconds\",\"ParameterValue\":\"60\"}]}]}" },
    { "given parameters are kept, in the order of the service",
      "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\","
      "\"Parameters\":[{\"ParameterName\":\"BufferIntervalInSeconds\",\"ParameterValue\":\"0\"},"
      "{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"0.2\"},"
      "{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"0\"},"
      "{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
      "\"arn:aws:lambda:us-east-1:123456789012:function:f:live\"}]}]}",
      "\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
      "\"arn:aws:lambda:us-east-1:123456789012:function:f:live\"},"
      "{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"0\"},"
      "{\"ParameterName\":\"RoleArn\",\"ParameterValue\":\"" STAGE_ROLE "\"},"
      "{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"0.2\"},"
      "{\"ParameterName\":\"BufferIntervalInSeconds\",\"ParameterValue\":\"0\"}]" },
    { "Enabled of the processing is false when omitted",
      "\"ProcessingConfiguration\":{\"Processors\":[]}",
      "\"ProcessingConfiguration\":{\"Enabled\":false,\"Processors\":[]}" },
    { "one buffering hint: the other gets its default",
      "\"BufferingHints\":{\"IntervalInSeconds\":60}",
      "\"BufferingHints\":{\"SizeInMBs\":5,\"IntervalInSeconds\":60}" },
    { "fractions of integers are cut", "\"BufferingHints\":{\"SizeInMBs\":7.9}",
      "\"BufferingHints\":{\"SizeInMBs\":7,\"IntervalInSeconds\":300}" },
    { "logging without Enabled is off", "\"CloudWatchLoggingOptions\":{\"LogGroupName\":\"g\"}",
      "\"CloudWatchLoggingOptions\":{\"Enabled\":false,\"LogGroupName\":\"g\"}" },
    { "a KMS key is kept",
      "\"EncryptionConfiguration\":{\"KMSEncryptionConfig\":{\"AWSKMSKeyARN\":"
      "\"arn:aws:kms:us-east-1:123456789012:key/k\"}}",
      "\"EncryptionConfiguration\":{\"KMSEncryptionConfig\":{\"AWSKMSKeyARN\":"
      "\"arn:aws:kms:us-east-1:123456789012:key/k\"}}" },
    { "the backup has another name and its own defaults",
      "\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{\"RoleARN\":\"" STAGE_ROLE
      "\",\"BucketARN\":\"arn:aws:s3:::backup\"}",
      "\"S3BackupMode\":\"Enabled\",\"S3BackupDescription\":{\"RoleARN\":\"" STAGE_ROLE
      "\",\"BucketARN\":\"arn:aws:s3:::backup\",\"BufferingHints\":{\"SizeInMBs\":5,"
      "\"IntervalInSeconds\":300},\"CompressionFormat\":\"UNCOMPRESSED\","
      "\"EncryptionConfiguration\":{\"NoEncryptionConfig\":\"NoEncryption\"},"
      "\"CloudWatchLoggingOptions\":{\"Enabled\":false}}" },
    { "the file's extension", "\"FileExtension\":\".log\"", "\"FileExtension\":\".log\"" },
    { "unknown members are gone", "\"Nonsense\":{\"a\":1},\"Prefix\":null,\"Prefix\":\"q\"",
      "\"BucketARN\":\"" STAGE_BUCKET "\",\"Prefix\":\"q\",\"BufferingHints\"" },
};

static char *body_with(const char *members)
{
    char *body = malloc(4096);
    assert_non_null(body);
    (void)snprintf(body, 4096, "{\"DeliveryStreamName\":\"demo\","
                   "\"ExtendedS3DestinationConfiguration\":{\"RoleARN\":\"" STAGE_ROLE
                   "\",\"BucketARN\":\"" STAGE_BUCKET "\",%s}}", members);
    return body;
}

static void test_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(read_backs); i++) {
        char *body = body_with(read_backs[i].given);
        stage_expect_ok("CreateDeliveryStream", body, NULL);
        struct stage_answer answer = stage_call("DescribeDeliveryStream", NAMED("demo"));
        if (strstr(answer.text, read_backs[i].shown) == NULL) {
            fail_msg("%s\nnot found: %s\nin: %s", read_backs[i].rule, read_backs[i].shown,
                     answer.text);
        }
        stage_answer_free(&answer);
        free(body);
        stage_expect_ok("DeleteDeliveryStream", NAMED("demo"), "{}");
        while (stage_turn()) {
        }
    }
}

static void test_spec_says_what_the_description_says(void **state)
{
    (void)state;
    char *body = body_with(
        "\"Prefix\":\"p/\",\"CompressionFormat\":\"GZIP\",\"FileExtension\":\".x\","
        "\"BufferingHints\":{\"SizeInMBs\":128,\"IntervalInSeconds\":0},"
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\","
        "\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
        "\"arn:aws:lambda:us-east-1:123456789012:function:f\"},"
        "{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"0.5\"},"
        "{\"ParameterName\":\"BufferIntervalInSeconds\",\"ParameterValue\":\"5\"}]}]},"
        "\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{\"RoleARN\":\"" STAGE_ROLE
        "\",\"BucketARN\":\"arn:aws:s3:::backup\",\"ErrorOutputPrefix\":\"e\"}");
    stage_expect_ok("CreateDeliveryStream", body, NULL);
    free(body);
    const struct hy_stream_spec *spec = stage.spec;
    assert_int_equal(spec->id, 1);
    assert_string_equal(spec->name, "demo");
    assert_string_equal(spec->arn, ARN "demo");
    assert_string_equal(spec->region, "us-east-1");
    assert_string_equal(spec->version, "1");
    assert_string_equal(spec->s3.bucket, "b");
    assert_string_equal(spec->s3.prefix, "p/");
    assert_string_equal(spec->s3.error_prefix, "");
    assert_string_equal(spec->s3.file_extension, ".x");
    assert_string_equal(spec->s3.time_zone, "UTC");
    assert_int_equal(spec->s3.compression, HY_COMPRESSION_GZIP);
    assert_int_equal(spec->s3.buffering.bytes, 128 * HY_MIB);
    assert_int_equal(spec->s3.buffering.interval_ms, 0);
    assert_true(spec->has_backup);
    assert_string_equal(spec->backup.bucket, "backup");
    assert_string_equal(spec->backup.error_prefix, "e");
    assert_int_equal(spec->backup.compression, HY_COMPRESSION_NONE);
    assert_int_equal(spec->backup.buffering.interval_ms, 300 * 1000);
    assert_string_equal(spec->transform.lambda_arn,
                        "arn:aws:lambda:us-east-1:123456789012:function:f");
    assert_int_equal(spec->transform.retries, 3);
    assert_int_equal(spec->transform.buffering.bytes, HY_MIB / 2);
    assert_int_equal(spec->transform.buffering.interval_ms, 5000);
}

static void test_processing_that_is_not_enabled_does_not_run(void **state)
{
    (void)state;
    char *body = body_with(
        "\"ProcessingConfiguration\":{\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":"
        "[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
        "\"arn:aws:lambda:us-east-1:123456789012:function:f\"}]}]}");
    stage_expect_ok("CreateDeliveryStream", body, NULL);
    free(body);
    assert_null(stage.spec->transform.lambda_arn);
}

/* --- create and delete --------------------------------------------------------------------- */

static void test_name_is_taken(void **state)
{
    (void)state;
    stage_create("demo");
    stage_expect_refused("CreateDeliveryStream", MINIMAL("demo"), "ResourceInUseException",
                         "Firehose demo under accountId 123456789012 already exists");
}

static void test_while_it_is_being_created(void **state)
{
    (void)state;
    struct stage_answer created;
    static const char body[] = MINIMAL("demo");
    stage_begin("CreateDeliveryStream", body, sizeof body - 1, &created);
    stage_expect_refused("DeleteDeliveryStream", NAMED("demo"), "ResourceInUseException",
                         "Cannot delete firehose: demo when it is in CREATING status");
    while (stage_turn()) {
    }
    assert_true(created.given);
    assert_null(created.refusal);
    stage_answer_free(&created);
    assert_int_equal(stage.open_count, 1);
}

static void expect_internal_failure(const char *operation, const char *body)
{
    stage_expect_refused(operation, body, "InternalFailure", "");
}

static void test_ledger_cannot_write(void **state)
{
    (void)state;
    stage.ledger_code = HY_IO;
    expect_internal_failure("CreateDeliveryStream", MINIMAL("demo"));
    stage.ledger_code = HY_OK;
    while (stage_turn()) {
    }
    stage_create("demo"); /* nothing of the first try is in the way */
}

static void test_stream_cannot_be_opened(void **state)
{
    (void)state;
    stage.open_code = HY_IO;
    expect_internal_failure("CreateDeliveryStream", MINIMAL("demo"));
    stage.open_code = HY_OK;
    while (stage_turn()) {
    }
    assert_int_equal(stage.row_count, 0);
    stage_create("demo");
}

static void test_delete(void **state)
{
    (void)state;
    stage_create("demo");
    struct stage_answer first;
    struct stage_answer second;
    static const char body[] = NAMED("demo");
    stage_begin("DeleteDeliveryStream", body, sizeof body - 1, &first);
    assert_false(first.given);           /* not before the ledger knows */
    assert_int_equal(stage.open_count, 0);
    stage_begin("DeleteDeliveryStream", body, sizeof body - 1, &second);
    assert_true(second.given);           /* a second time is fine */
    assert_null(second.refusal);
    struct stage_answer shown = stage_call("DescribeDeliveryStream", body);
    assert_non_null(strstr(shown.text, "\"DeliveryStreamStatus\":\"DELETING\""));
    stage_expect_refused("CreateDeliveryStream", MINIMAL("demo"), "ResourceInUseException",
                         "Firehose demo under accountId 123456789012 already exists");
    while (stage_turn()) {
    }
    assert_true(first.given);
    assert_int_equal(stage.discarded, 1);
    assert_int_equal(stage.row_count, 0);
    stage_expect_refused("DescribeDeliveryStream", body, "ResourceNotFoundException",
                         "Firehose demo under account 123456789012 not found.");
    stage_expect_refused("DeleteDeliveryStream", body, "ResourceNotFoundException",
                         "Firehose demo under account 123456789012 not found.");
    stage_answer_free(&first);
    stage_answer_free(&second);
    stage_answer_free(&shown);
}

static void test_ids_are_never_used_again(void **state)
{
    (void)state;
    stage_create("one");
    stage_expect_ok("DeleteDeliveryStream", NAMED("one"), "{}");
    while (stage_turn()) {
    }
    stage_create("one");
    assert_int_equal(stage.spec->id, 2);
}

static void test_quota_of_streams(void **state)
{
    (void)state;
    for (int i = 0; i < HY_STREAMS_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "s%04d", i);
        stage_create(name);
    }
    struct stage_answer answer = stage_call("CreateDeliveryStream", MINIMAL("demo"));
    assert_non_null(answer.refusal);
    assert_string_equal(answer.refusal->name, "LimitExceededException");
    static const char begin[] = "You have already consumed your firehose quota of 5000 hoses. "
                                "Firehose names: [s0000, s0001";
    assert_memory_equal(answer.text, begin, sizeof begin - 1);
    stage_answer_free(&answer);
}

/* --- list ---------------------------------------------------------------------------------- */

static const struct listed {
    const char *request, *reply;
} listed[] = {
    { "{}",
      "{\"DeliveryStreamNames\":[\"B\",\"a\",\"a1\",\"b\"],\"HasMoreDeliveryStreams\":false}" },
    { "{\"Limit\":4}",
      "{\"DeliveryStreamNames\":[\"B\",\"a\",\"a1\",\"b\"],\"HasMoreDeliveryStreams\":false}" },
    { "{\"Limit\":3}",
      "{\"DeliveryStreamNames\":[\"B\",\"a\",\"a1\"],\"HasMoreDeliveryStreams\":true}" },
    { "{\"ExclusiveStartDeliveryStreamName\":\"a\"}",
      "{\"DeliveryStreamNames\":[\"a1\",\"b\"],\"HasMoreDeliveryStreams\":false}" },
    { "{\"ExclusiveStartDeliveryStreamName\":\"a0\",\"Limit\":1}",
      "{\"DeliveryStreamNames\":[\"a1\"],\"HasMoreDeliveryStreams\":true}" },
    { "{\"ExclusiveStartDeliveryStreamName\":\"b\"}",
      "{\"DeliveryStreamNames\":[],\"HasMoreDeliveryStreams\":false}" },
    { "{\"DeliveryStreamType\":\"KinesisStreamAsSource\"}",
      "{\"DeliveryStreamNames\":[],\"HasMoreDeliveryStreams\":false}" },
};

static void test_list(void **state)
{
    (void)state;
    stage_create("b");
    stage_create("a1");
    stage_create("B");
    stage_create("a");
    for (size_t i = 0; i < ROWS(listed); i++) {
        stage_expect_ok("ListDeliveryStreams", listed[i].request, listed[i].reply);
    }
}

static void test_list_shows_ten_unless_told(void **state)
{
    (void)state;
    for (int i = 0; i < 11; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "s%02d", i);
        stage_create(name);
    }
    stage_expect_ok("ListDeliveryStreams", "{}",
                    "{\"DeliveryStreamNames\":[\"s00\",\"s01\",\"s02\",\"s03\",\"s04\",\"s05\","
                    "\"s06\",\"s07\",\"s08\",\"s09\"],\"HasMoreDeliveryStreams\":true}");
}

/* --- restart, ensure, all at once ---------------------------------------------------------- */

static void test_restart_keeps_streams(void **state)
{
    (void)state;
    stage_create("demo");
    struct stage_answer before = stage_call("DescribeDeliveryStream", NAMED("demo"));
    stage_restart();
    assert_int_equal(stage.closed, 1);
    stage_expect_ok("DescribeDeliveryStream", NAMED("demo"), before.text);
    assert_int_equal(stage.open_count, 1);
    assert_int_equal(stage.discarded, 0);
    stage_answer_free(&before);
}

static void test_restart_goes_on_deleting(void **state)
{
    (void)state;
    stage_create("demo");
    char *row = strdup(stage.rows[0].description);
    stage_restart();
    free(stage.rows[0].description);
    /* as it stands when the process died after the delete was answered */
    stage.rows[0].description = malloc(strlen(row) + 64);
    (void)snprintf(stage.rows[0].description, strlen(row) + 64,
                   "{\"DeliveryStreamStatus\":\"DELETING\",%s", row + 1);
    free(row);
    stage_restart();
    assert_int_equal(stage.open_count, 0);
    while (stage_turn()) {
    }
    assert_int_equal(stage.discarded, 1);
    assert_int_equal(stage.row_count, 0);
}

static void test_damaged_row_is_reported(void **state)
{
    (void)state;
    static const char *const damaged[] = { "", "{}", "[1", "{\"DeliveryStreamName\":\"x\"}" };
    for (size_t i = 0; i < ROWS(damaged); i++) {
        stage.rows[0] = (struct stage_row){ 1, strdup("x"), strdup(damaged[i]) };
        stage.row_count = 1;
        struct hy_err err = { .refusal = NULL };
        assert_int_equal(hy_firehose_load(stage.firehose, &err), HY_INVALID);
        assert_string_equal(err.text, "the description of stream number 1 is damaged");
        free(stage.rows[0].name);
        free(stage.rows[0].description);
        stage.row_count = 0;
    }
}

static void on_done(void *ctx, enum hy_code code)
{
    *(enum hy_code *)ctx = code;
}

static enum hy_code ensure(const char *request, struct hy_err *err)
{
    enum hy_code done = HY_BUSY;
    const enum hy_code code =
        hy_firehose_ensure(stage.firehose, hy_sv_of(request), stage.now_ms, on_done, &done, err);
    assert_true(code == HY_OK || done == HY_BUSY);
    assert_int_equal(done, HY_BUSY); /* never from inside the call */
    while (stage_turn()) {
    }
    return code != HY_OK ? code : done;
}

static void test_ensure(void **state)
{
    (void)state;
    struct hy_err err = { .refusal = NULL };
    assert_int_equal(ensure(MINIMAL("demo"), &err), HY_OK);
    assert_int_equal(stage.open_count, 1);

    assert_int_equal(ensure(MINIMAL("demo"), &err), HY_OK); /* the same: nothing happens */
    assert_int_equal(stage.updated, 0);

    char *changed = body_with("\"CompressionFormat\":\"GZIP\"");
    stage.now_ms += 1000;
    assert_int_equal(ensure(changed, &err), HY_OK);
    assert_int_equal(stage.updated, 1);
    assert_int_equal(stage.discarded, 0); /* the journal is kept */
    assert_string_equal(stage.spec->version, "2");
    assert_int_equal(stage.spec->s3.compression, HY_COMPRESSION_GZIP);
    free(changed);
    struct stage_answer shown = stage_call("DescribeDeliveryStream", NAMED("demo"));
    assert_non_null(strstr(shown.text, "\"VersionId\":\"2\",\"CreateTimestamp\":1767225600.123,"
                                       "\"LastUpdateTimestamp\":1767225601.123,"));
    stage_answer_free(&shown);

    assert_int_equal(ensure("{\"DeliveryStreamName\":\"demo\"}", &err), HY_REFUSED);
    assert_string_equal(err.text,
                        "Exactly one destination configuration is supported for a Firehose");
}

static void on_gone(void *ctx)
{
    *(bool *)ctx = true;
}

static void test_delete_all_takes_those_under_way_too(void **state)
{
    (void)state;
    stage_create("a");
    struct stage_answer created;
    static const char body[] = MINIMAL("b");
    stage_begin("CreateDeliveryStream", body, sizeof body - 1, &created);
    bool is_gone = false;
    hy_firehose_delete_all(stage.firehose, on_gone, &is_gone);
    assert_false(is_gone);
    while (stage_turn()) {
    }
    assert_true(is_gone);
    assert_true(created.given);
    assert_int_equal(stage.discarded, 2);
    assert_int_equal(stage.row_count, 0);
    stage_answer_free(&created);

    is_gone = false;
    hy_firehose_delete_all(stage.firehose, on_gone, &is_gone); /* none there: later all the same */
    assert_false(is_gone);
    while (stage_turn()) {
    }
    assert_true(is_gone);
}

static void on_gone_make_another(void *ctx)
{
    static enum hy_code code;
    struct hy_err err = { .refusal = NULL };
    on_gone(ctx);
    assert_int_equal(hy_firehose_ensure(stage.firehose, HY_SV(MINIMAL("demo")), stage.now_ms,
                                        on_done, &code, &err), HY_OK);
}

/* SIGTERM amid POST reset: what the reset makes anew is closed as well. */
static void test_close_all_while_all_are_deleted(void **state)
{
    (void)state;
    stage_create("demo");
    bool is_gone = false;
    hy_firehose_delete_all(stage.firehose, on_gone_make_another, &is_gone);
    stage_restart();
    assert_true(is_gone);
    assert_int_equal(stage.discarded, 1);
    assert_int_equal(stage.closed, 1);
    assert_int_equal(stage.open_count, 1); /* after the restart */
}

static void test_describe_for_the_control_api(void **state)
{
    (void)state;
    stage_create("demo");
    struct stage_answer shown = stage_call("DescribeDeliveryStream", NAMED("demo"));
    struct hy_buf json;
    struct hy_err err = { .refusal = NULL };
    hy_buf_init(&json, 64 * 1024);
    assert_int_equal(hy_firehose_describe(stage.firehose, HY_SV("demo"), &json, &err), HY_OK);
    assert_true(hy_sv_equal(hy_buf_sv(&json), hy_sv_of(shown.text)));
    hy_buf_finish(&json);
    stage_answer_free(&shown);
    assert_int_equal(hy_firehose_describe(stage.firehose, HY_SV("x"), &json, &err), HY_REFUSED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_minimal_stream_reads_back_as_documented),
        TEST(test_read_back),
        TEST(test_spec_says_what_the_description_says),
        TEST(test_processing_that_is_not_enabled_does_not_run),
        TEST(test_name_is_taken),
        TEST(test_while_it_is_being_created),
        TEST(test_ledger_cannot_write),
        TEST(test_stream_cannot_be_opened),
        TEST(test_delete),
        TEST(test_ids_are_never_used_again),
        TEST(test_quota_of_streams),
        TEST(test_list),
        TEST(test_list_shows_ten_unless_told),
        TEST(test_restart_keeps_streams),
        TEST(test_restart_goes_on_deleting),
        TEST(test_damaged_row_is_reported),
        TEST(test_ensure),
        TEST(test_delete_all_takes_those_under_way_too),
        TEST(test_close_all_while_all_are_deleted),
        TEST(test_describe_for_the_control_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
