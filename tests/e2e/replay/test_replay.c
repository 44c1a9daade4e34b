/* test_replay.c - a replay against a server that is as unreliable as the row says. */
#include "harness/replay.h"

#include "base/base64.h"
#include "io/http_server.h"

#include <cjson/cJSON.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

enum { EVENTS_MAX = 2000, LOG_MAX = 16384 };

/* How the server behaves. Calls and entries are counted from 1; 0: never. */
struct trouble {
    unsigned fail_every;      /* this entry, and every so-many-th after it, once each */
    const char *fail_with;    /* NULL: ServiceUnavailableException */
    unsigned status_at;       /* the call that is answered with `status` */
    unsigned status_from;     /* or all calls from this on */
    int status;
    const char *status_body;
    unsigned cut_at;          /* the call whose connection is cut */
    unsigned gibberish_at;
};

struct rig {
    struct trouble trouble;
    struct hy_loop *loop;
    struct hy_http_server *server;
    char endpoint[64];
    char path[32];
    FILE *file;

    unsigned calls, entries;
    unsigned refused;                 /* records in calls and entries that were not taken */
    unsigned cut;                     /* records in the call that was cut: libcurl repeats it
                                         by itself when the connection was a kept one */
    unsigned taken[EVENTS_MAX];       /* by their n: how often */
    bool failed_once[EVENTS_MAX];
    size_t largest_call;
    char log[LOG_MAX];                /* what the row wants to see of each request */
    uint64_t last_ns;

    char reports[1024];
    enum hy_code code;
    struct hy_err err;
    struct hy_tally tally;
    uint64_t started_ns;
};

/* ---- a Firehose ---- */

static void log_words(struct rig *rig, const char *format, ...) HY_PRINTF(2, 3);
static void log_words(struct rig *rig, const char *format, ...)
{
    size_t len = strlen(rig->log);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(rig->log + len, sizeof rig->log - len, format, args);
    va_end(args);
}

/* The n of a record {"n":N}; a record of anything else counts as 0. */
static size_t number_of(const cJSON *record)
{
    static char data[2 * 1024 * 1024];
    hy_sv text = hy_sv_of(cJSON_GetStringValue(cJSON_GetObjectItem(record, "Data")));
    size_t len, bad_at;
    assert_true(HY_BASE64_DECODED_MAX(text.len) <= sizeof data);
    assert_true(hy_base64_decode(text, data, &len, &bad_at));
    cJSON *json = cJSON_ParseWithLength(data, len);
    const cJSON *n = cJSON_GetObjectItem(json, "n");
    size_t number = n != NULL ? (size_t)n->valueint : 0;
    assert_true(number < EVENTS_MAX);
    cJSON_Delete(json);
    return number;
}

/* False: the entry is to fail. */
static bool take(struct rig *rig, const cJSON *record)
{
    size_t n = number_of(record);
    rig->entries++;
    if (rig->trouble.fail_every > 0 && rig->entries % rig->trouble.fail_every == 0 &&
        !rig->failed_once[n]) {
        rig->failed_once[n] = true;
        rig->refused++;
        return false;
    }
    rig->taken[n]++;
    log_words(rig, "%zu ", n);
    return true;
}

static void answer_json(struct hy_http_exchange *exchange, int status, const char *body)
{
    const struct hy_http_header type = { HY_SV("Content-Type"),
                                         HY_SV("application/x-amz-json-1.1") };
    hy_http_exchange_answer(exchange, status, (struct hy_http_headers){ &type, 1 },
                            hy_sv_of(body));
}

static void answer_put(struct rig *rig, struct hy_http_exchange *exchange, const cJSON *call)
{
    const cJSON *single = cJSON_GetObjectItem(call, "Record"), *record;
    if (single != NULL) {
        log_words(rig, "single ");
        answer_json(exchange, take(rig, single) ? 200 : 503,
                    "{\"RecordId\":\"r\",\"Encrypted\":false}");
        return;
    }
    cJSON *reply = cJSON_CreateObject();
    cJSON *responses = cJSON_AddArrayToObject(reply, "RequestResponses");
    int failed = 0;
    cJSON_ArrayForEach(record, cJSON_GetObjectItem(call, "Records")) {
        cJSON *response = cJSON_CreateObject();
        cJSON_AddItemToArray(responses, response);
        if (take(rig, record)) {
            cJSON_AddStringToObject(response, "RecordId", "r");
            continue;
        }
        failed++;
        cJSON_AddStringToObject(response, "ErrorCode", rig->trouble.fail_with != NULL
                                ? rig->trouble.fail_with : "ServiceUnavailableException");
        cJSON_AddStringToObject(response, "ErrorMessage", "Slow down.");
    }
    cJSON_AddNumberToObject(reply, "FailedPutCount", failed);
    char *text = cJSON_PrintUnformatted(reply);
    answer_json(exchange, 200, text);
    cJSON_free(text);
    cJSON_Delete(reply);
}

