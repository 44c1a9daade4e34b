/* What is done to a record before the transform: each processor, and their order. */
#include "pipeline/process/cloudwatch_logs.h"
#include "pipeline/process/deaggregate.h"
#include "pipeline/process/decompress.h"
#include "pipeline/process/process.h"
#include "store/part.h"

#include "support/test.h"

#include <libdeflate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- de-aggregation ---- */

static const struct split_case {
    const char *rule;
    const char *delimiter; /* NULL: JSON */
    const char *record;
    const char *pieces; /* between bars */
} split_cases[] = {
    { "values need nothing between them", NULL, "{\"a\":1}{\"b\":[2]}", "{\"a\":1}|{\"b\":[2]}" },
    { "white space is a separator, and lost", NULL, " {\"a\":1}\n\r\n\t[2] \n", "{\"a\":1}|[2]" },
    { "inside a value it stays", NULL, "{ \"a\" : \"}{\" }\n", "{ \"a\" : \"}{\" }" },
    { "scalars are values", NULL, "1 \"two\"true null-3", "1|\"two\"|true|null|-3" },
    { "an array is one value", NULL, "[{\"a\":1},{\"b\":2}]", "[{\"a\":1},{\"b\":2}]" },
    { "a comma between is not JSON: whole", NULL, "{\"a\":1},{\"b\":2}", "{\"a\":1},{\"b\":2}" },
    { "cut off: whole", NULL, "{\"a\":1}{\"b\":", "{\"a\":1}{\"b\":" },
    { "no JSON at all: whole", NULL, "click\n", "click\n" },
    { "nothing: whole", NULL, "", "" },
    { "only white space: whole", NULL, " \n", " \n" },
    { "a delimiter", "####", "a####b####c", "a|b|c" },
    { "at the end nothing follows", "####", "a####b####", "a|b" },
    { "at the beginning nothing precedes", "####", "####a", "a" },
    { "nothing between two is no sub-record", "\n", "a\n\nb\n", "a|b" },
    { "part of a delimiter is data", "####", "a###b####c#", "a###b|c#" },
    { "the first match counts", "##", "a###b", "a|#b" },
    { "none: whole", "####", "abc", "abc" },
    { "nothing but delimiters: whole", "##", "####", "####" },
};

static struct hy_process_spec split_spec(const char *delimiter)
{
    return (struct hy_process_spec){
        .split = delimiter == NULL ? HY_SPLIT_JSON : HY_SPLIT_DELIMITED,
        .delimiter = (char *)(uintptr_t)delimiter,
        .delimiter_len = delimiter == NULL ? 0 : strlen(delimiter),
    };
}

static void test_splitting(void **state)
{
    (void)state;
    static hy_sv pieces[HY_SUB_RECORDS_MAX];
    for (size_t i = 0; i < ROWS(split_cases); i++) {
        const struct split_case *row = &split_cases[i];
        const struct hy_process_spec spec = split_spec(row->delimiter);
        char *exact = malloc(strlen(row->record) + 1); /* so that ASan sees a byte too many */
        assert_non_null(exact);
        memcpy(exact, row->record, strlen(row->record));
        const size_t count =
            hy_deaggregate(&spec, (hy_sv){ exact, strlen(row->record) }, pieces);
        char joined[256] = "";
        for (size_t k = 0; k < count; k++) {
            const size_t len = strlen(joined);
            (void)snprintf(joined + len, sizeof joined - len, "%s%.*s", k == 0 ? "" : "|",
                           HY_SV_ARG(pieces[k]));
        }
        if (strcmp(joined, row->pieces) != 0) {
            fail_msg("%s: got %s", row->rule, joined);
        }
        free(exact);
    }
}

