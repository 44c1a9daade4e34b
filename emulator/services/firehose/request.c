#include "services/firehose/request.h"

#include "base/json_scan.h"
#include "services/firehose/errors.h"

#include <stdlib.h>

/* What cJSON cannot take: a text with a NUL (it would be cut there) or with half a surrogate, and a
 * number that is longer than its buffer. They are refused here, so that a tree which is not made
 * can only mean that memory is out. */
enum { NUMBER_CHARS_MAX = 63 };

/* The four hexadecimal digits; the scanner has seen that they are there. */
static unsigned code_unit(const char *digits)
{
    char text[5] = { digits[0], digits[1], digits[2], digits[3], '\0' };
    return (unsigned)strtoul(text, NULL, 16);
}

static bool is_between(unsigned unit, unsigned first, unsigned last)
{
    return unit >= first && unit <= last;
}

static bool is_readable_text(hy_sv raw)
{
    for (size_t i = 0; i + 1 < raw.len; i++) {
        if (raw.ptr[i] != '\\') {
            continue;
        }
        i++; /* the escaped character: a backslash is passed over as well */
        if (raw.ptr[i] != 'u') {
            continue;
        }
        const unsigned unit = code_unit(raw.ptr + i + 1);
        i += 4;
        if (is_between(unit, 0xd800, 0xdbff)) {
            const bool has_second = raw.len - i > 6 && raw.ptr[i + 1] == '\\' &&
                                    raw.ptr[i + 2] == 'u' &&
                                    is_between(code_unit(raw.ptr + i + 3), 0xdc00, 0xdfff);
            if (!has_second) {
                return false;
            }
            i += 6;
        } else if (unit == 0 || is_between(unit, 0xdc00, 0xdfff)) {
            return false;
        }
    }
    return true;
}

static bool is_readable(enum hy_json_token token, const struct hy_json_scan *scan)
{
    if (token == HY_JSON_NUMBER) {
        return scan->text.len <= NUMBER_CHARS_MAX;
    }
    return (token != HY_JSON_STRING && token != HY_JSON_NAME) || !scan->escaped ||
           is_readable_text(scan->text);
}

/* The scanner is stricter than cJSON (UTF-8, depth, trailing bytes), so it goes first. */
static enum hy_code check_json(hy_sv body, struct hy_err *err)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, body);
    enum hy_json_token token = hy_json_next(&scan);
    const bool is_object = token == HY_JSON_OBJECT_BEGIN;
    const bool is_list = token == HY_JSON_ARRAY_BEGIN;
    for (; token != HY_JSON_END; token = hy_json_next(&scan)) {
        if (token == HY_JSON_ERROR) {
            return hy_refuse(err, &hy_serialization, "The body is not JSON: %s at offset %zu",
                             scan.error, scan.offset);
        }
        if (!is_readable(token, &scan)) {
            return hy_refuse(err, &hy_serialization, "The value at offset %zu cannot be read",
                             scan.offset);
        }
    }
    if (is_object) {
        return HY_OK;
    }
    return is_list ? hy_refuse(err, &hy_serialization, "Start of list found where not expected")
                   : hy_refuse(err, &hy_serialization, "The body is not a JSON object");
}

enum hy_code hy_request_parse(hy_sv body, const struct hy_shape *shape, bool check_roles,
                              cJSON **tree, struct hy_err *err)
{
    enum hy_code code = check_json(body, err);
    if (code != HY_OK) {
        return code;
    }
    cJSON *request = cJSON_ParseWithLength(body.ptr, body.len);
    if (request == NULL) {
        return HY_NO_MEMORY;
    }
    code = hy_shape_check_types(shape, request, err);
    if (code == HY_OK && check_roles) {
        code = hy_shape_find_mismatch(shape, request, HY_PATTERN_ROLE_ARN);
        if (code == HY_INVALID) {
            code = hy_refuse(err, &hy_invalid_parameter_value, "Invalid role ARN.");
        }
    }
    if (code == HY_OK) {
        code = hy_shape_check(shape, request, err);
    }
    if (code != HY_OK) {
        cJSON_Delete(request);
        return code;
    }
    *tree = request;
    return HY_OK;
}
