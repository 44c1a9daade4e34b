/* test_firehose_torture.c - every allocation of every operation fails once: it is answered all the
 * same, nothing leaks, and the next try succeeds. */
#include "support/torture.h"
#include "unit/services/stage.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define NAMED(more) "{\"DeliveryStreamName\":\"demo\"" more "}"
#define OTHER "{\"DeliveryStreamName\":\"other\"}"
#define VERSIONED(version, prefix) \
    NAMED(",\"CurrentDeliveryStreamVersionId\":\"" version "\",\"DestinationId\":" \
          "\"destinationId-000000000001\",\"ExtendedS3DestinationUpdate\":{\"Prefix\":\"" prefix \
          "\",\"S3BackupMode\":\"Enabled\",\"S3BackupUpdate\":{\"RoleARN\":\"" STAGE_ROLE \
          "\",\"BucketARN\":\"" STAGE_BUCKET "\"}}")

static const struct row {
    const char *operation, *body;
    const char *undo, *undo_body; /* NULL: nothing to undo */
} rows[] = {
    { "CreateDeliveryStream",
      "{\"DeliveryStreamName\":\"other\",\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}],"
      "\"ExtendedS3DestinationConfiguration\":{\"RoleARN\":\"" STAGE_ROLE "\",\"BucketARN\":\""
      STAGE_BUCKET "\",\"CompressionFormat\":\"GZIP\",\"DynamicPartitioningConfiguration\":{"
      "\"Enabled\":false},\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{\"RoleARN\":\""
      STAGE_ROLE "\",\"BucketARN\":\"" STAGE_BUCKET "\"},\"ProcessingConfiguration\":{"
      "\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":"
      "\"LambdaArn\",\"ParameterValue\":\"arn:aws:lambda:us-east-1:123456789012:function:f\"}]}]"
      "}}}",
      "DeleteDeliveryStream", OTHER },
    { "DescribeDeliveryStream", NAMED(""), NULL, NULL },
    { "ListDeliveryStreams", "{}", NULL, NULL },
    { "TagDeliveryStream", NAMED(",\"Tags\":[{\"Key\":\"b\"},{\"Key\":\"a\"},{\"Key\":\"b\"}]"),
      "UntagDeliveryStream", NAMED(",\"TagKeys\":[\"a\",\"b\"]") },
    { "UntagDeliveryStream", NAMED(",\"TagKeys\":[\"a\"]"), NULL, NULL },
    { "ListTagsForDeliveryStream", NAMED(""), NULL, NULL },
    { "StartDeliveryStreamEncryption", NAMED(""), NULL, NULL },
    { "PutRecord", NAMED(",\"Record\":{\"Data\":\"YQ==\"}"), NULL, NULL },
    { "PutRecordBatch", NAMED(",\"Records\":[{\"Data\":\"YQ==\"},{\"Data\":\"Yg==\"}]"), NULL,
      NULL },
    { "PutRecordBatch", NAMED(",\"Records\":[],\"Records\":[{\"Data\":\"YQ==\"}]"), NULL, NULL },
    { "UpdateDestination", VERSIONED("1", "p/"), NULL, NULL },
};

static long to_fail;

static void arm(void)
{
    torture_arm(to_fail);
}

static bool is_our_fault(const struct hy_refusal *refusal)
{
    return strcmp(refusal->name, "InternalFailure") == 0 ||
           strcmp(refusal->name, "ServiceUnavailableException") == 0;
}

static void finish_all(void)
{
    while (stage_turn()) {
    }
}

/* True when an allocation failed in this round. */
static bool attempt(const struct row *row)
{
    stage.before_run = arm;
    struct stage_answer answer = stage_call(row->operation, row->body);
    const bool struck = torture_disarm();
    stage.before_run = NULL;
    finish_all();
    const bool is_refused = answer.refusal != NULL;
    if (is_refused && !(struck && is_our_fault(answer.refusal))) {
        fail_msg("%s, allocation %ld: %s: %s", row->operation, to_fail, answer.refusal->name,
                 answer.text);
    }
    stage_answer_free(&answer);
    if (is_refused) {
        stage_expect_ok(row->operation, row->body, NULL);
    }
    if (row->undo != NULL) {
        stage_expect_ok(row->undo, row->undo_body, NULL);
        finish_all();
    }
    return struck;
}

static void test_every_allocation_may_fail(void **state)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool struck = true;
        for (to_fail = 1; struck; to_fail++) {
            (void)stage_setup(state);
            stage_create("demo");
            struck = attempt(&rows[i]);
            (void)stage_teardown(state);
        }
        assert_true(to_fail > 2); /* it did strike */
    }
}

/* cJSON is a library of its own; with hooks its allocations are ours, and can be made to fail. */
static void *allocate(size_t size)
{
    return malloc(size);
}

static void release(void *memory)
{
    free(memory);
}

int main(void)
{
    cJSON_Hooks hooks = { .malloc_fn = allocate, .free_fn = release };
    cJSON_InitHooks(&hooks);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
