/* fuzz_convert.c - any bytes as a Hive type, and any bytes as records of such a column.
 *
 * A type that is understood gives a file; a record that does not fit leaves no trace in it and
 * is told with one of the two codes.
 *
 * Input: options in the first byte, the type up to the first line feed, a record a line.
 */
#include "fuzz.h"

#include "pipeline/convert/parquet.h"
#include "pipeline/convert/row.h"

#include <string.h>

static enum hy_code count_bytes(void *ctx, hy_sv bytes)
{
    *(size_t *)ctx += bytes.len;
    return HY_OK;
}

static bool is_clean(struct hy_parquet *parquet)
{
    const struct hy_columns *columns = hy_parquet_columns(parquet);
    for (size_t i = 0; i < columns->leaf_count; i++) {
        const struct hy_leaf *leaf = &columns->leaves[i];
        if (leaf->entries != leaf->mark.entries || leaf->values != leaf->mark.values ||
            leaf->defs.len != leaf->entries ||
            (leaf->has_dictionary && leaf->dictionary.count != leaf->mark.dictionary_count)) {
            return false;
        }
    }
    return true;
}

static void convert(struct hy_parquet *parquet, const struct hy_row_options *options, hy_sv lines)
{
    struct hy_row_reader *reader = hy_row_reader_create(hy_parquet_columns(parquet), options);
    REQUIRE(reader != NULL);
    while (lines.len > 0) {
        struct hy_row_failure failure = { .code = NULL };
        uint64_t rows = 0;
        const hy_sv record = hy_sv_cut(&lines, '\n');
        const enum hy_code code = hy_row_read(reader, record, &rows, &failure);
        if (code == HY_OK) {
            REQUIRE(rows > 0);
            REQUIRE(hy_parquet_commit(parquet, rows) == HY_OK);
        } else {
            REQUIRE(code == HY_MALFORMED);
            REQUIRE(strncmp(failure.code, "DataFormatConversion.", 21) == 0);
            REQUIRE(memchr(failure.message, '\0', sizeof failure.message) != NULL);
            REQUIRE(is_clean(parquet));
        }
    }
    REQUIRE(hy_parquet_finish(parquet) == HY_OK);
    hy_row_reader_destroy(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const hy_sv formats[] = { HY_SV_INIT("millis"), HY_SV_INIT("yyyy-MM-dd'T'HH:mm:ssZ"),
                                     HY_SV_INIT("EEE d MMM yy hha") };
    hy_sv rest = { (const char *)data + (size > 0), size - (size > 0) };
    const unsigned bits = size > 0 ? data[0] : 0;
    struct hy_err err;
    struct hy_type *type = NULL;
    if (hy_type_parse(hy_sv_cut(&rest, '\n'), &type, &err) != HY_OK) {
        return 0;
    }
    struct hy_schema schema = { .row = hy_type_create(HY_TYPE_STRUCT) };
    type->name = hy_sv_dup(HY_SV("v"));
    REQUIRE(schema.row != NULL && type->name != NULL);
    hy_type_append(schema.row, type);

    const struct hy_row_options rows = {
        .rules = (bits & 1) != 0 ? HY_RULES_HIVE : HY_RULES_OPENX,
        .case_sensitive = (bits & 2) != 0,
        .dots_to_underscores = (bits & 4) != 0,
        .timestamp_formats = formats,
        .timestamp_format_count = sizeof formats / sizeof formats[0],
    };
    const struct hy_parquet_options options = {
        .block_bytes = 4000,
        .page_bytes = 100,
        .codec = (bits & 8) != 0 ? HY_PARQUET_SNAPPY : HY_PARQUET_UNCOMPRESSED,
        .has_dictionary = (bits & 16) != 0,
        .is_v2 = (bits & 32) != 0,
    };
    size_t written = 0;
    const struct hy_parquet_sink sink = { .write = count_bytes, .ctx = &written };
    struct hy_parquet *parquet = hy_parquet_create(&schema, &options, &sink);
    REQUIRE(parquet != NULL);
    convert(parquet, &rows, rest);
    REQUIRE(written > 12);
    hy_parquet_destroy(parquet);
    hy_type_destroy(schema.row);
    return 0;
}
