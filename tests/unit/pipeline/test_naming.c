/* Prefixes, object names and error lines: the texts that end up in the bucket. */
#include "model/limits.h"
#include "pipeline/delivery/object_name.h"
#include "pipeline/partition/error_record.h"
#include "pipeline/partition/prefix.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t july_ms = 1783951445678; /* 2026-07-13T14:04:05.678Z */

static const struct prefix_case {
    const char *rule, *prefix, *error_prefix, *error_type, *evaluated;
} prefix_cases[] = {
    { "absent", "", "", "", "2026/07/13/14/" },
    { "no slash is put in", "legacy", "", "", "legacy2026/07/13/14/" },
    { "its own slash stays", "app/", "errors/", "", "app/2026/07/13/14/" },
    { "errors, nothing given", "", "", "processing-failed", "processing-failed/2026/07/13/14/" },
    { "errors below the data's prefix", "app/", "", "processing-failed",
      "app/processing-failed/2026/07/13/14/" },
    { "errors below a prefix without slash", "app", "", "processing-failed",
      "appprocessing-failed/2026/07/13/14/" },
    { "an error prefix of its own", "app/", "errors/clicks/", "processing-failed",
      "errors/clicks/processing-failed/2026/07/13/14/" },
    { "an error prefix without slash", "", "kinesis-processing-errors-", "processing-failed",
      "kinesis-processing-errors-processing-failed/2026/07/13/14/" },
};

static void test_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(prefix_cases); i++) {
        const struct prefix_case *row = &prefix_cases[i];
        const struct hy_prefix_inputs inputs = {
            .prefix = hy_sv_of(row->prefix),
            .error_prefix = hy_sv_of(row->error_prefix),
            .error_type = hy_sv_of(row->error_type),
            .instant_ms = july_ms,
        };
        struct hy_buf out;
        hy_buf_init(&out, 1024);
        hy_prefix_evaluate(&inputs, &out);
        if (!hy_sv_equal(hy_buf_sv(&out), hy_sv_of(row->evaluated))) {
            fail_msg("%s: got %.*s", row->rule, HY_SV_ARG(hy_buf_sv(&out)));
        }
        hy_buf_finish(&out);
    }
}

static void test_prefix_check(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *error_prefix;
        enum hy_code code;
    } rows[] = {
        { "", "", HY_OK },
        { "a!b/{c}", "d!", HY_OK },
        { "a/!{timestamp:yyyy}/", "", HY_INVALID },
        { "", "e/!{firehose:error-output-type}/", HY_INVALID },
        { "!{", "", HY_INVALID },
    };
    struct hy_err err;
    for (size_t i = 0; i < ROWS(rows); i++) {
        err.text[0] = '\0';
        assert_int_equal(hy_prefix_check(hy_sv_of(rows[i].prefix),
                                         hy_sv_of(rows[i].error_prefix), &err), rows[i].code);
        assert_true((err.text[0] != '\0') == (rows[i].code != HY_OK));
    }
    char long_prefix[HY_PREFIX_EVALUATED_MAX + 1];
    memset(long_prefix, 'p', sizeof long_prefix);
    const hy_sv fits = { long_prefix, HY_PREFIX_EVALUATED_MAX };
    const hy_sv too_long = { long_prefix, HY_PREFIX_EVALUATED_MAX + 1 };
    assert_int_equal(hy_prefix_check(fits, fits, &err), HY_OK);
    assert_int_equal(hy_prefix_check(too_long, fits, &err), HY_INVALID);
    assert_string_equal(err.text, "Length of evaluated prefix cannot be greater than 512");
    assert_int_equal(hy_prefix_check(fits, too_long, &err), HY_INVALID);
    assert_string_equal(err.text,
                        "Length of evaluated ErrorOutputPrefix cannot be greater than 512");
}

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
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_prefix_check),
        cmocka_unit_test(test_object_name),
        cmocka_unit_test(test_error_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
