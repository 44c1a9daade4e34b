/* What is sent to an HTTP endpoint, what is thought of its answers, and when it is tried again. */
#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/delivery/endpoint_backoff.h"
#include "pipeline/delivery/endpoint_body.h"
#include "pipeline/delivery/endpoint_reply.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const hy_sv request_id = HY_SV_INIT("ed4acda5-034f-4f42-bba1-f29aea6d7d8f");

/* ---- the body ---- */

static void test_body(void **state)
{
    (void)state;
    static const struct {
        const char *records[3];
        size_t count;
        const char *expected; /* of the list */
    } rows[] = {
        { { "hello" }, 1, "{\"data\":\"aGVsbG8=\"}" },
        { { "hello", "hello world" }, 2,
          "{\"data\":\"aGVsbG8=\"},{\"data\":\"aGVsbG8gd29ybGQ=\"}" },
        { { "", "" }, 2, "{\"data\":\"\"},{\"data\":\"\"}" }, /* an empty record is one, too */
        { { "}", "]", "[" }, 3, "{\"data\":\"fQ==\"},{\"data\":\"XQ==\"},{\"data\":\"Ww==\"}" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_buf body;
        char expected[512];
        size_t bytes = 0;
        hy_buf_init(&body, 4096);
        hy_endpoint_body_begin(&body, request_id, 1578090901599);
        for (size_t k = 0; k < rows[i].count; k++) {
            hy_endpoint_body_add(&body, hy_sv_of(rows[i].records[k]));
            bytes += strlen(rows[i].records[k]);
        }
        hy_endpoint_body_end(&body);
        (void)snprintf(expected, sizeof expected,
                       "{\"requestId\":\"%.*s\",\"timestamp\":1578090901599,\"records\":[%s]}",
                       HY_SV_ARG(request_id), rows[i].expected);
        hy_buf_append_byte(&body, '\0');
        assert_string_equal(body.data, expected);
        assert_true(body.len <= hy_endpoint_body_bound(rows[i].count, bytes));
        hy_buf_finish(&body);
    }
}

/* The bound is one: for every remainder of base64, with the longest timestamp. */
static void test_bound(void **state)
{
    (void)state;
    for (size_t len = 0; len < 7; len++) {
        for (size_t count = 1; count < 40; count += 19) {
            const size_t bound = (size_t)hy_endpoint_body_bound(count, count * len);
            struct hy_buf body;
            hy_buf_init(&body, bound);
            hy_endpoint_body_begin(&body, request_id, UINT64_MAX);
            for (size_t i = 0; i < count; i++) {
                hy_endpoint_body_add(&body, (hy_sv){ "abcdefg", len });
            }
            hy_endpoint_body_end(&body);
            assert_false(body.failed);
            hy_buf_finish(&body);
        }
    }
}

static void test_error_line(void **state)
{
    (void)state;
    const struct hy_endpoint_error error = {
        .attempts_made = 5,
        .ended_ms = 1594266081318,
        .code = "HttpEndpoint.DestinationException",
        .message = HY_SV("said \"no\""),
    };
    const struct hy_endpoint_record record = { 42, 1594265943615, HY_SV("sample raw data") };
    struct hy_buf line;
    hy_buf_init(&line, 4096);
    hy_endpoint_error_write(&error, &record, &line);
    hy_buf_append_byte(&line, '\0');
    assert_string_equal(
        line.data,
        "{\"attemptsMade\":5,\"arrivalTimestamp\":1594265943615,"
        "\"errorCode\":\"HttpEndpoint.DestinationException\",\"errorMessage\":\"said \\\"no\\\"\","
        "\"attemptEndingTimestamp\":1594266081318,\"rawData\":\"c2FtcGxlIHJhdyBkYXRh\","
        "\"subsequenceNumber\":0,"
        "\"dataId\":\"00000000000000000000000000000000000000000000000000000042.0\"}\n");
    hy_buf_finish(&line);
}

/* ---- the answer ---- */

#define ID "ed4acda5-034f-4f42-bba1-f29aea6d7d8f"
#define GOOD "{\"requestId\":\"" ID "\",\"timestamp\":1578090903599}"
#define JSON_TYPE "application/json"

struct answer {
    const char *name;
    int status;
    const char *type, *encoding; /* NULL: without the header */
    bool has_no_length;
    const char *body;
    const char *code;            /* after "HttpEndpoint."; NULL: taken */
};

static const struct answer answers[] = {
    { "as documented", 200, JSON_TYPE, NULL, false, GOOD, NULL },
    { "blanks and another order", 200, JSON_TYPE, NULL, false,
      " {\"timestamp\" : 1, \"requestId\": \"" ID "\" } ", NULL },
    { "an error message beside it", 200, JSON_TYPE, NULL, false,
      "{\"requestId\":\"" ID "\",\"timestamp\":1,\"errorMessage\":\"well\"}", NULL },
    { "a charset", 200, "application/json; charset=utf-8", NULL, false, GOOD, NULL },
    { "type in capitals", 200, "Application/JSON", NULL, false, GOOD, NULL },
    { "an escaped id", 200, JSON_TYPE, NULL, false,
      "{\"requestId\":\"\\u0065d4acda5-034f-4f42-bba1-f29aea6d7d8f\",\"timestamp\":1}", NULL },

    { "201", 201, JSON_TYPE, NULL, false, GOOD, "DestinationException" },
    { "204", 204, NULL, NULL, true, "", "DestinationException" },
    { "301", 301, JSON_TYPE, NULL, false, GOOD, "DestinationException" },
    { "401", 401, JSON_TYPE, NULL, false, GOOD, "DestinationException" },
    { "429", 429, JSON_TYPE, NULL, false, GOOD, "DestinationException" },
    { "500", 500, JSON_TYPE, NULL, false, GOOD, "DestinationException" },

    { "no body", 200, JSON_TYPE, NULL, false, "", "InvalidResponseFromDestination" },
    { "not JSON", 200, JSON_TYPE, NULL, false, "ok", "InvalidResponseFromDestination" },
    { "a list", 200, JSON_TYPE, NULL, false, "[" GOOD "]", "InvalidResponseFromDestination" },
    { "something behind", 200, JSON_TYPE, NULL, false, GOOD "x", "InvalidResponseFromDestination" },
    { "cut off", 200, JSON_TYPE, NULL, false, "{\"requestId\":\"" ID "\",\"timestamp\":1",
      "InvalidResponseFromDestination" },
    { "no id", 200, JSON_TYPE, NULL, false, "{\"timestamp\":1}", "InvalidResponseFromDestination" },
    { "no timestamp", 200, JSON_TYPE, NULL, false, "{\"requestId\":\"" ID "\"}",
      "InvalidResponseFromDestination" },
    { "another id", 200, JSON_TYPE, NULL, false, "{\"requestId\":\"else\",\"timestamp\":1}",
      "InvalidResponseFromDestination" },
    { "an id that is a number", 200, JSON_TYPE, NULL, false, "{\"requestId\":1,\"timestamp\":1}",
      "InvalidResponseFromDestination" },
    { "a timestamp that is a string", 200, JSON_TYPE, NULL, false,
      "{\"requestId\":\"" ID "\",\"timestamp\":\"1578090903599\"}",
      "InvalidResponseFromDestination" },
    { "a timestamp that is null", 200, JSON_TYPE, NULL, false,
      "{\"requestId\":\"" ID "\",\"timestamp\":null}", "InvalidResponseFromDestination" },
    { "a member that nobody knows", 200, JSON_TYPE, NULL, false,
      "{\"requestId\":\"" ID "\",\"timestamp\":1,\"ok\":true}", "InvalidResponseFromDestination" },
    { "no type", 200, NULL, NULL, false, GOOD, "InvalidResponseFromDestination" },
    { "another type", 200, "text/plain", NULL, false, GOOD, "InvalidResponseFromDestination" },
    { "nearly the type", 200, "application/json5", NULL, false, GOOD,
      "InvalidResponseFromDestination" },
    { "an encoding", 200, JSON_TYPE, "gzip", false, GOOD, "InvalidResponseFromDestination" },
    { "no length", 200, JSON_TYPE, NULL, true, GOOD, "InvalidResponseFromDestination" },
};

static struct hy_endpoint_reply check(const struct answer *answer, struct hy_buf *message)
{
    struct hy_http_header headers[3];
    size_t count = 0;
    if (answer->type != NULL) {
        headers[count++] = (struct hy_http_header){ HY_SV("content-type"),
                                                    hy_sv_of(answer->type) };
    }
    if (answer->encoding != NULL) {
        headers[count++] = (struct hy_http_header){ HY_SV("content-encoding"),
                                                    hy_sv_of(answer->encoding) };
    }
    if (!answer->has_no_length) {
        headers[count++] = (struct hy_http_header){ HY_SV("content-length"), HY_SV("n") };
    }
    const struct hy_http_response response = {
        .connected = true,
        .status = answer->status,
        .headers = { headers, count },
        .body = hy_sv_of(answer->body),
    };
    return hy_endpoint_reply_check(&response, request_id, message);
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(answers); i++) {
        const struct answer *row = &answers[i];
        struct hy_buf message;
        hy_buf_init(&message, 16384);
        const struct hy_endpoint_reply reply = check(row, &message);
        const char *code = reply.code == NULL ? NULL : reply.code + strlen("HttpEndpoint.");
        if ((code == NULL) != (row->code == NULL) ||
            (code != NULL && strcmp(code, row->code) != 0)) {
            fail_msg("%s: got %s", row->name, code);
        }
        assert_int_equal(reply.verdict,
                         row->code == NULL ? HY_ENDPOINT_TAKEN : HY_ENDPOINT_RETRY);
        assert_true((message.len == 0) == (row->code == NULL));
        hy_buf_finish(&message);
    }
}

