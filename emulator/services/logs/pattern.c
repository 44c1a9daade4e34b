#include "services/logs/pattern.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(hy_sv *rest)
{
    while (rest->len > 0 && is_blank(rest->ptr[0])) {
        rest->ptr++;
        rest->len--;
    }
}

static void skip(hy_sv *rest, size_t count)
{
    rest->ptr += count;
    rest->len -= count;
}

/* A word, or what stands between quotes. False: a quote is missing. */
static bool take_word(hy_sv *rest, hy_sv *word)
{
    if (rest->len > 0 && rest->ptr[0] == '"') {
        skip(rest, 1);
        const size_t len = hy_sv_find(*rest, '"');
        if (len == rest->len) {
            return false;
        }
        *word = (hy_sv){ rest->ptr, len };
        skip(rest, len + 1);
        return true;
    }
    size_t len = 0;
    while (len < rest->len && !is_blank(rest->ptr[len])) {
        len++;
    }
    *word = (hy_sv){ rest->ptr, len };
    skip(rest, len);
    return len > 0;
}

static bool parse_terms(struct hy_log_pattern *pattern, hy_sv rest)
{
    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        struct hy_log_term term = { .sign = '+' };
        if (rest.ptr[0] == '-' || rest.ptr[0] == '?') {
            term.sign = rest.ptr[0];
            skip(&rest, 1);
        }
        if (pattern->count == HY_LOG_TERMS_MAX || !take_word(&rest, &term.text)) {
            return false;
        }
        pattern->terms[pattern->count++] = term;
    }
    return true;
}

/* "{ $.errorCode = "S3.*" }", braces included. */
static bool parse_json(struct hy_log_pattern *pattern, hy_sv rest)
{
    pattern->is_json = true;
    while (rest.len > 0 && is_blank(rest.ptr[rest.len - 1])) {
        rest.len--;
    }
    if (rest.len < 2 || rest.ptr[rest.len - 1] != '}') {
        return false;
    }
    rest = (hy_sv){ rest.ptr + 1, rest.len - 2 };
    skip_blanks(&rest);
    if (!hy_sv_starts_with(rest, HY_SV("$."))) {
        return false;
    }
    skip(&rest, 2);
    size_t len = 0;
    while (len < rest.len && strchr("=!<>&|[].( \t", rest.ptr[len]) == NULL) {
        len++;
    }
    pattern->member = (hy_sv){ rest.ptr, len };
    skip(&rest, len);
    skip_blanks(&rest);
    pattern->is_not = hy_sv_starts_with(rest, HY_SV("!="));
    if (len == 0 || !(pattern->is_not || hy_sv_starts_with(rest, HY_SV("=")))) {
        return false;
    }
    skip(&rest, pattern->is_not ? 2 : 1);
    skip_blanks(&rest);
    const bool has_value = take_word(&rest, &pattern->value);
    skip_blanks(&rest);
    return has_value && rest.len == 0;
}

bool hy_log_pattern_parse(struct hy_log_pattern *pattern, hy_sv text)
{
    *pattern = (struct hy_log_pattern){ .count = 0 };
    skip_blanks(&text);
    if (text.len == 0) {
        return true;
    }
    switch (text.ptr[0]) {
    case '{':
        return parse_json(pattern, text);
    case '[':
    case '%':
        return false;
    default:
        return parse_terms(pattern, text);
    }
}

static bool contains(hy_sv text, hy_sv part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0) {
            return true;
        }
    }
    return false;
}

/* A star at either end stands for anything. */
static bool is_like(hy_sv text, hy_sv value)
{
    const bool open_begin = value.len > 0 && value.ptr[0] == '*';
    if (open_begin) {
        skip(&value, 1);
    }
    const bool open_end = value.len > 0 && value.ptr[value.len - 1] == '*';
    value.len -= open_end ? 1 : 0;
    if (open_begin && open_end) {
        return contains(text, value);
    }
    return open_begin ? hy_sv_ends_with(text, value)
         : open_end   ? hy_sv_starts_with(text, value)
                      : hy_sv_equal(text, value);
}

static bool matches_json(const struct hy_log_pattern *pattern, hy_sv message)
{
    char name[128];
    char number[32];
    cJSON *tree = cJSON_ParseWithLength(message.ptr, message.len);
    (void)snprintf(name, sizeof name, "%.*s", HY_SV_ARG(pattern->member));
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(tree, name);
    const char *text = cJSON_GetStringValue(member);
    if (cJSON_IsNumber(member)) {
        (void)snprintf(number, sizeof number, "%.15g", member->valuedouble);
        text = number;
    }
    const bool found =
        text != NULL && is_like(hy_sv_of(text), pattern->value) != pattern->is_not;
    cJSON_Delete(tree);
    return found;
}

bool hy_log_pattern_matches(const struct hy_log_pattern *pattern, hy_sv message)
{
    bool has_optional = false;
    bool has_one = false;
    if (pattern->is_json) {
        return matches_json(pattern, message);
    }
    for (size_t i = 0; i < pattern->count; i++) {
        const struct hy_log_term *term = &pattern->terms[i];
        const bool found = contains(message, term->text);
        if (term->sign == '?') {
            has_optional = true;
            has_one = has_one || found;
        } else if (found != (term->sign == '+')) {
            return false;
        }
    }
    return has_one || !has_optional;
}
