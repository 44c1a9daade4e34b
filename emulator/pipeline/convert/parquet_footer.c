/* parquet_footer.c - FileMetaData: the schema, the row groups, who wrote it. */
#include "pipeline/convert/parquet_file.h"

#include "pipeline/convert/parquet_names.h"
#include "pipeline/convert/thrift.h"

enum { VERSION_1 = 1, VERSION_2 = 2 };
enum { REQUIRED = 0, OPTIONAL = 1, REPEATED = 2 };
enum { NO_CONVERTED = -1, UTF8 = 0, MAP = 1, MAP_KEY_VALUE = 2, LIST = 3, DECIMAL = 5, DATE = 6 };

static int converted_type(const struct hy_type *type)
{
    switch (type->kind) {
    case HY_TYPE_STRING:
    case HY_TYPE_VARCHAR:
    case HY_TYPE_CHAR:
        return UTF8;
    case HY_TYPE_DECIMAL:
        return DECIMAL;
    case HY_TYPE_DATE:
        return DATE;
    case HY_TYPE_ARRAY:
        return LIST;
    case HY_TYPE_MAP:
        return MAP;
    default:
        return NO_CONVERTED;
    }
}

static void append_leaf(struct hy_thrift *thrift, const struct hy_leaf *leaf, int repetition,
                        hy_sv name)
{
    const struct hy_type *type = leaf->type;
    const int converted = converted_type(type);
    hy_thrift_add_struct(thrift);
    hy_thrift_i32(thrift, 1, (int32_t)leaf->physical);
    if (leaf->physical == HY_PHYSICAL_FIXED) {
        hy_thrift_i32(thrift, 2, (int32_t)leaf->width);
    }
    hy_thrift_i32(thrift, 3, repetition);
    hy_thrift_binary(thrift, 4, name);
    if (converted != NO_CONVERTED) {
        hy_thrift_i32(thrift, 6, converted);
    }
    if (type->kind == HY_TYPE_DECIMAL) {
        hy_thrift_i32(thrift, 7, (int32_t)type->scale);
        hy_thrift_i32(thrift, 8, (int32_t)type->precision);
    }
    hy_thrift_end(thrift);
}

static void append_group(struct hy_thrift *thrift, hy_sv name, int repetition, size_t children,
                         int converted)
{
    hy_thrift_add_struct(thrift);
    hy_thrift_i32(thrift, 3, repetition);
    hy_thrift_binary(thrift, 4, name);
    hy_thrift_i32(thrift, 5, (int32_t)children);
    if (converted != NO_CONVERTED) {
        hy_thrift_i32(thrift, 6, converted);
    }
    hy_thrift_end(thrift);
}

/* Depth first, as the format wants it. */
static void append_node(struct hy_thrift *thrift, const struct hy_node *node, hy_sv name,
                        int repetition)
{
    const struct hy_type *type = node->type;
    if (node->leaf != NULL) {
        append_leaf(thrift, node->leaf, repetition, name);
        return;
    }
    const bool is_struct = type->kind == HY_TYPE_STRUCT;
    append_group(thrift, name, repetition, is_struct ? node->count : 1, converted_type(type));
    if (!is_struct) {
        append_group(thrift, hy_parquet_group_name(type), REPEATED, node->count,
                     type->kind == HY_TYPE_MAP ? MAP_KEY_VALUE : NO_CONVERTED);
    }
    for (size_t i = 0; i < node->count; i++) {
        const bool is_key = type->kind == HY_TYPE_MAP && i == 0;
        const struct hy_node *child = &node->children[i];
        append_node(thrift, child, hy_parquet_child_name(type, child->type, i),
                    is_key ? REQUIRED : OPTIONAL);
    }
}

/* A list has a group of its own beside its node. */
static size_t count_elements(const struct hy_node *node)
{
    const bool has_group = node->leaf == NULL && node->type->kind != HY_TYPE_STRUCT;
    size_t count = 1 + (size_t)has_group;
    for (size_t i = 0; i < node->count; i++) {
        count += count_elements(&node->children[i]);
    }
    return count;
}

static void append_schema(struct hy_thrift *thrift, const struct hy_parquet *parquet)
{
    const struct hy_node *root = &parquet->columns->root;
    hy_thrift_list(thrift, 2, HY_THRIFT_STRUCT, count_elements(root));
    hy_thrift_add_struct(thrift); /* the root has no repetition */
    hy_thrift_binary(thrift, 4, HY_SV("hive_schema"));
    hy_thrift_i32(thrift, 5, (int32_t)root->count);
    hy_thrift_end(thrift);
    for (size_t i = 0; i < root->count; i++) {
        append_node(thrift, &root->children[i], hy_sv_of(root->children[i].type->name), OPTIONAL);
    }
}

static void append_metadata(struct hy_thrift *thrift, const struct hy_parquet_options *options)
{
    if (options->metadata_count == 0) {
        return;
    }
    hy_thrift_list(thrift, 5, HY_THRIFT_STRUCT, options->metadata_count);
    for (size_t i = 0; i < options->metadata_count; i++) {
        hy_thrift_add_struct(thrift);
        hy_thrift_binary(thrift, 1, options->metadata[i].key);
        hy_thrift_binary(thrift, 2, options->metadata[i].value);
        hy_thrift_end(thrift);
    }
}

/* "By its type", for every column: without it readers do not trust min and max. */
static void append_orders(struct hy_thrift *thrift, size_t count)
{
    hy_thrift_list(thrift, 7, HY_THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        hy_thrift_add_struct(thrift);
        hy_thrift_struct(thrift, 1);
        hy_thrift_end(thrift);
        hy_thrift_end(thrift);
    }
}

void hy_parquet_footer(const struct hy_parquet *parquet, struct hy_buf *out)
{
    struct hy_thrift thrift;
    hy_thrift_init(&thrift, out);
    hy_thrift_i32(&thrift, 1, parquet->options.is_v2 ? VERSION_2 : VERSION_1);
    append_schema(&thrift, parquet);
    hy_thrift_i64(&thrift, 3, (int64_t)parquet->rows);
    hy_thrift_list(&thrift, 4, HY_THRIFT_STRUCT, parquet->group_count);
    hy_buf_append(out, hy_buf_sv(&parquet->groups));
    append_metadata(&thrift, &parquet->options);
    hy_thrift_binary(&thrift, 6, parquet->options.created_by);
    append_orders(&thrift, parquet->columns->leaf_count);
    hy_thrift_end(&thrift);
}