static void test_413_is_final(void **state)
{
    (void)state;
    static const char *const bodies[] = { "", GOOD, "rubbish" };
    for (size_t i = 0; i < ROWS(bodies); i++) {
        const struct answer answer = { .status = 413, .body = bodies[i] };
        struct hy_buf message;
        hy_buf_init(&message, 16384);
        assert_int_equal(check(&answer, &message).verdict, HY_ENDPOINT_FINAL);
        hy_buf_finish(&message);
    }
}

static void test_no_answer(void **state)
{
    (void)state;
    static const struct {
        struct hy_http_response response;
        const char *code;
    } rows[] = {
        { { .code = HY_TIMEOUT, .connected = true }, "HttpEndpoint.RequestTimeout" },
        { { .code = HY_TIMEOUT }, "HttpEndpoint.ConnectionFailed" },
        { { .code = HY_IO }, "HttpEndpoint.ConnectionFailed" },
        { { .code = HY_IO, .connected = true }, "HttpEndpoint.ConnectionReset" },
        { { .code = HY_IO, .tls_failed = true }, "HttpEndpoint.SSLHandshakeFailure" },
        { { .code = HY_LIMIT, .connected = true }, "HttpEndpoint.ResponseTooLarge" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_buf message;
        hy_buf_init(&message, 16384);
        const struct hy_endpoint_reply reply =
            hy_endpoint_reply_check(&rows[i].response, request_id, &message);
        assert_string_equal(reply.code, rows[i].code);
        assert_int_equal(reply.verdict, HY_ENDPOINT_RETRY);
        assert_true(message.len > 0);
        hy_buf_finish(&message);
    }
}

/* Head and body together may have 1 MiB. */
static void test_size_of_an_answer(void **state)
{
    (void)state;
    enum { HEAD = 12 + 16 + 4 + 14 + 1 + 4 };
    char *body = malloc(HY_ENDPOINT_REPLY_MAX);
    memset(body, ' ', HY_ENDPOINT_REPLY_MAX);
    memcpy(body, GOOD, strlen(GOOD));
    const struct hy_http_header headers[] = { { HY_SV("content-type"), HY_SV(JSON_TYPE) },
                                              { HY_SV("content-length"), HY_SV("n") } };
    for (size_t over = 0; over < 2; over++) {
        const struct hy_http_response response = {
            .status = 200,
            .headers = { headers, 2 },
            .body = { body, HY_ENDPOINT_REPLY_MAX - HEAD + over },
        };
        struct hy_buf message;
        hy_buf_init(&message, 16384);
        const struct hy_endpoint_reply reply =
            hy_endpoint_reply_check(&response, request_id, &message);
        if (over == 0) {
            assert_null(reply.code);
        } else {
            assert_string_equal(reply.code, "HttpEndpoint.ResponseTooLarge");
        }
        hy_buf_finish(&message);
    }
    free(body);
}

/* What is kept of a long answer ends with a whole character. */
static void test_long_answers_are_shortened(void **state)
{
    (void)state;
    static const char sentence[] = "Received the following response from the endpoint "
                                   "destination. ";
    char body[HY_ENDPOINT_MESSAGE_MAX + 8];
    for (size_t shift = 0; shift < 3; shift++) { /* of the euro sign, three bytes */
        memset(body, 'x', sizeof body);
        memcpy(body + HY_ENDPOINT_MESSAGE_MAX - shift, "\xe2\x82\xac", 3);
        const struct hy_http_response response = { .status = 500,
                                                   .body = { body, sizeof body } };
        struct hy_buf message;
        hy_buf_init(&message, 16384);
        (void)hy_endpoint_reply_check(&response, request_id, &message);
        assert_int_equal(message.len, strlen(sentence) + HY_ENDPOINT_MESSAGE_MAX - shift);
        assert_int_equal(message.data[message.len - 1], 'x');
        hy_buf_finish(&message);
    }
}

/* ---- pauses ---- */

static void test_pauses(void **state)
{
    (void)state;
    static const uint64_t planned[] = { 1000, 2000, 4000, 8000, 16000, 32000, 64000,
                                        120000, 120000, 120000 };
    bool was_shorter = false, was_longer = false;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct hy_random random = hy_random_from_seed(seed);
        struct hy_endpoint_backoff backoff = { 0 };
        uint64_t sum = 0;
        for (size_t i = 0; i < ROWS(planned); i++) {
            uint64_t pause = 0;
            assert_true(hy_endpoint_backoff_next(&backoff, 7200000, &random, &pause));
            assert_true(pause >= planned[i] * 85 / 100);
            assert_true(pause <= planned[i] * 115 / 100 && pause <= 120000);
            was_shorter = was_shorter || pause < planned[i] * 90 / 100;
            was_longer = was_longer || pause > planned[i] * 110 / 100;
            sum += pause;
        }
        assert_int_equal(backoff.spent_ms, sum);
    }
    assert_true(was_shorter && was_longer);
}

