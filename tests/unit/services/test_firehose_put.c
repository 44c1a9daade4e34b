/* test_firehose_put.c - PutRecord and PutRecordBatch: what is kept, what is refused, and in which
 * words. */
#include "unit/services/stage.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/stream/stream.h"
#include "services/firehose/put_walk.h"
#include "services/firehose/record_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    (void)stage_setup(state);
    stage_create("demo");
    return 0;
}

/* --- what is accepted ---------------------------------------------------------------------- */

static const struct accepted {
    const char *rule, *operation, *body;
    const char *records[3]; /* up to NULL */
    bool takes_tree;        /* the walk stops at it */
} accepted[] = {
    { "the usual order", "PutRecord",
      "{\"DeliveryStreamName\": \"demo\", \"Record\": {\"Data\": \"aGVsbG8=\"}}",
      { "hello" }, false },
    { "the record before the name", "PutRecord",
      "{\"Record\":{\"Data\":\"aGVsbG8=\"},\"DeliveryStreamName\":\"demo\"}", { "hello" }, false },
    { "an empty record is legal", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"\"}}", { "" }, false },
    { "unknown members are ignored, nested ones too", "PutRecord",
      "{\"X\":{\"Record\":[1,{}]},\"DeliveryStreamName\":\"demo\",\"Y\":null,"
      "\"Record\":{\"A\":[],\"Data\":\"YQ==\",\"B\":\"Data\"},\"Z\":1.5}", { "a" }, false },
    { "white space and line ends between tokens", "PutRecord",
      "\r\n {\n\t\"DeliveryStreamName\" :\n\"demo\" ,\n\"Record\" : { \"Data\"\n:\n\"YQ==\" } }\n",
      { "a" }, false },
    { "an escaped slash in the data", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"Pz8\\/\"}}", { "???" }, false },
    { "any character of the data may be escaped", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"\\u0059Q\\u003d=\"}}",
      { "a" }, false },
    { "escapes in names of members", "PutRecord",
      "{\"DeliveryStream\\u004eame\":\"demo\",\"R\\u0065cord\":{\"D\\u0061ta\":\"YQ==\"}}",
      { "a" }, false },
    { "escapes in the name of the stream", "PutRecord",
      "{\"DeliveryStreamName\":\"d\\u0065mo\",\"Record\":{\"Data\":\"YQ==\"}}", { "a" }, true },
    { "of two names the last wins", "PutRecord",
      "{\"DeliveryStreamName\":\"nobody\",\"DeliveryStreamName\":\"demo\","
      "\"Record\":{\"Data\":\"YQ==\"}}", { "a" }, true },
    { "a name after the record overrules the one before", "PutRecord",
      "{\"DeliveryStreamName\":\"other\",\"Record\":{\"Data\":\"YQ==\"},"
      "\"DeliveryStreamName\":\"demo\"}", { "a" }, true },
    { "of two records the last wins", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ==\"},"
      "\"Record\":{\"Data\":\"Yg==\"}}", { "b" }, true },
    { "of two data the last wins", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ==\",\"Data\":\"Yg==\"}}",
      { "b" }, true },
    { "an overruled member may be of a wrong type", "PutRecord",
      "{\"DeliveryStreamName\":\"demo\",\"Record\":7,\"Record\":{\"Data\":\"Yg==\"}}",
      { "b" }, true },
    { "a batch", "PutRecordBatch",
      "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"YQ==\"},{\"Data\":\"\"},"
      "{\"Data\":\"Yg==\"}]}", { "a", "", "b" }, false },
    { "a batch before the name", "PutRecordBatch",
      "{\"Records\":[{\"Data\":\"YQ==\"}],\"Other\":{},\"DeliveryStreamName\":\"demo\"}",
      { "a" }, false },
    { "a batch that an API Gateway template made", "PutRecordBatch",
      "{\"DeliveryStreamName\":\"demo\",\"Records\":[\n  {\"Data\":\"YQ==\"},\n"
      "  {\"Data\":\"Yg==\"}\n]}\n", { "a", "b" }, false },
    { "of two batches the last wins", "PutRecordBatch",
      "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"YQ==\"}],"
      "\"Records\":[{\"Data\":\"Yg==\"},{\"Data\":\"Yw==\"}]}", { "b", "c" }, true },
};

