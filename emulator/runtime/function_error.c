#include "runtime/function_error.h"

#include "base/json_scan.h"
#include "base/json_write.h"

#include <stdlib.h>
#include <string.h>

/* Copies what fits, never half of a character. */
static void copy_cut(char *out, size_t size, hy_sv text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    if (len > 0) {
        memcpy(out, text.ptr, len);
    }
    out[len] = '\0';
}

void hy_function_error_set_type(struct hy_function_error *error, hy_sv type)
{
    copy_cut(error->type, sizeof error->type, type);
}

void hy_function_error_set_message(struct hy_function_error *error, hy_sv message)
{
    copy_cut(error->message, sizeof error->message, message);
}

static void copy_unescaped(char *out, size_t size, hy_sv raw)
{
    char *text = malloc(raw.len + 1);
    if (text != NULL) { /* without memory the error just has no text */
        copy_cut(out, size, (hy_sv){ text, hy_json_unescape(raw, text) });
        free(text);
    }
}

bool hy_function_error_peek(hy_sv body, struct hy_function_error *out)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, body);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return false;
    }
    while (hy_json_next(&scan) == HY_JSON_NAME) {
        bool is_type = hy_json_is(&scan, HY_SV("errorType"));
        bool is_message = hy_json_is(&scan, HY_SV("errorMessage"));
        hy_sv value;
        if (!hy_json_skip_value(&scan, &value)) {
            return false;
        }
        if (value.len < 2 || value.ptr[0] != '"') {
            continue;
        }
        hy_sv raw = { value.ptr + 1, value.len - 2 };
        if (is_type) {
            copy_unescaped(out->type, sizeof out->type, raw);
        } else if (is_message) {
            copy_unescaped(out->message, sizeof out->message, raw);
        }
    }
    return hy_json_next(&scan) == HY_JSON_END;
}

bool hy_function_error_is_json(hy_sv body)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, body);
    enum hy_json_token token;
    do {
        token = hy_json_next(&scan);
    } while (token != HY_JSON_ERROR && token != HY_JSON_END);
    return token == HY_JSON_END;
}

void hy_function_error_write(const struct hy_function_error *error, struct hy_buf *out)
{
    struct hy_json_write write;
    hy_json_write_init(&write, out);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("errorType"));
    hy_json_string(&write, hy_sv_of(error->type));
    hy_json_name(&write, HY_SV("errorMessage"));
    hy_json_string(&write, hy_sv_of(error->message));
    hy_json_end_object(&write);
}

/* Is the current member one of those that are kept? */
static bool is_kept(const struct hy_json_scan *scan)
{
    return hy_json_is(scan, HY_SV("errorMessage")) || hy_json_is(scan, HY_SV("errorType")) ||
           hy_json_is(scan, HY_SV("stackTrace"));
}

void hy_function_error_reduce(hy_sv body, struct hy_buf *out)
{
    struct hy_json_scan scan;
    struct hy_json_write write;
    hy_buf_clear(out);
    hy_json_write_init(&write, out);
    hy_json_begin_object(&write);
    hy_json_scan_init(&scan, body);
    bool whole = hy_json_next(&scan) == HY_JSON_OBJECT_BEGIN;
    while (whole && hy_json_next(&scan) == HY_JSON_NAME) {
        bool kept = is_kept(&scan);
        hy_sv name = scan.text, value;
        whole = hy_json_skip_value(&scan, &value);
        if (whole && kept) {
            hy_json_name(&write, name);
            hy_json_raw(&write, value);
        }
    }
    hy_json_end_object(&write);
    if (!whole || hy_json_next(&scan) != HY_JSON_END) {
        hy_buf_clear(out);
        hy_buf_append(out, HY_SV("\"Invalid error body\""));
    }
}
