/* test_firehose_quota.c - Puts over a stream's quotas: who is refused, and in which words. Each
 * rule on both ways through a Put (services/firehose/put.h). */
#include "unit/services/stage.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/stream/stream.h"
#include "services/firehose/state.h"

#include <stdlib.h>
#include <string.h>

#define SLOW "{\"ErrorCode\":\"ServiceUnavailableException\",\"ErrorMessage\":\"Slow down.\"}"

static int setup(void **state)
{
    (void)stage_setup(state);
    stage.firehose->has_quotas = true;
    stage_create("demo");
    return 0;
}

static struct hy_quota *quota(void)
{
    return &hy_delivery_stream_find(stage.firehose, HY_SV("demo"))->quota;
}

/* Leaves so much of the second that now_ms begins. */
static void leave(uint64_t requests, uint64_t records, uint64_t bytes)
{
    *quota() = (struct hy_quota){
        .at_ms = stage.now_ms,
        .requests = (HY_QUOTA_REQUESTS - requests) * 1000,
        .records = (HY_QUOTA_RECORDS - records) * 1000,
        .bytes = (HY_QUOTA_BYTES - bytes) * 1000,
    };
}

static uint64_t throttled(void)
{
    return hy_stream_counters(stage.open[0])->throttled_records;
}

/* A batch of records of these lengths, to SIZE_MAX; on the way of the tree because a member is
 * there twice. */
static char *make_batch(const size_t *lengths, bool takes_tree)
{
    static const char zeros[256];
    struct hy_buf body;
    hy_buf_init(&body, 64 * 1024);
    hy_buf_append(&body, takes_tree ? HY_SV("{\"Records\":[],") : HY_SV("{"));
    hy_buf_append(&body, HY_SV("\"DeliveryStreamName\":\"demo\",\"Records\":["));
    for (size_t i = 0; lengths[i] != SIZE_MAX; i++) {
        char text[HY_BASE64_ENCODED(sizeof zeros)];
        hy_base64_encode((hy_sv){ zeros, lengths[i] }, text);
        hy_buf_printf(&body, "%s{\"Data\":\"%.*s\"}", i == 0 ? "" : ",",
                      (int)HY_BASE64_ENCODED(lengths[i]), text);
    }
    hy_buf_append(&body, HY_SV("]}"));
    hy_buf_append_byte(&body, '\0');
    size_t len = 0;
    return hy_buf_take(&body, &len);
}

/* The answer with each record id as "+". */
static char *shorten(char *text)
{
    static const char id[] = "{\"RecordId\":\"";
    for (char *at = text; (at = strstr(at, id)) != NULL;) {
        char *end = strchr(at, '}');
        *at++ = '+';
        memmove(at, end + 1, strlen(end));
    }
    return text;
}

static const struct batch {
    const char *rule;
    uint64_t records_left, bytes_left;
    size_t lengths[6];
    const char *answer;
    size_t refused;
} batches[] = {
    { "within both", 3, 60, { 10, 20, 30, SIZE_MAX },
      "{\"Encrypted\":false,\"FailedPutCount\":0,\"RequestResponses\":[+,+,+]}", 0 },
    { "one record more than is left", 2, 1000, { 10, 20, 30, SIZE_MAX },
      "{\"Encrypted\":false,\"FailedPutCount\":1,\"RequestResponses\":[+,+," SLOW "]}", 1 },
    { "one byte more than is left", 100, 59, { 10, 20, 30, SIZE_MAX },
      "{\"Encrypted\":false,\"FailedPutCount\":1,\"RequestResponses\":[+,+," SLOW "]}", 1 },
    { "those that fit are taken, around those that do not", 100, 35, { 40, 10, 30, 25, 0,
                                                                       SIZE_MAX },
      "{\"Encrypted\":false,\"FailedPutCount\":2,\"RequestResponses\":[" SLOW ",+," SLOW ",+,+]}",
      2 },
    { "nothing fits, and still it is answered 200", 0, 0, { 0, 1, SIZE_MAX },
      "{\"Encrypted\":false,\"FailedPutCount\":2,\"RequestResponses\":[" SLOW "," SLOW "]}", 2 },
};

static size_t count_lengths(const size_t *lengths)
{
    size_t count = 0;
    while (lengths[count] != SIZE_MAX) {
        count++;
    }
    return count;
}

static void expect_batch(const struct batch *row, bool takes_tree)
{
    const size_t kept = stage.record_count;
    const uint64_t refused = throttled();
    char *body = make_batch(row->lengths, takes_tree);
    leave(10, row->records_left, row->bytes_left);
    struct stage_answer answer = stage_call("PutRecordBatch", body);
    if (answer.refusal != NULL || strcmp(shorten(answer.text), row->answer) != 0) {
        fail_msg("%s\n     got: %s\nexpected: %s", row->rule, answer.text, row->answer);
    }
    assert_int_equal(stage.record_count - kept, count_lengths(row->lengths) - row->refused);
    assert_int_equal(throttled() - refused, row->refused);
    stage_answer_free(&answer);
    free(body);
}

