/* Records that are processed before the transform, or without one, on the whole pipeline. */
#define _GNU_SOURCE /* memmem */
#include "rig.h"

#include "base/log.h"

#include <libdeflate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void split_at(struct rig *rig, const char *delimiter)
{
    rig->spec->process.split = HY_SPLIT_DELIMITED;
    rig->spec->process.delimiter = hy_sv_dup(hy_sv_of(delimiter));
    rig->spec->process.delimiter_len = strlen(delimiter);
    assert_non_null(rig->spec->process.delimiter);
}

/* ---- AppendDelimiterToRecord ---- */

static void test_lf_between_records_never_after_the_last(void **state)
{
    struct rig *rig = *state;
    rig->spec->process.append_delimiter = true;
    rig->spec->has_backup = true;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("one"));
    rig_put(rig, HY_SV(""));
    rig_put(rig, HY_SV("two\n"));
    rig_put(rig, HY_SV("three"));
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/", "one\n\ntwo\n\nthree");
    rig_expect(rig, "backup/", "onetwo\nthree"); /* as it was put */
    rig_put(rig, HY_SV("alone"));
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/2026/01/01/00/clicks-1-2026-01-01-00-04-17-", "alone");
}

static void test_lf_in_objects_of_many_extents(void **state)
{
    struct rig *rig = *state;
    static char record[300000];
    memset(record, 'r', sizeof record);
    rig->spec->process.append_delimiter = true;
    rig_open_stream(rig);
    for (int i = 0; i < 10; i++) {
        rig_put(rig, (hy_sv){ record, sizeof record });
    }
    rig_advance(rig, 60000);
    rig_look(rig);
    const struct rig_object *object = rig_object(rig, "out/");
    assert_int_equal(object->len, 10 * sizeof record + 9);
    for (size_t i = 0; i < object->len; i++) {
        assert_int_equal(object->bytes[i], i % 300001 == 300000 ? '\n' : 'r');
    }
}

static void test_lf_counts_for_the_size(void **state)
{
    struct rig *rig = *state;
    rig->spec->process.append_delimiter = true;
    rig->spec->s3.buffering.bytes = 8;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_put(rig, HY_SV("defg")); /* 3 + 1 + 4 */
    rig_settle(rig);
    rig_look(rig);
    rig_expect(rig, "out/", "abc\ndefg");
}

static void test_lf_after_a_transform(void **state)
{
    struct rig *rig = *state;
    rig->spec->process.append_delimiter = true;
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("drop"));
    rig_put(rig, HY_SV("one"));
    rig_put(rig, HY_SV("two"));
    rig_advance(rig, 120000);
    rig_look(rig);
    rig_expect(rig, "out/", "ONE\nTWO");
}

/* ---- de-aggregation ---- */

static void test_sub_records_without_a_transform(void **state)
{
    struct rig *rig = *state;
    split_at(rig, "##");
    rig->spec->process.append_delimiter = true;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("a##b##"));
    rig_put(rig, HY_SV("c"));
    rig_put(rig, HY_SV("d##e"));
    rig_advance(rig, 59999); /* the interval begins when they have been processed: at once */
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
    rig_advance(rig, 1);
    rig_look(rig);
    rig_expect(rig, "out/", "a\nb\nc\nd\ne");
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->settled_records, 3); /* records, not sub-records */
    assert_int_equal(counters->delivered_bytes, 11);
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.unsettled_records, 0);
    assert_true(waiting.next_due_ms == HY_NEVER_MS);
}

static void test_each_sub_record_has_an_outcome_of_its_own(void **state)
{
    struct rig *rig = *state;
    split_at(rig, "|");
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("one |drop it|fail1|two |fail2"));
    rig_advance(rig, 60000);
    assert_int_equal(rig->functions.count, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 0); /* only one part */
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/2026/", "ONE TWO ");
    const struct rig_object *errors = rig_object(rig, "processing-failed");
    assert_non_null(strstr(errors->bytes, "{\"rawData\":\"ZmFpbDE=\"")); /* fail1 */
    assert_non_null(strstr(errors->bytes, "{\"rawData\":\"ZmFpbDI=\""));
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->settled_records, 1);
    assert_int_equal(counters->failed_records, 2);
    assert_int_equal(counters->dropped_records, 1);
}

static enum hy_invoke_outcome check_ids(hy_sv event, struct hy_buf *reply)
{
    char id[160];
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(id, sizeof id, "2%012u\",\"approximateArrivalTimestamp\"", i);
        assert_non_null(memmem(event.ptr, event.len, id, strlen(id)));
    }
    hy_buf_append(reply, HY_SV("{\"records\":[]}"));
    return HY_INVOKE_OK;
}

static void test_ids_end_with_the_sub_sequence(void **state)
{
    struct rig *rig = *state;
    split_at(rig, "|");
    rig_set_transform(rig, check_ids);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("whole"));
    rig_put(rig, HY_SV("a|b|c"));
    rig_advance(rig, 60000);
    assert_int_equal(rig->functions.count, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->failed_records, 4); /* none came back */
}

