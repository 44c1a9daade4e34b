/* test_firehose.c - operations with everything real below them: what a Put has acknowledged is in
 * the bucket, over a restart as well, until its stream is deleted. */
#include "integration/pipeline/rig.h"
#include "pipeline/stream/registry.h"
#include "services/firehose/firehose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAMED(more) "{\"DeliveryStreamName\":\"clicks\"" more "}"
#define S3 "{\"RoleARN\":\"arn:aws:iam::123456789012:role/r\",\"BucketARN\":\"arn:aws:s3:::out\"}"

struct stand {
    struct rig rig;
    struct hy_registry *registry;
    struct hy_firehose *firehose;
};

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

static void raise_stand(struct stand *stand)
{
    rig_open(&stand->rig);
    stand->registry = hy_registry_create();
    assert_non_null(stand->registry);
    const struct hy_firehose_options options = {
        .env = &stand->rig.env, .registry = stand->registry,
        .region = "us-east-1", .account = "123456789012",
    };
    stand->firehose = hy_firehose_create(&options);
    assert_non_null(stand->firehose);
    struct hy_err err = { .refusal = NULL };
    if (hy_firehose_load(stand->firehose, &err) != HY_OK) {
        fail_msg("not loaded: %s", err.text);
    }
}

static void strike_stand(struct stand *stand)
{
    bool is_closed = false;
    hy_firehose_close_all(stand->firehose, set_flag, &is_closed);
    rig_run_until(&stand->rig, &is_closed);
    hy_firehose_destroy(stand->firehose);
    hy_registry_destroy(stand->registry);
    rig_close(&stand->rig);
}

static int setup(void **state)
{
    struct stand *stand = calloc(1, sizeof *stand);
    assert_non_null(stand);
    rig_make_dir(&stand->rig);
    raise_stand(stand);
    *state = stand;
    return 0;
}

static int teardown(void **state)
{
    struct stand *stand = *state;
    strike_stand(stand);
    rig_remove_dir(&stand->rig);
    free(stand);
    return 0;
}

/* --- calls ------------------------------------------------------------------------------------ */

struct asked {
    struct hy_call call; /* first */
    bool is_answered;
    const struct hy_refusal *refusal;
};

static void on_answer(struct hy_call *call, const struct hy_refusal *refusal, hy_sv body)
{
    struct asked *asked = (struct asked *)call;
    (void)body;
    asked->is_answered = true;
    asked->refusal = refusal;
    hy_arena_finish(&call->arena);
}

static void run(struct stand *stand, const char *operation, const char *body, struct asked *asked)
{
    size_t count = 0;
    const struct hy_operation *operations = hy_firehose_operations(&count);
    char *copy = strdup(body);
    assert_non_null(copy);
    *asked = (struct asked){ .call = { .body = copy, .body_len = strlen(body),
                                       .now_ms = stand->rig.now_ms, .answer = on_answer } };
    hy_arena_init(&asked->call.arena, 1024 * 1024);
    size_t i = 0;
    while (i < count && !hy_sv_equal(operations[i].name, hy_sv_of(operation))) {
        i++;
    }
    assert_true(i < count);
    operations[i].run(stand->firehose, &asked->call);
    rig_run_until(&stand->rig, &asked->is_answered);
    free(copy);
}

static void expect_ok(struct stand *stand, const char *operation, const char *body)
{
    static struct asked asked;
    run(stand, operation, body, &asked);
    if (asked.refusal != NULL) {
        fail_msg("%s: %s: %s", operation, asked.refusal->name, asked.call.err.text);
    }
}

static void create(struct stand *stand)
{
    expect_ok(stand, "CreateDeliveryStream", NAMED(",\"S3DestinationConfiguration\":" S3));
}

/* "ab" and "c" */
static void put(struct stand *stand)
{
    expect_ok(stand, "PutRecordBatch",
              NAMED(",\"Records\":[{\"Data\":\"YWI=\"},{\"Data\":\"Yw==\"}]"));
}

