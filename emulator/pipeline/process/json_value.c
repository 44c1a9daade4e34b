#include "pipeline/process/json_value.h"

#include "base/json_scan.h"

static hy_sv without_space(hy_sv text)
{
    while (text.len > 0 && (*text.ptr == ' ' || *text.ptr == '\t' || *text.ptr == '\n' ||
                            *text.ptr == '\r')) {
        text.ptr++;
        text.len--;
    }
    return text;
}

enum hy_json_value hy_json_value_next(hy_sv *rest, hy_sv *value)
{
    struct hy_json_scan scan;
    *rest = without_space(*rest);
    if (rest->len == 0) {
        return HY_JSON_VALUES_END;
    }
    hy_json_scan_init(&scan, *rest);
    if (!hy_json_skip_value(&scan, value)) {
        return HY_JSON_NO_VALUE;
    }
    rest->ptr += value->len;
    rest->len -= value->len;
    return HY_JSON_VALUE;
}