/* Sub-records cost more in an event than in the journal: one batch, several events. */
static void test_a_batch_may_need_several_events(void **state)
{
    struct rig *rig = *state;
    static char record[1000], expected[64 * 1000];
    split_at(rig, "|");
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    size_t len = 0;
    for (size_t i = 0; i < sizeof record; i++) {
        record[i] = i % 2 == 0 ? (char)('a' + i / 2 % 26) : '|';
    }
    for (size_t put = 0; put < 64; put++) { /* 32,000 sub-records of about 290 bytes in an event */
        rig_put(rig, (hy_sv){ record, sizeof record });
        for (size_t i = 0; i < sizeof record; i += 2) {
            expected[len++] = (char)(record[i] - 'a' + 'A');
        }
    }
    rig_advance(rig, 60000);
    assert_int_equal(rig->functions.count, 4); /* of at most 10,000 */
    assert_int_equal(rig->functions.at_once_max, 1);
    rig_advance(rig, 60000);
    rig_look(rig);
    const struct rig_object *object = rig_object(rig, "out/");
    assert_int_equal(object->len, len);
    assert_memory_equal(object->bytes, expected, len);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 64);
}

static unsigned calls;

static enum hy_invoke_outcome fail_second(hy_sv event, struct hy_buf *reply)
{
    return ++calls == 2 ? HY_INVOKE_FUNCTION_ERROR : rig_upper(event, reply);
}

/* Each event has its own attempts; the batch goes on after one that failed. */
static void test_one_of_several_events_fails(void **state)
{
    struct rig *rig = *state;
    static char record[1000];
    calls = 0;
    split_at(rig, "|");
    rig_set_transform(rig, fail_second);
    rig->spec->transform.retries = 0;
    rig_open_stream(rig);
    for (size_t i = 0; i < sizeof record; i++) {
        record[i] = i % 2 == 0 ? 'x' : '|';
    }
    for (size_t put = 0; put < 50; put++) { /* 25,000 */
        rig_put(rig, (hy_sv){ record, sizeof record });
    }
    rig_advance(rig, 120000);
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->invocations, 3);
    assert_int_equal(counters->ok_records, 15000);
    assert_int_equal(counters->failed_records, 10000);
    assert_int_equal(counters->settled_records, 50);
}

static void test_flush_covers_what_is_processed(void **state)
{
    struct rig *rig = *state;
    struct rig_flush flush;
    rig->spec->process.split = HY_SPLIT_JSON;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"a\":1}\n{\"b\":2}\n"));
    rig_flush(rig, &flush);
    rig_run_until(rig, &flush.done);
    assert_int_equal(flush.code, HY_OK);
    assert_int_equal(flush.objects, 1);
    assert_int_equal(flush.records, 2);
    rig_look(rig);
    rig_expect(rig, "out/", "{\"a\":1}{\"b\":2}");
}

/* A restart in the middle: what waits is in the journal, and is split again. */
static void test_records_survive_a_restart(void **state)
{
    struct rig *rig = *state;
    split_at(rig, "|");
    rig_open_stream(rig);
    rig_put(rig, HY_SV("a|b"));
    rig_settle(rig);
    rig_close_stream(rig);
    rig_open_stream(rig);
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/", "ab");
}

/* ---- decompression ---- */

static void put_gzip(struct rig *rig, const char *text)
{
    char packed[1024];
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    const size_t len = libdeflate_gzip_compress(compressor, text, strlen(text), packed,
                                                sizeof packed);
    assert_true(len > 0);
    libdeflate_free_compressor(compressor);
    rig_put(rig, (hy_sv){ packed, len });
}

static void test_cloudwatch_logs(void **state)
{
    struct rig *rig = *state;
    rig->spec->process.decompress = true;
    rig->spec->process.extract_messages = true;
    rig_open_stream(rig);
    put_gzip(rig, "{\"messageType\":\"CONTROL_MESSAGE\",\"logEvents\":[]}");
    rig_settle(rig);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 1);
    rig_put(rig, HY_SV("plain"));
    put_gzip(rig, "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"message\":\"hello\"},"
                  "{\"message\":\"you\"}]}");
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    rig_expect(rig, "out/2026/", "hello\nyou\n");
    rig_expect(rig, "out/decompression-failed/2026/01/01/00/clicks-1-2026-01-01-00-03-17-",
               "{\"rawData\":\"cGxhaW4=\",\"errorCode\":\"Decompression failed.\","
               "\"errorMessage\":\"Decompression failed because input data does not conform to "
               "cloudwatch log.\",\"attemptsMade\":1,\"arrivalTimestamp\":1767225797000,"
               "\"attemptEndingTimestamp\":1767225797000}\n");
}

/* All of the stages, and the function's failures show what was put. */
static void test_decompress_split_transform(void **state)
{
    struct rig *rig = *state;
    split_at(rig, "\n");
    rig->spec->process.decompress = true;
    rig->spec->process.extract_messages = true;
    rig->spec->process.append_delimiter = true;
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
    put_gzip(rig, "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"message\":\"one\"},"
                  "{\"message\":\"fail\"},{\"message\":\"two\"}]}");
    rig_advance(rig, 120000);
    rig_look(rig);
    rig_expect(rig, "out/2026/", "ONE\nTWO");
    const struct rig_object *errors = rig_object(rig, "processing-failed");
    assert_non_null(strstr(errors->bytes, "{\"rawData\":\"H4sIA")); /* gzip, in base64 */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lf_between_records_never_after_the_last),
        TEST(test_lf_in_objects_of_many_extents),
        TEST(test_lf_counts_for_the_size),
        TEST(test_lf_after_a_transform),
        TEST(test_sub_records_without_a_transform),
        TEST(test_each_sub_record_has_an_outcome_of_its_own),
        TEST(test_ids_end_with_the_sub_sequence),
        TEST(test_a_batch_may_need_several_events),
        TEST(test_one_of_several_events_fails),
        TEST(test_flush_covers_what_is_processed),
        TEST(test_records_survive_a_restart),
        TEST(test_cloudwatch_logs),
        TEST(test_decompress_split_transform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
