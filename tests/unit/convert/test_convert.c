/* test_convert.c - from JSON to a file: what is refused, what is undone, what may fail. */
#include "pipeline/convert/parquet.h"
#include "pipeline/convert/row.h"
#include "support/test.h"
#include "support/torture.h"

#include <string.h>

struct setup {
    struct hy_schema *schema;
    struct hy_parquet *parquet;
    struct hy_row_reader *reader;
    struct hy_buf file;
    size_t writes_left;
};

static enum hy_code write_buf(void *ctx, hy_sv bytes)
{
    struct setup *setup = ctx;
    if (setup->writes_left == 0) {
        return HY_IO;
    }
    setup->writes_left--;
    hy_buf_append(&setup->file, bytes);
    return setup->file.failed ? HY_NO_MEMORY : HY_OK;
}

static const hy_sv table = HY_SV_INIT(
    "{\"DatabaseName\":\"d\",\"TableName\":\"t\",\"Columns\":["
    "{\"Name\":\"n\",\"Type\":\"tinyint\"},{\"Name\":\"s\",\"Type\":\"string\"},"
    "{\"Name\":\"b\",\"Type\":\"boolean\"},{\"Name\":\"f\",\"Type\":\"float\"},"
    "{\"Name\":\"at\",\"Type\":\"timestamp\"},{\"Name\":\"day\",\"Type\":\"date\"},"
    "{\"Name\":\"l\",\"Type\":\"array<struct<x:int>>\"},"
    "{\"Name\":\"m\",\"Type\":\"map<int,decimal(5,2)>\"}]}");

static const struct hy_parquet_options small = {
    .block_bytes = 2000,
    .page_bytes = 64,
    .codec = HY_PARQUET_GZIP,
    .has_dictionary = true,
};

static bool setup_begin(struct setup *setup, const struct hy_row_options *rows)
{
    const struct hy_parquet_sink sink = { .write = write_buf, .ctx = setup };
    struct hy_err err;
    *setup = (struct setup){ .writes_left = SIZE_MAX };
    hy_buf_init(&setup->file, 1u << 24);
    if (hy_schema_parse(table, &setup->schema, &err) != HY_OK) {
        return false;
    }
    setup->parquet = hy_parquet_create(setup->schema, &small, &sink);
    if (setup->parquet == NULL) {
        return false;
    }
    setup->reader = hy_row_reader_create(hy_parquet_columns(setup->parquet), rows);
    return setup->reader != NULL;
}

static void setup_end(struct setup *setup)
{
    hy_row_reader_destroy(setup->reader);
    hy_parquet_destroy(setup->parquet);
    hy_schema_destroy(setup->schema);
    hy_buf_finish(&setup->file);
}

static void test_what_each_reader_takes(void **state)
{
    static const struct {
        const char *json;
        bool openx, hive;
    } rows[] = {
        { "{\"n\":127}", true, true },
        { "{\"n\":128}", false, false },
        { "{\"n\":-128}", true, true },
        { "{\"n\":-129}", false, false },
        { "{\"n\":1.0}", false, false },
        { "{\"n\":\"1\"}", true, false },
        { "{\"n\":true}", false, false },
        { "{\"n\":\"\"}", false, false },
        { "{\"n\":[1]}", false, false },
        { "{\"s\":5}", true, true },
        { "{\"s\":true}", true, true },
        { "{\"s\":{\"a\":[1]}}", true, false },
        { "{\"s\":[1,2]}", true, false },
        { "{\"s\":[1,2}", false, false },
        { "{\"b\":false}", true, true },
        { "{\"b\":\"TRUE\"}", true, false },
        { "{\"b\":\"yes\"}", false, false },
        { "{\"b\":1}", false, false },
        { "{\"f\":1}", true, true },
        { "{\"f\":\"1e2\"}", true, false },
        { "{\"f\":\"x\"}", false, false },
        { "{\"at\":\"2024-02-09 01:02:03\"}", true, true },
        { "{\"at\":\"2024-02-09T01:02:03Z\"}", true, false },
        { "{\"at\":1454612111}", true, false },
        { "{\"at\":true}", false, false },
        { "{\"day\":\"2024-2-9\"}", true, true },
        { "{\"day\":5}", false, false },
        { "{\"l\":[]}", true, true },
        { "{\"l\":[null,{}]}", true, true },
        { "{\"l\":{}}", false, false },
        { "{\"l\":[1]}", false, false },
        { "{\"m\":{\"1\":\"2.5\",\"-2\":null}}", true, true },
        { "{\"m\":{\"one\":1}}", false, false },
        { "{\"m\":{\"1\":12345}}", false, false },
        { "{\"m\":[]}", false, false },
        { "{\"unknown\":{\"n\":[1,{}]},\"N\":1}", true, true },
        { "{\"n\":1,\"n\":1}", false, false },
        { "{\"n\":1}{\"n\":2}\n", true, true },
        { "{\"n\":1}{\"n\":", false, false },
        { "{\"n\":1},{\"n\":2}", false, false },
        { "[{\"n\":1}]", false, false },
        { "null", false, false },
        { " \r\n\t", false, false },
        { "", false, false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows) * 2; i++) {
        const bool is_hive = i % 2 == 1;
        const struct hy_row_options options = { .rules = is_hive ? HY_RULES_HIVE
                                                                 : HY_RULES_OPENX };
        struct setup setup;
        struct hy_row_failure failure = { .message = "" };
        uint64_t count = 0;
        assert_true(setup_begin(&setup, &options));
        const enum hy_code code =
            hy_row_read(setup.reader, hy_sv_of(rows[i / 2].json), &count, &failure);
        const bool good = is_hive ? rows[i / 2].hive : rows[i / 2].openx;
        if (code != (good ? HY_OK : HY_MALFORMED)) {
            fail_msg("%s %s: %d %s", is_hive ? "hive" : "openx", rows[i / 2].json, code,
                     failure.message);
        }
        setup_end(&setup);
    }
}

