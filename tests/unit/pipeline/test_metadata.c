/* Partition keys by jq: what a query gives, and how it fails. */
#include "pipeline/partition/key_values.h"
#include "pipeline/process/metadata.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct hy_extractor *create(const char *query)
{
    struct hy_extractor *extractor = NULL;
    struct hy_err err = { 0 };
    if (hy_extractor_create(query, &extractor, &err) != HY_OK) {
        fail_msg("%s: %s", query, err.text);
    }
    return extractor;
}

static const struct key_case {
    const char *rule, *query, *record;
    const char *k; /* the key "k"; NULL: it has no value */
} key_cases[] = {
    { "a member", "{k:.id}", "{\"id\":\"a b/c\"}", "a b/c" },
    { "deeper", "{k:.a.b[1].c}", "{\"a\":{\"b\":[0,{\"c\":\"x\"}]}}", "x" },
    { "a number", "{k:.n}", "{\"n\":42}", "42" },
    { "a fraction", "{k:.n}", "{\"n\":1.50}", "1.5" },
    { "a large number, as jq 1.6 prints it", "{k:.n}", "{\"n\":100000000000000000000}", "1e+20" },
    { "a boolean", "{k:.b}", "{\"b\":false}", "false" },
    { "a list, as jq prints it", "{k:.l}", "{\"l\":[1, \"a\"]}", "[1,\"a\"]" },
    { "null is no value", "{k:.id}", "{\"id\":null}", NULL },
    { "a missing member is no value", "{k:.id}", "{}", NULL },
    { "a missing key is no value", "{j:.id}", "{\"id\":\"a\"}", NULL },
    { "a default", "{k:(.id // \"none\")}", "{}", "none" },
    { "strftime", "{k:.ts|strftime(\"%Y-%m-%d\")}", "{\"ts\":1565382027}", "2019-08-09" },
    { "strftime of fractions", "{k:(.ms/1000|strftime(\"%H\"))}", "{\"ms\":1565382027123}", "20" },
    { "arithmetic", "{k:(.n * 2 + 1 | floor)}", "{\"n\":3.2}", "7" },
    { "modulo, for shards", "{k:(.n % 4)}", "{\"n\":11}", "3" },
    { "functions of its own", "def f(x): x + \"!\"; {k:f(.id)}", "{\"id\":\"a\"}", "a!" },
    { "conditions", "{k:(if .n > 1 then \"big\" else \"small\" end)}", "{\"n\":2}", "big" },
    { "regular expressions", "{k:(.p | capture(\"/(?<d>[^/]+)/\").d)}",
      "{\"p\":\"/shop/7\"}", "shop" },
    { "case and concatenation", "{k:(.a + \"-\" + (.b|ascii_downcase))}",
      "{\"a\":\"x\",\"b\":\"YZ\"}", "x-yz" },
    { "the first of several results", "{k:.l[]}", "{\"l\":[\"a\",\"b\"]}", "a" },
    { "non-ASCII", "{k:.id}", "{\"id\":\"\xc3\xa9\\u00e9\"}", "\xc3\xa9\xc3\xa9" },
    { "white space around the record", "{k:.id}", " {\"id\":\"a\"}\n", "a" },
};

static void test_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(key_cases); i++) {
        const struct key_case *row = &key_cases[i];
        struct hy_extractor *extractor = create(row->query);
        hy_sv value = { NULL, 0 };
        const struct hy_failure *failure = hy_extractor_run(extractor, hy_sv_of(row->record));
        if (failure != NULL) {
            fail_msg("%s: %s", row->rule, failure->message);
        }
        const bool has = hy_extractor_key(extractor, HY_SV("k"), &value);
        if (has != (row->k != NULL) || (has && !hy_sv_equal(value, hy_sv_of(row->k)))) {
            fail_msg("%s: got %.*s", row->rule, HY_SV_ARG(value));
        }
        hy_extractor_destroy(extractor);
    }
}

static const struct failure_case {
    const char *rule, *query, *record;
    const struct hy_failure *failure;
} failure_cases[] = {
    { "not JSON", "{k:.id}", "click", &hy_failure_not_json },
    { "cut off", "{k:.id}", "{\"id\":", &hy_failure_not_json },
    { "nothing", "{k:.id}", "", &hy_failure_not_json },
    { "two values: nobody has split them", "{k:.id}", "{\"id\":1}{\"id\":2}",
      &hy_failure_not_json },
    { "a function that cannot", "{k:(.id|strftime(\"%Y\"))}", "{\"id\":\"a\"}",
      &hy_failure_query },
    { "a member of what is no object", "{k:.id}", "[1]", &hy_failure_query },
    { "an error of the query's own", "error(\"no\")", "{}", &hy_failure_query },
    { "no result", "empty", "{}", &hy_failure_keys },
    { "a result that is no object", ".id", "{\"id\":\"a\"}", &hy_failure_keys },
    { "it reads no more input", "{k:input}", "{}", &hy_failure_query },
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(failure_cases); i++) {
        const struct failure_case *row = &failure_cases[i];
        struct hy_extractor *extractor = create(row->query);
        hy_sv value;
        for (int again = 0; again < 2; again++) { /* a failure leaves it as it was */
            if (hy_extractor_run(extractor, hy_sv_of(row->record)) != row->failure) {
                fail_msg("%s", row->rule);
            }
            assert_false(hy_extractor_key(extractor, HY_SV("k"), &value));
        }
        hy_extractor_destroy(extractor);
    }
    assert_string_equal(hy_failure_not_json.code,
                        "DynamicPartitioning.MetadataExtractionFailed");
    assert_string_equal(hy_failure_not_json.message, "Non JSON record provided");
    assert_string_equal(hy_failure_keys.message,
                        "partitionKeys values must not be null or empty");
}

