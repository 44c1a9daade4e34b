#include "base/base64.h"
#include "pipeline/transform/record_id.h"
#include "pipeline/transform/reply.h"
#include "pipeline/transform/retry.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the replies of the tables $1 $2 $3 stand for the ids of the batch's records, $9 for the id
 * of a record that is not in it. */
static char *expand(const char *pattern, size_t *len)
{
    char *out = malloc(strlen(pattern) + HY_RECORD_ID_CHARS * 16 + 1);
    assert_non_null(out);
    *len = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '$') {
            const uint64_t numbers[] = { 0, 41, 42, 44 };
            const int which = *++pattern - '0';
            hy_record_id_write(which == 9 ? 43 : numbers[which], 0, out + *len);
            *len += HY_RECORD_ID_CHARS;
        } else {
            out[(*len)++] = *pattern;
        }
    }
    char *exact = malloc(*len + 1); /* without slack, so that ASan sees a byte too many */
    assert_non_null(exact);
    memcpy(exact, out, *len);
    free(out);
    return exact;
}

/* Three records; 43 is missing in the middle, as after a recovery. */
static void batch_of_three(struct hy_processed records[3])
{
    static const uint64_t seqs[] = { 41, 42, 44 };
    memset(records, 0, 3 * sizeof records[0]);
    for (size_t i = 0; i < 3; i++) {
        records[i].seq = seqs[i];
    }
}

/* "O(text)" "D" or the failure's short name, for each record. */
static void describe(const struct hy_processed *record, char *out, size_t size)
{
    static const struct {
        const struct hy_failure *failure;
        const char *name;
    } names[] = {
        { &hy_failure_missing_id, "missing" }, { &hy_failure_duplicated_id, "duplicated" },
        { &hy_failure_status, "status" },      { &hy_failure_null_data, "null" },
        { &hy_failure_bad_data, "data" },      { &hy_failure_bad_result, "result" },
    };
    if (record->outcome == HY_OUTCOME_OK) {
        (void)snprintf(out, size, "O(%.*s)", HY_SV_ARG(record->data));
        return;
    }
    if (record->outcome == HY_OUTCOME_DROPPED) {
        (void)snprintf(out, size, "D");
        return;
    }
    for (size_t i = 0; i < ROWS(names); i++) {
        if (names[i].failure == record->failure) {
            (void)snprintf(out, size, "%s", names[i].name);
        }
    }
}

static const struct outcome_case {
    const char *rule, *reply, *outcomes;
} outcome_cases[] = {
    { "one of each",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"YWJj\"},"
      "{\"recordId\":\"$2\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"$3\",\"result\":\"ProcessingFailed\",\"data\":\"YWJj\"}]}",
      "O(abc) D status" },
    { "ids in any order, members in any order, white space, unknown members",
      " { \"x\" : [ {} ] , \"records\" : [ {\"data\":\"Yg==\",\"y\":{\"z\":[1]},\"result\":\"Ok\","
      "\"recordId\":\"$3\"},\n{\"result\":\"Dropped\",\"recordId\":\"$1\"},"
      "{\"recordId\":\"$2\",\"result\":\"Ok\",\"data\":\"YQ==\"}], \"n\":null } ",
      "D O(a) O(b)" },
    { "no records at all", "{}", "missing missing missing" },
    { "an empty list", "{\"records\":[]}", "missing missing missing" },
    { "null is as good as none", "{\"records\":null}", "missing missing missing" },
    { "one is missing", "{\"records\":[{\"recordId\":\"$2\",\"result\":\"Dropped\"}]}",
      "missing D missing" },
    { "unknown ids are ignored: another batch's, a stranger's, none, not a string",
      "{\"records\":[{\"recordId\":\"$9\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"abc\",\"result\":\"Dropped\"},{\"result\":\"Dropped\"},"
      "{\"recordId\":7,\"result\":\"Dropped\"},{\"recordId\":{\"a\":\"$1\"}},"
      "{\"recordId\":\"$1\",\"result\":\"Dropped\"}]}",
      "D missing missing" },
    { "an id said twice fails that record only, whatever was said first",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"YQ==\"},"
      "{\"recordId\":\"$2\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"YQ==\"},"
      "{\"recordId\":\"$2\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"$3\",\"result\":\"Dropped\"}]}",
      "duplicated duplicated D" },
    { "three times is no better than twice",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"$1\",\"result\":\"Dropped\"},"
      "{\"recordId\":\"$1\",\"result\":\"Dropped\"}]}",
      "duplicated missing missing" },
    { "Ok needs data: null, absent, a number",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":null},"
      "{\"recordId\":\"$2\",\"result\":\"Ok\"},"
      "{\"recordId\":\"$3\",\"result\":\"Ok\",\"data\":12}]}",
      "null null data" },
    { "bad base64: a stranger, a length, padding in the middle",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"a-b_\"},"
      "{\"recordId\":\"$2\",\"result\":\"Ok\",\"data\":\"abc\"},"
      "{\"recordId\":\"$3\",\"result\":\"Ok\",\"data\":\"YQ==YQ==\"}]}",
      "data data data" },
    { "empty data is data", "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"\"}]}",
      "O() missing missing" },
    { "result words are case-sensitive; absent and null are none of them",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"ok\",\"data\":\"YQ==\"},"
      "{\"recordId\":\"$2\",\"data\":\"YQ==\"},"
      "{\"recordId\":\"$3\",\"result\":null,\"data\":\"YQ==\"}]}",
      "result result result" },
    { "data that is not needed is not looked at",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Dropped\",\"data\":\"?\"},"
      "{\"recordId\":\"$2\",\"result\":\"ProcessingFailed\",\"data\":{\"a\":[]}}]}",
      "D status missing" },
    { "escaped strings: some writers escape the slash",
      "{\"rec\\u006frds\":[{\"recordId\":\"$1\",\"result\":\"\\u004fk\",\"data\":\"\\/w==\"}]}",
      "O(\xff) missing missing" },
    { "what Go's event type writes",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Dropped\",\"data\":null,\"metadata\":"
      "{\"partitionKeys\":null,\"otfMetadata\":{\"destinationTableName\":\"\","
      "\"operation\":\"\"}}},"
      "{\"recordId\":\"$2\",\"result\":\"Ok\",\"data\":\"YQ==\",\"metadata\":"
      "{\"partitionKeys\":{}}},"
      "{\"recordId\":\"$3\",\"result\":\"Ok\",\"data\":\"YQ==\",\"metadata\":null}]}",
      "D O(a) O(a)" },
};

