#define HASH_NONFATAL_OOM 1 /* an element that found no memory has no table */

#include "pipeline/convert/row.h"

#include "base/json_scan.h"
#include "pipeline/convert/joda.h"
#include "pipeline/convert/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No record is longer, whatever made it. */
enum { SCRATCH_BYTES_MAX = 64 * 1024 * 1024 };

struct hy_row_reader {
    struct hy_columns *columns;
    struct hy_row_options options;
    struct hy_row_options key_options; /* a map's keys are strings, whatever their type */
    struct hy_buf name;    /* of a member, as keys are kept */
    struct hy_buf text;    /* of a string */
    struct hy_buf scratch; /* value.c's */
    uint64_t structs;      /* read so far */

    /* the record */
    struct hy_json_scan scan;
    hy_sv object;          /* that the scanner is at */
    size_t object_offset;  /* in the record */
    const char *column;    /* that is being read */
    struct hy_row_failure *failure;
};

static enum hy_code read_token(struct hy_row_reader *reader, const struct hy_node *node,
                               enum hy_json_token token, unsigned def, unsigned rep);

/* ---- failures ---- */

HY_PRINTF(3, 4)
static enum hy_code fail(struct hy_row_reader *reader, const char *code, const char *format, ...)
{
    struct hy_row_failure *failure = reader->failure;
    va_list args;
    failure->code = code;
    va_start(args, format);
    (void)vsnprintf(failure->message, sizeof failure->message, format, args);
    va_end(args);
    return HY_MALFORMED;
}

static enum hy_code fail_json(struct hy_row_reader *reader, const char *what)
{
    return fail(reader, "DataFormatConversion.ParseError",
                "Encountered malformed JSON. At character %zu of the record: %s.",
                reader->object_offset + reader->scan.offset + 1,
                reader->scan.error != NULL ? reader->scan.error : what);
}

static enum hy_code fail_schema(struct hy_row_reader *reader)
{
    return fail(reader, "DataFormatConversion.MalformedData",
                "Data does not match the schema. At character %zu of the record: the value does "
                "not fit the type of column %.100s.",
                reader->object_offset + reader->scan.offset + 1, reader->column);
}

/* ---- names ---- */

static void normalise(const struct hy_row_options *options, char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!options->case_sensitive && name[i] >= 'A' && name[i] <= 'Z') {
            name[i] = (char)(name[i] - 'A' + 'a');
        } else if (options->dots_to_underscores && name[i] == '.') {
            name[i] = '_';
        }
    }
}

/* What the JSON calls a column. */
static hy_sv key_of(const struct hy_row_options *options, hy_sv column)
{
    for (size_t i = 0; i < options->mapping_count; i++) {
        if (hy_sv_equal_nocase(options->mappings[i].column, column)) {
            return options->mappings[i].key;
        }
    }
    return column;
}

static bool set_key(const struct hy_row_options *options, struct hy_node *parent,
                    struct hy_node *child)
{
    const hy_sv name = key_of(options, hy_sv_of(child->type->name));
    char *key = hy_sv_dup(name);
    if (key == NULL) {
        return false;
    }
    normalise(options, key, name.len);
    child->key = (hy_sv){ key, name.len };
    HASH_ADD_KEYPTR(hh, parent->by_key, child->key.ptr, child->key.len, child);
    return child->hh.tbl != NULL;
}

static bool set_keys(const struct hy_row_options *options, struct hy_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        struct hy_node *child = &node->children[i];
        if ((node->type->kind == HY_TYPE_STRUCT && !set_key(options, node, child)) ||
            !set_keys(options, child)) {
            return false;
        }
    }
    return true;
}

/* *child: NULL when the table has none of the name just scanned. Members mostly come in the
 * order they came in before: `expected` is looked at first. */
static enum hy_code find_child(struct hy_row_reader *reader, const struct hy_node *node,
                               size_t expected, struct hy_node **child)
{
    const struct hy_json_scan *scan = &reader->scan;
    if (expected < node->count && !scan->escaped &&
        hy_sv_equal(scan->text, node->children[expected].key)) {
        *child = &node->children[expected];
        return HY_OK;
    }
    hy_buf_clear(&reader->name);
    char *name = hy_buf_reserve(&reader->name, scan->text.len + 1);
    if (name == NULL) {
        return HY_NO_MEMORY;
    }
    size_t len = scan->text.len;
    if (scan->escaped) {
        len = hy_json_unescape(scan->text, name);
    } else if (len > 0) {
        memcpy(name, scan->text.ptr, len);
    }
    normalise(&reader->options, name, len);
    HASH_FIND(hh, node->by_key, name, len, *child);
    return HY_OK;
}

