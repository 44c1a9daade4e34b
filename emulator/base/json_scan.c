#include "base/json_scan.h"

#include "base/json_run.h"
#include "base/utf8.h"

/* What may come next. A comma or colon is taken together with the token before or after it, so
 * that no state stands between them. */
enum {
    VALUE,          /* a value: at the start of the text, or after a NAME */
    FIRST_IN_ARRAY, /* a value or ] */
    FIRST_IN_OBJECT,/* a name or } */
    AFTER_VALUE,    /* a comma, the end of what we are in, or the end of the text */
    FAILED,
};

void hy_json_scan_init(struct hy_json_scan *scan, hy_sv text)
{
    *scan = (struct hy_json_scan){ .state = VALUE };
    scan->begin = text.len == 0 ? "" : text.ptr;
    scan->at = scan->begin;
    scan->end = scan->begin + text.len;
}

static enum hy_json_token fail(struct hy_json_scan *scan, const char *at, const char *error)
{
    scan->state = FAILED;
    scan->text = (hy_sv){ NULL, 0 };
    scan->escaped = false;
    scan->offset = (size_t)(at - scan->begin);
    scan->error = error;
    return HY_JSON_ERROR;
}

/* What is wrong at `at`, which is either the end of the text or something unexpected. */
static enum hy_json_token fail_expecting(struct hy_json_scan *scan, const char *expected)
{
    return fail(scan, scan->at, scan->at == scan->end ? "the text ends too early" : expected);
}

static void skip_space(struct hy_json_scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' ||
                                    *scan->at == '\t')) {
        scan->at++;
    }
}

static bool is_next(const struct hy_json_scan *scan, char byte)
{
    return scan->at < scan->end && *scan->at == byte;
}

