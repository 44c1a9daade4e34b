/* test_put.c - the bodies of puts, and what replies to them mean. */
#include "harness/put.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const struct hy_fixture_place place = { "f", 1 };

static void put_begin(struct hy_put *put, bool is_batch, size_t count)
{
    static const hy_sv datas[] = { HY_SV_INIT("a"), HY_SV_INIT(""), HY_SV_INIT("ccc"),
                                   HY_SV_INIT("dd\n") };
    assert_int_equal(hy_put_init(put, is_batch, HY_SV("s\"1")), HY_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hy_put_add(put, datas[i], place), HY_OK);
    }
}

static void assert_body(struct hy_put *put, const char *expected)
{
    hy_sv body;
    assert_int_equal(hy_put_body(put, &body), HY_OK);
    assert_int_equal(body.len, strlen(expected));
    assert_memory_equal(body.ptr, expected, body.len);
}

static void test_bodies(void **state)
{
    (void)state;
    struct hy_put put;
    put_begin(&put, false, 1);
    assert_body(&put, "{\"DeliveryStreamName\":\"s\\\"1\",\"Record\":{\"Data\":\"YQ==\"}}");
    assert_string_equal(hy_put_target(&put), "Firehose_20150804.PutRecord");
    hy_put_finish(&put);

    put_begin(&put, true, 3);
    assert_body(&put, "{\"DeliveryStreamName\":\"s\\\"1\",\"Records\":[{\"Data\":\"YQ==\"},"
                      "{\"Data\":\"\"},{\"Data\":\"Y2Nj\"}]}");
    assert_body(&put, "{\"DeliveryStreamName\":\"s\\\"1\",\"Records\":[{\"Data\":\"YQ==\"},"
                      "{\"Data\":\"\"},{\"Data\":\"Y2Nj\"}]}"); /* asking again changes nothing */
    assert_int_equal(put.bytes, 4);
    assert_string_equal(hy_put_target(&put), "Firehose_20150804.PutRecordBatch");
    hy_put_finish(&put);
}

/* Which of four entries fail, and what is left to send. */
static const struct keep_case {
    const char *name, *reply, *body;
    size_t bytes;
} keep_cases[] = {
    { "the first", "[{\"ErrorCode\":\"E\"},{\"RecordId\":\"r\"},{\"RecordId\":\"r\"},"
      "{\"RecordId\":\"r\"}]", "[{\"Data\":\"YQ==\"}]}", 1 },
    { "the last", "[{\"RecordId\":\"r\"},{\"RecordId\":\"r\"},{\"RecordId\":\"r\"},"
      "{\"ErrorCode\":\"E\"}]", "[{\"Data\":\"ZGQK\"}]}", 3 },
    { "every other", "[{\"RecordId\":\"r\"},{\"ErrorCode\":\"E\"},{\"RecordId\":\"r\"},"
      "{\"ErrorCode\":\"E\",\"ErrorMessage\":\"M\"}]", "[{\"Data\":\"\"},{\"Data\":\"ZGQK\"}]}",
      3 },
    { "all", "[{\"ErrorCode\":\"E\"},{\"ErrorCode\":\"E\"},{\"ErrorCode\":\"E\"},"
      "{\"ErrorCode\":\"E\"}]",
      "[{\"Data\":\"YQ==\"},{\"Data\":\"\"},{\"Data\":\"Y2Nj\"},{\"Data\":\"ZGQK\"}]}", 7 },
};

static void test_only_failed_entries_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(keep_cases); i++) {
        const struct keep_case *row = &keep_cases[i];
        struct hy_put put;
        hy_sv body;
        char reply[512];
        put_begin(&put, true, 4);
        assert_int_equal(hy_put_body(&put, &body), HY_OK);
        (void)snprintf(reply, sizeof reply,
                       "{\"Encrypted\":false,\"FailedPutCount\":0,\"RequestResponses\":%s}",
                       row->reply);
        assert_int_equal(hy_put_read_reply(&put, hy_sv_of(reply)), HY_OK);
        hy_put_keep_failed(&put);
        assert_int_equal(hy_put_body(&put, &body), HY_OK);
        if (!hy_sv_ends_with(body, hy_sv_of(row->body)) || put.bytes != row->bytes ||
            !hy_sv_starts_with(body, HY_SV("{\"DeliveryStreamName\":\"s\\\"1\",\"Records\":["))) {
            fail_msg("%s: %.*s", row->name, HY_SV_ARG(body));
        }
        assert_int_equal(hy_put_failed(&put), 0);
        hy_put_finish(&put);
    }
}