static size_t entries(const struct setup *setup)
{
    const struct hy_columns *columns = hy_parquet_columns(setup->parquet);
    size_t count = 0;
    for (size_t i = 0; i < columns->leaf_count; i++) {
        const struct hy_leaf *leaf = &columns->leaves[i];
        count += leaf->entries + leaf->values + leaf->defs.len + leaf->reps.len + leaf->plain.len +
                 leaf->numbers.len + leaf->dictionary.count + leaf->dictionary.pool.len;
    }
    return count;
}

static void test_a_failed_record_leaves_no_trace(void **state)
{
    static const char *const records[] = {
        "{\"n\":1,\"s\":\"new\",\"l\":[{\"x\":1},{\"x\":\"bad\"}]}",
        "{\"n\":1}{\"s\":\"other\",\"m\":{\"1\":2}}{\"n\":999}",
        "{\"f\":1.5,\"b\":true,\"day\":\"2024-01-01\"",
    };
    const struct hy_row_options options = { .rules = HY_RULES_OPENX };
    struct setup setup;
    struct hy_row_failure failure;
    uint64_t count = 0;
    (void)state;
    assert_true(setup_begin(&setup, &options));
    assert_int_equal(hy_row_read(setup.reader, HY_SV("{\"n\":7,\"s\":\"old\"}"), &count, &failure),
                     HY_OK);
    assert_int_equal(hy_parquet_commit(setup.parquet, count), HY_OK);
    const size_t before = entries(&setup);
    for (size_t i = 0; i < ROWS(records); i++) {
        assert_int_equal(hy_row_read(setup.reader, hy_sv_of(records[i]), &count, &failure),
                         HY_MALFORMED);
        assert_int_equal(entries(&setup), before);
    }
    setup_end(&setup);
}

/* All of a conversion; the code it ended with. */
static enum hy_code convert(struct setup *setup)
{
    static const char *const records[] = {
        "{\"n\":1,\"s\":\"a\",\"b\":true,\"f\":0.1,\"l\":[{\"x\":1},null],\"m\":{\"1\":\"2.5\"}}",
        "{\"s\":\"\\u00e9scaped\",\"day\":\"2024-01-01\",\"Other\":1,\"N\":2}",
        "{\"n\":\"bad\"}",
        "{\"s\":\"a much longer text that nobody has seen before\",\"f\":1e300}{}",
    };
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < 100; i++) {
        struct hy_row_failure failure;
        uint64_t rows = 0;
        code = hy_row_read(setup->reader, hy_sv_of(records[i % ROWS(records)]), &rows, &failure);
        if (code == HY_OK) {
            code = hy_parquet_commit(setup->parquet, rows);
        } else if (code == HY_MALFORMED) {
            code = HY_OK;
        }
    }
    return code == HY_OK ? hy_parquet_finish(setup->parquet) : code;
}

static void attempt(void *ctx)
{
    const struct hy_row_options options = { .rules = HY_RULES_OPENX };
    struct setup setup;
    enum hy_code code = HY_NO_MEMORY;
    (void)ctx;
    if (setup_begin(&setup, &options)) {
        code = convert(&setup);
    }
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    setup_end(&setup);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(attempt, NULL) > 50);
}

static void test_a_sink_that_fails_ends_it(void **state)
{
    const struct hy_row_options options = { .rules = HY_RULES_OPENX };
    struct setup setup;
    (void)state;
    assert_true(setup_begin(&setup, &options));
    assert_int_equal(convert(&setup), HY_OK);
    const size_t writes = SIZE_MAX - setup.writes_left;
    const hy_sv file = hy_buf_sv(&setup.file);
    assert_true(hy_sv_starts_with(file, HY_SV("PAR1")) && hy_sv_ends_with(file, HY_SV("PAR1")));
    setup_end(&setup);
    assert_true(writes > 20); /* several row groups */
    for (size_t i = 0; i < writes; i++) {
        assert_true(setup_begin(&setup, &options));
        setup.writes_left = i;
        assert_int_equal(convert(&setup), HY_IO);
        setup_end(&setup);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_each_reader_takes),
        cmocka_unit_test(test_a_failed_record_leaves_no_trace),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_a_sink_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
