#include "services/firehose/request.h"

#include "base/json_scan.h"
#include "services/firehose/errors.h"

/* cJSON ends a text at its NUL; we refuse such texts rather than cut them. */
static bool has_nul_escape(hy_sv raw)
{
    for (size_t i = 0; i + 1 < raw.len; i++) {
        if (raw.ptr[i] != '\\') {
            continue;
        }
        i++; /* the escaped character: a backslash is passed over as well */
        const hy_sv rest = { raw.ptr + i, raw.len - i };
        if (hy_sv_starts_with(rest, HY_SV("u0000"))) {
            return true;
        }
    }
    return false;
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
        if ((token == HY_JSON_STRING || token == HY_JSON_NAME) && scan.escaped &&
            has_nul_escape(scan.text)) {
            return hy_refuse(err, &hy_serialization, "A text holds the character NUL");
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
    if (request == NULL) { /* what the scanner lets pass and cJSON does not: half a surrogate */
        return hy_refuse(err, &hy_serialization, "The body cannot be read");
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