static size_t records_of(const cJSON *call)
{
    const cJSON *records = cJSON_GetObjectItem(call, "Records");
    return records != NULL ? (size_t)cJSON_GetArraySize(records) : 1;
}

static void on_put(struct rig *rig, struct hy_http_exchange *exchange)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    const struct trouble *trouble = &rig->trouble;
    cJSON *call = cJSON_ParseWithLength(request->body, request->body_len);
    assert_non_null(call);
    rig->calls++;
    rig->largest_call = records_of(call) > rig->largest_call ? records_of(call)
                                                             : rig->largest_call;
    bool all_from = trouble->status_from > 0 && rig->calls >= trouble->status_from;
    if (rig->calls == trouble->status_at || all_from) {
        rig->refused += (unsigned)records_of(call);
        answer_json(exchange, trouble->status,
                    trouble->status_body != NULL ? trouble->status_body : "{}");
    } else if (rig->calls == trouble->cut_at) {
        rig->cut += (unsigned)records_of(call);
        hy_http_exchange_cut(exchange);
    } else if (rig->calls == trouble->gibberish_at) {
        answer_json(exchange, 200, "{\"RequestResponses\":[]}");
    } else {
        log_words(rig, "%s: ",
                  cJSON_GetStringValue(cJSON_GetObjectItem(call, "DeliveryStreamName")));
        answer_put(rig, exchange, call);
    }
    cJSON_Delete(call);
}

static void on_http(struct rig *rig, struct hy_http_exchange *exchange)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    hy_sv seen = hy_http_header(request->headers, HY_SV("X-Seen"));
    hy_sv length = hy_http_header(request->headers, HY_SV("Content-Length"));
    log_words(rig, "%.*s %.*s [%.*s] %.*s %.*s\n", HY_SV_ARG(request->method),
              HY_SV_ARG(request->target), HY_SV_ARG(seen), HY_SV_ARG(length),
              (int)request->body_len, request->body);
    rig->calls++;
    answer_json(exchange, rig->calls == rig->trouble.status_at ? rig->trouble.status : 201, "");
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct rig *rig = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    rig->last_ns = hy_loop_nanoseconds();
    hy_sv target = hy_http_header(request->headers, HY_SV("X-Amz-Target"));
    if (target.len > 0) {
        assert_true(hy_sv_starts_with(target, HY_SV("Firehose_20150804.PutRecord")));
        on_put(rig, exchange);
    } else {
        on_http(rig, exchange);
    }
}

/* ---- the rig ---- */

static struct rig *rig_begin(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->loop = hy_loop_create();
    assert_non_null(rig->loop);
    const struct hy_http_server_options options = {
        .host = "127.0.0.1", .on_request = on_request, .ctx = rig,
    };
    struct hy_err err;
    assert_int_equal(hy_http_server_create(rig->loop, &options, &rig->server, &err), HY_OK);
    (void)snprintf(rig->endpoint, sizeof rig->endpoint, "http://127.0.0.1:%u",
                   hy_http_server_port(rig->server));
    (void)snprintf(rig->path, sizeof rig->path, "/tmp/replay-XXXXXX");
    int fd = mkstemp(rig->path);
    assert_true(fd >= 0);
    rig->file = fdopen(fd, "wb");
    assert_non_null(rig->file);
    return rig;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void stop_server(struct rig *rig)
{
    if (rig->server != NULL) {
        hy_http_server_stop(rig->server, 0, nothing, NULL);
        rig->server = NULL;
    }
}

static void rig_end(struct rig *rig)
{
    stop_server(rig);
    hy_loop_run(rig->loop);
    hy_loop_destroy(rig->loop);
    assert_int_equal(unlink(rig->path), 0);
    free(rig);
}

static void write_records(struct rig *rig, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        (void)fprintf(rig->file, "{\"at_ms\":%zu,\"stream\":\"s\",\"data\":{\"n\":%zu}}\n", n, n);
    }
}

static void on_failed(void *ctx, struct hy_fixture_place place, size_t count, const char *why)
{
    struct rig *rig = ctx;
    size_t len = strlen(rig->reports);
    (void)snprintf(rig->reports + len, sizeof rig->reports - len, "%zu+%zu %s\n", place.line,
                   count, why);
}

