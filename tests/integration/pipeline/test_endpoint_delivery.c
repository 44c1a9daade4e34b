/* A stream whose destination is an HTTP endpoint, against a receiver of the protocol that is slow,
 * never answers, or comes and goes. Time to answer is 250 ms here, all other time the test's. */
#include "rig.h"

#include "io/http_client.h"
#include "io/http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_MS = 250, REQUESTS_MAX = 32, BODY_MAX = 64 * 1024 * 1024 };

enum behaviour { TAKES, FAILS, PARKS };

struct stage {
    struct rig rig;
    struct hy_http_server *server;
    enum behaviour behaviour;
    struct hy_http_exchange *parked[REQUESTS_MAX];
    size_t parked_count, answered;

    /* what came */
    size_t requests;
    char ids[REQUESTS_MAX][HY_UUID_BYTES];
    size_t record_counts[REQUESTS_MAX];
    struct hy_buf data; /* of all records, in order, a '|' behind each */
};

/* ---- the receiver ---- */

static void note_record(struct stage *stage, hy_sv text)
{
    char *room = hy_buf_reserve(&stage->data, text.len + 1);
    size_t len = 0, bad_at;
    assert_non_null(room);
    assert_true(hy_base64_decode(text, room, &len, &bad_at));
    room[len] = '|';
    hy_buf_commit(&stage->data, len + 1);
}

/* {"requestId":"...","timestamp":...,"records":[{"data":"..."},...]}, to the letter. */
static void note_body(struct stage *stage, hy_sv body)
{
    struct hy_json_scan scan;
    enum hy_json_token token;
    hy_json_scan_init(&scan, body);
    assert_true(stage->requests < REQUESTS_MAX);
    while ((token = hy_json_next(&scan)) != HY_JSON_END) {
        assert_int_not_equal(token, HY_JSON_ERROR);
        if (token == HY_JSON_NAME && hy_json_is(&scan, HY_SV("requestId"))) {
            assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
            assert_int_equal(scan.text.len, HY_UUID_BYTES - 1);
            memcpy(stage->ids[stage->requests], scan.text.ptr, HY_UUID_BYTES - 1);
        } else if (token == HY_JSON_NAME && hy_json_is(&scan, HY_SV("data"))) {
            assert_int_equal(hy_json_next(&scan), HY_JSON_STRING);
            note_record(stage, scan.text);
            stage->record_counts[stage->requests]++;
        }
    }
    stage->requests++;
}

static void take(struct hy_http_exchange *exchange, const char *id)
{
    const struct hy_http_header type = { HY_SV("Content-Type"), HY_SV("application/json") };
    char body[128];
    const int len = snprintf(body, sizeof body, "{\"requestId\":\"%s\",\"timestamp\":1}", id);
    hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ &type, 1 },
                            (hy_sv){ body, (size_t)len });
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct stage *stage = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    const hy_sv id = hy_http_header(request->headers, HY_SV("X-Amz-Firehose-Request-Id"));
    note_body(stage, (hy_sv){ request->body, request->body_len });
    assert_true(hy_sv_equal(id, hy_sv_of(stage->ids[stage->requests - 1])));
    switch (stage->behaviour) {
    case TAKES:
        take(exchange, stage->ids[stage->requests - 1]);
        break;
    case FAILS:
        hy_http_exchange_answer(exchange, 503, (struct hy_http_headers){ NULL, 0 }, HY_SV("no"));
        break;
    case PARKS:
        stage->parked[stage->parked_count++] = exchange;
        break;
    }
}

static size_t on_head(void *ctx, const struct hy_http_request *request)
{
    (void)ctx;
    (void)request;
    return BODY_MAX;
}

/* Every exchange has to be answered, heard or not. */
static void answer_parked(struct stage *stage)
{
    for (; stage->answered < stage->parked_count; stage->answered++) {
        take(stage->parked[stage->answered], stage->ids[stage->answered]);
    }
}

/* ---- the stage ---- */

static char *copy_of(const char *cstr)
{
    char *copy = hy_sv_dup(hy_sv_of(cstr));
    assert_non_null(copy);
    return copy;
}

