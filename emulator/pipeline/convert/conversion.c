#include "pipeline/convert/conversion.h"

#include "base/arena.h"
#include "base/json_write.h"

#include <stdlib.h>

enum { TEXTS_BYTES_MAX = 4 * 1024 * 1024, DEPTH_MAX = 8 };

/* ParquetSerDe's defaults (firehose.md 3.10); a page's length is a signed 32-bit number. */
enum {
    BLOCK_BYTES_DEFAULT = 256 * 1024 * 1024,
    PAGE_BYTES_DEFAULT = 1024 * 1024,
    PAGE_BYTES_MAX = 512 * 1024 * 1024,
};

struct hy_conversion {
    struct hy_schema *schema;
    struct hy_parquet *parquet;
    struct hy_row_reader *reader;
    struct hy_row_options rows;
    struct hy_parquet_options options;
    struct hy_row_mapping *mappings; /* of rows */
    hy_sv *formats;
    hy_sv catalog_id, region, version; /* for error lines */
    struct hy_arena texts;
};

/* ---- reading the configuration ---- */

struct reader {
    struct hy_conversion *conversion;
    struct hy_json_scan scan;
    struct hy_err *err;
};

static enum hy_code fail(struct reader *reader)
{
    return hy_fail(reader->err, HY_MALFORMED, "DataFormatConversionConfiguration: %s",
                   reader->scan.error != NULL ? reader->scan.error : "not of its shape");
}

/* The name or string just scanned, decoded, for as long as the conversion lives. */
static enum hy_code keep(struct reader *reader, hy_sv *out)
{
    const hy_sv raw = reader->scan.text;
    char *text = hy_arena_alloc(&reader->conversion->texts, raw.len + 1);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    *out = (hy_sv){ text, hy_json_unescape(raw, text) };
    return HY_OK;
}

