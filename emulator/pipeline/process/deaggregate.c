#define _GNU_SOURCE /* memmem */
#include "pipeline/process/deaggregate.h"

#include "pipeline/process/json_value.h"

#include <string.h>

/* 0: it cannot be split. */
static size_t split_json(hy_sv rest, hy_sv *out)
{
    size_t count = 0;
    hy_sv value;
    enum hy_json_value kind;
    while ((kind = hy_json_value_next(&rest, &value)) == HY_JSON_VALUE) {
        if (count == HY_SUB_RECORDS_MAX) {
            return 0;
        }
        out[count++] = value;
    }
    return kind == HY_JSON_VALUES_END ? count : 0;
}

static hy_sv cut(hy_sv *rest, hy_sv delimiter)
{
    const char *at = rest->len == 0 ? NULL
                                    : memmem(rest->ptr, rest->len, delimiter.ptr, delimiter.len);
    hy_sv piece = *rest;
    if (at == NULL) {
        *rest = (hy_sv){ rest->ptr + rest->len, 0 };
        return piece;
    }
    piece.len = (size_t)(at - rest->ptr);
    rest->ptr = at + delimiter.len;
    rest->len -= piece.len + delimiter.len;
    return piece;
}

static size_t split_delimited(hy_sv rest, hy_sv delimiter, hy_sv *out)
{
    size_t count = 0;
    while (rest.len > 0) {
        const hy_sv piece = cut(&rest, delimiter);
        if (piece.len == 0) {
            continue;
        }
        if (count == HY_SUB_RECORDS_MAX) {
            return 0;
        }
        out[count++] = piece;
    }
    return count;
}

size_t hy_deaggregate(const struct hy_process_spec *spec, hy_sv record,
                      hy_sv out[HY_SUB_RECORDS_MAX])
{
    size_t count = 0;
    if (spec->split == HY_SPLIT_JSON) {
        count = split_json(record, out);
    } else if (spec->split == HY_SPLIT_DELIMITED && spec->delimiter_len > 0) {
        count = split_delimited(record, (hy_sv){ spec->delimiter, spec->delimiter_len }, out);
    }
    if (count == 0) {
        out[count++] = record;
    }
    return count;
}