/* ---- values ---- */

/* A string's text, decoded; valid until the next. */
static enum hy_code take_text(struct hy_row_reader *reader, hy_sv *out)
{
    *out = reader->scan.text;
    if (!reader->scan.escaped) {
        return HY_OK;
    }
    hy_buf_clear(&reader->text);
    char *text = hy_buf_reserve(&reader->text, out->len);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    *out = (hy_sv){ text, hy_json_unescape(*out, text) };
    return HY_OK;
}

static enum hy_code put_value(struct hy_row_reader *reader, const struct hy_node *node,
                              const struct hy_value *value, unsigned rep,
                              const struct hy_row_options *options)
{
    const enum hy_code code = hy_value_put(node->leaf, rep, value, options, &reader->scratch);
    return code == HY_MALFORMED ? fail_schema(reader) : code;
}

static enum hy_code read_scalar(struct hy_row_reader *reader, const struct hy_node *node,
                                enum hy_json_token token, unsigned rep)
{
    struct hy_value value = { .token = token, .text = reader->scan.text };
    enum hy_code code = HY_OK;
    if (!hy_type_is_primitive(node->type)) {
        return fail_schema(reader);
    }
    if (token == HY_JSON_STRING) {
        code = take_text(reader, &value.text);
    }
    return code == HY_OK ? put_value(reader, node, &value, rep, &reader->options) : code;
}

/* An object or a list where the column is text: OpenX hands on how it is written. */
static enum hy_code read_as_text(struct hy_row_reader *reader, const struct hy_node *node,
                                 unsigned rep)
{
    const enum hy_type_kind kind = node->type->kind;
    const bool is_text = kind == HY_TYPE_STRING || kind == HY_TYPE_VARCHAR || kind == HY_TYPE_CHAR;
    const size_t from = reader->scan.offset;
    if (!is_text || reader->options.rules != HY_RULES_OPENX) {
        return fail_schema(reader);
    }
    if (!hy_json_skip(&reader->scan)) {
        return fail_json(reader, NULL);
    }
    const struct hy_value value = {
        .token = HY_JSON_STRING,
        .text = { reader->object.ptr + from, reader->scan.offset + 1 - from },
    };
    return put_value(reader, node, &value, rep, &reader->options);
}

/* A value whose name has just been taken, or a list's next. */
static enum hy_code read_value(struct hy_row_reader *reader, const struct hy_node *node,
                               unsigned def, unsigned rep)
{
    return read_token(reader, node, hy_json_next(&reader->scan), def, rep);
}

static enum hy_code read_member(struct hy_row_reader *reader, const struct hy_node *node,
                                uint64_t number, unsigned rep, size_t *expected)
{
    struct hy_node *child = NULL;
    const enum hy_code code = find_child(reader, node, *expected, &child);
    if (code != HY_OK) {
        return code;
    }
    if (child == NULL) {
        return hy_json_skip(&reader->scan) ? HY_OK : fail_json(reader, NULL);
    }
    if (child->seen == number) {
        return fail_json(reader, "Duplicate key");
    }
    child->seen = number;
    *expected = (size_t)(child - node->children) + 1;
    if (node == &reader->columns->root) {
        reader->column = child->type->name;
    }
    return read_value(reader, child, node->def, rep);
}

static enum hy_code fill_missing(struct hy_row_reader *reader, const struct hy_node *node,
                                 uint64_t number, unsigned rep)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < node->count; i++) {
        if (node->children[i].seen != number) {
            code = hy_columns_put_null(reader->columns, &node->children[i], node->def, rep);
        }
    }
    return code;
}

static enum hy_code read_struct(struct hy_row_reader *reader, const struct hy_node *node,
                                unsigned rep)
{
    const uint64_t number = ++reader->structs;
    size_t expected = 0;
    enum hy_code code = HY_OK;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return fill_missing(reader, node, number, rep);
        }
        code = token == HY_JSON_NAME ? read_member(reader, node, number, rep, &expected)
                                     : fail_json(reader, NULL);
    }
    return code;
}

static enum hy_code read_array(struct hy_row_reader *reader, const struct hy_node *node,
                               unsigned rep)
{
    const struct hy_node *element = &node->children[0];
    unsigned element_rep = rep;
    enum hy_code code = HY_OK;
    bool is_empty = true;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return is_empty ? hy_columns_put_null(reader->columns, node, node->def, rep) : HY_OK;
        }
        code = read_token(reader, element, token, node->def + 1, element_rep);
        element_rep = element->rep;
        is_empty = false;
    }
    return code;
}

