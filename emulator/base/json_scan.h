/* json_scan.h - a pull scanner for JSON (RFC 8259): one token at a time, in place.
 *
 * No tree, no copy, no recursion, no allocation: tokens are views into the text. This is
 * how everything that is read often or is large is parsed (Put bodies, transform replies,
 * fixtures); what is small and irregular goes through cJSON.
 *
 * The scanner checks the grammar completely, commas and nesting included: it never accepts
 * a text that is not JSON. It does not decode: a string token is the raw text between its
 * quotes, checked to be valid UTF-8 with valid escapes; hy_json_unescape decodes it.
 *
 * The first error is final: HY_JSON_ERROR is returned from then on, `offset` says where.
 */
#ifndef HY_BASE_JSON_SCAN_H
#define HY_BASE_JSON_SCAN_H

#include "base/err.h"
#include "base/sv.h"

enum { HY_JSON_DEPTH_MAX = 128 };

enum hy_json_token {
    HY_JSON_ERROR,
    HY_JSON_END, /* the text is over, and was whole */
    HY_JSON_OBJECT_BEGIN,
    HY_JSON_OBJECT_END,
    HY_JSON_ARRAY_BEGIN,
    HY_JSON_ARRAY_END,
    HY_JSON_NAME, /* a member's name; its value is the next token */
    HY_JSON_STRING,
    HY_JSON_NUMBER,
    HY_JSON_TRUE,
    HY_JSON_FALSE,
    HY_JSON_NULL,
};

struct hy_json_scan {
    hy_sv text;        /* NAME, STRING: raw, without quotes; NUMBER: its characters */
    bool escaped;      /* the NAME or STRING holds a backslash */
    size_t offset;     /* of the current token, quote included, or of the error */
    const char *error; /* after HY_JSON_ERROR: what is wrong, static storage */

    /* private */
    const char *begin, *at, *end;
    unsigned depth;
    unsigned char state;
    unsigned char is_array[HY_JSON_DEPTH_MAX / 8]; /* one bit a level */
};

void hy_json_scan_init(struct hy_json_scan *scan, hy_sv text);
enum hy_json_token hy_json_next(struct hy_json_scan *scan);

/* After a NAME: passes over its value. After OBJECT_BEGIN or ARRAY_BEGIN: passes over the
 * rest of it, end included. After any other token there is nothing left to pass over. So a
 * value can be skipped before or after its first token. False on an error. */
HY_MUST_CHECK
bool hy_json_skip(struct hy_json_scan *scan);

/* Like hy_json_skip after a NAME, but *value is all of the value's text, quotes included. */
HY_MUST_CHECK
bool hy_json_skip_value(struct hy_json_scan *scan, hy_sv *value);

/* Decodes raw string text into `out`, which must hold raw.len bytes (the decoded form is
 * never longer; out may be raw.ptr itself). Returns the length. A lone surrogate becomes
 * U+FFFD, as in the service's own parser. */
size_t hy_json_unescape(hy_sv raw, char *out);

/* Is the token (of this scan) the string `name`, escapes considered? */
bool hy_json_is(const struct hy_json_scan *scan, hy_sv name);

/* Line of `offset` in `text`, from 1: for messages about files. */
size_t hy_json_line(hy_sv text, size_t offset);

#endif
