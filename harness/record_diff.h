/* record_diff.h - two lists of records, and how they differ, for people.
 *
 * Records that are JSON are compared as JSON (the order of members and the writing of numbers do
 * not matter), others to the byte. A rule may leave fields out, accept a pattern, or be generous
 * with numbers. A field is named by its path: "click.userId".
 */
#ifndef HY_HARNESS_RECORD_DIFF_H
#define HY_HARNESS_RECORD_DIFF_H

#include "harness/sources.h"

struct hy_record {
    hy_sv text;                 /* without its line feed */
    const struct hy_node *node; /* NULL: it is not JSON */
    const char *where;          /* the file or object that it stands in */
    size_t line;                /* of it */
};

struct hy_record_list {
    struct hy_record *items;
    size_t count, cap;
    struct hy_arena *arena;
};

struct hy_record_rules {
    bool is_set;                     /* any order */
    const struct hy_node *ignore;    /* list of paths */
    const struct hy_node *only;      /* the only ones that count; NULL: all */
    const struct hy_node *match;     /* path: regular expression that the found value fits */
    const struct hy_node *tolerance; /* for all numbers, or path: number */
};

/* Appends the lines of a text. False when out of memory. `where` must outlive the list. */
HY_MUST_CHECK
bool hy_record_list_read(struct hy_record_list *list, hy_sv text, const char *where);
void hy_record_list_finish(struct hy_record_list *list);

/* The number of records that differ, are missing or surplus; the first of them are described in
 * `out`, with the sources that they came from where that can be told. */
size_t hy_record_diff(const struct hy_record_list *expected, const struct hy_record_list *found,
                      const struct hy_record_rules *rules, struct hy_sources *sources,
                      bool is_coloured, struct hy_buf *out);

#endif
