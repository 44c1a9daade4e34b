/* parquet_group.c - a row group: its chunks to the sink, what the footer says of them kept. */
#include "pipeline/convert/parquet_file.h"

#include "pipeline/convert/parquet_names.h"
#include "pipeline/convert/plain.h"
#include "pipeline/convert/thrift.h"

enum { PATH_MAX_PARTS = 2 * HY_TYPE_DEPTH_MAX + 2 };

struct path {
    hy_sv parts[PATH_MAX_PARTS];
    size_t count;
};

struct group {
    struct hy_parquet *parquet;
    struct hy_thrift thrift; /* inside the RowGroup */
    struct path path;
    uint64_t plain_bytes;    /* total_byte_size */
};

/* Where the chunk lies and what it weighs. */
struct place {
    uint64_t begin, data; /* offsets: of the first page, of the first with data */
    uint64_t stored_bytes, plain_bytes;
};

static void append_encodings(struct hy_thrift *thrift, const struct hy_parquet *parquet,
                             const struct hy_leaf_chunk *chunk)
{
    const bool is_v2 = parquet->options.is_v2;
    const bool has_plain = chunk->has_plain_pages || (chunk->has_dictionary_pages && is_v2);
    const size_t count = 1 + (size_t)chunk->has_dictionary_pages + has_plain;
    hy_thrift_list(thrift, 2, HY_THRIFT_I32, count);
    hy_thrift_add_i32(thrift, HY_ENCODING_RLE);
    if (chunk->has_dictionary_pages) {
        hy_thrift_add_i32(thrift,
                          is_v2 ? HY_ENCODING_RLE_DICTIONARY : HY_ENCODING_PLAIN_DICTIONARY);
    }
    if (has_plain) {
        hy_thrift_add_i32(thrift, HY_ENCODING_PLAIN);
    }
}

static void append_stats(struct hy_thrift *thrift, struct hy_leaf *leaf)
{
    struct hy_leaf_chunk *chunk = &leaf->chunk;
    for (uint32_t i = 0; i < chunk->dictionary_count; i++) {
        hy_sv value = hy_dictionary_plain(&leaf->dictionary, i);
        hy_stats_add(&chunk->stats, hy_plain_next(&value, leaf->width));
    }
    hy_thrift_struct(thrift, 12);
    hy_thrift_i64(thrift, 3, (int64_t)(chunk->entries - chunk->values));
    if (hy_stats_close(&chunk->stats)) {
        const struct hy_stats *stats = &chunk->stats;
        hy_thrift_binary(thrift, 5, (hy_sv){ stats->max.bytes, stats->max.len });
        hy_thrift_binary(thrift, 6, (hy_sv){ stats->min.bytes, stats->min.len });
    }
    hy_thrift_end(thrift);
}

static void append_chunk(struct group *group, struct hy_leaf *leaf, const struct place *place)
{
    struct hy_thrift *thrift = &group->thrift;
    hy_thrift_add_struct(thrift);
    hy_thrift_i64(thrift, 2, (int64_t)place->begin);
    hy_thrift_struct(thrift, 3);
    hy_thrift_i32(thrift, 1, (int32_t)leaf->physical);
    append_encodings(thrift, group->parquet, &leaf->chunk);
    hy_thrift_list(thrift, 3, HY_THRIFT_BINARY, group->path.count);
    for (size_t i = 0; i < group->path.count; i++) {
        hy_thrift_add_binary(thrift, group->path.parts[i]);
    }
    hy_thrift_i32(thrift, 4, (int32_t)group->parquet->options.codec);
    hy_thrift_i64(thrift, 5, (int64_t)leaf->chunk.entries);
    hy_thrift_i64(thrift, 6, (int64_t)place->plain_bytes);
    hy_thrift_i64(thrift, 7, (int64_t)place->stored_bytes);
    hy_thrift_i64(thrift, 9, (int64_t)place->data);
    if (leaf->chunk.has_dictionary_pages) {
        hy_thrift_i64(thrift, 11, (int64_t)place->begin);
    }
    append_stats(thrift, leaf);
    hy_thrift_end(thrift);
    hy_thrift_end(thrift);
}

static enum hy_code write_chunk(struct group *group, struct hy_leaf *leaf)
{
    struct hy_parquet *parquet = group->parquet;
    struct place place = { .begin = parquet->offset, .plain_bytes = leaf->chunk.plain_bytes };
    enum hy_code code = HY_OK;
    if (leaf->chunk.has_dictionary_pages) {
        uint64_t dictionary_bytes = 0;
        hy_buf_clear(&parquet->body);
        code = hy_parquet_dictionary_page(parquet, leaf, &parquet->body, &dictionary_bytes);
        place.plain_bytes += dictionary_bytes;
        if (code == HY_OK) {
            code = hy_parquet_write(parquet, hy_buf_sv(&parquet->body));
        }
    }
    place.data = parquet->offset;
    if (code == HY_OK) {
        code = hy_parquet_write(parquet, hy_buf_sv(&leaf->chunk.pages));
    }
    place.stored_bytes = parquet->offset - place.begin;
    group->plain_bytes += place.plain_bytes;
    append_chunk(group, leaf, &place);
    return code;
}

/* In the leaves' order, with the way to them. */
static enum hy_code write_node(struct group *group, struct hy_node *node)
{
    if (node->leaf != NULL) {
        return write_chunk(group, node->leaf);
    }
    enum hy_code code = HY_OK;
    const size_t depth = group->path.count;
    for (size_t i = 0; code == HY_OK && i < node->count; i++) {
        group->path.count = depth;
        if (node->type->kind != HY_TYPE_STRUCT) {
            group->path.parts[group->path.count++] = hy_parquet_group_name(node->type);
        }
        group->path.parts[group->path.count++] =
            hy_parquet_child_name(node->type, node->children[i].type, i);
        code = write_node(group, &node->children[i]);
    }
    group->path.count = depth;
    return code;
}

enum hy_code hy_parquet_write_group(struct hy_parquet *parquet)
{
    struct group group = { .parquet = parquet };
    hy_thrift_init(&group.thrift, &parquet->groups);
    hy_thrift_list(&group.thrift, 1, HY_THRIFT_STRUCT, parquet->columns->leaf_count);
    const enum hy_code code = write_node(&group, &parquet->columns->root);
    hy_thrift_i64(&group.thrift, 2, (int64_t)group.plain_bytes);
    hy_thrift_i64(&group.thrift, 3, (int64_t)parquet->group_rows);
    hy_thrift_end(&group.thrift);
    return code;
}