static void on_end(void *ctx, enum hy_code code, const struct hy_err *err)
{
    struct rig *rig = ctx;
    rig->code = code;
    rig->err = *err;
    hy_loop_stop(rig->loop);
}

static struct hy_replay_options options_of(struct rig *rig)
{
    return (struct hy_replay_options){
        .batch = 1,
        .sender = {
            .loop = rig->loop, .endpoint = rig->endpoint, .region = "eu-west-1", .retries = 5,
            .pause_ms = 1, .window = 4, .on_failed = on_failed, .ctx = rig,
        },
        .on_end = on_end,
        .ctx = rig,
    };
}

static void run(struct rig *rig, struct hy_replay_options *options)
{
    const char *const files[] = { rig->path };
    options->files = files;
    options->file_count = 1;
    assert_int_equal(fflush(rig->file), 0);
    rig->started_ns = hy_loop_nanoseconds();
    struct hy_replay *replay = hy_replay_create(options);
    assert_non_null(replay);
    hy_loop_run(rig->loop);
    rig->tally = *hy_replay_tally(replay);
    hy_replay_destroy(replay);
    (void)fclose(rig->file);
}

static void assert_each_once(const struct rig *rig, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        if (rig->taken[n] != 1) {
            fail_msg("record %zu was taken %u times", n, rig->taken[n]);
        }
    }
}

/* ---- everything arrives ---- */

static const struct arrival_case {
    const char *name;
    size_t batch;
    unsigned window;
    size_t events;
    struct trouble trouble;
} arrival_cases[] = {
    { "no trouble, one by one", 1, 4, 50, { .status = 0 } },
    { "no trouble, batches", 20, 4, 110, { .status = 0 } },
    { "more than a batch may hold", 500, 1, 1500, { .status = 0 } },
    { "every third entry fails once", 20, 4, 110, { .fail_every = 3 } },
    { "every third single call fails once", 1, 4, 50, { .fail_every = 3 } },
    { "a 500", 20, 4, 110, { .status_at = 2, .status = 500 } },
    { "throttled by name", 20, 4, 110,
      { .status_at = 2, .status = 400, .status_body = "{\"__type\":\"ThrottlingException\"}" } },
    { "a connection is cut", 20, 4, 110, { .cut_at = 3 } },
    { "all of it at once", 7, 3, 500,
      { .fail_every = 3, .status_at = 2, .status = 500, .cut_at = 4 } },
    { "all of it, one request in flight", 7, 1, 100,
      { .fail_every = 3, .status_at = 1, .status = 503, .cut_at = 2 } },
    { "nothing to send", 1, 4, 0, { .status = 0 } },
};

static void test_everything_arrives(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(arrival_cases); i++) {
        const struct arrival_case *row = &arrival_cases[i];
        struct rig *rig = rig_begin();
        rig->trouble = row->trouble;
        write_records(rig, row->events);
        struct hy_replay_options options = options_of(rig);
        options.batch = row->batch;
        options.sender.window = row->window;
        run(rig, &options);
        if (rig->code != HY_OK || rig->reports[0] != '\0' ||
            rig->tally.acknowledged != row->events || rig->tally.failed != 0 ||
            rig->tally.resent < rig->refused || rig->tally.resent > rig->refused + rig->cut ||
            rig->tally.records != row->events || rig->largest_call > row->batch) {
            fail_msg("%s: %s, acknowledged %llu, re-sent %llu of %u to %u, largest %zu, said: %s",
                     row->name, hy_code_name(rig->code),
                     (unsigned long long)rig->tally.acknowledged,
                     (unsigned long long)rig->tally.resent, rig->refused,
                     rig->refused + rig->cut, rig->largest_call,
                     rig->reports);
        }
        assert_each_once(rig, row->events);
        rig_end(rig);
    }
}

/* ---- some of it does not ---- */

static const struct failure_case {
    const char *name;
    size_t batch;
    struct trouble trouble;
    unsigned calls;      /* that the server saw */
    unsigned failed;
    const char *reports; /* line + events, and why */
} failure_cases[] = {
    { "refused for good: not sent again", 10,
      { .status_at = 1, .status = 400,
        .status_body = "{\"__type\":\"com.x#ResourceNotFoundException\",\"message\":\"No s.\"}" },
      1, 4, "1+4 ResourceNotFoundException: No s.\n" },
    { "refused too often", 10, { .status_from = 1, .status = 503 }, 3, 4,
      "1+4 answered 503 Service Unavailable\n" },
    { "an entry that no other try would help", 10,
      { .fail_every = 2, .fail_with = "InvalidArgumentException" }, 1, 2,
      "2+1 InvalidArgumentException: Slow down.\n4+1 InvalidArgumentException: Slow down.\n" },
    { "an answer that is none", 10, { .gibberish_at = 1 }, 1, 4,
      "1+4 the answer is not the reply to a put\n" },
    { "each call for itself", 1, { .status_at = 1, .status = 413 }, 4, 1,
      "1+1 answered 413 Payload Too Large\n" },
};

