#include "pipeline/convert/type.h"

#include <assert.h>
#include <stdlib.h>

struct parser {
    hy_sv text;
    size_t at;
    struct hy_err *err;
};

static const struct {
    hy_sv word;
    enum hy_type_kind kind;
} words[] = {
    { HY_SV_INIT("boolean"), HY_TYPE_BOOLEAN },   { HY_SV_INIT("tinyint"), HY_TYPE_TINYINT },
    { HY_SV_INIT("smallint"), HY_TYPE_SMALLINT }, { HY_SV_INIT("int"), HY_TYPE_INT },
    { HY_SV_INIT("integer"), HY_TYPE_INT },       { HY_SV_INIT("bigint"), HY_TYPE_BIGINT },
    { HY_SV_INIT("float"), HY_TYPE_FLOAT },       { HY_SV_INIT("double"), HY_TYPE_DOUBLE },
    { HY_SV_INIT("string"), HY_TYPE_STRING },     { HY_SV_INIT("varchar"), HY_TYPE_VARCHAR },
    { HY_SV_INIT("char"), HY_TYPE_CHAR },         { HY_SV_INIT("binary"), HY_TYPE_BINARY },
    { HY_SV_INIT("date"), HY_TYPE_DATE },         { HY_SV_INIT("timestamp"), HY_TYPE_TIMESTAMP },
    { HY_SV_INIT("decimal"), HY_TYPE_DECIMAL },   { HY_SV_INIT("struct"), HY_TYPE_STRUCT },
    { HY_SV_INIT("array"), HY_TYPE_ARRAY },       { HY_SV_INIT("map"), HY_TYPE_MAP },
};

static enum hy_code parse_type(struct parser *parser, unsigned depth, struct hy_type **out);

static enum hy_code fail_at(const struct parser *parser, size_t at, const char *what)
{
    return hy_fail(parser->err, HY_INVALID, "Error: %s at the position %zu of '%.*s'", what,
                   at + 1, HY_SV_ARG(parser->text));
}

static void skip_space(struct parser *parser)
{
    while (parser->at < parser->text.len && parser->text.ptr[parser->at] == ' ') {
        parser->at++;
    }
}

static bool accept(struct parser *parser, char c)
{
    skip_space(parser);
    if (parser->at == parser->text.len || parser->text.ptr[parser->at] != c) {
        return false;
    }
    parser->at++;
    return true;
}

static enum hy_code expect(struct parser *parser, char c)
{
    if (accept(parser, c)) {
        return HY_OK;
    }
    const char what[] = { c, ' ', 'e', 'x', 'p', 'e', 'c', 't', 'e', 'd', '\0' };
    return fail_at(parser, parser->at, what);
}

/* Up to one of the characters that mean something here; blanks around it do not count. */
static hy_sv take_word(struct parser *parser)
{
    skip_space(parser);
    const size_t from = parser->at;
    while (parser->at < parser->text.len) {
        const char c = parser->text.ptr[parser->at];
        if (c == '<' || c == '>' || c == ',' || c == ':' || c == '(' || c == ')') {
            break;
        }
        parser->at++;
    }
    hy_sv word = { parser->text.ptr + from, parser->at - from };
    while (word.len > 0 && word.ptr[word.len - 1] == ' ') {
        word.len--;
    }
    return word;
}

static enum hy_code take_number(struct parser *parser, unsigned min, unsigned max, unsigned *out)
{
    skip_space(parser);
    const size_t from = parser->at;
    uint64_t value = 0;
    if (!hy_sv_to_u64(take_word(parser), &value)) {
        return fail_at(parser, from, "a number expected");
    }
    if (value < min || value > max) {
        return fail_at(parser, from, "a number out of range");
    }
    *out = (unsigned)value;
    return HY_OK;
}

static enum hy_code parse_length(struct parser *parser, struct hy_type *type)
{
    const unsigned max = type->kind == HY_TYPE_CHAR ? HY_CHAR_MAX : HY_VARCHAR_MAX;
    enum hy_code code = expect(parser, '(');
    if (code == HY_OK) {
        code = take_number(parser, 1, max, &type->length);
    }
    return code == HY_OK ? expect(parser, ')') : code;
}

static enum hy_code parse_precision(struct parser *parser, struct hy_type *type)
{
    type->precision = HY_DECIMAL_PRECISION_DEFAULT;
    if (!accept(parser, '(')) {
        return HY_OK;
    }
    enum hy_code code = take_number(parser, 1, HY_DECIMAL_PRECISION_MAX, &type->precision);
    if (code == HY_OK && accept(parser, ',')) {
        code = take_number(parser, 0, type->precision, &type->scale);
    }
    return code == HY_OK ? expect(parser, ')') : code;
}

static enum hy_code parse_child(struct parser *parser, unsigned depth, struct hy_type *parent)
{
    struct hy_type *child = NULL;
    const enum hy_code code = parse_type(parser, depth + 1, &child);
    if (code == HY_OK) {
        hy_type_append(parent, child);
    }
    return code;
}

