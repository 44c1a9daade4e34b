#include "harness/record_compare.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_CHARS = 512, SHOWN_MAX = 300 };

struct compare {
    const struct hy_record_rules *rules;
    struct hy_buf *out;  /* NULL: only count, and stop at the first */
    bool is_coloured;
    size_t differences;
    char path[PATH_MAX_CHARS];
    size_t path_len;
};

/* ---- saying it ---- */

static void print_value(struct compare *compare, const char *label, hy_sv value, const char *colour)
{
    const char *before = compare->is_coloured ? colour : "";
    const char *after = compare->is_coloured ? "\033[0m" : "";
    hy_buf_printf(compare->out, "        %s %s%.*s%s%s\n", label, before,
                  (int)(value.len < SHOWN_MAX ? value.len : SHOWN_MAX), value.ptr,
                  value.len > SHOWN_MAX ? "..." : "", after);
}

static void differ(struct compare *compare, hy_sv expected, hy_sv found)
{
    compare->differences++;
    if (compare->out == NULL) {
        return;
    }
    if (compare->path_len > 0) {
        hy_buf_printf(compare->out, "      field %s\n", compare->path);
    }
    print_value(compare, "expected", expected, "\033[32m");
    print_value(compare, "got     ", found, "\033[31m");
}

static hy_sv source_of(const struct hy_node *node)
{
    return node != NULL ? node->source : HY_SV("nothing");
}

/* ---- rules ---- */

static bool names(const struct hy_node *list, hy_sv path)
{
    for (const struct hy_node *item = list != NULL ? list->first : NULL; item != NULL;
         item = item->next) {
        if (hy_sv_equal(item->text, path)) {
            return true;
        }
    }
    return false;
}

/* `only` counts for the first segment of a path. */
static bool counts(const struct compare *compare)
{
    hy_sv path = { compare->path, compare->path_len }, rest = path;
    hy_sv first = hy_sv_cut(&rest, '.');
    return !names(compare->rules->ignore, path) &&
           (compare->rules->only == NULL || names(compare->rules->only, first) ||
            names(compare->rules->only, path));
}

static bool fits_pattern(const char *pattern, const struct hy_node *found)
{
    regex_t regex;
    hy_sv value = found == NULL ? HY_SV("")
                : found->kind == HY_NODE_STRING ? found->text : found->source;
    char *text = hy_sv_dup(value);
    if (text == NULL || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        free(text);
        return false;
    }
    bool fits = found != NULL && regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    free(text);
    return fits;
}

static bool is_near(const struct compare *compare, const struct hy_node *expected,
                    const struct hy_node *found)
{
    const struct hy_node *tolerance = compare->rules->tolerance;
    if (tolerance != NULL && tolerance->kind == HY_NODE_OBJECT) {
        tolerance = hy_node_member(tolerance, (hy_sv){ compare->path, compare->path_len });
    }
    return tolerance != NULL && tolerance->kind == HY_NODE_NUMBER &&
           fabs(hy_node_double(expected) - hy_node_double(found)) <= hy_node_double(tolerance);
}

/* ---- comparing ---- */

static void compare_nodes(struct compare *compare, const struct hy_node *expected,
                          const struct hy_node *found);

static bool is_enough(const struct compare *compare)
{
    return compare->out == NULL && compare->differences > 0;
}

static size_t enter(struct compare *compare, hy_sv name)
{
    size_t before = compare->path_len;
    int len = snprintf(compare->path + before, sizeof compare->path - before, "%s%.*s",
                       before > 0 ? "." : "", HY_SV_ARG(name));
    size_t room = sizeof compare->path - before - 1;
    compare->path_len = before + ((size_t)len < room ? (size_t)len : room);
    return before;
}

static void leave(struct compare *compare, size_t before)
{
    compare->path_len = before;
    compare->path[before] = '\0';
}

/* One field, which may be missing on either side. */
static void compare_field(struct compare *compare, hy_sv name, const struct hy_node *expected,
                          const struct hy_node *found)
{
    size_t before = enter(compare, name);
    hy_sv path = { compare->path, compare->path_len };
    const struct hy_node *pattern = hy_node_member(compare->rules->match, path);
    if (!counts(compare)) {
        leave(compare, before);
        return;
    }
    if (pattern != NULL) {
        if (!fits_pattern(pattern->text.ptr, found)) {
            differ(compare, pattern->source, source_of(found));
        }
    } else if (expected == NULL || found == NULL) {
        differ(compare, source_of(expected), source_of(found));
    } else {
        compare_nodes(compare, expected, found);
    }
    leave(compare, before);
}

static void compare_objects(struct compare *compare, const struct hy_node *expected,
                            const struct hy_node *found)
{
    for (const struct hy_node *item = expected->first; item != NULL && !is_enough(compare);
         item = item->next) {
        compare_field(compare, item->name, item, hy_node_member(found, item->name));
    }
    for (const struct hy_node *item = found->first; item != NULL && !is_enough(compare);
         item = item->next) {
        if (hy_node_member(expected, item->name) == NULL) {
            compare_field(compare, item->name, NULL, item);
        }
    }
}

static void compare_nodes(struct compare *compare, const struct hy_node *expected,
                          const struct hy_node *found)
{
    if (expected->kind == HY_NODE_OBJECT && found->kind == HY_NODE_OBJECT) {
        compare_objects(compare, expected, found);
    } else if (expected->kind == HY_NODE_NUMBER && found->kind == HY_NODE_NUMBER &&
               is_near(compare, expected, found)) {
        return;
    } else if (!hy_node_equal(expected, found)) {
        differ(compare, expected->source, found->source);
    }
}

/* The same text is enough, except where a pattern is asked for. */
static size_t compare_records(struct compare *compare, const struct hy_record *expected,
                              const struct hy_record *found)
{
    bool are_json = expected->node != NULL && found->node != NULL;
    bool are_same = hy_sv_equal(expected->text, found->text);
    if (are_json && (!are_same || compare->rules->match != NULL)) {
        compare_nodes(compare, expected->node, found->node);
    } else if (!are_same) {
        differ(compare, expected->text, found->text);
    }
    return compare->differences;
}

bool hy_record_fits(const struct hy_record *expected, const struct hy_record *found,
                    const struct hy_record_rules *rules)
{
    struct compare compare = { .rules = rules };
    return compare_records(&compare, expected, found) == 0;
}

size_t hy_record_describe(const struct hy_record *expected, const struct hy_record *found,
                          const struct hy_record_rules *rules, bool is_coloured,
                          struct hy_buf *out)
{
    struct compare compare = { .rules = rules, .out = out, .is_coloured = is_coloured };
    return compare_records(&compare, expected, found);
}
