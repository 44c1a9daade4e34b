/* A stream with a transform: batches, order, retries, and what becomes of each failure. */
#define _GNU_SOURCE /* memmem */
#include "rig.h"

#include "base/log.h"
#include "model/limits.h"
#include "pipeline/transform/record_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    rig_make_dir(rig);
    rig_open(rig);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;
    rig_close(rig);
    rig_remove_dir(rig);
    free(rig);
    return 0;
}

static void put_all(struct rig *rig, const char *const *records)
{
    for (; *records != NULL; records++) {
        rig_put(rig, hy_sv_of(*records));
    }
}

/* The line of a record that arrived when the rig started. */
static const char *error_line(const char *base64, const char *code, const char *message,
                              unsigned attempts, uint64_t ended_ms)
{
    static char line[2048];
    (void)snprintf(line, sizeof line,
                   "{\"rawData\":\"%s\",\"errorCode\":\"%s\",\"errorMessage\":\"%s\","
                   "\"attemptsMade\":%u,\"arrivalTimestamp\":%llu,"
                   "\"attemptEndingTimestamp\":%llu,\"lambdaARN\":\"" RIG_FUNCTION "\"}\n",
                   base64, code, message, attempts, (unsigned long long)rig_start_ms,
                   (unsigned long long)ended_ms);
    return line;
}

static void test_outcomes(void **state)
{
    struct rig *rig = *state;
    static const char *const records[] = { "one ", "drop it", "fail1", "two ", NULL };
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    put_all(rig, records);
    rig_advance(rig, 59999);
    assert_int_equal(rig->functions.count, 0);
    rig_advance(rig, 1); /* the Lambda buffer is due; the interval of the S3 buffers begins */
    assert_int_equal(rig->functions.count, 1);
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->settled_records, 1); /* the dropped one */
    rig_advance(rig, 59999);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
    rig_advance(rig, 1);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    /* Named by the arrival of the oldest record, not by the time of the transform. */
    rig_expect(rig, "out/2026/01/01/00/clicks-1-2026-01-01-00-03-17-", "ONE TWO ");
    rig_expect(rig, "out/processing-failed/2026/01/01/00/clicks-1-2026-01-01-00-03-17-",
               error_line("ZmFpbDE=", "Lambda.ProcessingFailedStatus",
                          "ProcessingFailed status set for record", 1, rig_start_ms + 60000));
    assert_int_equal(counters->ok_records, 2);
    assert_int_equal(counters->dropped_records, 1);
    assert_int_equal(counters->failed_records, 1);
    assert_int_equal(counters->invocations, 1);
    assert_int_equal(counters->invocation_ms, 3);
    assert_int_equal(counters->delivered_records, 2);
    assert_int_equal(counters->error_objects, 1);
    assert_int_equal(counters->settled_records, 4);
}

static void answer_upper(struct rig *rig, size_t index)
{
    struct hy_buf reply;
    hy_buf_init(&reply, HY_MIB);
    (void)rig_upper(rig->functions.pending[index].event, &reply);
    rig_answer(rig, index, HY_INVOKE_OK, hy_buf_sv(&reply));
    hy_buf_finish(&reply);
}

/* Events are built by several threads: which invocation has the record? */
static size_t invocation_with(const struct rig *rig, const char *base64)
{
    char data[64];
    (void)snprintf(data, sizeof data, "\"data\":\"%s\"", base64);
    for (size_t i = 0; i < rig->functions.count; i++) {
        const struct hy_invocation *invocation = &rig->functions.pending[i];
        if (!invocation->is_answered &&
            memmem(invocation->event.ptr, invocation->event.len, data, strlen(data)) != NULL) {
            return i;
        }
    }
    fail_msg("no invocation with %s", base64);
    return 0;
}

