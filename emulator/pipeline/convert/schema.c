#include "pipeline/convert/schema.h"

#include "base/json_scan.h"

#include <stdlib.h>

struct reader {
    struct hy_json_scan scan;
    hy_sv json;
    struct hy_schema *schema;
    struct hy_err *err;
};

static enum hy_code fail(struct reader *reader, const char *what)
{
    const size_t line = hy_json_line(reader->json, reader->scan.offset);
    if (reader->scan.error != NULL) {
        return hy_fail(reader->err, HY_MALFORMED, "line %zu of a table: %s", line,
                       reader->scan.error);
    }
    return hy_fail(reader->err, HY_INVALID, "line %zu of a table: %s", line, what);
}

static enum hy_code take_string(struct reader *reader, char **out)
{
    if (hy_json_next(&reader->scan) != HY_JSON_STRING) {
        return fail(reader, "expected a string");
    }
    const hy_sv raw = reader->scan.text;
    char *text = malloc(raw.len + 1);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    text[hy_json_unescape(raw, text)] = '\0';
    free(*out); /* a member that comes twice: the last counts, as elsewhere */
    *out = text;
    return HY_OK;
}

static enum hy_code skip_member(struct reader *reader)
{
    return hy_json_skip(&reader->scan) ? HY_OK : fail(reader, NULL);
}

/* One object of Columns, its BEGIN already taken. */
static enum hy_code read_members(struct reader *reader, char **name, char **type)
{
    enum hy_code code = HY_OK;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return HY_OK;
        }
        if (token != HY_JSON_NAME) {
            return fail(reader, NULL);
        }
        if (hy_json_is(&reader->scan, HY_SV("Name"))) {
            code = take_string(reader, name);
        } else if (hy_json_is(&reader->scan, HY_SV("Type"))) {
            code = take_string(reader, type);
        } else {
            code = skip_member(reader);
        }
    }
    return code;
}

/* Takes the name. */
static enum hy_code add_column(struct reader *reader, char **name, hy_sv type_text)
{
    struct hy_type *row = reader->schema->row;
    struct hy_type *type = NULL;
    if (hy_type_field(row, hy_sv_of(*name)) != NULL) {
        return fail(reader, "a column's name that is taken");
    }
    if (row->count == HY_COLUMNS_MAX) {
        return fail(reader, "too many columns");
    }
    const enum hy_code code = hy_type_parse(type_text, &type, reader->err);
    if (code == HY_OK) {
        type->name = *name;
        *name = NULL;
        hy_type_append(row, type);
    }
    return code;
}

static enum hy_code read_column(struct reader *reader)
{
    char *name = NULL, *type = NULL;
    enum hy_code code = read_members(reader, &name, &type);
    if (code == HY_OK && (name == NULL || name[0] == '\0' || type == NULL)) {
        code = fail(reader, "a column needs a Name and a Type");
    }
    if (code == HY_OK) {
        code = add_column(reader, &name, hy_sv_of(type));
    }
    free(name);
    free(type);
    return code;
}

static enum hy_code read_columns(struct reader *reader)
{
    if (hy_json_next(&reader->scan) != HY_JSON_ARRAY_BEGIN) {
        return fail(reader, "Columns must be a list");
    }
    enum hy_code code = HY_OK;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            break;
        }
        code = token == HY_JSON_OBJECT_BEGIN ? read_column(reader)
                                             : fail(reader, "a column must be an object");
    }
    return code;
}

static enum hy_code read_table(struct reader *reader, bool is_storage);

static enum hy_code read_member(struct reader *reader, bool is_storage)
{
    const struct hy_json_scan *scan = &reader->scan;
    if (hy_json_is(scan, HY_SV("Columns"))) {
        return read_columns(reader);
    }
    if (is_storage) {
        return skip_member(reader);
    }
    if (hy_json_is(scan, HY_SV("StorageDescriptor"))) {
        return read_table(reader, true);
    }
    if (hy_json_is(scan, HY_SV("DatabaseName"))) {
        return take_string(reader, &reader->schema->database);
    }
    if (hy_json_is(scan, HY_SV("Name")) || hy_json_is(scan, HY_SV("TableName"))) {
        return take_string(reader, &reader->schema->table);
    }
    return skip_member(reader);
}

static enum hy_code read_table(struct reader *reader, bool is_storage)
{
    if (hy_json_next(&reader->scan) != HY_JSON_OBJECT_BEGIN) {
        return fail(reader, is_storage ? "StorageDescriptor must be an object"
                                       : "a table must be an object");
    }
    enum hy_code code = HY_OK;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            break;
        }
        code = token == HY_JSON_NAME ? read_member(reader, is_storage) : fail(reader, NULL);
    }
    return code;
}

static enum hy_code read_whole(struct reader *reader)
{
    enum hy_code code = read_table(reader, false);
    if (code == HY_OK && hy_json_next(&reader->scan) != HY_JSON_END) {
        code = fail(reader, NULL);
    }
    if (code == HY_OK &&
        (reader->schema->database == NULL || reader->schema->table == NULL)) {
        code = hy_fail(reader->err, HY_INVALID, "a table needs a DatabaseName and a TableName");
    }
    if (code == HY_OK && reader->schema->row->count == 0) {
        code = hy_fail(reader->err, HY_INVALID, "the table %s.%s has no columns",
                       reader->schema->database, reader->schema->table);
    }
    return code;
}

enum hy_code hy_schema_parse(hy_sv json, struct hy_schema **out, struct hy_err *err)
{
    struct reader reader = { .json = json, .err = err };
    reader.schema = calloc(1, sizeof *reader.schema);
    if (reader.schema == NULL) {
        return HY_NO_MEMORY;
    }
    reader.schema->row = hy_type_create(HY_TYPE_STRUCT);
    hy_json_scan_init(&reader.scan, json);
    const enum hy_code code = reader.schema->row == NULL ? HY_NO_MEMORY : read_whole(&reader);
    if (code != HY_OK) {
        hy_schema_destroy(reader.schema);
        return code;
    }
    *out = reader.schema;
    return HY_OK;
}

void hy_schema_destroy(struct hy_schema *schema)
{
    if (schema == NULL) {
        return;
    }
    hy_type_destroy(schema->row);
    free(schema->database);
    free(schema->table);
    free(schema);
}