static void aim_at(struct stage *stage)
{
    struct hy_endpoint_spec *endpoint = &stage->rig.spec->endpoint;
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", hy_http_server_port(stage->server));
    endpoint->url = copy_of(url);
    endpoint->access_key = copy_of("");
    endpoint->common_attributes = copy_of("");
    endpoint->retry_ms = 300000;
    endpoint->buffering = (struct hy_buffering){ 5 * 1024 * 1024, 60000 };
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    rig_make_dir(&stage->rig);
    rig_open(&stage->rig);
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_head = on_head, .on_request = on_request, .ctx = stage,
    };
    struct hy_err err;
    assert_int_equal(hy_http_server_create(stage->rig.loop, &options, &stage->server, &err),
                     HY_OK);
    stage->rig.env.http = hy_http_client_create(stage->rig.loop);
    stage->rig.env.endpoint_timeout_ms = LIMIT_MS;
    assert_non_null(stage->rig.env.http);
    hy_buf_init(&stage->data, BODY_MAX);
    aim_at(stage);
    *state = stage;
    return 0;
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    bool stopped = false;
    if (stage->rig.stream != NULL) {
        rig_close_stream(&stage->rig);
    }
    answer_parked(stage);
    hy_http_server_stop(stage->server, 0, set_flag, &stopped);
    rig_run_until(&stage->rig, &stopped);
    hy_http_client_destroy(stage->rig.env.http);
    rig_close(&stage->rig);
    rig_remove_dir(&stage->rig);
    hy_buf_finish(&stage->data);
    free(stage);
    return 0;
}

static void expect_data(struct stage *stage, const char *expected)
{
    assert_int_equal(stage->data.len, strlen(expected));
    assert_memory_equal(stage->data.data, expected, stage->data.len);
}

static void run_until_requests(struct stage *stage, size_t count)
{
    while (stage->requests < count) {
        assert_true(hy_loop_turn(stage->rig.loop) || stage->requests >= count);
    }
}

/* ---- tests ---- */

static void test_records_are_told_apart(void **state)
{
    struct stage *stage = *state;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_put(&stage->rig, HY_SV(""));
    rig_put(&stage->rig, HY_SV("three"));
    rig_advance(&stage->rig, 59999);
    assert_int_equal(stage->requests, 0);
    rig_advance(&stage->rig, 1);
    assert_int_equal(stage->requests, 1);
    expect_data(stage, "one||three|");
    rig_look(&stage->rig);
    assert_int_equal(stage->rig.object_count, 0);
    const struct hy_counters *counters = hy_stream_counters(stage->rig.stream);
    assert_int_equal(counters->settled_records, 3);
    assert_int_equal(counters->endpoint_records, 3);
    assert_int_equal(counters->endpoint_bytes, 8);
    assert_int_equal(counters->delivered_objects, 0);
}

static void test_transformed_records_are_told_apart(void **state)
{
    struct stage *stage = *state;
    rig_set_transform(&stage->rig, rig_upper);
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_put(&stage->rig, HY_SV("drop me"));
    rig_put(&stage->rig, HY_SV("fail me"));
    rig_put(&stage->rig, HY_SV("four"));
    stage->behaviour = FAILS;
    rig_advance(&stage->rig, 120000);
    assert_int_equal(stage->requests, 1);
    stage->behaviour = TAKES;
    rig_advance(&stage->rig, 5000);
    assert_int_equal(stage->requests, 2);
    expect_data(stage, "ONE|FOUR|ONE|FOUR|"); /* also when it is sent again */
    rig_look(&stage->rig);
    assert_int_equal(stage->rig.object_count, 1);
    (void)rig_object(&stage->rig, "out/processing-failed/2026/01/01/00/clicks-1-");
    assert_int_equal(hy_stream_counters(stage->rig.stream)->settled_records, 4);
}

/* Over several extents of the journal, and a spool that has gone to its file. */
static void put_many(struct stage *stage, size_t count, size_t bytes)
{
    char *data = malloc(bytes);
    assert_non_null(data);
    for (size_t i = 0; i < count; i++) {
        memset(data, 'A' + (int)(i % 26), bytes);
        rig_put(&stage->rig, (hy_sv){ data, bytes });
    }
    free(data);
}

