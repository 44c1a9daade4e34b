#include "harness/record_compare.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 5, LINE_SHOWN_MAX = 400, LOOK_AHEAD = 20 };

/* ---- lists ---- */

bool hy_record_list_read(struct hy_record_list *list, hy_sv text, const char *where)
{
    for (size_t line = 1; text.len > 0; line++) {
        if (list->count == list->cap) {
            size_t cap = list->cap == 0 ? 64 : list->cap * 2;
            struct hy_record *items = realloc(list->items, cap * sizeof *items);
            if (items == NULL) {
                return false;
            }
            list->items = items;
            list->cap = cap;
        }
        struct hy_record *record = &list->items[list->count++];
        struct hy_node *node;
        struct hy_err err;
        *record = (struct hy_record){
            .text = hy_sv_cut(&text, '\n'), .where = where, .line = line,
        };
        enum hy_code code = hy_node_parse(record->text, "", list->arena, &node, &err);
        if (code == HY_NO_MEMORY) {
            return false;
        }
        record->node = code == HY_OK ? node : NULL;
    }
    return true;
}

void hy_record_list_finish(struct hy_record_list *list)
{
    free(list->items);
}

/* ---- telling ---- */

struct diff {
    const struct hy_record_list *expected, *found;
    const struct hy_record_rules *rules;
    struct hy_sources *sources;
    bool is_coloured;
    struct hy_buf *out;
    size_t count;   /* of differences */
    size_t located; /* expected records whose source was looked for, in order */
    const struct hy_source *source; /* of the last of them */
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Where expected[e] came from. Sources are used up in order, so all records before it are looked
 * for, too. When its own fields do not tell, those of found[f] may. */
static const struct hy_source *locate(struct diff *diff, size_t e, size_t f)
{
    if (diff->rules->is_set || diff->located == 0) {
        hy_sources_rewind(diff->sources);
        diff->located = diff->rules->is_set ? e : 0;
    }
    while (diff->located <= e) {
        diff->source = hy_sources_find(diff->sources,
                                       diff->expected->items[diff->located++].node);
    }
    if (diff->source == NULL && f < diff->found->count) {
        diff->source = hy_sources_find(diff->sources, diff->found->items[f].node);
    }
    return diff->source;
}

static void print_source(struct diff *diff, const struct hy_source *source)
{
    if (source != NULL) {
        hy_buf_printf(diff->out, ", put by %s:%zu", base_name(source->place.file),
                      source->place.line);
    }
}

static bool is_shown(struct diff *diff)
{
    return ++diff->count <= SHOWN_MAX;
}

static void print_line(struct diff *diff, char sign, hy_sv text, const char *colour)
{
    hy_buf_printf(diff->out, "      %s%c %.*s%s%s\n", diff->is_coloured ? colour : "", sign,
                  (int)(text.len < LINE_SHOWN_MAX ? text.len : LINE_SHOWN_MAX), text.ptr,
                  text.len > LINE_SHOWN_MAX ? "..." : "", diff->is_coloured ? "\033[0m" : "");
}

static void tell_changed(struct diff *diff, size_t e, size_t f)
{
    const struct hy_record *expected = &diff->expected->items[e], *found = &diff->found->items[f];
    if (!is_shown(diff)) {
        return;
    }
    hy_buf_printf(diff->out, "    record %zu differs (%s:%zu", f + 1, base_name(expected->where),
                  expected->line);
    print_source(diff, locate(diff, e, f));
    hy_buf_printf(diff->out, "), in %s:%zu\n", found->where, found->line);
    (void)hy_record_describe(expected, found, diff->rules, diff->is_coloured, diff->out);
}

static void tell_missing(struct diff *diff, size_t e)
{
    const struct hy_record *expected = &diff->expected->items[e];
    if (!is_shown(diff)) {
        return;
    }
    hy_buf_printf(diff->out, "    record %zu is missing (%s:%zu", e + 1,
                  base_name(expected->where), expected->line);
    print_source(diff, locate(diff, e, diff->found->count));
    hy_buf_printf(diff->out, ")\n");
    print_line(diff, '-', expected->text, "\033[32m");
}

static void tell_surplus(struct diff *diff, size_t f)
{
    const struct hy_record *found = &diff->found->items[f];
    if (!is_shown(diff)) {
        return;
    }
    hy_buf_printf(diff->out, "    record %zu was not expected, in %s:%zu\n", f + 1, found->where,
                  found->line);
    print_line(diff, '+', found->text, "\033[31m");
}

/* ---- in order ---- */

static bool fits(const struct diff *diff, size_t e, size_t f)
{
    return hy_record_fits(&diff->expected->items[e], &diff->found->items[f], diff->rules);
}

/* How many found records stand before one that fits expected[e]; 0: none does, nearby. */
static size_t surplus_before(const struct diff *diff, size_t e, size_t f)
{
    for (size_t i = 1; i <= LOOK_AHEAD && f + i < diff->found->count; i++) {
        if (fits(diff, e, f + i)) {
            return i;
        }
    }
    return 0;
}

static size_t missing_before(const struct diff *diff, size_t e, size_t f)
{
    for (size_t i = 1; i <= LOOK_AHEAD && e + i < diff->expected->count; i++) {
        if (fits(diff, e + i, f)) {
            return i;
        }
    }
    return 0;
}

static void diff_sequence(struct diff *diff)
{
    size_t e = 0, f = 0;
    while (e < diff->expected->count && f < diff->found->count) {
        if (fits(diff, e, f)) {
            e++;
            f++;
            continue;
        }
        size_t surplus = surplus_before(diff, e, f), missing = missing_before(diff, e, f);
        if (surplus == 0 && missing == 0) {
            tell_changed(diff, e++, f++);
        } else if (missing == 0 || (surplus > 0 && surplus < missing)) {
            for (; surplus > 0; surplus--) {
                tell_surplus(diff, f++);
            }
        } else {
            for (; missing > 0; missing--) {
                tell_missing(diff, e++);
            }
        }
    }
    while (e < diff->expected->count) {
        tell_missing(diff, e++);
    }
    while (f < diff->found->count) {
        tell_surplus(diff, f++);
    }
}

/* ---- in any order ---- */

/* A record and its place in the list, to be sorted. */
struct ranked {
    hy_sv text;
    size_t index;
};

static int by_text(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = hy_sv_compare(a->text, b->text);
    return order != 0 ? order : a->index < b->index ? -1 : a->index > b->index;
}

static struct ranked *sort(const struct hy_record_list *list)
{
    struct ranked *order = calloc(list->count + 1, sizeof *order);
    for (size_t i = 0; order != NULL && i < list->count; i++) {
        order[i] = (struct ranked){ list->items[i].text, i };
    }
    if (order != NULL && list->count > 0) {
        qsort(order, list->count, sizeof *order, by_text);
    }
    return order;
}

struct matching {
    bool *is_expected_used, *is_found_used;
};

/* What is the same to the byte, by merging two sorted lists. Not with patterns: they decide. */
static bool match_texts(struct diff *diff, struct matching *matching)
{
    struct ranked *left = sort(diff->expected), *right = sort(diff->found);
    size_t e = 0, f = 0;
    while (left != NULL && right != NULL && e < diff->expected->count && f < diff->found->count) {
        int order = hy_sv_compare(left[e].text, right[f].text);
        if (order == 0) {
            matching->is_expected_used[left[e].index] = true;
            matching->is_found_used[right[f].index] = true;
        }
        e += order <= 0;
        f += order >= 0;
    }
    bool is_done = left != NULL && right != NULL;
    free(left);
    free(right);
    return is_done;
}

/* The rest: each with the first that fits. */
static void match_rest(struct diff *diff, struct matching *matching)
{
    size_t first = 0; /* found records before it are used */
    for (size_t e = 0; e < diff->expected->count; e++) {
        while (first < diff->found->count && matching->is_found_used[first]) {
            first++;
        }
        for (size_t f = first; f < diff->found->count && !matching->is_expected_used[e]; f++) {
            if (!matching->is_found_used[f] && fits(diff, e, f)) {
                matching->is_expected_used[e] = matching->is_found_used[f] = true;
            }
        }
    }
}

/* What is left on both sides is told in pairs: with one of the same source if there is one. */
static size_t partner_of(struct diff *diff, const struct matching *matching, size_t e)
{
    size_t best = diff->found->count, best_differences = SIZE_MAX;
    for (size_t f = 0; f < diff->found->count; f++) {
        const struct hy_record *found = &diff->found->items[f];
        if (matching->is_found_used[f] || found->node == NULL) {
            continue;
        }
        struct hy_buf nowhere;
        hy_buf_init(&nowhere, (size_t)1 << 20);
        size_t differences = hy_record_describe(&diff->expected->items[e], found, diff->rules,
                                                false, &nowhere);
        hy_buf_finish(&nowhere);
        if (differences < best_differences) {
            best = f;
            best_differences = differences;
        }
    }
    const struct hy_node *node = diff->expected->items[e].node;
    return node != NULL && best_differences <= node->count ? best : diff->found->count;
}

static bool diff_set(struct diff *diff)
{
    struct matching matching = {
        .is_expected_used = calloc(diff->expected->count + 1, sizeof(bool)),
        .is_found_used = calloc(diff->found->count + 1, sizeof(bool)),
    };
    bool is_done = matching.is_expected_used != NULL && matching.is_found_used != NULL &&
                   (diff->rules->match != NULL || match_texts(diff, &matching));
    if (is_done) {
        match_rest(diff, &matching);
        for (size_t e = 0; e < diff->expected->count; e++) {
            if (matching.is_expected_used[e]) {
                continue;
            }
            size_t f = diff->count < SHOWN_MAX ? partner_of(diff, &matching, e)
                                               : diff->found->count;
            if (f < diff->found->count) {
                matching.is_found_used[f] = true;
                tell_changed(diff, e, f);
            } else {
                tell_missing(diff, e);
            }
        }
        for (size_t f = 0; f < diff->found->count; f++) {
            if (!matching.is_found_used[f]) {
                tell_surplus(diff, f);
            }
        }
    }
    free(matching.is_expected_used);
    free(matching.is_found_used);
    return is_done;
}

size_t hy_record_diff(const struct hy_record_list *expected, const struct hy_record_list *found,
                      const struct hy_record_rules *rules, struct hy_sources *sources,
                      bool is_coloured, struct hy_buf *out)
{
    struct diff diff = {
        .expected = expected, .found = found, .rules = rules, .sources = sources,
        .is_coloured = is_coloured, .out = out,
    };
    if (!rules->is_set) {
        diff_sequence(&diff);
    } else if (!diff_set(&diff)) {
        hy_buf_printf(out, "    out of memory\n");
        diff.count++;
    }
    if (diff.count > SHOWN_MAX) {
        hy_buf_printf(out, "    and %zu more\n", diff.count - SHOWN_MAX);
    }
    return diff.count;
}