static void test_order(void **state)
{
    struct rig *rig = *state;
    static const char *const records[] = { "a", "b", "c", "d", "e", "f", "g", NULL };
    rig_set_transform(rig, NULL);
    rig->spec->transform.buffering.bytes = 1; /* each record a batch */
    rig_open_stream(rig);
    put_all(rig, records);
    rig_wait_for_invocations(rig, 5);
    static const char *const backwards[] = { "ZQ==", "ZA==", "Yw==", "Yg==" };
    for (size_t i = 0; i < ROWS(backwards); i++) { /* the last one first; the first not yet */
        answer_upper(rig, invocation_with(rig, backwards[i]));
    }
    rig_wait_for_invocations(rig, 7); /* their places are free */
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.buffer_records, 0); /* all of them wait for the first */
    answer_upper(rig, invocation_with(rig, "Zw=="));
    answer_upper(rig, invocation_with(rig, "Zg=="));
    answer_upper(rig, invocation_with(rig, "YQ=="));
    rig_settle(rig);
    assert_int_equal(rig->functions.at_once_max, 5);
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_expect(rig, "clicks-1-", "ABCDEFG");
}

static void test_first_one_holds_back_few(void **state)
{
    struct rig *rig = *state;
    rig_set_transform(rig, NULL);
    rig->spec->transform.buffering.bytes = 1;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("a"));
    for (size_t i = 0; i < 20; i++) {
        rig_put(rig, HY_SV("x"));
    }
    /* As long as the first is not back, no more than ten are begun. */
    rig_wait_for_invocations(rig, 5);
    for (size_t i = 1; i < 10; i++) {
        answer_upper(rig, invocation_with(rig, "eA=="));
        while (rig->functions.at_once < 5 && rig->env.under_way > rig->functions.at_once) {
            (void)hy_loop_turn(rig->loop);
        }
    }
    assert_int_equal(rig->functions.count, 10);
    assert_int_equal(rig->functions.at_once, 1);
    rig->functions.handler = rig_upper;
    answer_upper(rig, invocation_with(rig, "YQ=="));
    rig_settle(rig);
    assert_int_equal(rig->functions.count, 21);
    assert_int_equal(hy_stream_counters(rig->stream)->ok_records, 21);
}

/* ---- failures ---- */

static const struct failure_case {
    const char *rule;
    enum hy_invoke_outcome outcome;
    const char *reply;
    unsigned attempts;
    const char *code, *message;
} failure_cases[] = {
    { "function error", HY_INVOKE_FUNCTION_ERROR, "{\"errorType\":\"E\"}", 4,
      "Lambda.FunctionError",
      "The Lambda function was successfully invoked but it returned an error result." },
    { "timeout", HY_INVOKE_TIMED_OUT, "", 4, "Lambda.FunctionTimedOut",
      "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda "
      "function." },
    { "throttled", HY_INVOKE_THROTTLED, "", 4, "Lambda.InvokeLimitExceeded",
      "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution "
      "limit." },
    { "no such function", HY_INVOKE_NOT_FOUND, "", 4, "Lambda.ResourceNotFound",
      "The specified Lambda function does not exist. Use a different function that does exist." },
    { "no permission", HY_INVOKE_ACCESS_DENIED, "", 4, "Lambda.InvokeAccessDenied",
      "Access was denied. Ensure that the access policy allows access to the Lambda function." },
    { "not reached", HY_INVOKE_TRANSPORT, "", 4, "Lambda.FunctionRequestTimedOut",
      "The request to the Lambda function failed or timed out." },
    { "not JSON", HY_INVOKE_OK, "<html>", 1, "Lambda.JsonProcessingException",
      "There was an error parsing returned records from the Lambda function. Ensure that the "
      "returned records follow the status model required by Kinesis Data Firehose." },
    { "wrong schema", HY_INVOKE_OK, "{\"records\":{}}", 1, "Lambda.JsonProcessingException",
      "There was an error parsing returned records from the Lambda function. Ensure that the "
      "returned records follow the status model required by Kinesis Data Firehose." },
    { "no records", HY_INVOKE_OK, "{}", 1, "Lambda.MissingRecordId",
      "One or more record Ids were not returned. Ensure that the Lambda function returns all "
      "received record Ids." },
};

static const struct failure_case *failing;

static enum hy_invoke_outcome fail_as_the_row_says(hy_sv event, struct hy_buf *reply)
{
    (void)event;
    hy_buf_append(reply, hy_sv_of(failing->reply));
    return failing->outcome;
}

