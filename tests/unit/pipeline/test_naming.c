/* Object names and error lines: texts that end up in the bucket. Prefixes: test_keys.c. */
#include "pipeline/delivery/object_name.h"
#include "pipeline/partition/error_record.h"

#include "support/test.h"

#include <string.h>

static void test_object_name(void **state)
{
    (void)state;
    struct hy_object_name name = {
        .prefix = HY_SV("2026/01/01/00/"),
        .stream = HY_SV("demo"),
        .version = HY_SV("1"),
        .oldest_ms = 1767225797999, /* 2026-01-01T00:03:17.999Z: cut, not rounded */
        .uuid = HY_SV("0b9f3f2c-2f0e-4a57-9a38-0c9f5c6d3a11"),
        .extension = HY_SV(".gz"),
    };
    char key[HY_OBJECT_KEY_MAX + 1];
    size_t len;
    assert_int_equal(hy_object_name_write(&name, key, &len), HY_OK);
    assert_string_equal(key, "2026/01/01/00/demo-1-2026-01-01-00-03-17-"
                             "0b9f3f2c-2f0e-4a57-9a38-0c9f5c6d3a11.gz");
    assert_int_equal(len, strlen(key));

    char filler[HY_OBJECT_KEY_MAX];
    memset(filler, 'x', sizeof filler);
    const size_t rest = len - name.prefix.len;
    name.prefix = (hy_sv){ filler, HY_OBJECT_KEY_MAX - rest };
    assert_int_equal(hy_object_name_write(&name, key, &len), HY_OK);
    assert_int_equal(len, HY_OBJECT_KEY_MAX);
    name.prefix.len++;
    assert_int_equal(hy_object_name_write(&name, key, &len), HY_LIMIT);
}

static void test_error_line(void **state)
{
    (void)state;
    static const struct hy_failure failure = { "Lambda.ProcessingFailedStatus",
                                               "ProcessingFailed status set for record" };
    const struct hy_error_record record = {
        .raw_data = HY_SV("hello"),
        .failure = &failure,
        .attempts_made = 1,
        .arrived_ms = 1789014240448,
        .attempt_ended_ms = 1789014301529,
        .lambda_arn = HY_SV("arn:aws:lambda:us-east-1:123456789012:function:f"),
    };
    struct hy_buf out;
    hy_buf_init(&out, 4096);
    hy_error_record_write(&record, &out);
    hy_buf_append_byte(&out, '\0');
    assert_false(out.failed);
    assert_string_equal(
        out.data,
        "{\"rawData\":\"aGVsbG8=\",\"errorCode\":\"Lambda.ProcessingFailedStatus\","
        "\"errorMessage\":\"ProcessingFailed status set for record\",\"attemptsMade\":1,"
        "\"arrivalTimestamp\":1789014240448,\"attemptEndingTimestamp\":1789014301529,"
        "\"lambdaARN\":\"arn:aws:lambda:us-east-1:123456789012:function:f\"}\n");
    hy_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_name),
        cmocka_unit_test(test_error_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