static void test_the_duration(void **state)
{
    (void)state;
    static const uint64_t durations[] = { 0, 1, 849, 1000, 3000, 300000, 7200000 };
    for (size_t i = 0; i < ROWS(durations); i++) {
        struct hy_random random = hy_random_from_seed(i);
        struct hy_endpoint_backoff backoff = { 0 };
        uint64_t pause = 0, sum = 0;
        while (hy_endpoint_backoff_next(&backoff, durations[i], &random, &pause)) {
            sum += pause;
            assert_true(sum <= durations[i]);
        }
        assert_int_equal(sum, durations[i]); /* the last attempt is at its very end */
        assert_true(durations[i] > 0 || backoff.failures == 1);
        assert_false(hy_endpoint_backoff_next(&backoff, durations[i], &random, &pause));
    }
}

static void test_the_seed_decides(void **state)
{
    (void)state;
    uint64_t first[5], second[5];
    for (size_t run = 0; run < 2; run++) {
        struct hy_random random = hy_random_from_seed(9);
        struct hy_endpoint_backoff backoff = { 0 };
        for (size_t i = 0; i < ROWS(first); i++) {
            assert_true(hy_endpoint_backoff_next(&backoff, 300000, &random,
                                                 run == 0 ? &first[i] : &second[i]));
        }
    }
    assert_memory_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_error_line),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_413_is_final),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_size_of_an_answer),
        cmocka_unit_test(test_long_answers_are_shortened),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_the_duration),
        cmocka_unit_test(test_the_seed_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