static enum hy_code read_map(struct hy_row_reader *reader, const struct hy_node *node,
                             unsigned rep)
{
    const struct hy_node *key = &node->children[0], *value = &node->children[1];
    unsigned entry_rep = rep;
    enum hy_code code = HY_OK;
    bool is_empty = true;
    while (code == HY_OK) {
        const enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return is_empty ? hy_columns_put_null(reader->columns, node, node->def, rep) : HY_OK;
        }
        if (token != HY_JSON_NAME) {
            return fail_json(reader, NULL);
        }
        struct hy_value name = { .token = HY_JSON_STRING };
        code = take_text(reader, &name.text);
        if (code == HY_OK) {
            code = put_value(reader, key, &name, entry_rep, &reader->key_options);
        }
        if (code == HY_OK) {
            code = read_value(reader, value, node->def + 1, entry_rep);
        }
        entry_rep = value->rep;
        is_empty = false;
    }
    return code;
}

static enum hy_code read_token(struct hy_row_reader *reader, const struct hy_node *node,
                               enum hy_json_token token, unsigned def, unsigned rep)
{
    switch (token) {
    case HY_JSON_ERROR:
        return fail_json(reader, NULL);
    case HY_JSON_NULL:
        return hy_columns_put_null(reader->columns, node, def, rep);
    case HY_JSON_OBJECT_BEGIN:
        return node->type->kind == HY_TYPE_STRUCT ? read_struct(reader, node, rep)
               : node->type->kind == HY_TYPE_MAP  ? read_map(reader, node, rep)
               : node->type->kind == HY_TYPE_ARRAY ? fail_schema(reader)
                                                   : read_as_text(reader, node, rep);
    case HY_JSON_ARRAY_BEGIN:
        return node->type->kind == HY_TYPE_ARRAY    ? read_array(reader, node, rep)
               : hy_type_is_primitive(node->type) ? read_as_text(reader, node, rep)
                                                    : fail_schema(reader);
    default:
        return read_scalar(reader, node, token, rep);
    }
}

/* ---- a record ---- */

static hy_sv trim_front(hy_sv text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\n' || text.ptr[0] == '\r' ||
                            text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    return text;
}

static enum hy_code read_object(struct hy_row_reader *reader)
{
    hy_json_scan_init(&reader->scan, reader->object);
    if (hy_json_next(&reader->scan) != HY_JSON_OBJECT_BEGIN) {
        return fail_json(reader, "an object must begin with {");
    }
    return read_struct(reader, &reader->columns->root, 0);
}

static enum hy_code read_objects(struct hy_row_reader *reader, hy_sv record, uint64_t *rows)
{
    hy_sv rest = trim_front(record);
    enum hy_code code = HY_OK;
    *rows = 0;
    if (rest.len == 0) {
        return fail(reader, "DataFormatConversion.MalformedData",
                    "The record was empty or contained only whitespace.");
    }
    while (code == HY_OK && rest.len > 0) {
        reader->object = rest;
        reader->object_offset = record.len - rest.len;
        code = read_object(reader);
        if (code == HY_OK) {
            const size_t used = reader->scan.offset + 1; /* of the brace that closed it */
            rest = trim_front((hy_sv){ rest.ptr + used, rest.len - used });
            (*rows)++;
        }
    }
    return code;
}

enum hy_code hy_row_read(struct hy_row_reader *reader, hy_sv record, uint64_t *rows,
                         struct hy_row_failure *failure)
{
    reader->failure = failure;
    reader->column = "";
    hy_columns_mark(reader->columns);
    const enum hy_code code = read_objects(reader, record, rows);
    if (code != HY_OK) {
        hy_columns_rollback(reader->columns);
    }
    return code;
}

struct hy_row_reader *hy_row_reader_create(struct hy_columns *columns,
                                           const struct hy_row_options *options)
{
    struct hy_row_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return NULL;
    }
    reader->columns = columns;
    reader->options = *options;
    reader->key_options = *options;
    reader->key_options.rules = HY_RULES_OPENX;
    hy_buf_init(&reader->name, SCRATCH_BYTES_MAX);
    hy_buf_init(&reader->text, SCRATCH_BYTES_MAX);
    hy_buf_init(&reader->scratch, SCRATCH_BYTES_MAX);
    if (!set_keys(&reader->options, &columns->root)) {
        hy_row_reader_destroy(reader);
        return NULL;
    }
    return reader;
}

void hy_row_reader_destroy(struct hy_row_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    hy_buf_finish(&reader->name);
    hy_buf_finish(&reader->text);
    hy_buf_finish(&reader->scratch);
    free(reader);
}

bool hy_row_timestamp_format_is_valid(hy_sv format)
{
    return hy_sv_equal(format, HY_SV("millis")) || hy_joda_is_valid(format);
}
