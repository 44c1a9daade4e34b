/* type.h - a Hive type as Glue writes it: "int", "decimal(10,2)", "struct<a:int,b:array<string>>".
 *
 * A tree: a struct has its fields as children, an array its element, a map its key and its
 * value. A table's columns are a struct's fields. hy_type_destroy frees the whole tree.
 */
#ifndef HY_PIPELINE_CONVERT_TYPE_H
#define HY_PIPELINE_CONVERT_TYPE_H

#include "base/err.h"
#include "base/sv.h"

enum hy_type_kind {
    HY_TYPE_BOOLEAN,
    HY_TYPE_TINYINT,
    HY_TYPE_SMALLINT,
    HY_TYPE_INT,
    HY_TYPE_BIGINT,
    HY_TYPE_FLOAT,
    HY_TYPE_DOUBLE,
    HY_TYPE_STRING,
    HY_TYPE_VARCHAR,
    HY_TYPE_CHAR,
    HY_TYPE_BINARY,
    HY_TYPE_DATE,
    HY_TYPE_TIMESTAMP,
    HY_TYPE_DECIMAL,
    HY_TYPE_STRUCT,
    HY_TYPE_ARRAY,
    HY_TYPE_MAP,
};

/* The limits are Hive's; nesting is ours, and keeps every level in a byte. */
enum {
    HY_TYPE_DEPTH_MAX = 32,
    HY_DECIMAL_PRECISION_MAX = 38,
    HY_DECIMAL_PRECISION_DEFAULT = 10,
    HY_VARCHAR_MAX = 65535,
    HY_CHAR_MAX = 255,
};

struct hy_type {
    enum hy_type_kind kind;
    unsigned length;           /* VARCHAR, CHAR: characters */
    unsigned precision, scale; /* DECIMAL */
    char *name;                /* of a field or column; NULL for other types */
    struct hy_type *children;  /* the first of `count` */
    size_t count;
    struct hy_type *next;      /* among its parent's children */
};

/* HY_INVALID: err says what is wrong and at which character, from 1. */
HY_MUST_CHECK
enum hy_code hy_type_parse(hy_sv text, struct hy_type **out, struct hy_err *err);
void hy_type_destroy(struct hy_type *type); /* with its children; NULL is fine */

/* An empty struct, and its fields one by one: how a table is made. NULL when out of memory. */
struct hy_type *hy_type_create(enum hy_type_kind kind);
/* The child is the parent's from now on, as the last one. */
void hy_type_append(struct hy_type *parent, struct hy_type *child);
/* NULL when there is none; case does not count in Hive. */
const struct hy_type *hy_type_field(const struct hy_type *parent, hy_sv name);

static inline bool hy_type_is_primitive(const struct hy_type *type)
{
    return type->kind < HY_TYPE_STRUCT;
}

#endif