static void check_failure(struct rig *rig, const struct failure_case *row)
{
    failing = row;
    rig_set_transform(rig, fail_as_the_row_says);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("hello"));
    rig_put(rig, HY_SV(""));
    const unsigned pauses = row->attempts - 1;
    rig_advance(rig, 60000 + pauses * HY_LAMBDA_RETRY_PAUSE_MS);
    if (rig->functions.count != row->attempts) {
        fail_msg("%s: %zu attempts", row->rule, rig->functions.count);
    }
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    const uint64_t ended_ms = rig_start_ms + 60000 + pauses * HY_LAMBDA_RETRY_PAUSE_MS;
    char both[4096];
    (void)snprintf(both, sizeof both, "%s",
                   error_line("aGVsbG8=", row->code, row->message, row->attempts, ended_ms));
    const size_t at = strlen(both);
    (void)snprintf(both + at, sizeof both - at, "%s",
                   error_line("", row->code, row->message, row->attempts, ended_ms));
    rig_expect(rig, "out/processing-failed/2026/01/01/00/clicks-1-", both);
    for (size_t i = 1; i < rig->functions.count; i++) { /* every attempt has its own id */
        assert_string_not_equal(rig->functions.ids[i], rig->functions.ids[i - 1]);
    }
    assert_int_equal(hy_stream_counters(rig->stream)->failed_records, 2);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 2);
    assert_int_equal(hy_stream_counters(rig->stream)->invocations_failed,
                     row->outcome == HY_INVOKE_OK ? 0 : row->attempts);
}

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(failure_cases); i++) {
        struct rig *rig = calloc(1, sizeof *rig);
        rig_make_dir(rig);
        rig_open(rig);
        check_failure(rig, &failure_cases[i]);
        rig_close(rig);
        rig_remove_dir(rig);
        free(rig);
    }
}

static unsigned failures_left;

static enum hy_invoke_outcome fail_at_first(hy_sv event, struct hy_buf *reply)
{
    if (failures_left > 0) {
        failures_left--;
        return HY_INVOKE_TIMED_OUT;
    }
    return rig_upper(event, reply);
}

static void test_retry_succeeds(void **state)
{
    struct rig *rig = *state;
    failures_left = 2;
    rig_set_transform(rig, fail_at_first);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000);
    assert_int_equal(rig->functions.count, 1);
    rig_advance(rig, HY_LAMBDA_RETRY_PAUSE_MS - 1);
    assert_int_equal(rig->functions.count, 1);
    rig_advance(rig, 1);
    assert_int_equal(rig->functions.count, 2);
    rig_advance(rig, HY_LAMBDA_RETRY_PAUSE_MS);
    assert_int_equal(rig->functions.count, 3);
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_expect(rig, "clicks-1-", "ABC");
}

static enum hy_invoke_outcome answer_too_much(hy_sv event, struct hy_buf *reply)
{
    (void)rig_upper(event, reply);
    while (reply->len <= HY_LAMBDA_PAYLOAD_MAX) {
        hy_buf_append(reply, HY_SV("                                                        "));
    }
    return HY_INVOKE_OK;
}

static void test_reply_too_large(void **state)
{
    struct rig *rig = *state;
    rig_set_transform(rig, answer_too_much);
    rig->spec->transform.retries = 0;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 120000);
    rig_look(rig);
    assert_non_null(strstr(rig_object(rig, "processing-failed")->bytes, "Lambda.FunctionError"));
}

static void test_all_dropped(void **state)
{
    struct rig *rig = *state;
    static const char *const records[] = { "drop 1", "drop 2", NULL };
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    put_all(rig, records);
    rig_advance(rig, 600000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 2);
    rig_close_stream(rig);
    rig_open_stream(rig); /* and they do not come back */
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.unsettled_records, 0);
    assert_true(waiting.next_due_ms == HY_NEVER_MS);
}

