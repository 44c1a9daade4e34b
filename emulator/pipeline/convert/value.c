#include "pipeline/convert/value.h"

#include "base/utf8.h"
#include "pipeline/convert/decimal.h"
#include "pipeline/convert/instant.h"
#include "pipeline/convert/joda.h"
#include "pipeline/convert/number.h"
#include "pipeline/convert/plain.h"

#include <string.h>

struct put {
    struct hy_leaf *leaf;
    unsigned rep;
    const struct hy_value *value;
    const struct hy_row_options *options;
    struct hy_buf *scratch;
};

static enum hy_code put_bytes(const struct put *put, const char *bytes, size_t len)
{
    return hy_leaf_put(put->leaf, put->rep, (hy_sv){ bytes, len });
}

static enum hy_code put_u32(const struct put *put, uint32_t bits)
{
    char plain[4];
    hy_plain_u32(bits, plain);
    return put_bytes(put, plain, sizeof plain);
}

static enum hy_code put_u64(const struct put *put, uint64_t bits)
{
    char plain[8];
    hy_plain_u64(bits, plain);
    return put_bytes(put, plain, sizeof plain);
}

/* OpenX reads a number from a string, too; Hive's parser insists on the token. */
static bool may_be_number(const struct put *put)
{
    return put->value->token == HY_JSON_NUMBER ||
           (put->value->token == HY_JSON_STRING && put->options->rules == HY_RULES_OPENX);
}

static enum hy_code put_int(const struct put *put)
{
    static const int64_t greatest[] = {
        [HY_TYPE_TINYINT] = INT8_MAX,
        [HY_TYPE_SMALLINT] = INT16_MAX,
        [HY_TYPE_INT] = INT32_MAX,
        [HY_TYPE_BIGINT] = INT64_MAX,
    };
    const enum hy_type_kind kind = put->leaf->type->kind;
    int64_t number = 0;
    if (!may_be_number(put) || !hy_number_to_i64(put->value->text, &number) ||
        number > greatest[kind] || number < -greatest[kind] - 1) {
        return HY_MALFORMED;
    }
    return kind == HY_TYPE_BIGINT ? put_u64(put, (uint64_t)number)
                                  : put_u32(put, (uint32_t)number);
}

static enum hy_code put_floating(const struct put *put)
{
    double number = 0;
    if (!may_be_number(put)) {
        return HY_MALFORMED;
    }
    const enum hy_code code = hy_number_to_double(put->value->text, put->scratch, &number);
    if (code != HY_OK) {
        return code;
    }
    if (put->leaf->type->kind == HY_TYPE_FLOAT) {
        const float narrow = (float)number;
        uint32_t bits;
        memcpy(&bits, &narrow, sizeof bits);
        return put_u32(put, bits);
    }
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return put_u64(put, bits);
}

static enum hy_code put_boolean(const struct put *put)
{
    const struct hy_value *value = put->value;
    const bool is_text = value->token == HY_JSON_STRING && put->options->rules == HY_RULES_OPENX;
    if (value->token == HY_JSON_TRUE ||
        (is_text && hy_sv_equal_nocase(value->text, HY_SV("true")))) {
        return put_bytes(put, "\1", 1);
    }
    if (value->token == HY_JSON_FALSE ||
        (is_text && hy_sv_equal_nocase(value->text, HY_SV("false")))) {
        return put_bytes(put, "\0", 1);
    }
    return HY_MALFORMED;
}

static enum hy_code put_decimal(const struct put *put)
{
    const struct hy_type *type = put->leaf->type;
    char plain[HY_DECIMAL_BYTES_MAX];
    const bool has_kind =
        put->value->token == HY_JSON_NUMBER || put->value->token == HY_JSON_STRING;
    if (!has_kind || !hy_decimal_parse(put->value->text, type->precision, type->scale, plain)) {
        return HY_MALFORMED;
    }
    return put_bytes(put, plain, put->leaf->width);
}

static enum hy_code put_date(const struct put *put)
{
    int32_t days = 0;
    if (put->value->token != HY_JSON_STRING || !hy_instant_parse_date(put->value->text, &days)) {
        return HY_MALFORMED;
    }
    return put_u32(put, (uint32_t)days);
}

static bool parse_by_formats(const struct put *put, struct hy_instant *out)
{
    for (size_t i = 0; i < put->options->timestamp_format_count; i++) {
        const hy_sv format = put->options->timestamp_formats[i];
        if (hy_sv_equal(format, HY_SV("millis")) ? hy_instant_parse_millis(put->value->text, out)
                                                 : hy_joda_parse(format, put->value->text, out)) {
            return true;
        }
    }
    return hy_instant_parse_java(put->value->text, out);
}

static enum hy_code put_timestamp(const struct put *put)
{
    struct hy_instant instant;
    char plain[12];
    const bool has_kind =
        put->value->token == HY_JSON_NUMBER || put->value->token == HY_JSON_STRING;
    const bool is_openx = put->options->rules == HY_RULES_OPENX;
    if (!has_kind || !(is_openx ? hy_instant_parse_openx(put->value->text, &instant)
                                : parse_by_formats(put, &instant))) {
        return HY_MALFORMED;
    }
    hy_instant_write(&instant, plain);
    return put_bytes(put, plain, sizeof plain);
}

/* The first `count` characters of UTF-8. */
static hy_sv cut_text(hy_sv text, size_t count)
{
    size_t len = 0;
    while (count-- > 0 && len < text.len) {
        len += hy_utf8_char((hy_sv){ text.ptr + len, text.len - len });
    }
    return (hy_sv){ text.ptr, len };
}

/* A number or a boolean is its text. */
static enum hy_code put_text(const struct put *put)
{
    const struct hy_type *type = put->leaf->type;
    hy_sv text = put->value->text;
    if (type->length > 0) {
        text = cut_text(text, type->length);
    }
    while (type->kind == HY_TYPE_CHAR && text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--; /* Hive pads when it reads */
    }
    return hy_leaf_put(put->leaf, put->rep, text);
}

enum hy_code hy_value_put(struct hy_leaf *leaf, unsigned rep, const struct hy_value *value,
                          const struct hy_row_options *options, struct hy_buf *scratch)
{
    const struct put put = { leaf, rep, value, options, scratch };
    switch (leaf->type->kind) {
    case HY_TYPE_BOOLEAN:
        return put_boolean(&put);
    case HY_TYPE_TINYINT:
    case HY_TYPE_SMALLINT:
    case HY_TYPE_INT:
    case HY_TYPE_BIGINT:
        return put_int(&put);
    case HY_TYPE_FLOAT:
    case HY_TYPE_DOUBLE:
        return put_floating(&put);
    case HY_TYPE_DATE:
        return put_date(&put);
    case HY_TYPE_TIMESTAMP:
        return put_timestamp(&put);
    case HY_TYPE_DECIMAL:
        return put_decimal(&put);
    default:
        return put_text(&put);
    }
}