static void test_accepted(void **state)
{
    (void)state;
    stage_create("other");
    for (size_t i = 0; i < ROWS(accepted); i++) {
        const struct accepted *row = &accepted[i];
        const size_t before = stage.record_count;
        struct stage_answer answer = stage_call(row->operation, row->body);
        if (answer.refusal != NULL) {
            fail_msg("%s: refused: %s", row->rule, answer.text);
        }
        size_t count = 0;
        for (; count < 3 && row->records[count] != NULL; count++) {
            if (before + count >= stage.record_count ||
                strcmp(stage.records[before + count].bytes, row->records[count]) != 0) {
                fail_msg("%s: record %zu is not \"%s\"", row->rule, count, row->records[count]);
            }
        }
        if (stage.record_count != before + count) {
            fail_msg("%s: %zu records", row->rule, stage.record_count - before);
        }
        stage_answer_free(&answer);
    }
}

/* The quick way must not be lost by accident: nothing but its speed would tell. */
static void test_which_way_it_goes(void **state)
{
    (void)state;
    stage_create("other");
    for (size_t i = 0; i < ROWS(accepted); i++) {
        const struct accepted *row = &accepted[i];
        const struct hy_put_kind kind = {
            .is_batch = strcmp(row->operation, "PutRecordBatch") == 0,
            .member = strcmp(row->operation, "PutRecordBatch") == 0 ? HY_SV("Records")
                                                                    : HY_SV("Record"),
        };
        struct hy_put_walked walked;
        const enum hy_put_walk_end end =
            hy_put_walk(stage.firehose, hy_sv_of(row->body), 0, &kind, &walked);
        if (end != (row->takes_tree ? HY_PUT_STOPPED : HY_PUT_WALKED)) {
            fail_msg("%s: it went the other way", row->rule);
        }
        assert_true(end == HY_PUT_WALKED || stage.record_count == 0);
        hy_journal_rollback(hy_stream_journal(stage.open[0]), 0);
    }
}

/* --- what is refused ----------------------------------------------------------------------- */

#define NUMBER "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"

static const struct refused {
    const char *operation, *body, *error, *text;
} refused[] = {
    { "PutRecord", "{\"DeliveryStreamName\":1,\"Record\":{\"Data\":\"\"}}",
      "SerializationException", NUMBER " can not be converted to an String" },
    { "PutRecord", "{\"DeliveryStreamName\":true,\"Record\":{\"Data\":\"\"}}",
      "SerializationException", "class java.lang.Boolean can not be converted to an String" },
    { "PutRecord", "{\"DeliveryStreamName\":[],\"Record\":{\"Data\":\"\"}}",
      "SerializationException", "Start of list found where not expected" },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":{}}}",
      "SerializationException", "Start of structure or map found where not expected." },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":5}}",
      "SerializationException", NUMBER " can not be converted to a Blob" },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":[]}",
      "SerializationException", "Start of list found where not expected" },
    { "PutRecordBatch", "{\"DeliveryStreamName\":\"demo\",\"Records\":\"a\"}",
      "SerializationException", "Expected list or null" },
    { "PutRecordBatch", "{\"DeliveryStreamName\":\"demo\",\"Records\":{}}",
      "SerializationException", "Start of structure or map found where not expected." },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ=\"}}",
      "SerializationException", "'YQ=' can not be converted to a Blob: Base64 encoded length is "
      "expected a multiple of 4 bytes but found: 3" },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ-=\"}}",
      "SerializationException",
      "'YQ-=' can not be converted to a Blob: Invalid Base64 character: '-'" },
    { "PutRecordBatch", "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"YQ==\"},"
      "{\"Data\":\"a b=\"}]}", "SerializationException",
      "'a b=' can not be converted to a Blob: Invalid Base64 character: ' '" },
    { "PutRecord", "[]", "SerializationException", "Start of list found where not expected" },

    /* types come before constraints, constraints before the stream */
    { "PutRecordBatch", "{\"Records\":[{\"Data\":\"YQ=\"}]}", "SerializationException",
      "'YQ=' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 "
      "bytes but found: 3" },
    { "PutRecord", "{\"DeliveryStreamName\":\"nobody\",\"Record\":{}}", "ValidationException",
      "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member "
      "must not be null" },
    { "PutRecord", "{}", "ValidationException",
      "2 validation errors detected: Value at 'deliveryStreamName' failed to satisfy constraint: "
      "Member must not be null; Value at 'record' failed to satisfy constraint: Member must not "
      "be null" },
    { "PutRecord", "{\"DeliveryStreamName\":null,\"Record\":{\"Data\":\"\"}}",
      "ValidationException", "1 validation error detected: Value at 'deliveryStreamName' failed "
      "to satisfy constraint: Member must not be null" },
    { "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ==\"},"
      "\"Record\":null}", "ValidationException", "1 validation error detected: Value at 'record' "
      "failed to satisfy constraint: Member must not be null" },
    { "PutRecord", "{\"DeliveryStreamName\":\"a b\",\"Record\":{\"Data\":\"\"}}",
      "ValidationException", "1 validation error detected: Value at 'deliveryStreamName' failed "
      "to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+" },
    { "PutRecordBatch", "{\"DeliveryStreamName\":\"demo\",\"Records\":[]}", "ValidationException",
      "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must "
      "have length greater than or equal to 1" },
    { "PutRecordBatch", "{\"DeliveryStreamName\":\"\",\"Records\":[{\"Data\":\"\"},{},null]}",
      "ValidationException", "4 validation errors detected: Value at 'deliveryStreamName' failed "
      "to satisfy constraint: Member must have length greater than or equal to 1; Value at "
      "'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression "
      "pattern: [a-zA-Z0-9_.-]+; Value at 'records.2.member.data' failed to satisfy constraint: "
      "Member must not be null; Value at 'records.3.member' failed to satisfy constraint: Member "
      "must not be null" },
    { "PutRecord", "{\"DeliveryStreamName\":\"nobody\",\"Record\":{\"Data\":\"\"}}",
      "ResourceNotFoundException",
      "Firehose nobody under account 123456789012 not found." },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        stage_expect_refused(refused[i].operation, refused[i].body, refused[i].error,
                             refused[i].text);
        assert_int_equal(stage.record_count, 0);
    }
}

