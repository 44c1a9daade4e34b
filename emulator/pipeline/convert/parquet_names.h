/* parquet_names.h - how Hive's writer calls what has no name in a table: the groups and elements
 * of lists and maps. */
#ifndef HY_PIPELINE_CONVERT_PARQUET_NAMES_H
#define HY_PIPELINE_CONVERT_PARQUET_NAMES_H

#include "pipeline/convert/type.h"

/* The repeated group inside a list or a map. */
static inline hy_sv hy_parquet_group_name(const struct hy_type *type)
{
    return type->kind == HY_TYPE_ARRAY ? HY_SV("bag") : HY_SV("map");
}

/* The i-th child of a struct, list or map. */
static inline hy_sv hy_parquet_child_name(const struct hy_type *type, const struct hy_type *child,
                                           size_t i)
{
    if (type->kind == HY_TYPE_ARRAY) {
        return HY_SV("array_element");
    }
    if (type->kind == HY_TYPE_MAP) {
        return i == 0 ? HY_SV("key") : HY_SV("value");
    }
    return hy_sv_of(child->name);
}

#endif
