#include "pipeline/convert/columns.h"

#include <stdlib.h>

static size_t count_leaves(const struct hy_type *type)
{
    size_t count = hy_type_is_primitive(type);
    for (const struct hy_type *child = type->children; child != NULL; child = child->next) {
        count += count_leaves(child);
    }
    return count;
}

static bool node_init(struct hy_columns *columns, struct hy_node *node, const struct hy_type *type,
                      unsigned def, unsigned rep);

/* A field is optional; an element, too, in a group that is repeated; a key is there with its
 * group. */
static bool child_init(struct hy_columns *columns, struct hy_node *node,
                       const struct hy_type *type, size_t i)
{
    const bool is_repeated = node->type->kind != HY_TYPE_STRUCT;
    const bool is_key = node->type->kind == HY_TYPE_MAP && i == 0;
    return node_init(columns, &node->children[i], type, node->def + is_repeated + !is_key,
                     node->rep + is_repeated);
}

static bool node_init(struct hy_columns *columns, struct hy_node *node, const struct hy_type *type,
                      unsigned def, unsigned rep)
{
    node->type = type;
    node->def = def;
    node->rep = rep;
    node->leaf_first = columns->leaves_made;
    if (hy_type_is_primitive(type)) {
        node->leaf = &columns->leaves[columns->leaves_made++];
        hy_leaf_init(node->leaf, type, def, rep);
    } else {
        node->children = calloc(type->count, sizeof *node->children);
        if (node->children == NULL) {
            return false;
        }
        for (const struct hy_type *child = type->children; child != NULL; child = child->next) {
            if (!child_init(columns, node, child, node->count++)) {
                return false;
            }
        }
    }
    node->leaf_count = columns->leaves_made - node->leaf_first;
    return true;
}

static void node_finish(struct hy_node *node)
{
    HASH_CLEAR(hh, node->by_key);
    for (size_t i = 0; i < node->count; i++) {
        node_finish(&node->children[i]);
    }
    free(node->children);
    free((char *)node->key.ptr);
}

struct hy_columns *hy_columns_create(const struct hy_type *row)
{
    struct hy_columns *columns = calloc(1, sizeof *columns);
    if (columns == NULL) {
        return NULL;
    }
    columns->leaf_count = count_leaves(row);
    columns->leaves = calloc(columns->leaf_count, sizeof *columns->leaves);
    if (columns->leaves == NULL || !node_init(columns, &columns->root, row, 0, 0)) {
        hy_columns_destroy(columns);
        return NULL;
    }
    return columns;
}

void hy_columns_destroy(struct hy_columns *columns)
{
    if (columns == NULL) {
        return;
    }
    node_finish(&columns->root);
    for (size_t i = 0; i < columns->leaves_made; i++) {
        hy_leaf_finish(&columns->leaves[i]);
    }
    free(columns->leaves);
    free(columns);
}

enum hy_code hy_columns_put_null(struct hy_columns *columns, const struct hy_node *node,
                                 unsigned def, unsigned rep)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < node->leaf_count; i++) {
        code = hy_leaf_put_null(&columns->leaves[node->leaf_first + i], def, rep);
    }
    return code;
}

void hy_columns_mark(struct hy_columns *columns)
{
    for (size_t i = 0; i < columns->leaf_count; i++) {
        hy_leaf_set_mark(&columns->leaves[i]);
    }
}

void hy_columns_rollback(struct hy_columns *columns)
{
    for (size_t i = 0; i < columns->leaf_count; i++) {
        hy_leaf_rollback(&columns->leaves[i]);
    }
}