static void check_many(const struct stage *stage, size_t count, size_t bytes)
{
    assert_int_equal(stage->data.len, count * (bytes + 1));
    for (size_t i = 0; i < count; i++) {
        const char *record = stage->data.data + i * (bytes + 1);
        assert_int_equal(record[0], 'A' + (int)(i % 26));
        assert_int_equal(record[bytes - 1], 'A' + (int)(i % 26));
        assert_int_equal(record[bytes], '|');
    }
}

static void test_large_requests(void **state)
{
    struct stage *stage = *state;
    stage->rig.env.endpoint_timeout_ms = 20000;
    stage->rig.spec->endpoint.buffering.bytes = 64 * 1024 * 1024;
    rig_open_stream(&stage->rig);
    put_many(stage, 10, 900000);
    rig_advance(&stage->rig, 60000);
    assert_int_equal(stage->requests, 1);
    check_many(stage, 10, 900000);
}

static void test_large_requests_of_transformed_records(void **state)
{
    struct stage *stage = *state;
    stage->rig.env.endpoint_timeout_ms = 20000;
    stage->rig.spec->endpoint.buffering.bytes = 64 * 1024 * 1024;
    stage->rig.spec->endpoint.buffering.interval_ms = 90000; /* the last batch comes after 60 s */
    rig_set_transform(&stage->rig, rig_upper);
    rig_open_stream(&stage->rig);
    put_many(stage, 2000, 3500); /* 7 MB: more than a spool keeps in memory */
    rig_advance(&stage->rig, 120000);
    assert_int_equal(stage->requests, 1);
    check_many(stage, 2000, 3500);
}

static void test_no_request_is_over_the_limit(void **state)
{
    struct stage *stage = *state;
    stage->rig.spec->endpoint.buffering.bytes = 64 * 1024 * 1024;
    rig_open_stream(&stage->rig);
    for (size_t i = 0; i < 10001; i++) {
        rig_put(&stage->rig, HY_SV("x"));
    }
    rig_advance(&stage->rig, 60000);
    assert_int_equal(stage->requests, 2);
    assert_int_equal(stage->record_counts[0], 10000);
    assert_int_equal(stage->record_counts[1], 1);
}

static void test_a_slow_answer_is_none(void **state)
{
    struct stage *stage = *state;
    struct rig_flush flush;
    stage->behaviour = PARKS;
    stage->rig.spec->endpoint.retry_ms = 0;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_flush(&stage->rig, &flush);
    rig_settle(&stage->rig); /* real time: until the limit */
    assert_true(flush.done);
    assert_int_equal(flush.code, HY_OK);
    assert_int_equal(flush.failed, 1);
    rig_look(&stage->rig);
    rig_expect(&stage->rig, "out/http-endpoint-failed/2026/01/01/00/clicks-1-",
               "{\"attemptsMade\":1,\"arrivalTimestamp\":1767225797000,"
               "\"errorCode\":\"HttpEndpoint.RequestTimeout\",\"errorMessage\":\"The request timed "
               "out before a response was received and will be retried.\","
               "\"attemptEndingTimestamp\":1767225797000,\"rawData\":\"b25l\","
               "\"subsequenceNumber\":0,"
               "\"dataId\":\"00000000000000000000000000000000000000000000000000000001.0\"}\n");
    answer_parked(stage); /* too late */
    rig_settle(&stage->rig);
    assert_int_equal(hy_stream_counters(stage->rig.stream)->endpoint_records, 0);
    assert_int_equal(hy_stream_counters(stage->rig.stream)->settled_records, 1);
}

static void test_never_and_then_well(void **state)
{
    struct stage *stage = *state;
    stage->behaviour = PARKS;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_advance(&stage->rig, 60000);
    assert_int_equal(stage->requests, 1);
    stage->behaviour = TAKES;
    rig_advance(&stage->rig, 849); /* the shortest first pause is 850 ms */
    assert_int_equal(stage->requests, 1);
    rig_advance(&stage->rig, 301); /* the longest 1,150 ms */
    assert_int_equal(stage->requests, 2);
    assert_string_equal(stage->ids[0], stage->ids[1]);
    rig_look(&stage->rig);
    assert_int_equal(stage->rig.object_count, 0);
}