static bool is_digit_next(const struct hy_json_scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* One token's text is from..at. */
static enum hy_json_token token(struct hy_json_scan *scan, enum hy_json_token kind,
                                const char *from)
{
    scan->text = (hy_sv){ from, (size_t)(scan->at - from) };
    scan->escaped = false;
    scan->offset = (size_t)(from - scan->begin);
    scan->state = AFTER_VALUE;
    return kind;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool pass_escape(struct hy_json_scan *scan)
{
    scan->at++; /* the backslash */
    if (scan->at == scan->end) {
        return false;
    }
    switch (*scan->at++) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
        return true;
    case 'u':
        for (int i = 0; i < 4; i++) {
            if (scan->at == scan->end || !is_hex(*scan->at)) {
                return false;
            }
            scan->at++;
        }
        return true;
    default:
        scan->at--;
        return false;
    }
}

static bool pass_utf8(struct hy_json_scan *scan)
{
    do {
        size_t len = hy_utf8_char((hy_sv){ scan->at, (size_t)(scan->end - scan->at) });
        if (len == 0) {
            return false;
        }
        scan->at += len;
    } while (scan->at < scan->end && (unsigned char)*scan->at >= 0x80);
    return true;
}

/* From the opening quote to behind the closing one. */
static enum hy_json_token scan_string(struct hy_json_scan *scan, enum hy_json_token kind)
{
    const char *quote = scan->at++;
    bool escaped = false;
    for (;;) {
        scan->at = hy_json_run(scan->at, scan->end);
        if (scan->at == scan->end) {
            return fail(scan, scan->at, "the text ends inside a string");
        }
        unsigned char byte = (unsigned char)*scan->at;
        if (byte == '"') {
            break;
        }
        if (byte == '\\') {
            escaped = true;
            if (!pass_escape(scan)) {
                return fail_expecting(scan, "not an escape sequence");
            }
        } else if (byte < 0x20) {
            return fail(scan, scan->at, "a control character inside a string");
        } else if (!pass_utf8(scan)) {
            return fail(scan, scan->at, "a string that is not UTF-8");
        }
    }
    token(scan, kind, quote + 1);
    scan->at++;
    scan->escaped = escaped;
    scan->offset = (size_t)(quote - scan->begin);
    return kind;
}

/* At least one. */
static bool pass_digits(struct hy_json_scan *scan)
{
    if (!is_digit_next(scan)) {
        return false;
    }
    while (is_digit_next(scan)) {
        scan->at++;
    }
    return true;
}

static bool pass_integer(struct hy_json_scan *scan)
{
    if (is_next(scan, '-')) {
        scan->at++;
    }
    if (is_next(scan, '0')) {
        scan->at++;
        return !is_digit_next(scan);
    }
    return pass_digits(scan);
}

static bool pass_fraction(struct hy_json_scan *scan)
{
    if (!is_next(scan, '.')) {
        return true;
    }
    scan->at++;
    return pass_digits(scan);
}

static bool pass_exponent(struct hy_json_scan *scan)
{
    if (!is_next(scan, 'e') && !is_next(scan, 'E')) {
        return true;
    }
    scan->at++;
    if (is_next(scan, '+') || is_next(scan, '-')) {
        scan->at++;
    }
    return pass_digits(scan);
}

static enum hy_json_token scan_number(struct hy_json_scan *scan)
{
    const char *from = scan->at;
    if (!pass_integer(scan) || !pass_fraction(scan) || !pass_exponent(scan)) {
        return fail_expecting(scan, "not a number");
    }
    return token(scan, HY_JSON_NUMBER, from);
}

static enum hy_json_token scan_word(struct hy_json_scan *scan, hy_sv word,
                                    enum hy_json_token kind)
{
    const char *from = scan->at;
    for (size_t i = 0; i < word.len; i++, scan->at++) {
        if (!is_next(scan, word.ptr[i])) {
            return fail_expecting(scan, "not a value");
        }
    }
    return token(scan, kind, from);
}

static bool is_in_array(const struct hy_json_scan *scan)
{
    unsigned level = scan->depth - 1;
    return (scan->is_array[level / 8] >> level % 8 & 1) != 0;
}

static enum hy_json_token open(struct hy_json_scan *scan, bool is_array)
{
    unsigned level = scan->depth;
    if (level == HY_JSON_DEPTH_MAX) {
        return fail(scan, scan->at, "nested too deeply");
    }
    unsigned bit = 1u << level % 8;
    unsigned bits = scan->is_array[level / 8];
    scan->is_array[level / 8] = (unsigned char)(is_array ? bits | bit : bits & ~bit);
    scan->depth++;
    scan->at++;
    token(scan, HY_JSON_NULL, scan->at - 1);
    scan->state = is_array ? FIRST_IN_ARRAY : FIRST_IN_OBJECT;
    return is_array ? HY_JSON_ARRAY_BEGIN : HY_JSON_OBJECT_BEGIN;
}

static enum hy_json_token close(struct hy_json_scan *scan)
{
    bool is_array = is_in_array(scan);
    scan->depth--;
    scan->at++;
    return token(scan, is_array ? HY_JSON_ARRAY_END : HY_JSON_OBJECT_END, scan->at - 1);
}

static enum hy_json_token scan_value(struct hy_json_scan *scan)
{
    skip_space(scan);
    if (scan->at == scan->end) {
        return fail_expecting(scan, NULL);
    }
    switch (*scan->at) {
    case '"':
        return scan_string(scan, HY_JSON_STRING);
    case '{':
        return open(scan, false);
    case '[':
        return open(scan, true);
    case 't':
        return scan_word(scan, HY_SV("true"), HY_JSON_TRUE);
    case 'f':
        return scan_word(scan, HY_SV("false"), HY_JSON_FALSE);
    case 'n':
        return scan_word(scan, HY_SV("null"), HY_JSON_NULL);
    default:
        return is_next(scan, '-') || is_digit_next(scan) ? scan_number(scan)
                                                         : fail(scan, scan->at, "not a value");
    }
}

static enum hy_json_token scan_name(struct hy_json_scan *scan)
{
    skip_space(scan);
    if (!is_next(scan, '"')) {
        return fail_expecting(scan, "expected a member's name");
    }
    if (scan_string(scan, HY_JSON_NAME) == HY_JSON_ERROR) {
        return HY_JSON_ERROR;
    }
    skip_space(scan);
    if (!is_next(scan, ':')) {
        return fail_expecting(scan, "expected a colon after the member's name");
    }
    scan->at++;
    scan->state = VALUE;
    return HY_JSON_NAME;
}

static enum hy_json_token scan_after_value(struct hy_json_scan *scan)
{
    skip_space(scan);
    if (scan->depth == 0) {
        if (scan->at < scan->end) {
            return fail(scan, scan->at, "something follows the value");
        }
        return token(scan, HY_JSON_END, scan->at);
    }
    bool is_array = is_in_array(scan);
    if (is_next(scan, is_array ? ']' : '}')) {
        return close(scan);
    }
    if (!is_next(scan, ',')) {
        return fail_expecting(scan, is_array ? "expected a comma or ]" : "expected a comma or }");
    }
    scan->at++;
    return is_array ? scan_value(scan) : scan_name(scan);
}

enum hy_json_token hy_json_next(struct hy_json_scan *scan)
{
    switch (scan->state) {
    case VALUE:
        return scan_value(scan);
    case FIRST_IN_ARRAY:
        skip_space(scan);
        return is_next(scan, ']') ? close(scan) : scan_value(scan);
    case FIRST_IN_OBJECT:
        skip_space(scan);
        return is_next(scan, '}') ? close(scan) : scan_name(scan);
    case AFTER_VALUE:
        return scan_after_value(scan);
    default:
        return HY_JSON_ERROR;
    }
}

bool hy_json_skip(struct hy_json_scan *scan)
{
    if (scan->state == FAILED || scan->state == AFTER_VALUE) {
        return scan->state != FAILED;
    }
    unsigned depth = scan->state == VALUE ? scan->depth : scan->depth - 1;
    do {
        if (hy_json_next(scan) == HY_JSON_ERROR) {
            return false;
        }
    } while (scan->depth > depth);
    return true;
}

bool hy_json_skip_value(struct hy_json_scan *scan, hy_sv *value)
{
    skip_space(scan);
    const char *from = scan->at;
    if (!hy_json_skip(scan)) {
        return false;
    }
    *value = (hy_sv){ from, (size_t)(scan->at - from) };
    return true;
}