static enum hy_code add_mapping(struct hy_conversion *conversion, hy_sv column, hy_sv key)
{
    struct hy_row_mapping *grown =
        realloc(conversion->mappings, (conversion->rows.mapping_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    conversion->rows.mappings = conversion->mappings = grown;
    grown[conversion->rows.mapping_count++] = (struct hy_row_mapping){ column, key };
    return HY_OK;
}

static enum hy_code add_format(struct hy_conversion *conversion, hy_sv format)
{
    hy_sv *grown = realloc(conversion->formats,
                           (conversion->rows.timestamp_format_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    conversion->rows.timestamp_formats = conversion->formats = grown;
    grown[conversion->rows.timestamp_format_count++] = format;
    return HY_OK;
}

static void set_text(struct hy_conversion *conversion, hy_sv name, hy_sv value)
{
    if (hy_sv_equal(name, HY_SV("Compression"))) {
        conversion->options.codec = hy_sv_equal(value, HY_SV("GZIP"))     ? HY_PARQUET_GZIP
                                    : hy_sv_equal(value, HY_SV("SNAPPY")) ? HY_PARQUET_SNAPPY
                                                                          : HY_PARQUET_UNCOMPRESSED;
    } else if (hy_sv_equal(name, HY_SV("WriterVersion"))) {
        conversion->options.is_v2 = hy_sv_equal(value, HY_SV("V2"));
    } else if (hy_sv_equal(name, HY_SV("CatalogId"))) {
        conversion->catalog_id = value;
    } else if (hy_sv_equal(name, HY_SV("Region"))) {
        conversion->region = value;
    } else if (hy_sv_equal(name, HY_SV("VersionId"))) {
        conversion->version = value;
    }
}

static void set_flag(struct hy_conversion *conversion, hy_sv name, bool value)
{
    if (hy_sv_equal(name, HY_SV("CaseInsensitive"))) {
        conversion->rows.case_sensitive = !value;
    } else if (hy_sv_equal(name, HY_SV("ConvertDotsInJsonKeysToUnderscores"))) {
        conversion->rows.dots_to_underscores = value;
    } else if (hy_sv_equal(name, HY_SV("EnableDictionaryCompression"))) {
        conversion->options.has_dictionary = value;
    }
}

static void set_number(struct hy_conversion *conversion, hy_sv name, hy_sv text)
{
    uint64_t value = 0;
    if (!hy_sv_to_u64(text, &value)) {
        value = UINT64_MAX; /* whole and in range it is: so large that it has an exponent */
    }
    if (hy_sv_equal(name, HY_SV("BlockSizeBytes"))) {
        conversion->options.block_bytes = value;
    } else if (hy_sv_equal(name, HY_SV("PageSizeBytes"))) {
        conversion->options.page_bytes = value < PAGE_BYTES_MAX ? value : PAGE_BYTES_MAX;
    }
}

static enum hy_code read_formats(struct reader *reader)
{
    enum hy_code code = HY_OK;
    while (code == HY_OK) {
        hy_sv format = { NULL, 0 };
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return HY_OK;
        }
        code = token == HY_JSON_STRING ? keep(reader, &format) : fail(reader);
        if (code == HY_OK) {
            code = add_format(reader->conversion, format);
        }
    }
    return code;
}

static enum hy_code read_object(struct reader *reader, hy_sv parent, unsigned depth);

/* Members are told apart by their names alone: none means two things. */
static enum hy_code read_member(struct reader *reader, hy_sv parent, hy_sv name, unsigned depth)
{
    struct hy_conversion *conversion = reader->conversion;
    hy_sv text = { NULL, 0 };
    enum hy_code code = HY_OK;
    const enum hy_json_token token = hy_json_next(&reader->scan);
    switch (token) {
    case HY_JSON_OBJECT_BEGIN:
        if (hy_sv_equal(name, HY_SV("HiveJsonSerDe"))) {
            conversion->rows.rules = HY_RULES_HIVE;
        }
        return read_object(reader, name, depth + 1);
    case HY_JSON_ARRAY_BEGIN:
        return read_formats(reader);
    case HY_JSON_STRING:
        code = keep(reader, &text);
        if (code == HY_OK && hy_sv_equal(parent, HY_SV("ColumnToJsonKeyMappings"))) {
            return add_mapping(conversion, name, text);
        }
        set_text(conversion, name, text);
        return code;
    case HY_JSON_NUMBER:
        set_number(conversion, name, reader->scan.text);
        return HY_OK;
    case HY_JSON_TRUE:
    case HY_JSON_FALSE:
        set_flag(conversion, name, token == HY_JSON_TRUE);
        return HY_OK;
    default:
        return token == HY_JSON_NULL ? HY_OK : fail(reader);
    }
}

/* Its BEGIN has been taken. */
static enum hy_code read_object(struct reader *reader, hy_sv parent, unsigned depth)
{
    enum hy_code code = depth < DEPTH_MAX ? HY_OK : fail(reader);
    while (code == HY_OK) {
        hy_sv name = { NULL, 0 };
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return HY_OK;
        }
        code = token == HY_JSON_NAME ? keep(reader, &name) : fail(reader);
        if (code == HY_OK) {
            code = read_member(reader, parent, name, depth);
        }
    }
    return code;
}

static enum hy_code read_configuration(struct hy_conversion *conversion, hy_sv configuration,
                                       struct hy_err *err)
{
    struct reader reader = { .conversion = conversion, .err = err };
    hy_json_scan_init(&reader.scan, configuration);
    if (hy_json_next(&reader.scan) != HY_JSON_OBJECT_BEGIN) {
        return fail(&reader);
    }
    return read_object(&reader, HY_SV(""), 0);
}

/* ---- the face ---- */

enum hy_code hy_conversion_create(hy_sv configuration, hy_sv table,
                                  const struct hy_parquet_sink *sink, struct hy_conversion **out,
                                  struct hy_err *err)
{
    struct hy_conversion *conversion = calloc(1, sizeof *conversion);
    if (conversion == NULL) {
        return HY_NO_MEMORY;
    }
    conversion->options = (struct hy_parquet_options){
        .block_bytes = BLOCK_BYTES_DEFAULT,
        .page_bytes = PAGE_BYTES_DEFAULT,
        .codec = HY_PARQUET_SNAPPY,
        .has_dictionary = true, /* the service's default is not documented; this is Hive's */
        .created_by = HY_SV("hydrant"),
    };
    hy_arena_init(&conversion->texts, TEXTS_BYTES_MAX);
    enum hy_code code = read_configuration(conversion, configuration, err);
    if (code == HY_OK) {
        code = hy_schema_parse(table, &conversion->schema, err);
    }
    if (code == HY_OK) {
        conversion->parquet = hy_parquet_create(conversion->schema, &conversion->options, sink);
        code = conversion->parquet == NULL ? HY_NO_MEMORY : HY_OK;
    }
    if (code == HY_OK) {
        conversion->reader =
            hy_row_reader_create(hy_parquet_columns(conversion->parquet), &conversion->rows);
        code = conversion->reader == NULL ? HY_NO_MEMORY : HY_OK;
    }
    if (code != HY_OK) {
        hy_conversion_destroy(conversion);
        return code;
    }
    *out = conversion;
    return HY_OK;
}

void hy_conversion_destroy(struct hy_conversion *conversion)
{
    if (conversion == NULL) {
        return;
    }
    hy_row_reader_destroy(conversion->reader);
    hy_parquet_destroy(conversion->parquet);
    hy_schema_destroy(conversion->schema);
    free(conversion->mappings);
    free(conversion->formats);
    hy_arena_finish(&conversion->texts);
    free(conversion);
}

enum hy_code hy_conversion_add(struct hy_conversion *conversion, hy_sv record,
                               struct hy_row_failure *failure)
{
    uint64_t rows = 0;
    const enum hy_code code = hy_row_read(conversion->reader, record, &rows, failure);
    return code == HY_OK ? hy_parquet_commit(conversion->parquet, rows) : code;
}

enum hy_code hy_conversion_finish(struct hy_conversion *conversion)
{
    return hy_parquet_finish(conversion->parquet);
}

static void write_table(const struct hy_conversion *conversion, struct hy_json_write *json)
{
    hy_json_name(json, HY_SV("dataCatalogTable"));
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("catalogId"));
    hy_json_string(json, conversion->catalog_id);
    hy_json_name(json, HY_SV("databaseName"));
    hy_json_string(json, hy_sv_of(conversion->schema->database));
    hy_json_name(json, HY_SV("tableName"));
    hy_json_string(json, hy_sv_of(conversion->schema->table));
    hy_json_name(json, HY_SV("region"));
    hy_json_string(json, conversion->region);
    hy_json_name(json, HY_SV("versionId"));
    hy_json_string(json, conversion->version);
    hy_json_name(json, HY_SV("catalogArn"));
    hy_json_null(json);
    hy_json_end_object(json);
}

void hy_conversion_error_write(const struct hy_conversion *conversion,
                               const struct hy_conversion_error *error, struct hy_buf *out)
{
    struct hy_json_write json;
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("attemptsMade"));
    hy_json_u64(&json, 1);
    hy_json_name(&json, HY_SV("arrivalTimestamp"));
    hy_json_u64(&json, error->arrived_ms);
    hy_json_name(&json, HY_SV("lastErrorCode"));
    hy_json_string(&json, hy_sv_of(error->failure->code));
    hy_json_name(&json, HY_SV("lastErrorMessage"));
    hy_json_string(&json, hy_sv_of(error->failure->message));
    hy_json_name(&json, HY_SV("attemptEndingTimestamp"));
    hy_json_u64(&json, error->attempt_ended_ms);
    hy_json_name(&json, HY_SV("rawData"));
    hy_json_base64(&json, error->raw_data);
    hy_json_name(&json, HY_SV("sequenceNumber")); /* Direct PUT has none */
    hy_json_null(&json);
    hy_json_name(&json, HY_SV("subSequenceNumber"));
    hy_json_null(&json);
    write_table(conversion, &json);
    hy_json_end_object(&json);
    hy_buf_append_byte(out, '\n');
}
