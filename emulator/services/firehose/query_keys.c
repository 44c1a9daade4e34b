#include "services/firehose/query_keys.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

static void take(hy_sv *rest, size_t len)
{
    *rest = (hy_sv){ rest->ptr + len, rest->len - len };
}

static void skip_space(hy_sv *rest)
{
    while (rest->len > 0 && (is_space(*rest->ptr) || *rest->ptr == '#')) {
        take(rest, *rest->ptr == '#' ? hy_sv_find(*rest, '\n') : 1);
    }
}

/* From its opening quote to behind the closing one. False: no end, or something is computed in
 * it. */
static bool take_string(hy_sv *rest, hy_sv *inner)
{
    size_t at = 1;
    while (at < rest->len && rest->ptr[at] != '"') {
        if (rest->ptr[at] == '\\') {
            if (at + 1 < rest->len && rest->ptr[at + 1] == '(') {
                return false;
            }
            at++;
        }
        at++;
    }
    if (at >= rest->len) {
        return false;
    }
    *inner = (hy_sv){ rest->ptr + 1, at - 1 };
    take(rest, at + 1);
    return true;
}

/* A name, "name" or $name. Escapes in one are not for us to decode. */
static bool take_name(hy_sv *rest, hy_sv *name)
{
    skip_space(rest);
    if (rest->len > 0 && *rest->ptr == '"') {
        return take_string(rest, name) && hy_sv_find(*name, '\\') == name->len;
    }
    if (rest->len > 0 && *rest->ptr == '$') {
        take(rest, 1);
    }
    size_t len = 0;
    while (len < rest->len && is_name_char(rest->ptr[len], len == 0)) {
        len++;
    }
    *name = (hy_sv){ rest->ptr, len };
    take(rest, len);
    return len > 0;
}

/* Up to the comma or brace that ends a member's value; it stays. */
static bool skip_value(hy_sv *rest)
{
    unsigned depth = 0;
    hy_sv inner;
    for (;;) {
        skip_space(rest);
        if (rest->len == 0) {
            return false;
        }
        const char c = *rest->ptr;
        if (c == '"') {
            if (!take_string(rest, &inner)) {
                return false;
            }
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}')) {
            return true;
        }
        if (strchr("({[", c) != NULL) {
            depth++;
        } else if (strchr(")}]", c) != NULL) {
            if (depth == 0) {
                return false;
            }
            depth--;
        }
        take(rest, 1);
    }
}

bool hy_query_keys_read(hy_sv query, struct hy_query_keys *keys)
{
    keys->count = 0;
    skip_space(&query);
    if (query.len == 0 || *query.ptr != '{') {
        return false;
    }
    do {
        hy_sv name;
        take(&query, 1); /* the brace or the comma */
        if (!take_name(&query, &name) || !skip_value(&query)) {
            return false;
        }
        if (keys->count < HY_QUERY_KEYS_MAX) {
            keys->names[keys->count] = name;
        }
        keys->count++;
    } while (*query.ptr == ',');
    take(&query, 1);
    skip_space(&query);
    return query.len == 0; /* a pipe behind it makes something else of it */
}