static void test_failures_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(failure_cases); i++) {
        const struct failure_case *row = &failure_cases[i];
        struct rig *rig = rig_begin();
        rig->trouble = row->trouble;
        write_records(rig, 4);
        struct hy_replay_options options = options_of(rig);
        options.batch = row->batch;
        options.sender.retries = 2;
        options.sender.window = 1;
        run(rig, &options);
        if (rig->code != HY_OK || rig->calls != row->calls || rig->tally.failed != row->failed ||
            rig->tally.acknowledged != 4 - row->failed || strcmp(rig->reports, row->reports) != 0) {
            fail_msg("%s: %s, %u calls, %llu failed, said: %s", row->name,
                     hy_code_name(rig->code), rig->calls, (unsigned long long)rig->tally.failed,
                     rig->reports);
        }
        rig_end(rig);
    }
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    write_records(rig, 100);
    stop_server(rig);
    hy_loop_run(rig->loop); /* until the port is free */
    struct hy_replay_options options = options_of(rig);
    options.sender.retries = 2;
    run(rig, &options);
    assert_int_equal(rig->code, HY_IO);
    assert_string_equal(rig->err.text, "");
    assert_int_equal(rig->tally.acknowledged, 0);
    assert_int_equal(rig->tally.failed, 4); /* the window; the rest was never sent */
    assert_string_equal(rig->reports, "");
    rig_end(rig);
}

static void test_a_mistake_in_the_file_ends_the_reading_only(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    write_records(rig, 2);
    (void)fputs("{\"at_ms\":3,\"data\":3}\n{\"at_ms\":4,\"stream\":\"s\",\"data\":{}}\n",
                rig->file);
    struct hy_replay_options options = options_of(rig);
    run(rig, &options);
    assert_int_equal(rig->code, HY_INVALID);
    assert_non_null(strstr(rig->err.text, ":3: member \"data\" must be an object"));
    assert_int_equal(rig->tally.acknowledged, 2);
    rig_end(rig);
}

static void test_a_record_needs_a_stream(void **state)
{
    (void)state;
    for (int with_option = 0; with_option < 2; with_option++) {
        struct rig *rig = rig_begin();
        (void)fputs("{\"at_ms\":0,\"data\":{\"n\":7}}\n{\"at_ms\":0,\"stream\":\"other\","
                    "\"data\":{\"n\":8}}\n", rig->file);
        struct hy_replay_options options = options_of(rig);
        options.stream = with_option ? "mine" : NULL;
        options.batch = 10;
        run(rig, &options);
        assert_int_equal(rig->code, with_option ? HY_OK : HY_INVALID);
        assert_string_equal(rig->log, with_option ? "mine: 7 8 " : "");
        assert_true(with_option || strstr(rig->err.text, "\"stream\" is missing") != NULL);
        rig_end(rig);
    }
}

/* ---- what goes into a call, and when ---- */

static void test_a_batch_is_of_one_stream_and_of_what_fits(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    static const struct {
        const char *stream;
        size_t filler;
    } records[] = { { "a", 0 }, { "a", 0 }, { "b", 0 }, { "a", 1023000 }, { "a", 1023000 },
                    { "a", 1023000 }, { "a", 1023000 }, { "a", 1023000 }, { "a", 1100000 },
                    { "a", 0 } };
    for (size_t n = 0; n < ROWS(records); n++) {
        (void)fprintf(rig->file, "{\"at_ms\":0,\"stream\":\"%s\",\"data\":{\"n\":%zu,\"x\":\"",
                      records[n].stream, n);
        for (size_t i = 0; i < records[n].filler; i++) {
            (void)fputc('x', rig->file);
        }
        (void)fputs("\"}}\n", rig->file);
    }
    struct hy_replay_options options = options_of(rig);
    options.batch = 500;
    options.sender.window = 1;
    run(rig, &options);
    assert_int_equal(rig->code, HY_OK);
    assert_string_equal(rig->log, "a: 0 1 b: 2 a: 3 4 5 6 a: 7 a: single 8 a: 9 ");
    rig_end(rig);
}