/* Every beginning of a good body is refused as what it is, and leaves nothing behind. */
static void test_truncated_anywhere(void **state)
{
    (void)state;
    static const char body[] = "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"YQ==\"},"
                               "{\"Data\":\"YWI\\u003d\"}]}";
    for (size_t len = 0; len + 1 < sizeof body; len++) {
        struct stage_answer answer = stage_call_bytes("PutRecordBatch", body, len);
        assert_non_null(answer.refusal);
        assert_string_equal(answer.refusal->name, "SerializationException");
        assert_int_equal(stage.record_count, 0);
        stage_answer_free(&answer);
    }
    stage_expect_ok("PutRecordBatch", body, NULL);
    assert_int_equal(stage.record_count, 2);
}

/* --- limits -------------------------------------------------------------------------------- */

/* A body with `count` records of `bytes` zero bytes each, the last one of `last_bytes`. */
static char *make_batch(const char *name, size_t count, size_t bytes, size_t last_bytes)
{
    struct hy_buf body;
    hy_buf_init(&body, 16 * HY_MIB);
    hy_buf_printf(&body, "{\"DeliveryStreamName\":\"%s\",\"Records\":[", name);
    char *zeros = calloc(1, 2 * HY_MIB);
    assert_non_null(zeros);
    for (size_t i = 0; i < count; i++) {
        const size_t len = i + 1 < count ? bytes : last_bytes;
        hy_buf_append(&body, i == 0 ? HY_SV("{\"Data\":\"") : HY_SV(",{\"Data\":\""));
        char *text = hy_buf_reserve(&body, HY_BASE64_ENCODED(len));
        assert_non_null(text);
        hy_base64_encode((hy_sv){ zeros, len }, text);
        hy_buf_commit(&body, HY_BASE64_ENCODED(len));
        hy_buf_append(&body, HY_SV("\"}"));
    }
    hy_buf_append(&body, HY_SV("]}"));
    hy_buf_append_byte(&body, '\0');
    free(zeros);
    size_t len = 0;
    return hy_buf_take(&body, &len);
}