static void test_flush(void **state)
{
    struct rig *rig = *state;
    struct rig_flush flush;
    static const char *const records[] = { "a", "b", "drop", "c", "fail", "d", NULL };
    failures_left = 2; /* pauses are skipped */
    rig_set_transform(rig, fail_at_first);
    rig->spec->transform.buffering.bytes = 1;
    rig_open_stream(rig);
    put_all(rig, records);
    rig_flush(rig, &flush);
    rig_settle(rig);
    assert_true(flush.done);
    assert_int_equal(flush.code, HY_OK);
    assert_int_equal(flush.objects, 2); /* not one for each batch */
    assert_int_equal(flush.records, 6);
    assert_int_equal(flush.failed, 1);
    assert_int_equal(flush.dropped, 1);
    rig_look(rig);
    rig_expect(rig, "out/2026/01/01/00/clicks-1-", "ABCD");
    assert_int_equal(rig->object_count, 2);
    assert_memory_equal(flush.keys[0], "2026/", 5); /* in the order of their buffers */
    assert_memory_equal(flush.keys[1], "processing-failed/", 18);
}

static void test_flush_ends_a_pause(void **state)
{
    struct rig *rig = *state;
    struct rig_flush flush;
    failures_left = 1;
    rig_set_transform(rig, fail_at_first);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000); /* it pauses now */
    assert_int_equal(rig->functions.count, 1);
    rig_flush(rig, &flush);
    rig_settle(rig);
    assert_true(flush.done);
    assert_int_equal(flush.objects, 1);
}

static void test_close_cancels(void **state)
{
    struct rig *rig = *state;
    rig_set_transform(rig, NULL);
    rig->spec->transform.buffering.bytes = 1;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("a"));
    rig_put(rig, HY_SV("b"));
    rig_wait_for_invocations(rig, 2);
    answer_upper(rig, 1); /* one is back, but has to wait for the first */
    rig_close_stream(rig);
    rig->functions.handler = rig_upper;
    rig_open_stream(rig);
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_expect(rig, "clicks-1-", "AB");
}

static void test_cancelled_is_no_attempt(void **state)
{
    struct rig *rig = *state;
    rig_set_transform(rig, NULL);
    rig->spec->transform.retries = 0;
    rig->spec->transform.buffering.bytes = 1;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_wait_for_invocations(rig, 1);
    rig_answer(rig, 0, HY_INVOKE_CANCELLED, HY_SV("")); /* the function was replaced */
    rig->functions.handler = rig_upper;
    rig_advance(rig, 61000);
    rig_look(rig);
    rig_expect(rig, "out/2026/01/01/00/clicks-1-", "ABC");
    assert_int_equal(hy_stream_counters(rig->stream)->invocations, 1);
}

static void test_backup_has_the_source(void **state)
{
    struct rig *rig = *state;
    static const char *const records[] = { "one", "drop", "fail", NULL };
    rig->spec->has_backup = true;
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    put_all(rig, records);
    rig_advance(rig, 120000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 3);
    rig_expect(rig, "backup/2026/", "onedropfail");
    rig_expect(rig, "out/2026/", "ONE");
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 3);
}

static char *first_event;

static enum hy_invoke_outcome keep_event(hy_sv event, struct hy_buf *reply)
{
    if (first_event == NULL) {
        first_event = hy_sv_dup(event);
        return HY_INVOKE_FUNCTION_ERROR;
    }
    /* Another attempt: only the invocation's id differs. */
    assert_int_equal(strlen(first_event), event.len);
    assert_memory_equal(first_event + 53, event.ptr + 53, event.len - 53);
    assert_memory_not_equal(first_event + 17, event.ptr + 17, 36);
    return rig_upper(event, reply);
}

static void test_event(void **state)
{
    struct rig *rig = *state;
    char expected[1024], id[2][HY_RECORD_ID_CHARS];
    first_event = NULL;
    rig_set_transform(rig, keep_event);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("hello"));
    rig->now_ms += 5;
    rig_put(rig, HY_SV(""));
    rig_advance(rig, 61000);
    assert_non_null(first_event);
    hy_record_id_write(1, 0, id[0]);
    hy_record_id_write(2, 0, id[1]);
    (void)snprintf(expected, sizeof expected,
                   "{\"invocationId\":\"%.36s\",\"deliveryStreamArn\":"
                   "\"arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks\","
                   "\"region\":\"us-east-1\",\"records\":[{\"recordId\":\"%.160s\","
                   "\"approximateArrivalTimestamp\":%llu,\"data\":\"aGVsbG8=\"},"
                   "{\"recordId\":\"%.160s\",\"approximateArrivalTimestamp\":%llu,\"data\":\"\"}]}",
                   first_event + 17, id[0], (unsigned long long)rig_start_ms, id[1],
                   (unsigned long long)rig_start_ms + 5);
    assert_string_equal(first_event, expected);
    free(first_event);
    first_event = NULL;
    assert_int_equal(rig->functions.count, 2);
}

