#include "base/java_date.h"

#include "base/java_field.h"

#include <string.h>

/* ---- a pattern, token by token ---- */

enum token_kind {
    TOKEN_END,
    TOKEN_TEXT,
    TOKEN_QUOTED, /* text in which two quotes are one, and none at all is one */
    TOKEN_FIELD,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_WRONG,
};

struct token {
    enum token_kind kind;
    hy_sv text;           /* TEXT, QUOTED */
    const struct hy_java_field *field;
    size_t count;         /* of its letter */
    size_t pad;           /* width that it is filled up to; 0: none */
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static hy_sv take(hy_sv *rest, size_t len)
{
    const hy_sv taken = { rest->ptr, len };
    *rest = (hy_sv){ rest->ptr + len, rest->len - len };
    return taken;
}

static size_t take_run(hy_sv *rest)
{
    const char letter = rest->ptr[0];
    size_t count = 0;
    while (count < rest->len && rest->ptr[count] == letter) {
        count++;
    }
    (void)take(rest, count);
    return count;
}

static struct token next_field(hy_sv *rest)
{
    struct token token = { .kind = TOKEN_FIELD };
    char letter = rest->ptr[0];
    token.count = take_run(rest);
    if (letter == 'p') {
        if (rest->len == 0 || !is_letter(rest->ptr[0])) {
            return (struct token){ .kind = TOKEN_WRONG };
        }
        token.pad = token.count;
        letter = rest->ptr[0];
        token.count = take_run(rest);
    }
    token.field = hy_java_field_find(letter, token.count);
    if (token.field == NULL) {
        token.kind = TOKEN_WRONG;
    }
    return token;
}

/* The first quote is at the front; inside, two of them are one. */
static struct token next_quoted(hy_sv *rest)
{
    size_t end = 1;
    while (end < rest->len) {
        if (rest->ptr[end] != '\'') {
            end++;
        } else if (end + 1 < rest->len && rest->ptr[end + 1] == '\'') {
            end += 2;
        } else {
            const struct token token = { .kind = TOKEN_QUOTED,
                                         .text = { rest->ptr + 1, end - 1 } };
            (void)take(rest, end + 1);
            return token;
        }
    }
    return (struct token){ .kind = TOKEN_WRONG };
}

static struct token next_token(hy_sv *rest)
{
    if (rest->len == 0) {
        return (struct token){ .kind = TOKEN_END };
    }
    const char c = rest->ptr[0];
    if (is_letter(c)) {
        return next_field(rest);
    }
    switch (c) {
    case '\'':
        return next_quoted(rest);
    case '[':
        (void)take(rest, 1);
        return (struct token){ .kind = TOKEN_OPEN };
    case ']':
        (void)take(rest, 1);
        return (struct token){ .kind = TOKEN_CLOSE };
    case '{':
    case '}':
    case '#':
        return (struct token){ .kind = TOKEN_WRONG };
    default:
        return (struct token){ .kind = TOKEN_TEXT, .text = take(rest, 1) };
    }
}

bool hy_java_date_is_pattern(hy_sv pattern)
{
    size_t depth = 0; /* of [optional sections]; one that stays open is fine */
    for (;;) {
        const struct token token = next_token(&pattern);
        switch (token.kind) {
        case TOKEN_END:
            return true;
        case TOKEN_WRONG:
            return false;
        case TOKEN_OPEN:
            depth++;
            break;
        case TOKEN_CLOSE:
            if (depth-- == 0) {
                return false;
            }
            break;
        case TOKEN_TEXT:
        case TOKEN_QUOTED:
        case TOKEN_FIELD:
            break;
        }
    }
}

static void write_quoted(hy_sv text, struct hy_buf *out)
{
    if (text.len == 0) {
        hy_buf_append_byte(out, '\'');
    }
    for (size_t i = 0; i < text.len; i++) {
        hy_buf_append_byte(out, text.ptr[i]);
        i += text.ptr[i] == '\''; /* the other one of the two */
    }
}

/* Blanks before what was written since `start`. */
static bool pad(struct hy_buf *out, size_t start, size_t width)
{
    const size_t written = out->len - start;
    if (written >= width) {
        return written == width;
    }
    const size_t blanks = width - written;
    if (hy_buf_reserve(out, blanks) == NULL) {
        return true; /* out->failed says it */
    }
    memmove(out->data + start + blanks, out->data + start, written);
    memset(out->data + start, ' ', blanks);
    hy_buf_commit(out, blanks);
    return true;
}

bool hy_java_date_write(hy_sv pattern, const struct hy_local_time *at, struct hy_buf *out)
{
    bool fits = true;
    while (pattern.len > 0) {
        const struct token token = next_token(&pattern);
        const size_t start = out->len;
        if (token.kind == TOKEN_TEXT) {
            hy_buf_append(out, token.text);
        } else if (token.kind == TOKEN_QUOTED) {
            write_quoted(token.text, out);
        } else if (token.kind == TOKEN_FIELD) {
            hy_java_field_write(token.field, token.count, at, out);
            if (token.pad > 0 && !pad(out, start, token.pad)) {
                fits = false;
            }
        } else if (token.kind == TOKEN_WRONG) {
            return false;
        }
    }
    return fits;
}