static void on_flushed(void *ctx, enum hy_code code, const struct hy_flush_result *result)
{
    (void)result;
    assert_int_equal(code, HY_OK);
    *(bool *)ctx = true;
}

static void flush(struct stand *stand)
{
    bool is_flushed = false;
    struct hy_stream *stream = hy_registry_find(stand->registry, HY_SV("clicks"));
    assert_non_null(stream);
    assert_int_equal(hy_stream_flush(stream, stand->rig.now_ms, on_flushed, &is_flushed), HY_OK);
    rig_run_until(&stand->rig, &is_flushed);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_what_is_put_is_delivered(void **state)
{
    struct stand *stand = *state;
    create(stand);
    put(stand);
    put(stand);
    flush(stand);
    rig_look(&stand->rig);
    assert_int_equal(stand->rig.object_count, 1);
    rig_expect(&stand->rig, "out/2026/01/01/00/clicks-1-2026-01-01-00-03-17-", "abcabc");
}

static void test_what_is_acknowledged_survives_a_restart(void **state)
{
    struct stand *stand = *state;
    create(stand);
    put(stand);
    strike_stand(stand);
    stand->rig.now_ms += 3600 * 1000;
    raise_stand(stand);
    flush(stand);
    rig_look(&stand->rig);
    /* with the time at which it was put */
    rig_expect(&stand->rig, "out/2026/01/01/00/clicks-1-2026-01-01-00-03-17-", "abc");
}

static void test_update_is_for_what_comes_after(void **state)
{
    struct stand *stand = *state;
    create(stand);
    put(stand);
    flush(stand);
    expect_ok(stand, "UpdateDestination",
              NAMED(",\"CurrentDeliveryStreamVersionId\":\"1\",\"DestinationId\":"
                    "\"destinationId-000000000001\",\"ExtendedS3DestinationUpdate\":{"
                    "\"Prefix\":\"new/\",\"FileExtension\":\".txt\"}"));
    put(stand);
    flush(stand);
    rig_look(&stand->rig);
    assert_int_equal(stand->rig.object_count, 2);
    rig_expect(&stand->rig, "out/2026/01/01/00/clicks-1-", "abc");
    rig_expect(&stand->rig, "out/new/2026/01/01/00/clicks-2-", "abc");
    assert_non_null(strstr(rig_object(&stand->rig, "clicks-2-")->key, ".txt"));
}

static bool has_journal(const struct stand *stand, int id)
{
    char path[128];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/journal/%d", stand->rig.dir, id);
    return stat(path, &status) == 0;
}

static void test_what_is_deleted_is_discarded(void **state)
{
    struct stand *stand = *state;
    create(stand);
    put(stand);
    assert_true(has_journal(stand, 1));
    expect_ok(stand, "DeleteDeliveryStream", NAMED(""));
    assert_null(hy_registry_find(stand->registry, HY_SV("clicks")));

    bool is_gone = false;
    hy_firehose_delete_all(stand->firehose, set_flag, &is_gone);
    rig_run_until(&stand->rig, &is_gone);
    assert_false(has_journal(stand, 1));
    rig_look(&stand->rig);
    assert_int_equal(stand->rig.object_count, 0);

    strike_stand(stand);
    raise_stand(stand);
    static struct asked asked;
    run(stand, "DescribeDeliveryStream", NAMED(""), &asked);
    assert_string_equal(asked.refusal->name, "ResourceNotFoundException");
    create(stand); /* the name is free again */
    put(stand);
    flush(stand);
    rig_look(&stand->rig);
    rig_expect(&stand->rig, "clicks-1-", "abc");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_put_is_delivered),
        TEST(test_what_is_acknowledged_survives_a_restart),
        TEST(test_update_is_for_what_comes_after),
        TEST(test_what_is_deleted_is_discarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
