/* drill.h - a drill: what is given, what is done, what is expected; a JSON file.
 *
 *   { "name": "...", "given": {...}, "steps": [ {VERB: ...}, ... ], "expect": {...} }
 *
 * Loading checks all of it against the forms of drill_forms.c; harness/README.md tells what the
 * members mean. What is loaded is a tree: steps and expectations read their own members, and may
 * rely on the check. Nothing changes a drill after it is loaded.
 */
#ifndef HY_HARNESS_DRILL_H
#define HY_HARNESS_DRILL_H

#include "harness/form.h"

extern const struct hy_form hy_drill_form; /* drill_forms.c */

struct hy_drill {
    const char *path;            /* as it was given */
    const char *folder;          /* where it lies, absolute: its paths count from there */
    const char *name;
    const struct hy_node *given; /* NULL: not there */
    const struct hy_node *steps;
    const struct hy_node *expect;

    struct hy_arena arena;
    struct hy_buf text;
};

/* HY_INVALID, HY_MALFORMED: err has file, line and member. HY_IO: it cannot be read. */
HY_MUST_CHECK
enum hy_code hy_drill_load(const char *path, struct hy_drill **out, struct hy_err *err);
void hy_drill_destroy(struct hy_drill *drill); /* NULL is fine */

/* A path that stands in a file of `folder`. NULL when out of memory. */
char *hy_drill_path(struct hy_arena *arena, const char *folder, hy_sv path);

#endif