/* A time that no calendar has is an assertion within jq. What jq had allocated is lost then: in a
 * child, where nobody looks for leaks. */
static int run_into_an_assertion(void)
{
    struct hy_extractor *extractor = create("{k:(.ts|strftime(\"%Y\"))}");
    hy_sv value;
    for (int i = 0; i < 3; i++) { /* it is good for other records afterwards */
        if (hy_extractor_run(extractor, HY_SV("{\"ts\":1565382027123456789}")) !=
                &hy_failure_query ||
            hy_extractor_key(extractor, HY_SV("k"), &value)) {
            return 1;
        }
        if (hy_extractor_run(extractor, HY_SV("{\"ts\":1565382027}")) != NULL ||
            !hy_extractor_key(extractor, HY_SV("k"), &value) ||
            !hy_sv_equal(value, HY_SV("2019"))) {
            return 2;
        }
    }
    return 0;
}

static void test_an_assertion_of_jq_fails_the_record_only(void **state)
{
    (void)state;
    const pid_t child = fork();
    int status = 0;
    assert_true(child >= 0);
    if (child == 0) {
        _exit(run_into_an_assertion());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_queries_that_are_none(void **state)
{
    (void)state;
    static const char *const queries[] = { "{k:.id", "{k:nosuch(.id)}", "", "include \"x\"; {}",
                                           "import \"x\" as x; {}" };
    for (size_t i = 0; i < ROWS(queries); i++) {
        struct hy_extractor *extractor = NULL;
        struct hy_err err = { 0 };
        const enum hy_code code = hy_extractor_create(queries[i], &extractor, &err);
        if (queries[i][0] == '\0') { /* jq takes it for "." */
            assert_int_equal(code, HY_OK);
            hy_extractor_destroy(extractor);
            continue;
        }
        assert_int_equal(code, HY_INVALID);
        assert_non_null(strstr(err.text, "jq: error"));
        assert_null(strchr(err.text, '\n'));
    }
}

/* ---- from keys to what tells objects apart ---- */

static bool value_of(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    (void)ctx;
    static char long_value[600];
    if (hy_sv_equal(name, HY_SV("missing"))) {
        return false;
    }
    if (hy_sv_starts_with(name, HY_SV("long"))) {
        memset(long_value, 'v', sizeof long_value);
        *value = (hy_sv){ long_value, hy_sv_equal(name, HY_SV("long508")) ? 508 : 509 };
        return true;
    }
    *value = hy_sv_equal(name, HY_SV("empty"))  ? HY_SV("")
             : source == HY_PIECE_QUERY_KEY     ? HY_SV("q")
                                                : HY_SV("lambda");
    return true;
}

static const struct values_case {
    const char *rule, *prefix;
    enum hy_code code;
    const char *values; /* between bars */
} values_cases[] = {
    { "in the prefix's order", "a/!{partitionKeyFromLambda:x}/!{partitionKeyFromQuery:y}/", HY_OK,
      "lambda|q|" },
    { "twice is twice", "!{partitionKeyFromQuery:y}!{partitionKeyFromQuery:y}", HY_OK, "q|q|" },
    { "other expressions do not count", "!{timestamp:yyyy}/!{firehose:random-string}/"
      "!{partitionKeyFromQuery:y}", HY_OK, "q|" },
    { "one is missing", "!{partitionKeyFromQuery:y}!{partitionKeyFromQuery:missing}",
      HY_NOT_FOUND, "" },
    { "one is empty", "!{partitionKeyFromQuery:empty}", HY_NOT_FOUND, "" },
    { "512 characters", "abc/!{partitionKeyFromQuery:long508}", HY_OK, NULL },
    { "513 characters", "abc/!{partitionKeyFromQuery:long509}", HY_LIMIT, "" },
    { "the text behind counts as well", "abc/!{partitionKeyFromQuery:long508}/", HY_LIMIT, "" },
};

static void test_key_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(values_cases); i++) {
        const struct values_case *row = &values_cases[i];
        struct hy_expression prefix;
        struct hy_err err;
        struct hy_buf out;
        hy_buf_init(&out, HY_KEY_VALUES_BYTES_MAX);
        assert_int_equal(hy_expression_parse(hy_sv_of(row->prefix), "Prefix", &prefix, &err),
                         HY_OK);
        if (hy_key_values_write(&prefix, value_of, NULL, &out) != row->code) {
            fail_msg("%s", row->rule);
        }
        char joined[2048] = "";
        hy_sv rest = hy_buf_sv(&out);
        hy_sv value;
        while (hy_key_values_next(&rest, HY_PIECE_QUERY_KEY, HY_SV(""), &value)) {
            const size_t len = strlen(joined);
            (void)snprintf(joined + len, sizeof joined - len, "%.*s|", HY_SV_ARG(value));
        }
        assert_int_equal(rest.len, 0);
        if (row->values != NULL && strcmp(joined, row->values) != 0) {
            fail_msg("%s: got %s", row->rule, joined);
        }
        hy_expression_finish(&prefix);
        hy_buf_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_an_assertion_of_jq_fails_the_record_only),
        cmocka_unit_test(test_queries_that_are_none),
        cmocka_unit_test(test_key_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