static void test_500_are_split_501_are_not(void **state)
{
    (void)state;
    static hy_sv pieces[HY_SUB_RECORDS_MAX];
    static char record[2 * 501];
    for (size_t i = 0; i < 501; i++) {
        record[2 * i] = '7';
        record[2 * i + 1] = '\n';
    }
    const hy_sv fits = { record, 1000 }, over = { record, 1002 };
    const char *const delimiters[] = { NULL, "\n" };
    for (size_t i = 0; i < ROWS(delimiters); i++) {
        const struct hy_process_spec spec = split_spec(delimiters[i]);
        assert_int_equal(hy_deaggregate(&spec, fits, pieces), 500);
        assert_true(hy_sv_equal(pieces[499], HY_SV("7")));
        assert_int_equal(hy_deaggregate(&spec, over, pieces), 1);
        assert_true(hy_sv_equal(pieces[0], over));
    }
}

/* ---- decompression ---- */

static hy_sv gzip(hy_sv text)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    assert_non_null(compressor);
    const size_t bound = libdeflate_gzip_compress_bound(compressor, text.len);
    char *packed = malloc(bound);
    assert_non_null(packed);
    const size_t len = libdeflate_gzip_compress(compressor, text.ptr, text.len, packed, bound);
    assert_true(len > 0);
    libdeflate_free_compressor(compressor);
    char *exact = malloc(len);
    assert_non_null(exact);
    memcpy(exact, packed, len);
    free(packed);
    return (hy_sv){ exact, len };
}

static hy_sv join(hy_sv a, hy_sv b)
{
    char *both = malloc(a.len + b.len);
    assert_non_null(both);
    memcpy(both, a.ptr, a.len);
    memcpy(both + a.len, b.ptr, b.len);
    free((char *)(uintptr_t)a.ptr);
    free((char *)(uintptr_t)b.ptr);
    return (hy_sv){ both, a.len + b.len };
}

static void expect_plain(hy_sv packed, enum hy_code code, hy_sv plain)
{
    struct hy_decompressor *decompressor = hy_decompressor_create();
    struct hy_buf out;
    assert_non_null(decompressor);
    hy_buf_init(&out, HY_DECOMPRESSED_BYTES_MAX);
    assert_int_equal(hy_decompress_gzip(decompressor, packed, &out), code);
    if (code == HY_OK) {
        assert_true(hy_sv_equal(hy_buf_sv(&out), plain));
    }
    hy_buf_finish(&out);
    hy_decompressor_destroy(decompressor);
}

static void test_gzip(void **state)
{
    (void)state;
    hy_sv one = gzip(HY_SV("one "));
    expect_plain(one, HY_OK, HY_SV("one "));
    expect_plain((hy_sv){ one.ptr, one.len - 1 }, HY_MALFORMED, HY_SV(""));
    expect_plain(HY_SV(""), HY_MALFORMED, HY_SV(""));
    expect_plain(HY_SV("plain text"), HY_MALFORMED, HY_SV(""));
    ((char *)(uintptr_t)one.ptr)[one.len - 6] ^= 1; /* of the checksum */
    expect_plain(one, HY_MALFORMED, HY_SV(""));
    free((char *)(uintptr_t)one.ptr);

    const hy_sv two = join(gzip(HY_SV("one ")), gzip(HY_SV("two")));
    expect_plain(two, HY_OK, HY_SV("one two"));
    expect_plain((hy_sv){ two.ptr, two.len - 1 }, HY_MALFORMED, HY_SV(""));
    free((char *)(uintptr_t)two.ptr);
}

static void test_a_bomb_ends_at_the_limit(void **state)
{
    (void)state;
    const size_t len = HY_DECOMPRESSED_BYTES_MAX;
    char *zeros = calloc(1, len + 1);
    assert_non_null(zeros);
    const hy_sv fits = gzip((hy_sv){ zeros, len }), over = gzip((hy_sv){ zeros, len + 1 });
    expect_plain(fits, HY_OK, (hy_sv){ zeros, len });
    expect_plain(over, HY_MALFORMED, HY_SV(""));
    free((char *)(uintptr_t)fits.ptr);
    free((char *)(uintptr_t)over.ptr);
    free(zeros);
}

/* ---- CloudWatch Logs ---- */

#define EVENT(message) "{\"id\":\"3\",\"timestamp\":1,\"message\":" message "}"
#define LOGS(type, events) \
    "{\"messageType\":\"" type "\",\"owner\":\"1\",\"logGroup\":\"g\",\"logStream\":\"s\"," \
    "\"subscriptionFilters\":[\"f\"],\"logEvents\":[" events "]}"