static void test_batches(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(batches); i++) {
        expect_batch(&batches[i], false);
        expect_batch(&batches[i], true);
    }
}

/* The ids of a batch with holes are those of the records that were kept. */
static void test_ids_of_a_batch_with_holes(void **state)
{
    (void)state;
    static const size_t lengths[] = { 200, 1, 200, 2, SIZE_MAX };
    char *body = make_batch(lengths, false);
    leave(1, 10, 10);
    struct stage_answer answer = stage_call("PutRecordBatch", body);
    const char *at = answer.text;
    for (uint64_t seq = 1; seq <= 2; seq++) {
        uint64_t stream_id = 0;
        uint64_t found = 0;
        at = strstr(at, "\"RecordId\":\"");
        assert_non_null(at);
        at += strlen("\"RecordId\":\"");
        assert_true(hy_put_record_id_parse((hy_sv){ at, HY_RECORD_ID_CHARS }, &stream_id, &found));
        assert_int_equal(found, seq);
        assert_int_equal(stage.records[seq - 1].len, seq);
    }
    stage_answer_free(&answer);
    free(body);
}

static void expect_slow_down(const char *operation, const char *body)
{
    const size_t kept = stage.record_count;
    struct stage_answer answer = stage_call(operation, body);
    assert_non_null(answer.refusal);
    assert_string_equal(answer.refusal->name, "ServiceUnavailableException");
    assert_int_equal(answer.refusal->status, 503);
    assert_string_equal(answer.text, "Slow down.");
    assert_int_equal(stage.record_count, kept);
    stage_answer_free(&answer);
}

static const char *const ones[] = { /* both ways */
    "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YWI=\"}}",
    "{\"Record\":null,\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YWI=\"}}",
};

static void test_one_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(ones); i++) {
        leave(1, 1, 2);
        stage_expect_ok("PutRecord", ones[i], NULL);
        leave(0, 1, 2);
        expect_slow_down("PutRecord", ones[i]);
        leave(1, 0, 2);
        expect_slow_down("PutRecord", ones[i]);
        leave(1, 1, 1);
        expect_slow_down("PutRecord", ones[i]);
    }
    assert_int_equal(throttled(), 6);
}

static void test_a_request_too_many_is_refused_whole(void **state)
{
    (void)state;
    static const size_t lengths[] = { 1, 2, 3, SIZE_MAX };
    char *body = make_batch(lengths, false);
    leave(1, 100, 100);
    stage_expect_ok("PutRecordBatch", body, NULL);
    expect_slow_down("PutRecordBatch", body);
    assert_int_equal(throttled(), 3);
    assert_int_equal(quota()->records, (HY_QUOTA_RECORDS - 97) * 1000); /* it took nothing */
    free(body);
}

static void test_the_clock_makes_it_good(void **state)
{
    (void)state;
    leave(0, 0, 0);
    expect_slow_down("PutRecord", ones[0]);
    stage.now_ms += 1; /* brings 2 requests */
    stage_expect_ok("PutRecord", ones[0], NULL);
    stage_expect_ok("PutRecord", ones[0], NULL);
    expect_slow_down("PutRecord", ones[0]);
}

/* What is refused for another reason costs nothing; so does what the journal had no room for. */
static void test_only_what_is_accepted_counts(void **state)
{
    (void)state;
    leave(1, 1, 2);
    stage_expect_refused("PutRecord",
                         "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YW=\"}}",
                         "SerializationException",
                         "'YW=' can not be converted to a Blob: Base64 encoded length is expected "
                         "a multiple of 4 bytes but found: 3");
    stage.journal_is_full = true;
    expect_slow_down("PutRecord", ones[0]);
    stage.journal_is_full = false;
    stage.commit_fails = true;
    expect_slow_down("PutRecord", ones[0]);
    stage.commit_fails = false;
    stage_expect_ok("PutRecord", ones[0], NULL);
}

static void test_each_stream_has_its_own(void **state)
{
    (void)state;
    stage_create("other");
    leave(0, 0, 0);
    stage_expect_ok("PutRecord",
                    "{\"DeliveryStreamName\":\"other\",\"Record\":{\"Data\":\"YWI=\"}}", NULL);
}

static void test_off_there_is_no_limit(void **state)
{
    (void)state;
    stage.firehose->has_quotas = false;
    stage_create("free");
    for (size_t i = 0; i < HY_QUOTA_REQUESTS / 2; i++) { /* the stage keeps no more */
        stage_expect_ok("PutRecord",
                        "{\"DeliveryStreamName\":\"free\",\"Record\":{\"Data\":\"\"}}", NULL);
    }
    const struct hy_delivery_stream *stream =
        hy_delivery_stream_find(stage.firehose, HY_SV("free"));
    assert_int_equal(stream->quota.requests, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_batches),
        TEST(test_ids_of_a_batch_with_holes),
        TEST(test_one_record),
        TEST(test_a_request_too_many_is_refused_whole),
        TEST(test_the_clock_makes_it_good),
        TEST(test_only_what_is_accepted_counts),
        TEST(test_each_stream_has_its_own),
        TEST(test_off_there_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