static void test_large_spooled_object(void **state)
{
    struct rig *rig = *state;
    enum { RECORDS = 4000, BYTES = 3000 };
    char record[BYTES];
    memset(record, 'x', sizeof record);
    rig_set_transform(rig, rig_upper);
    rig->spec->s3.buffering = (struct hy_buffering){ 100 * (uint64_t)HY_MIB, 90000 };
    rig_open_stream(rig);
    for (size_t i = 0; i < RECORDS; i++) {
        record[0] = (char)('a' + i % 26);
        rig_put(rig, (hy_sv){ record, sizeof record });
    }
    rig_advance(rig, 120000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    assert_int_equal(rig->objects[0].len, RECORDS * BYTES);
    for (size_t i = 0; i < RECORDS; i++) {
        assert_int_equal(rig->objects[0].bytes[i * BYTES], 'A' + i % 26);
        assert_int_equal(rig->objects[0].bytes[i * BYTES + BYTES - 1], 'X');
    }
    assert_int_equal(rig->functions.count, 12); /* batches of 1 MiB, and the rest */
}

/* 3 MiB out of each record. */
static enum hy_invoke_outcome inflate(hy_sv event, struct hy_buf *reply)
{
    const hy_sv before = HY_SV("\"recordId\":\"");
    const char *id = memmem(event.ptr, event.len, before.ptr, before.len);
    assert_non_null(id);
    hy_buf_printf(reply, "{\"records\":[{\"recordId\":\"%.160s\",\"result\":\"Ok\",\"data\":\"",
                  id + before.len);
    char *data = hy_buf_reserve(reply, 4 * HY_MIB);
    assert_non_null(data);
    memset(data, 'A', 4 * HY_MIB);
    hy_buf_commit(reply, 4 * HY_MIB);
    hy_buf_append(reply, HY_SV("\"}]}"));
    return HY_INVOKE_OK;
}

/* Behind a bucket that is gone, records wait in the journal, not as transformed data. */
static void test_transform_waits_for_delivery(void **state)
{
    struct rig *rig = *state;
    char path[128];
    rig_set_transform(rig, inflate);
    rig->spec->transform.buffering.bytes = 1;
    rig->spec->s3.buffering.bytes = 1;
    rig_open_stream(rig);
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = -1 });
    (void)snprintf(path, sizeof path, "%s/buckets/out", rig->dir);
    assert_int_equal(rmdir(path), 0);
    for (size_t i = 0; i < 40; i++) {
        rig_put(rig, HY_SV("x"));
    }
    rig_settle(rig);
    /* 22 make 66 MiB. When the last of them comes as the slowest, as many as may be begun are
     * under way or wait behind it. */
    assert_in_range(rig->functions.count, 22, 21 + 2 * HY_LAMBDA_CONCURRENT_MAX);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);
    rig_advance(rig, 5000);
    assert_int_equal(rig->functions.count, 40);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 40);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_stored_bytes,
                     40 * 3 * (uint64_t)HY_MIB);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_bytes, 40);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_outcomes),
        TEST(test_order),
        TEST(test_first_one_holds_back_few),
        cmocka_unit_test(test_failures),
        TEST(test_retry_succeeds),
        TEST(test_reply_too_large),
        TEST(test_all_dropped),
        TEST(test_flush),
        TEST(test_flush_ends_a_pause),
        TEST(test_close_cancels),
        TEST(test_cancelled_is_no_attempt),
        TEST(test_backup_has_the_source),
        TEST(test_event),
        TEST(test_large_spooled_object),
        TEST(test_transform_waits_for_delivery),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