static const struct logs_case {
    const char *rule, *text;
    const char *messages; /* NULL: not such a document */
} logs_cases[] = {
    { "each message and a LF", LOGS("DATA_MESSAGE", EVENT("\"a\"") "," EVENT("\"b c\"")),
      "a\nb c\n" },
    { "escapes are decoded", LOGS("DATA_MESSAGE", EVENT("\"{\\\"a\\\":1}\\n\\u00e9\"")),
      "{\"a\":1}\n\xc3\xa9\n" },
    { "a control message gives nothing", LOGS("CONTROL_MESSAGE", EVENT("\"CWL\"")), "" },
    { "no events, no messages", LOGS("DATA_MESSAGE", ""), "" },
    { "several documents", LOGS("DATA_MESSAGE", EVENT("\"a\"")) "\n"
      LOGS("CONTROL_MESSAGE", "") LOGS("DATA_MESSAGE", EVENT("\"b\"")), "a\nb\n" },
    { "members in any order", "{\"logEvents\":[{\"message\":\"a\"}],\"messageType\":"
      "\"DATA_MESSAGE\"}", "a\n" },
    { "another type", LOGS("OTHER", ""), NULL },
    { "no type", "{\"logEvents\":[]}", NULL },
    { "no events member", "{\"messageType\":\"DATA_MESSAGE\"}", NULL },
    { "events that are no list", "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":{}}", NULL },
    { "an event without message", LOGS("DATA_MESSAGE", "{\"id\":\"1\"}"), NULL },
    { "a message that is no string", LOGS("DATA_MESSAGE", EVENT("7")), NULL },
    { "an event that is no object", LOGS("DATA_MESSAGE", "7"), NULL },
    { "a list", "[]", NULL },
    { "not JSON", "hello", NULL },
    { "something behind it", LOGS("DATA_MESSAGE", "") "x", NULL },
    { "nothing", "", NULL },
};

static void test_cloudwatch_logs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(logs_cases); i++) {
        const struct logs_case *row = &logs_cases[i];
        struct hy_buf out;
        hy_buf_init(&out, 4096);
        const enum hy_code code = hy_cloudwatch_logs_read(hy_sv_of(row->text), &out);
        if (code != (row->messages == NULL ? HY_MALFORMED : HY_OK) ||
            (code == HY_OK && !hy_sv_equal(hy_buf_sv(&out), hy_sv_of(row->messages)))) {
            fail_msg("%s: %s, %.*s", row->rule, hy_code_name(code), HY_SV_ARG(hy_buf_sv(&out)));
        }
        assert_int_equal(hy_cloudwatch_logs_read(hy_sv_of(row->text), NULL), code);
        hy_buf_finish(&out);
    }
}

/* ---- all of it ---- */

static struct hy_frame frame_of(hy_sv data)
{
    return (struct hy_frame){ .seq = 42, .arrived_ms = 9, .data = data };
}

static void expect_going(struct hy_process *process, size_t index, unsigned place, unsigned places,
                         const char *data, hy_sv raw)
{
    const struct hy_processed *record = &hy_process_going(process)->items[index];
    assert_true(index < hy_process_going(process)->count);
    assert_int_equal(record->seq, 42);
    assert_int_equal(record->arrived_ms, 9);
    assert_int_equal(record->place, place);
    assert_int_equal(record->places, places);
    assert_true(hy_sv_equal(record->data, hy_sv_of(data)));
    assert_true(hy_sv_equal(record->raw, raw));
}

