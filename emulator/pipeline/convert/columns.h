/* columns.h - rows taken apart: a tree like the schema's, with a leaf for each primitive type.
 *
 *   put_null(node)  nothing is here: each leaf below gets an entry that says how far it went
 *   leaf            a value: hy_leaf_put
 *
 * Levels, Dremel's way: everything but a map's key is optional, which is one definition level;
 * a list or a map has a repeated group inside, which is one more, and one of repetition.
 * A list's group is called "bag" and its element "array_element", a map's group "map", as Hive
 * writes them.
 *
 * A record's rows stand between mark and commit or rollback. Owned by who created it; refers to
 * the schema's types.
 */
#ifndef HY_PIPELINE_CONVERT_COLUMNS_H
#define HY_PIPELINE_CONVERT_COLUMNS_H

#include "pipeline/convert/leaf.h"

#include <uthash.h>

struct hy_node {
    const struct hy_type *type;
    unsigned def, rep;          /* when it is there */
    struct hy_node *children;   /* `count` of them, side by side */
    size_t count;
    size_t leaf_first, leaf_count; /* in hy_columns: those below it, or its own */
    struct hy_leaf *leaf;       /* of a primitive type */

    /* the row reader's: how a struct finds its fields */
    hy_sv key;                  /* as JSON calls it; memory of the node */
    uint64_t seen;              /* the struct, counted, that had it last */
    struct hy_node *by_key;     /* children */
    UT_hash_handle hh;
};

struct hy_columns {
    struct hy_node root; /* the row, a struct */
    struct hy_leaf *leaves;
    size_t leaf_count;
    size_t leaves_made;
};

/* NULL when out of memory. */
struct hy_columns *hy_columns_create(const struct hy_type *row);
void hy_columns_destroy(struct hy_columns *columns); /* NULL is fine */

/* `def`: the level that was reached above the node. */
HY_MUST_CHECK
enum hy_code hy_columns_put_null(struct hy_columns *columns, const struct hy_node *node,
                                 unsigned def, unsigned rep);

void hy_columns_mark(struct hy_columns *columns);
void hy_columns_rollback(struct hy_columns *columns);

#endif
