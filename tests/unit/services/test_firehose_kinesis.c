#include "model/stream_spec.h"

#include "unit/services/stage.h"

#include <stdio.h>
#include <string.h>

#define ARN "arn:aws:kinesis:us-east-1:123456789012:stream/s"
#define SOURCE "\"KinesisStreamSourceConfiguration\":{\"KinesisStreamARN\":\"" ARN \
               "\",\"RoleARN\":\"" STAGE_ROLE "\"}"
#define S3 "\"S3DestinationConfiguration\":{\"RoleARN\":\"" STAGE_ROLE \
           "\",\"BucketARN\":\"arn:aws:s3:::b\"}"
#define TYPE "\"DeliveryStreamType\":\"KinesisStreamAsSource\","
#define CREATE(members) "{\"DeliveryStreamName\":\"demo\"," members SOURCE "," S3 "}"

static int setup(void **state)
{
    const int result = stage_setup(state);
    stage.env.kinesis = (struct hy_kinesis *)&stage; /* is only asked for its time */
    return result;
}

/* A type is not needed: CloudFormation sends none. */
static void test_is_described_with_its_start(void **state)
{
    (void)state;
    static const char *const requests[] = { CREATE(TYPE), CREATE("") };
    for (size_t i = 0; i < ROWS(requests); i++) {
        char source[400];
        stage_expect_ok("CreateDeliveryStream", requests[i], NULL);
        assert_string_equal(stage.spec->source.stream_arn, ARN);
        assert_int_equal(stage.spec->source.start_ms, 1767225000007); /* real time */
        struct stage_answer answer =
            stage_call("DescribeDeliveryStream", "{\"DeliveryStreamName\":\"demo\"}");
        const char *created = strstr(answer.text, "\"CreateTimestamp\":");
        assert_non_null(created);
        created += strlen("\"CreateTimestamp\":");
        (void)snprintf(source, sizeof source,
                       "\"Source\":{\"KinesisStreamSourceDescription\":{\"KinesisStreamARN\":\"" ARN
                       "\",\"RoleARN\":\"" STAGE_ROLE "\",\"DeliveryStartTimestamp\":%.*s}}",
                       (int)strcspn(created, ","), created);
        assert_non_null(strstr(answer.text, source));
        assert_non_null(strstr(answer.text, "\"DeliveryStreamType\":\"KinesisStreamAsSource\""));
        assert_null(strstr(answer.text, "DeliveryStreamEncryptionConfiguration"));
        assert_null(strstr(answer.text, "SourceStartMs"));
        stage_answer_free(&answer);
        stage_expect_ok("DeleteDeliveryStream", "{\"DeliveryStreamName\":\"demo\"}", "{}");
        while (stage_turn()) {
        }
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const char sse[] = "Server side encryption from firehose is only allowed for direct put "
                              "delivery streams and database as a source delivery streams";
    static const char put[] = "This operation is not permitted on KinesisStreamAsSource delivery "
                              "stream type.";
    static const struct {
        const char *operation, *body, *said;
    } rows[] = {
        { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"eA==\"}}", put },
        { "PutRecordBatch", "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"eA==\"}]}",
          put },
        { "PutRecordBatch", "{\"Records\":[{\"Data\":\"eA==\"}],\"DeliveryStreamName\":\"demo\"}",
          put },
        { "StartDeliveryStreamEncryption", "{\"DeliveryStreamName\":\"demo\"}", sse },
        { "StopDeliveryStreamEncryption", "{\"DeliveryStreamName\":\"demo\"}", sse },
        { "CreateDeliveryStream", "{\"DeliveryStreamName\":\"other\"," SOURCE "," S3
          ",\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":\"AWS_OWNED_CMK\"}}", sse },
    };
    stage_expect_ok("CreateDeliveryStream", CREATE(TYPE), NULL);
    for (size_t i = 0; i < ROWS(rows); i++) {
        stage_expect_refused(rows[i].operation, rows[i].body, "InvalidArgumentException",
                             rows[i].said);
    }
    assert_int_equal(stage.record_count, 0);
    stage_restart(); /* as the ledger has it */
    stage_expect_refused(rows[0].operation, rows[0].body, "InvalidArgumentException", put);
}

static void nothing(void *ctx, enum hy_code code)
{
    (void)ctx;
    (void)code;
}

static void test_ensuring_keeps_the_start_and_refuses_another_source(void **state)
{
    (void)state;
    struct hy_err err;
    stage_expect_ok("CreateDeliveryStream", CREATE(TYPE), NULL);
    stage.now_ms += 5000;
    assert_int_equal(hy_firehose_ensure(stage.firehose, HY_SV(CREATE(TYPE)), stage.now_ms,
                                        nothing, NULL, &err), HY_OK);
    while (stage_turn()) {
    }
    assert_int_equal(stage.updated, 0);
    assert_int_equal(hy_firehose_ensure(stage.firehose,
                                        HY_SV("{\"DeliveryStreamName\":\"demo\"," S3 "}"),
                                        stage.now_ms, nothing, NULL, &err), HY_REFUSED);
    assert_string_equal(err.text, "Firehose demo has another source: it has to be deleted first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_is_described_with_its_start, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_refused, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(test_ensuring_keeps_the_start_and_refuses_another_source,
                                        setup, stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