static void test_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(outcome_cases); i++) {
        const struct outcome_case *row = &outcome_cases[i];
        struct hy_processed records[3];
        struct hy_reply reply;
        size_t len;
        char said[256] = "";
        char *text = expand(row->reply, &len);
        batch_of_three(records);
        if (hy_reply_parse(text, len, records, 3, &reply) != HY_OK) {
            fail_msg("%s: not parsed", row->rule);
        }
        for (size_t k = 0; k < 3; k++) {
            const size_t at = strlen(said);
            (void)snprintf(said + at, sizeof said - at, "%s", k == 0 ? "" : " ");
            describe(&records[k], said + strlen(said), sizeof said - strlen(said));
        }
        if (strcmp(said, row->outcomes) != 0) {
            fail_msg("%s: got %s, expected %s", row->rule, said, row->outcomes);
        }
        hy_reply_finish(&reply);
        free(text);
    }
}

static const struct malformed_case {
    const char *rule, *reply;
} malformed_cases[] = {
    { "nothing", "" },
    { "not JSON", "<html>" },
    { "cut off", "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Dropped\"}]" },
    { "cut off in a record", "{\"records\":[{\"recordId\":\"$1\"," },
    { "something after the end", "{\"records\":[]} x" },
    { "null", "null" },
    { "a list", "[{\"recordId\":\"$1\",\"result\":\"Dropped\"}]" },
    { "a text", "\"records\"" },
    { "records is an object", "{\"records\":{}}" },
    { "records is a text", "{\"records\":\"[]\"}" },
    { "a record is null", "{\"records\":[null]}" },
    { "a record is a list", "{\"records\":[[]]}" },
    { "a good record, then a bad one",
      "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Dropped\"},1]}" },
    { "broken metadata", "{\"records\":[{\"metadata\":{\"partitionKeys\":{\"a\":}}}]}" },
    { "broken further on", "{\"records\":[],\"x\":[1,}" },
    { "not UTF-8", "{\"records\":[{\"recordId\":\"\xff\"}]}" },
};

static void test_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(malformed_cases); i++) {
        struct hy_processed records[3];
        struct hy_reply reply;
        size_t len;
        char *text = expand(malformed_cases[i].reply, &len);
        batch_of_three(records);
        if (hy_reply_parse(text, len, records, 3, &reply) != HY_MALFORMED) {
            fail_msg("%s: was accepted", malformed_cases[i].rule);
        }
        free(text);
    }
}

static const struct keys_case {
    const char *rule, *metadata, *keys;
} keys_cases[] = {
    { "in the order of the reply", "{\"partitionKeys\":{\"year\":\"2026\",\"id\":\"42\"}}",
      "year=2026;id=42;" },
    { "escapes in names and values", "{\"partitionKeys\":{\"a\\\"b\":\"c\\/d\"}}", "a\"b=c/d;" },
    { "numbers and words as they stand", "{\"partitionKeys\":{\"n\":4.50,\"t\":true}}",
      "n=4.50;t=true;" },
    { "null and nested are empty", "{\"partitionKeys\":{\"a\":null,\"b\":{\"c\":1},\"d\":[2]}}",
      "a=;b=;d=;" },
    { "null", "{\"partitionKeys\":null}", "" },
    { "a list", "{\"partitionKeys\":[\"a\"]}", "" },
    { "metadata is a text", "\"partitionKeys\"", "" },
    { "metadata said twice: the last one",
      "{\"partitionKeys\":{\"a\":\"1\"}},\"metadata\":{}", "" },
};

