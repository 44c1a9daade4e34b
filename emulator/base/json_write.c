#include "base/json_write.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <string.h>

void hy_json_write_init(struct hy_json_write *write, struct hy_buf *out)
{
    *write = (struct hy_json_write){ .out = out };
}

static void comma(struct hy_json_write *write)
{
    if (write->needs_comma) {
        hy_buf_append_byte(write->out, ',');
    }
}

static void begin(struct hy_json_write *write, char bracket)
{
    comma(write);
    hy_buf_append_byte(write->out, bracket);
    write->needs_comma = false;
}

static void end(struct hy_json_write *write, char bracket)
{
    hy_buf_append_byte(write->out, bracket);
    write->needs_comma = true;
}

void hy_json_begin_object(struct hy_json_write *write)
{
    begin(write, '{');
}

void hy_json_end_object(struct hy_json_write *write)
{
    end(write, '}');
}

void hy_json_begin_array(struct hy_json_write *write)
{
    begin(write, '[');
}

void hy_json_end_array(struct hy_json_write *write)
{
    end(write, ']');
}

void hy_json_name(struct hy_json_write *write, hy_sv name)
{
    size_t len = name.len + 3 + write->needs_comma;
    char *at = hy_buf_reserve(write->out, len);
    if (at == NULL) {
        return;
    }
    if (write->needs_comma) {
        *at++ = ',';
    }
    *at++ = '"';
    memcpy(at, name.ptr, name.len);
    memcpy(at + name.len, "\":", 2);
    hy_buf_commit(write->out, len);
    write->needs_comma = false;
}

void hy_json_raw(struct hy_json_write *write, hy_sv json)
{
    comma(write);
    hy_buf_append(write->out, json);
    write->needs_comma = true;
}

/* How many bytes from the start can stand in a string as they are. */
static size_t plain_prefix(hy_sv text)
{
    size_t i = 0;
    while (i < text.len) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            break;
        }
        size_t len = byte < 0x80 ? 1 : hy_utf8_char((hy_sv){ text.ptr + i, text.len - i });
        if (len == 0) {
            break;
        }
        i += len;
    }
    return i;
}

static void append_escaped(struct hy_buf *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = byte == 0 ? NULL : strchr(named, byte);
    if (found != NULL) {
        hy_buf_append(out, (hy_sv){ (char[]){ '\\', letters[found - named] }, 2 });
    } else if (byte < 0x20) {
        char escape[6] = { '\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15] };
        hy_buf_append(out, (hy_sv){ escape, sizeof escape });
    } else {
        hy_buf_append(out, HY_SV("\xef\xbf\xbd")); /* not UTF-8: U+FFFD */
    }
}

void hy_json_string(struct hy_json_write *write, hy_sv text)
{
    comma(write);
    hy_buf_append_byte(write->out, '"');
    while (text.len > 0) {
        size_t plain = plain_prefix(text);
        hy_buf_append(write->out, (hy_sv){ text.ptr, plain });
        text = (hy_sv){ text.ptr + plain, text.len - plain };
        if (text.len > 0) {
            append_escaped(write->out, (unsigned char)text.ptr[0]);
            text = (hy_sv){ text.ptr + 1, text.len - 1 };
        }
    }
    hy_buf_append_byte(write->out, '"');
    write->needs_comma = true;
}

void hy_json_base64(struct hy_json_write *write, hy_sv bytes)
{
    comma(write);
    size_t len = HY_BASE64_ENCODED(bytes.len);
    char *at = hy_buf_reserve(write->out, len + 2);
    if (at != NULL) {
        at[0] = '"';
        hy_base64_encode(bytes, at + 1);
        at[len + 1] = '"';
        hy_buf_commit(write->out, len + 2);
    }
    write->needs_comma = true;
}

static void append_number(struct hy_json_write *write, bool is_negative, uint64_t number)
{
    char digits[21]; /* "-9223372036854775808" has 20 */
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (is_negative) {
        digits[--at] = '-';
    }
    hy_json_raw(write, (hy_sv){ digits + at, sizeof digits - at });
}

void hy_json_u64(struct hy_json_write *write, uint64_t number)
{
    append_number(write, false, number);
}

void hy_json_i64(struct hy_json_write *write, int64_t number)
{
    bool is_negative = number < 0;
    append_number(write, is_negative, is_negative ? 0 - (uint64_t)number : (uint64_t)number);
}

void hy_json_bool(struct hy_json_write *write, bool value)
{
    hy_json_raw(write, value ? HY_SV("true") : HY_SV("false"));
}

void hy_json_null(struct hy_json_write *write)
{
    hy_json_raw(write, HY_SV("null"));
}