static enum hy_code parse_field(struct parser *parser, unsigned depth, struct hy_type *parent)
{
    skip_space(parser);
    const size_t from = parser->at;
    const hy_sv name = take_word(parser);
    if (name.len == 0) {
        return fail_at(parser, from, "a field's name expected");
    }
    if (hy_type_field(parent, name) != NULL) {
        return fail_at(parser, from, "a field's name that is taken");
    }
    enum hy_code code = expect(parser, ':');
    struct hy_type *child = NULL;
    if (code == HY_OK) {
        code = parse_type(parser, depth + 1, &child);
    }
    if (code != HY_OK) {
        return code;
    }
    child->name = hy_sv_dup(name);
    if (child->name == NULL) {
        hy_type_destroy(child);
        return HY_NO_MEMORY;
    }
    hy_type_append(parent, child);
    return HY_OK;
}

static enum hy_code parse_struct(struct parser *parser, unsigned depth, struct hy_type *type)
{
    enum hy_code code = HY_OK;
    do {
        code = parse_field(parser, depth, type);
    } while (code == HY_OK && accept(parser, ','));
    return code;
}

static enum hy_code parse_map(struct parser *parser, unsigned depth, struct hy_type *type)
{
    skip_space(parser);
    const size_t from = parser->at;
    enum hy_code code = parse_child(parser, depth, type);
    if (code == HY_OK && !hy_type_is_primitive(type->children)) {
        return fail_at(parser, from, "a map's key that is not of a primitive type");
    }
    if (code == HY_OK) {
        code = expect(parser, ',');
    }
    return code == HY_OK ? parse_child(parser, depth, type) : code;
}

static enum hy_code parse_nested(struct parser *parser, unsigned depth, struct hy_type *type)
{
    enum hy_code code = expect(parser, '<');
    if (code != HY_OK) {
        return code;
    }
    switch (type->kind) {
    case HY_TYPE_STRUCT:
        code = parse_struct(parser, depth, type);
        break;
    case HY_TYPE_ARRAY:
        code = parse_child(parser, depth, type);
        break;
    default:
        code = parse_map(parser, depth, type);
        break;
    }
    return code == HY_OK ? expect(parser, '>') : code;
}

static enum hy_code parse_rest(struct parser *parser, unsigned depth, struct hy_type *type)
{
    switch (type->kind) {
    case HY_TYPE_VARCHAR:
    case HY_TYPE_CHAR:
        return parse_length(parser, type);
    case HY_TYPE_DECIMAL:
        return parse_precision(parser, type);
    case HY_TYPE_STRUCT:
    case HY_TYPE_ARRAY:
    case HY_TYPE_MAP:
        return parse_nested(parser, depth, type);
    default:
        return HY_OK;
    }
}

static enum hy_code parse_type(struct parser *parser, unsigned depth, struct hy_type **out)
{
    skip_space(parser);
    const size_t from = parser->at;
    const hy_sv word = take_word(parser);
    size_t row = 0;
    while (row < sizeof words / sizeof words[0] && !hy_sv_equal_nocase(words[row].word, word)) {
        row++;
    }
    if (word.len == 0) {
        return fail_at(parser, from, "type expected");
    }
    if (row == sizeof words / sizeof words[0]) {
        return fail_at(parser, from, "unknown type");
    }
    if (depth == HY_TYPE_DEPTH_MAX) {
        return fail_at(parser, from, "type nested too deeply");
    }
    struct hy_type *type = hy_type_create(words[row].kind);
    if (type == NULL) {
        return HY_NO_MEMORY;
    }
    const enum hy_code code = parse_rest(parser, depth, type);
    if (code != HY_OK) {
        hy_type_destroy(type);
        return code;
    }
    *out = type;
    return HY_OK;
}

enum hy_code hy_type_parse(hy_sv text, struct hy_type **out, struct hy_err *err)
{
    struct parser parser = { .text = text, .err = err };
    struct hy_type *type = NULL;
    enum hy_code code = parse_type(&parser, 0, &type);
    skip_space(&parser);
    if (code == HY_OK && parser.at < text.len) {
        code = fail_at(&parser, parser.at, "end of type expected");
        hy_type_destroy(type);
    }
    if (code == HY_OK) {
        *out = type;
    }
    return code;
}

struct hy_type *hy_type_create(enum hy_type_kind kind)
{
    struct hy_type *type = calloc(1, sizeof *type);
    if (type != NULL) {
        type->kind = kind;
    }
    return type;
}

void hy_type_append(struct hy_type *parent, struct hy_type *child)
{
    struct hy_type **end = &parent->children;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    assert(child->next == NULL);
    *end = child;
    parent->count++;
}

const struct hy_type *hy_type_field(const struct hy_type *parent, hy_sv name)
{
    const struct hy_type *child = parent->children;
    while (child != NULL && !hy_sv_equal_nocase(hy_sv_of(child->name), name)) {
        child = child->next;
    }
    return child;
}

void hy_type_destroy(struct hy_type *type)
{
    if (type == NULL) {
        return;
    }
    struct hy_type *child = type->children;
    while (child != NULL) {
        struct hy_type *next = child->next;
        hy_type_destroy(child);
        child = next;
    }
    free(type->name);
    free(type);
}