static const struct limit {
    const char *name;
    size_t count, bytes, last_bytes;
    const char *error, *text; /* NULL: accepted */
} limits[] = {
    { "demo", 1, 0, HY_RECORD_BYTES_MAX, NULL, NULL },
    { "demo", 1, 0, HY_RECORD_BYTES_MAX - 1, NULL, NULL },
    { "demo", 3, 1, HY_RECORD_BYTES_MAX + 1, "ValidationException",
      "1 validation error detected: Value at 'records.3.member.data' failed to satisfy "
      "constraint: Member must have length less than or equal to 1024000" },
    { "demo", 2, HY_RECORD_BYTES_MAX + 7, HY_RECORD_BYTES_MAX + 1, "ValidationException",
      "2 validation errors detected: Value at 'records.1.member.data' failed to satisfy "
      "constraint: Member must have length less than or equal to 1024000; Value at "
      "'records.2.member.data' failed to satisfy constraint: Member must have length less than "
      "or equal to 1024000" },
    { "demo", 500, 10, 10, NULL, NULL },
    { "demo", 501, 10, 10, "ValidationException",
      "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must "
      "have length less than or equal to 500" },
    { "demo", 5, 1000000, 4 * HY_MIB - 4000000, NULL, NULL },
    { "demo", 5, 1000000, 4 * HY_MIB - 4000000 + 1, "InvalidArgumentException",
      "Records size exceeds 4 MB limit" },
    { "nobody", 5, 1000000, 4 * HY_MIB - 4000000 + 1, "ResourceNotFoundException",
      "Firehose nobody under account 123456789012 not found." },
    { "nobody", 1, 0, HY_RECORD_BYTES_MAX + 1, "ValidationException",
      "1 validation error detected: Value at 'records.1.member.data' failed to satisfy "
      "constraint: Member must have length less than or equal to 1024000" },
};

static void test_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(limits); i++) {
        const struct limit *row = &limits[i];
        char *body = make_batch(row->name, row->count, row->bytes, row->last_bytes);
        const size_t before = stage.record_count;
        struct stage_answer answer = stage_call("PutRecordBatch", body);
        const bool is_as_expected = row->error == NULL
            ? answer.refusal == NULL && stage.record_count == before + row->count
            : answer.refusal != NULL && strcmp(answer.refusal->name, row->error) == 0 &&
                  strcmp(answer.text, row->text) == 0 && stage.record_count == before;
        if (!is_as_expected) {
            fail_msg("row %zu: %s: %.300s; %zu records", i,
                     answer.refusal == NULL ? "accepted" : answer.refusal->name, answer.text,
                     stage.record_count - before);
        }
        stage_answer_free(&answer);
        free(body);
    }
}

static void test_one_record_too_long(void **state)
{
    (void)state;
    char *batch = make_batch("demo", 1, 0, HY_RECORD_BYTES_MAX + 1);
    const char *record = strchr(batch, '[') + 1;
    const size_t record_len = strlen(record) - 2;
    char *body = malloc(strlen(batch) + 64);
    assert_non_null(body);
    (void)snprintf(body, strlen(batch) + 64, "{\"DeliveryStreamName\":\"demo\",\"Record\":%.*s}",
                   (int)record_len, record);
    stage_expect_refused("PutRecord", body, "ValidationException",
                         "1 validation error detected: Value at 'record.data' failed to satisfy "
                         "constraint: Member must have length less than or equal to 1024000");
    free(body);
    free(batch);
}

/* --- answers ------------------------------------------------------------------------------- */

static void expect_record_id(const char *id, uint64_t expected_seq)
{
    uint64_t stream_id = 0;
    uint64_t seq = 0;
    assert_true(hy_put_record_id_parse((hy_sv){ id, HY_RECORD_ID_CHARS }, &stream_id, &seq));
    assert_int_equal(stream_id, 1);
    assert_int_equal(seq, expected_seq);
}

static void test_answer_of_one(void **state)
{
    (void)state;
    struct stage_answer answer = stage_call(
        "PutRecord", "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"\"}}");
    static const char head[] = "{\"RecordId\":\"";
    assert_memory_equal(answer.text, head, sizeof head - 1);
    expect_record_id(answer.text + sizeof head - 1, 1);
    assert_string_equal(answer.text + sizeof head - 1 + HY_RECORD_ID_CHARS,
                        "\",\"Encrypted\":false}");
    stage_answer_free(&answer);
}