static void test_with_one_request_in_flight_the_order_is_kept(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    write_records(rig, 12);
    struct hy_replay_options options = options_of(rig);
    options.batch = 5;
    options.sender.window = 1;
    run(rig, &options);
    assert_string_equal(rig->log, "s: 0 1 2 3 4 s: 5 6 7 8 9 s: 10 11 ");
    rig_end(rig);
}

static void test_nothing_is_sent_before_its_time(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    (void)fputs("{\"at_ms\":0,\"stream\":\"s\",\"data\":{\"n\":0}}\n"
                "{\"at_ms\":400,\"stream\":\"s\",\"data\":{\"n\":1}}\n", rig->file);
    struct hy_replay_options options = options_of(rig);
    options.batch = 10;
    options.pace.factor = 10;
    run(rig, &options);
    assert_string_equal(rig->log, "s: 0 s: 1 "); /* a batch does not wait for what is not due */
    assert_true(rig->last_ns - rig->started_ns >= 40 * 1000000ULL);
    rig_end(rig);
}

static void test_http_events(void **state)
{
    (void)state;
    struct rig *rig = rig_begin();
    rig->trouble = (struct trouble){ .status_at = 1, .status = 503 };
    (void)fputs("{\"at_ms\":0,\"http\":{\"method\":\"PUT\",\"path\":\"/p/clicks?a=%20b\","
                "\"headers\":{\"X-Seen\":\"yes\",\"content-length\":\"9999\","
                "\"Connection\":\"close\"},\"body\":{\"userId\": \"guest\"}}}\n"
                "{\"at_ms\":1,\"http\":{\"method\":\"GET\",\"path\":\"/mysfits\"}}\n",
                rig->file);
    struct hy_replay_options options = options_of(rig);
    options.sender.window = 1;
    run(rig, &options);
    assert_int_equal(rig->code, HY_OK);
    assert_string_equal(rig->log, "PUT /p/clicks?a=%20b [yes] 18 {\"userId\":\"guest\"}\n"
                                  "PUT /p/clicks?a=%20b [yes] 18 {\"userId\":\"guest\"}\n"
                                  "GET /mysfits []  \n");
    assert_int_equal(rig->tally.requests, 2);
    assert_int_equal(rig->tally.acknowledged, 2);
    assert_int_equal(rig->tally.resent, 1);
    rig_end(rig);
}

static void note_authorization(void *ctx, struct hy_http_exchange *exchange)
{
    struct rig *rig = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    hy_sv authorization = hy_http_header(request->headers, HY_SV("Authorization"));
    hy_sv token = hy_http_header(request->headers, HY_SV("X-Amz-Security-Token"));
    log_words(rig, "%.*s|%.*s\n", HY_SV_ARG(authorization), HY_SV_ARG(token));
    answer_json(exchange, 200, "{\"RecordId\":\"r\"}");
}

static void test_calls_are_signed_when_there_are_keys(void **state)
{
    (void)state;
    for (int with_keys = 0; with_keys < 2; with_keys++) {
        struct rig *rig = rig_begin();
        stop_server(rig);
        const struct hy_http_server_options server = {
            .host = "127.0.0.1", .on_request = note_authorization, .ctx = rig,
        };
        struct hy_err err;
        assert_int_equal(hy_http_server_create(rig->loop, &server, &rig->server, &err), HY_OK);
        (void)snprintf(rig->endpoint, sizeof rig->endpoint, "http://127.0.0.1:%u",
                       hy_http_server_port(rig->server));
        write_records(rig, 1);
        struct hy_replay_options options = options_of(rig);
        if (with_keys) {
            options.sender.access_key = "AKIDEXAMPLE";
            options.sender.secret_key = "secret";
            options.sender.session_token = "token";
        }
        run(rig, &options);
        assert_int_equal(rig->tally.acknowledged, 1);
        if (with_keys) {
            assert_ptr_equal(strstr(rig->log, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
                             rig->log);
            assert_non_null(strstr(rig->log, "/eu-west-1/firehose/aws4_request"));
            assert_non_null(strstr(rig->log, "|token\n"));
        } else {
            assert_string_equal(rig->log, "|\n");
        }
        rig_end(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_arrives),
        cmocka_unit_test(test_failures_are_told),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_a_mistake_in_the_file_ends_the_reading_only),
        cmocka_unit_test(test_a_record_needs_a_stream),
        cmocka_unit_test(test_a_batch_is_of_one_stream_and_of_what_fits),
        cmocka_unit_test(test_with_one_request_in_flight_the_order_is_kept),
        cmocka_unit_test(test_nothing_is_sent_before_its_time),
        cmocka_unit_test(test_http_events),
        cmocka_unit_test(test_calls_are_signed_when_there_are_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
