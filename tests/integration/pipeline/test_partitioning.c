/* Dynamic partitioning on the whole pipeline: an object for each distinct set of keys. */
#define _GNU_SOURCE /* memmem */
#include "rig.h"

#include "base/log.h"
#include "model/limits.h"

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

static void set_text(char **member, const char *text)
{
    free(*member);
    *member = hy_sv_dup(hy_sv_of(text));
    assert_non_null(*member);
}

static void partition(struct rig *rig, const char *query, const char *prefix)
{
    rig->spec->process.partition = true;
    if (query != NULL) {
        set_text(&rig->spec->process.query, query);
    }
    set_text(&rig->spec->s3.prefix, prefix);
    set_text(&rig->spec->s3.error_prefix, "e/!{firehose:error-output-type}/");
}

#define FAILED(base64, message) \
    "{\"rawData\":\"" base64 "\",\"errorCode\":\"DynamicPartitioning.MetadataExtractionFailed\"," \
    "\"errorMessage\":\"" message "\",\"attemptsMade\":1,\"arrivalTimestamp\":1767225797000," \
    "\"attemptEndingTimestamp\":1767225797000}\n"

static void test_an_object_for_each_key(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{who:.u,n:(.n%2)}",
              "c/!{partitionKeyFromQuery:who}/!{timestamp:yyyy}/n=!{partitionKeyFromQuery:n}/");
    rig->spec->process.append_delimiter = true;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"u\":\"a\",\"n\":1}"));
    rig_put(rig, HY_SV("{\"u\":\"b\",\"n\":1}"));
    rig_put(rig, HY_SV("{\"u\":\"a\",\"n\":3}"));
    rig_put(rig, HY_SV("{\"u\":\"a\",\"n\":2}"));
    rig_put(rig, HY_SV("click"));
    rig_put(rig, HY_SV("{\"u\":\"\",\"n\":2}"));
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 4);
    rig_expect(rig, "out/c/a/2026/n=1/clicks-1-2026-01-01-00-03-17-",
               "{\"u\":\"a\",\"n\":1}\n{\"u\":\"a\",\"n\":3}");
    rig_expect(rig, "out/c/a/2026/n=0/clicks-1-", "{\"u\":\"a\",\"n\":2}");
    rig_expect(rig, "out/c/b/2026/n=1/clicks-1-", "{\"u\":\"b\",\"n\":1}");
    rig_expect(rig, "out/e/metadata-extraction-failed/clicks-1-",
               FAILED("Y2xpY2s=", "Non JSON record provided")
               FAILED("eyJ1IjoiIiwibiI6Mn0=", "partitionKeys values must not be null or empty"));
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 6);
}

/* Values are told apart as they are, not as they look when they stand together. */
static void test_values_do_not_run_together(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{a:.a,b:.b}", "!{partitionKeyFromQuery:a}!{partitionKeyFromQuery:b}-");
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"a\":\"x\",\"b\":\"yy\"}"));
    rig_put(rig, HY_SV("{\"a\":\"xy\",\"b\":\"y\"}"));
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
}

static void put_key(struct rig *rig, unsigned key)
{
    char record[64];
    const int len = snprintf(record, sizeof record, "{\"k\":%u}", key);
    rig_put(rig, (hy_sv){ record, (size_t)len });
}

static void test_500_are_active_501_are_not(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{k:.k}", "!{partitionKeyFromQuery:k}/");
    rig_open_stream(rig);
    for (unsigned key = 0; key <= HY_ACTIVE_PARTITIONS_MAX; key++) {
        put_key(rig, key);
    }
    put_key(rig, 0); /* one that is active */
    rig_advance(rig, 60000);
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->delivered_objects, HY_ACTIVE_PARTITIONS_MAX);
    assert_int_equal(counters->delivered_records, HY_ACTIVE_PARTITIONS_MAX + 1);
    assert_int_equal(counters->error_objects, 1);
    put_key(rig, HY_ACTIVE_PARTITIONS_MAX); /* the others have been delivered: there is room */
    rig_advance(rig, 60000);
    assert_int_equal(counters->delivered_objects, HY_ACTIVE_PARTITIONS_MAX + 1);
    assert_int_equal(counters->settled_records, HY_ACTIVE_PARTITIONS_MAX + 3);
}

/* ---- keys from the function ---- */

static enum hy_invoke_outcome keys_of_lambda(hy_sv event, struct hy_buf *reply)
{
    struct hy_json_scan scan;
    enum hy_json_token token;
    unsigned index = 0;
    static const char *const metadata[] = {
        "{\"partitionKeys\":{\"k\":\"one\",\"unused\":\"x\"}}",
        "{\"partitionKeys\":{\"k\":\"two\"}}",
        "{\"partitionKeys\":{\"k\":\"\"}}",
        "{\"partitionKeys\":{\"k\":null}}",
        "{\"partitionKeys\":null}",
    };
    hy_buf_append(reply, HY_SV("{\"records\":["));
    hy_json_scan_init(&scan, event);
    while ((token = hy_json_next(&scan)) != HY_JSON_END) {
        if (token == HY_JSON_NAME && hy_json_is(&scan, HY_SV("recordId"))) {
            (void)hy_json_next(&scan);
            hy_buf_printf(reply,
                          "%s{\"recordId\":\"%.*s\",\"result\":\"Ok\",\"metadata\":%s,"
                          "\"data\":\"eyJxIjoxfQ==\"}",
                          index == 0 ? "" : ",", HY_SV_ARG(scan.text),
                          metadata[index % ROWS(metadata)]);
            index++;
        }
    }
    hy_buf_append(reply, HY_SV("]}"));
    return HY_INVOKE_OK;
}