static const struct reply_case {
    const char *name;
    bool is_batch;
    const char *reply;
    bool is_reply;
} reply_cases[] = {
    { "a record id", false, "{\"RecordId\":\"r\",\"Encrypted\":false}", true },
    { "no record id", false, "{\"Encrypted\":false}", false },
    { "not JSON", false, "<html>", false },
    { "empty", false, "", false },
    { "more than the reply", false, "{\"RecordId\":\"r\"}{}", false },
    { "as many as were sent", true,
      "{\"RequestResponses\":[{\"RecordId\":\"1\"},{\"RecordId\":\"2\"}]}", true },
    { "in any order of members, with others", true,
      "{\"New\":[{}],\"RequestResponses\":[{\"X\":1,\"RecordId\":\"1\"},{\"ErrorMessage\":\"m\","
      "\"ErrorCode\":\"e\"}],\"FailedPutCount\":1}", true },
    { "too few", true, "{\"RequestResponses\":[{\"RecordId\":\"1\"}]}", false },
    { "too many", true, "{\"RequestResponses\":[{\"RecordId\":\"1\"},{\"RecordId\":\"2\"},"
      "{\"RecordId\":\"3\"}]}", false },
    { "neither id nor error", true, "{\"RequestResponses\":[{\"RecordId\":\"1\"},{}]}", false },
    { "cut short", true, "{\"RequestResponses\":[{\"RecordId\":\"1\"},{\"RecordId\":\"2\"}]",
      false },
    { "no responses", true, "{\"FailedPutCount\":0}", false },
    { "responses are no array", true, "{\"RequestResponses\":{}}", false },
};

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(reply_cases); i++) {
        const struct reply_case *row = &reply_cases[i];
        struct hy_put put;
        put_begin(&put, row->is_batch, row->is_batch ? 2 : 1);
        enum hy_code code = hy_put_read_reply(&put, hy_sv_of(row->reply));
        if (code != (row->is_reply ? HY_OK : HY_MALFORMED)) {
            fail_msg("%s: %s", row->name, hy_code_name(code));
        }
        hy_put_finish(&put);
    }
}

static void test_room(void **state)
{
    (void)state;
    struct hy_put put;
    put_begin(&put, true, 0);
    assert_true(hy_put_has_room(&put, HY_PUT_BYTES_MAX));
    assert_false(hy_put_has_room(&put, HY_PUT_BYTES_MAX + 1));
    for (int i = 0; i < HY_PUT_RECORDS_MAX; i++) {
        assert_true(hy_put_has_room(&put, HY_PUT_BYTES_MAX - (size_t)i));
        assert_false(hy_put_has_room(&put, HY_PUT_BYTES_MAX - (size_t)i + 1));
        assert_int_equal(hy_put_add(&put, HY_SV("x"), place), HY_OK);
    }
    assert_false(hy_put_has_room(&put, 0));
    hy_put_finish(&put);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *body, *type, *message;
    } cases[] = {
        { "{\"__type\":\"A\",\"message\":\"m\"}", "A", "m" },
        { "{\"Message\":\"m\",\"__type\":\"com.amazonaws#A\"}", "A", "m" },
        { "{\"x\":[1,{}],\"__type\":\"A\"}", "A", "" },
        { "<html>", "", "" },
        { "", "", "" },
        { "{\"__type\":7}", "", "" },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_put_refusal refusal = hy_put_read_refusal(hy_sv_of(cases[i].body));
        assert_true(hy_sv_equal(refusal.type, hy_sv_of(cases[i].type)));
        assert_true(hy_sv_equal(refusal.message, hy_sv_of(cases[i].message)));
    }
}

static void test_what_is_worth_another_try(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *error;
        bool may;
    } cases[] = {
        { 500, "", true },  { 503, "ServiceUnavailableException", true }, { 429, "", true },
        { 400, "ThrottlingException", true }, { 200, "InternalFailure", true },
        { 400, "", false }, { 400, "ValidationException", false }, { 413, "", false },
        { 200, "InvalidArgumentException", false }, { 499, "", false },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        if (hy_put_may_retry(cases[i].status, hy_sv_of(cases[i].error)) != cases[i].may) {
            fail_msg("%d %s", cases[i].status, cases[i].error);
        }
    }
}

static void make(void *ctx)
{
    (void)ctx;
    struct hy_put put;
    hy_sv body;
    enum hy_code code = hy_put_init(&put, true, HY_SV("s"));
    for (int i = 0; code == HY_OK && i < 100; i++) {
        code = hy_put_add(&put, HY_SV("some bytes of a record"), place);
    }
    if (code == HY_OK) {
        code = hy_put_body(&put, &body);
    }
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    hy_put_finish(&put);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(make, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_only_failed_entries_are_kept),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_what_is_worth_another_try),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