static void test_decompressed_then_extracted_then_split(void **state)
{
    (void)state;
    struct hy_stream_spec spec = { .process = { .decompress = true, .extract_messages = true,
                                                .split = HY_SPLIT_JSON } };
    struct hy_process *process = hy_process_create(&spec);
    assert_non_null(process);
    const hy_sv packed = gzip(HY_SV(LOGS("DATA_MESSAGE", EVENT("\"{}\"") "," EVENT("\"[1]\""))));
    const struct hy_frame frame = frame_of(packed);
    assert_int_equal(hy_process_record(process, &frame, NULL), HY_OK);
    assert_int_equal(hy_process_going(process)->count, 2);
    expect_going(process, 0, 0, 2, "{}", packed); /* an error shows what was put */
    expect_going(process, 1, 1, 2, "[1]", packed);
    assert_int_equal(hy_process_going(process)->items[0].source_bytes, packed.len);
    assert_int_equal(hy_process_going(process)->items[1].source_bytes, 0);
    free((char *)(uintptr_t)packed.ptr);
    hy_process_destroy(process);
}

static void test_without_extraction_the_document_goes_on(void **state)
{
    (void)state;
    struct hy_stream_spec spec = { .process = { .decompress = true } };
    struct hy_process *process = hy_process_create(&spec);
    assert_non_null(process);
    const char *control = LOGS("CONTROL_MESSAGE", "");
    const hy_sv packed = gzip(hy_sv_of(control));
    const struct hy_frame frame = frame_of(packed);
    assert_int_equal(hy_process_record(process, &frame, NULL), HY_OK);
    expect_going(process, 0, 0, 1, control, packed);
    free((char *)(uintptr_t)packed.ptr);
    hy_process_destroy(process);
}

static void test_what_ends_before_the_transform(void **state)
{
    (void)state;
    struct hy_stream_spec spec = { .process = { .decompress = true, .extract_messages = true } };
    struct hy_process *process = hy_process_create(&spec);
    assert_non_null(process);
    const hy_sv control = gzip(HY_SV(LOGS("CONTROL_MESSAGE", ""))), strange = gzip(HY_SV("{}"));
    const struct hy_frame frames[] = { frame_of(control), frame_of(strange),
                                       frame_of(HY_SV("plain")) };
    for (size_t i = 0; i < ROWS(frames); i++) {
        assert_int_equal(hy_process_record(process, &frames[i], NULL), HY_OK);
        const struct hy_processed *record = &hy_process_ended(process)->items[i];
        assert_int_equal(record->outcome, i == 0 ? HY_OUTCOME_DROPPED : HY_OUTCOME_FAILED);
        assert_true(hy_sv_equal(record->raw, frames[i].data));
        if (i > 0) {
            assert_string_equal(record->error_type, "decompression-failed");
            assert_string_equal(record->failure->code, "Decompression failed.");
            assert_string_equal(record->failure->message,
                                "Decompression failed because input data does not conform to "
                                "cloudwatch log.");
            assert_int_equal(record->attempts_made, 1);
            assert_true(record->without_lambda);
        }
    }
    assert_int_equal(hy_process_going(process)->count, 0);
    free((char *)(uintptr_t)control.ptr);
    free((char *)(uintptr_t)strange.ptr);
    hy_process_destroy(process);
}

static void test_known_sub_records_are_left_out(void **state)
{
    (void)state;
    struct hy_stream_spec spec = { .process = { .split = HY_SPLIT_JSON } };
    struct hy_process *process = hy_process_create(&spec);
    struct hy_seqset known;
    assert_non_null(process);
    hy_seqset_init(&known);
    assert_int_equal(hy_parts_add(&known, 42, 1, 3), HY_OK);
    const struct hy_frame frame = frame_of(HY_SV("1 2 3"));
    assert_int_equal(hy_process_record(process, &frame, &known), HY_OK);
    assert_int_equal(hy_process_going(process)->count, 2);
    expect_going(process, 0, 0, 3, "1", HY_SV("1")); /* what could be put again by itself */
    expect_going(process, 1, 2, 3, "3", HY_SV("3"));
    hy_seqset_finish(&known);
    hy_process_destroy(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splitting),
        cmocka_unit_test(test_500_are_split_501_are_not),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_a_bomb_ends_at_the_limit),
        cmocka_unit_test(test_cloudwatch_logs),
        cmocka_unit_test(test_decompressed_then_extracted_then_split),
        cmocka_unit_test(test_without_extraction_the_document_goes_on),
        cmocka_unit_test(test_what_ends_before_the_transform),
        cmocka_unit_test(test_known_sub_records_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