static void test_keys_from_the_function(void **state)
{
    struct rig *rig = *state;
    partition(rig, NULL, "!{partitionKeyFromLambda:k}/");
    rig_set_transform(rig, keys_of_lambda);
    rig_open_stream(rig);
    for (unsigned i = 0; i < 5; i++) {
        rig_put(rig, HY_SV("raw"));
    }
    rig_advance(rig, 120000);
    rig_look(rig);
    rig_expect(rig, "out/one/", "{\"q\":1}");
    rig_expect(rig, "out/two/", "{\"q\":1}");
    const struct rig_object *errors = rig_object(rig, "metadata-extraction-failed");
    const char *at = errors->bytes;
    for (unsigned i = 0; i < 3; i++) {
        at = strstr(at, "{\"rawData\":\"cmF3\","); /* as it was put */
        assert_non_null(at);
        at += strlen("{\"rawData");
    }
    assert_null(strstr(at, "rawData"));
}

/* The query sees what the function has made of the record. */
static void test_keys_from_both(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{q:.q}", "!{partitionKeyFromQuery:q}-!{partitionKeyFromLambda:k}/");
    rig_set_transform(rig, keys_of_lambda);
    rig_open_stream(rig);
    rig_put(rig, HY_SV("raw"));
    rig_put(rig, HY_SV("raw"));
    rig_advance(rig, 120000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    rig_expect(rig, "out/1-one/", "{\"q\":1}");
    rig_expect(rig, "out/1-two/", "{\"q\":1}");
}

/* ---- sub-records of one record in several partitions ---- */

static void test_sub_records_go_their_ways(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{k:.k}", "!{partitionKeyFromQuery:k}/");
    rig->spec->process.split = HY_SPLIT_JSON;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"k\":1}{\"k\":2}\n{\"x\":3}{\"k\":1}"));
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/1/", "{\"k\":1}{\"k\":1}");
    rig_expect(rig, "out/2/", "{\"k\":2}");
    const struct rig_object *errors = rig_object(rig, "metadata-extraction-failed");
    assert_non_null(strstr(errors->bytes, "{\"rawData\":\"eyJ4IjozfQ==\","));
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 1);
}

/* One partition goes out by its size; then the process ends. What was not in it is delivered by
 * the next one, what was in it is not. */
static void test_part_of_a_record_was_delivered(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{k:.k}", "!{partitionKeyFromQuery:k}/");
    rig->spec->process.split = HY_SPLIT_JSON;
    rig->spec->s3.buffering.bytes = 10;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"k\":1}{\"k\":2}{\"k\":1}"));
    rig_settle(rig);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_objects, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 0);
    rig_close_stream(rig);
    rig_open_stream(rig);
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.unsettled_records, 1);
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    rig_expect(rig, "out/1/", "{\"k\":1}{\"k\":1}");
    rig_expect(rig, "out/2/", "{\"k\":2}");
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 1);
    rig_close_stream(rig);
    rig_open_stream(rig);
    rig_advance(rig, 120000);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_objects, 0);
}

/* A partition is a file in the end: names that a folder cannot have, and awkward ones. */
static void test_awkward_keys(void **state)
{
    struct rig *rig = *state;
    static const char *const keys[] = { "..", "a/../b", "/", "\\u0000", "\xc3\xa9", "%2F", " " };
    partition(rig, "{k:.k}", "p!{partitionKeyFromQuery:k}/");
    rig_open_stream(rig);
    for (size_t i = 0; i < ROWS(keys); i++) {
        char record[64];
        const int len = snprintf(record, sizeof record, "{\"k\":\"%s\"}", keys[i]);
        rig_put(rig, (hy_sv){ record, (size_t)len });
    }
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, ROWS(keys));
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, ROWS(keys));
}

static void test_an_update_changes_the_query(void **state)
{
    struct rig *rig = *state;
    partition(rig, "{k:.a}", "!{partitionKeyFromQuery:k}/");
    rig_open_stream(rig);
    rig_put(rig, HY_SV("{\"a\":\"one\",\"b\":\"two\"}"));
    rig_settle(rig);
    struct hy_stream_spec *old = rig->spec;
    struct hy_err err;
    rig_new_spec(rig);
    partition(rig, "{k:.b}", "!{partitionKeyFromQuery:k}/");
    assert_int_equal(hy_stream_check(rig->spec, &err), HY_OK);
    hy_stream_update(rig->stream, rig->spec);
    hy_stream_spec_release(old);
    rig_put(rig, HY_SV("{\"a\":\"one\",\"b\":\"two\"}"));
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    assert_non_null(rig_object(rig, "out/one/"));
    assert_non_null(rig_object(rig, "out/two/"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_object_for_each_key),
        TEST(test_values_do_not_run_together),
        TEST(test_500_are_active_501_are_not),
        TEST(test_keys_from_the_function),
        TEST(test_keys_from_both),
        TEST(test_sub_records_go_their_ways),
        TEST(test_part_of_a_record_was_delivered),
        TEST(test_awkward_keys),
        TEST(test_an_update_changes_the_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