/* Pauses are skipped by a flush, and count: it ends without the clock. */
static void test_a_flush_does_not_wait_for_pauses(void **state)
{
    struct stage *stage = *state;
    struct rig_flush flush;
    stage->behaviour = FAILS;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_advance(&stage->rig, 60000);
    rig_put(&stage->rig, HY_SV("two"));
    rig_flush(&stage->rig, &flush);
    rig_settle(&stage->rig);
    assert_true(flush.done);
    assert_int_equal(flush.objects, 2);
    assert_int_equal(flush.failed, 2);
    assert_true(stage->requests > 16); /* nine or ten each */
}

static void test_at_most_four_requests_at_once(void **state)
{
    struct stage *stage = *state;
    struct rig_flush flush;
    stage->behaviour = PARKS;
    stage->rig.env.endpoint_timeout_ms = 20000;
    stage->rig.spec->endpoint.buffering.bytes = 1;
    rig_open_stream(&stage->rig);
    for (size_t i = 0; i < 6; i++) {
        rig_put(&stage->rig, HY_SV("x"));
    }
    rig_flush(&stage->rig, &flush);
    run_until_requests(stage, 4);
    struct hy_stream_waiting waiting;
    hy_stream_waiting(stage->rig.stream, &waiting);
    assert_int_equal(waiting.delivering_records, 6);
    assert_int_equal(stage->parked_count, 4);
    stage->behaviour = TAKES;
    answer_parked(stage);
    rig_settle(&stage->rig);
    assert_true(flush.done);
    assert_int_equal(flush.records, 6);
    assert_int_equal(stage->requests, 6);
}

static void test_stopped_amid_a_request(void **state)
{
    struct stage *stage = *state;
    stage->behaviour = PARKS;
    stage->rig.env.endpoint_timeout_ms = 20000;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_advance(&stage->rig, 59999);
    stage->rig.now_ms += 1;
    (void)hy_agenda_turn(&stage->rig.agenda, stage->rig.now_ms);
    run_until_requests(stage, 1);
    rig_close_stream(&stage->rig); /* at once, not after 20 s */
    stage->behaviour = TAKES;
    rig_open_stream(&stage->rig);
    rig_advance(&stage->rig, 60000);
    expect_data(stage, "one|one|"); /* at least once; the same request, with the same seed */
    assert_string_equal(stage->ids[0], stage->ids[1]);
    rig_close_stream(&stage->rig);
    rig_open_stream(&stage->rig);
    rig_advance(&stage->rig, 60000);
    expect_data(stage, "one|one|"); /* settled: not again */
}

static void test_stopped_in_a_pause(void **state)
{
    struct stage *stage = *state;
    stage->behaviour = FAILS;
    rig_open_stream(&stage->rig);
    rig_put(&stage->rig, HY_SV("one"));
    rig_advance(&stage->rig, 60000);
    rig_close_stream(&stage->rig);
    stage->behaviour = TAKES;
    rig_open_stream(&stage->rig);
    rig_advance(&stage->rig, 0); /* it was due long ago */
    expect_data(stage, "one|one|");
}

static void test_what_is_given_up_waits_for_its_bucket(void **state)
{
    struct stage *stage = *state;
    char path[128];
    stage->behaviour = FAILS;
    stage->rig.spec->endpoint.retry_ms = 0;
    rig_open_stream(&stage->rig);
    (void)snprintf(path, sizeof path, "%s/buckets/out", stage->rig.dir);
    assert_int_equal(rmdir(path), 0);
    rig_put(&stage->rig, HY_SV("one"));
    rig_advance(&stage->rig, 600000);
    assert_int_equal(stage->requests, 1);
    assert_int_equal(hy_stream_counters(stage->rig.stream)->settled_records, 0);
    assert_int_equal(hy_bucket_create(stage->rig.buckets, HY_SV("out")), HY_OK);
    rig_advance(&stage->rig, 5000);
    rig_look(&stage->rig);
    (void)rig_object(&stage->rig, "out/http-endpoint-failed/");
    assert_int_equal(stage->requests, 1); /* and the endpoint is not asked again */
    assert_int_equal(hy_stream_counters(stage->rig.stream)->settled_records, 1);
    assert_int_equal(hy_stream_counters(stage->rig.stream)->error_objects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_records_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transformed_records_are_told_apart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_large_requests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_requests_of_transformed_records, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_request_is_over_the_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_slow_answer_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_never_and_then_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_flush_does_not_wait_for_pauses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_at_most_four_requests_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped_amid_a_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped_in_a_pause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_given_up_waits_for_its_bucket, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