static void test_partition_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(keys_cases); i++) {
        const struct keys_case *row = &keys_cases[i];
        char pattern[512], said[256] = "";
        struct hy_processed records[3];
        struct hy_reply reply;
        size_t len;
        (void)snprintf(pattern, sizeof pattern,
                       "{\"records\":[{\"recordId\":\"$1\",\"result\":\"Ok\",\"data\":\"\","
                       "\"metadata\":{\"partitionKeys\":{\"first\":\"1\"}}},"
                       "{\"recordId\":\"$2\",\"result\":\"Ok\",\"data\":\"\",\"metadata\":%s}]}",
                       row->metadata);
        char *text = expand(pattern, &len);
        batch_of_three(records);
        assert_int_equal(hy_reply_parse(text, len, records, 3, &reply), HY_OK);
        assert_int_equal(records[0].key_count, 1);
        for (size_t k = 0; k < records[1].key_count; k++) {
            const struct hy_partition_key *key = &reply.keys[records[1].key_first + k];
            const size_t at = strlen(said);
            (void)snprintf(said + at, sizeof said - at, "%.*s=%.*s;", HY_SV_ARG(key->name),
                           HY_SV_ARG(key->value));
        }
        if (strcmp(said, row->keys) != 0) {
            fail_msg("%s: got %s, expected %s", row->rule, said, row->keys);
        }
        hy_reply_finish(&reply);
        free(text);
    }
}

static void test_record_ids(void **state)
{
    (void)state;
    static const uint64_t seqs[] = { 0, 1, 42, 9999999999, UINT64_MAX };
    char id[HY_RECORD_ID_CHARS];
    uint64_t seq;
    unsigned place;
    for (size_t i = 0; i < ROWS(seqs); i++) {
        hy_record_id_write(seqs[i], 0, id);
        assert_true(hy_record_id_parse((hy_sv){ id, sizeof id }, &seq, &place));
        assert_true(seq == seqs[i]);
        assert_int_equal(place, 0);
    }
    hy_record_id_write(7, 499, id); /* of a sub-record */
    assert_memory_equal(id + 147, "7000000000499", 13);
    assert_true(hy_record_id_parse((hy_sv){ id, sizeof id }, &seq, &place));
    assert_int_equal(seq, 7);
    assert_int_equal(place, 499);
    hy_record_id_write(42, 0, id);
    assert_memory_equal(id, "shardId-000000000000", 20);
    assert_memory_equal(id + 146, "42000000000000", 14);
    for (size_t i = 0; i < sizeof id; i++) { /* every character counts */
        const char was = id[i];
        id[i] = '/'; /* the neighbour of '0' */
        assert_false(hy_record_id_parse((hy_sv){ id, sizeof id }, &seq, &place));
        id[i] = was;
    }
    assert_false(hy_record_id_parse((hy_sv){ id, sizeof id - 1 }, &seq, &place));
    assert_false(hy_record_id_parse(HY_SV(""), &seq, &place));
}

static void test_retries(void **state)
{
    (void)state;
    assert_true(hy_retry_again(1, 3));
    assert_true(hy_retry_again(3, 3));
    assert_false(hy_retry_again(4, 3));
    assert_false(hy_retry_again(1, 0));

    struct hy_invoke_result result = { .outcome = HY_INVOKE_OK, .payload = { "x", 6291456 } };
    assert_int_equal(hy_retry_outcome(&result), HY_INVOKE_OK);
    result.payload.len++;
    assert_int_equal(hy_retry_outcome(&result), HY_INVOKE_FUNCTION_ERROR);

    assert_null(hy_retry_failure(HY_INVOKE_OK));
    assert_null(hy_retry_failure(HY_INVOKE_CANCELLED));
    static const struct {
        enum hy_invoke_outcome outcome;
        const char *code;
    } codes[] = {
        { HY_INVOKE_FUNCTION_ERROR, "Lambda.FunctionError" },
        { HY_INVOKE_TIMED_OUT, "Lambda.FunctionTimedOut" },
        { HY_INVOKE_THROTTLED, "Lambda.InvokeLimitExceeded" },
        { HY_INVOKE_NOT_FOUND, "Lambda.ResourceNotFound" },
        { HY_INVOKE_ACCESS_DENIED, "Lambda.InvokeAccessDenied" },
        { HY_INVOKE_TRANSPORT, "Lambda.FunctionRequestTimedOut" },
    };
    for (size_t i = 0; i < ROWS(codes); i++) {
        assert_string_equal(hy_retry_failure(codes[i].outcome)->code, codes[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_partition_keys),  cmocka_unit_test(test_record_ids),
        cmocka_unit_test(test_retries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