static void test_answer_of_many(void **state)
{
    (void)state;
    struct stage_answer answer = stage_call(
        "PutRecordBatch",
        "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"\"},{\"Data\":\"\"}]}");
    static const char head[] =
        "{\"Encrypted\":false,\"FailedPutCount\":0,\"RequestResponses\":[{\"RecordId\":\"";
    const char *at = answer.text + sizeof head - 1;
    assert_memory_equal(answer.text, head, sizeof head - 1);
    expect_record_id(at, 1);
    at += HY_RECORD_ID_CHARS;
    static const char between[] = "\"},{\"RecordId\":\"";
    assert_memory_equal(at, between, sizeof between - 1);
    at += sizeof between - 1;
    expect_record_id(at, 2);
    assert_string_equal(at + HY_RECORD_ID_CHARS, "\"}]}");
    stage_answer_free(&answer);
}

static void test_records_carry_the_time_of_the_call(void **state)
{
    (void)state;
    stage.now_ms = 4711;
    stage_expect_ok("PutRecord",
                    "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"\"}}", NULL);
    assert_int_equal(stage.records[0].arrived_ms, 4711);
}

/* --- what can go wrong below --------------------------------------------------------------- */

static const char one[] = "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ==\"}}";
static const char twice[] = "{\"DeliveryStreamName\":\"demo\",\"Record\":{\"Data\":\"YQ==\"},"
                            "\"Record\":{\"Data\":\"YQ==\"}}"; /* takes the way of the tree */

static void expect_slow_down(const char *body)
{
    struct stage_answer answer = stage_call("PutRecord", body);
    assert_non_null(answer.refusal);
    assert_string_equal(answer.refusal->name, "ServiceUnavailableException");
    assert_int_equal(answer.refusal->status, 503);
    assert_string_equal(answer.text, "Slow down.");
    stage_answer_free(&answer);
}

static void test_no_room_in_the_journal(void **state)
{
    (void)state;
    stage.journal_is_full = true;
    expect_slow_down(one);
    expect_slow_down(twice);
    assert_int_equal(stage.record_count, 0);
    assert_int_equal(hy_stream_counters(stage.open[0])->throttled_records, 2);
}

static void test_commit_is_refused(void **state)
{
    (void)state;
    stage.commit_fails = true;
    expect_slow_down(one);
    expect_slow_down(twice);
    assert_int_equal(stage.record_count, 0);
}

static void test_write_fails(void **state)
{
    (void)state;
    stage.journal_code = HY_IO;
    expect_slow_down(one);
}

static void test_not_answered_before_it_is_written(void **state)
{
    (void)state;
    struct stage_answer answer;
    stage_begin("PutRecord", one, sizeof one - 1, &answer);
    assert_false(answer.given);
    assert_true(stage_turn());
    assert_true(answer.given);
    stage_answer_free(&answer);
}

static void test_stream_that_is_being_deleted(void **state)
{
    (void)state;
    struct stage_answer deleted;
    static const char body[] = "{\"DeliveryStreamName\":\"demo\"}";
    stage_begin("DeleteDeliveryStream", body, sizeof body - 1, &deleted);
    stage_expect_refused("PutRecord", one, "ResourceNotFoundException",
                         "Firehose demo is not active in 123456789012 account.");
    while (stage_turn()) {
    }
    assert_true(deleted.given);
    stage_answer_free(&deleted);
}

static void test_requests_are_counted(void **state)
{
    (void)state;
    stage_expect_ok("PutRecord", one, NULL);
    stage_expect_ok("PutRecordBatch",
                    "{\"DeliveryStreamName\":\"demo\",\"Records\":[{\"Data\":\"\"}]}", NULL);
    const struct hy_counters *counters = hy_stream_counters(stage.open[0]);
    assert_int_equal(counters->put_record_requests, 1);
    assert_int_equal(counters->put_record_batch_requests, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accepted),
        TEST(test_which_way_it_goes),
        TEST(test_refused),
        TEST(test_truncated_anywhere),
        TEST(test_limits),
        TEST(test_one_record_too_long),
        TEST(test_answer_of_one),
        TEST(test_answer_of_many),
        TEST(test_records_carry_the_time_of_the_call),
        TEST(test_no_room_in_the_journal),
        TEST(test_commit_is_refused),
        TEST(test_write_fails),
        TEST(test_not_answered_before_it_is_written),
        TEST(test_stream_that_is_being_deleted),
        TEST(test_requests_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
