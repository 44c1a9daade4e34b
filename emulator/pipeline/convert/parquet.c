#include "pipeline/convert/parquet.h"

#include "pipeline/convert/parquet_file.h"
#include "pipeline/convert/plain.h"

#include <stdlib.h>

/* Quick rather than small, as for other objects. */
enum { GZIP_LEVEL = 1 };

#define PAGE_BYTES_MAX ((size_t)INT32_MAX)
#define FOOTER_BYTES_MAX ((size_t)INT32_MAX)

static const hy_sv magic = HY_SV_INIT("PAR1");

enum hy_code hy_parquet_write(struct hy_parquet *parquet, hy_sv bytes)
{
    parquet->offset += bytes.len;
    return parquet->sink.write(parquet->sink.ctx, bytes);
}

static void begin_group(struct hy_parquet *parquet)
{
    for (size_t i = 0; i < parquet->columns->leaf_count; i++) {
        hy_leaf_begin_chunk(&parquet->columns->leaves[i], parquet->options.has_dictionary);
    }
    parquet->group_rows = 0;
}

struct hy_parquet *hy_parquet_create(const struct hy_schema *schema,
                                     const struct hy_parquet_options *options,
                                     const struct hy_parquet_sink *sink)
{
    struct hy_parquet *parquet = calloc(1, sizeof *parquet);
    if (parquet == NULL) {
        return NULL;
    }
    parquet->schema = schema;
    parquet->options = *options;
    parquet->sink = *sink;
    hy_buf_init(&parquet->groups, FOOTER_BYTES_MAX);
    hy_buf_init(&parquet->levels, PAGE_BYTES_MAX);
    hy_buf_init(&parquet->body, PAGE_BYTES_MAX);
    hy_buf_init(&parquet->packed, PAGE_BYTES_MAX);
    parquet->columns = hy_columns_create(schema->row);
    const bool needs_gzip = options->codec == HY_PARQUET_GZIP;
    if (needs_gzip) {
        parquet->gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
    }
    if (parquet->columns == NULL || (needs_gzip && parquet->gzip == NULL)) {
        hy_parquet_destroy(parquet);
        return NULL;
    }
    begin_group(parquet);
    return parquet;
}

void hy_parquet_destroy(struct hy_parquet *parquet)
{
    if (parquet == NULL) {
        return;
    }
    if (parquet->gzip != NULL) {
        libdeflate_free_compressor(parquet->gzip);
    }
    hy_columns_destroy(parquet->columns);
    hy_buf_finish(&parquet->groups);
    hy_buf_finish(&parquet->levels);
    hy_buf_finish(&parquet->body);
    hy_buf_finish(&parquet->packed);
    free(parquet);
}

struct hy_columns *hy_parquet_columns(struct hy_parquet *parquet)
{
    return parquet->columns;
}

static enum hy_code end_group(struct hy_parquet *parquet)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < parquet->columns->leaf_count; i++) {
        if (parquet->columns->leaves[i].entries > 0) {
            code = hy_parquet_close_page(parquet, &parquet->columns->leaves[i]);
        }
    }
    if (code == HY_OK && parquet->offset == 0) {
        code = hy_parquet_write(parquet, magic);
    }
    if (code == HY_OK && parquet->group_rows > 0) {
        code = hy_parquet_write_group(parquet);
        parquet->rows += parquet->group_rows;
        parquet->group_count++;
    }
    begin_group(parquet);
    return code;
}

static enum hy_code look_at(struct hy_parquet *parquet, struct hy_leaf *leaf)
{
    enum hy_code code = HY_OK;
    if (leaf->has_dictionary && leaf->dictionary.pool.len > HY_DICTIONARY_BYTES_MAX) {
        code = hy_leaf_drop_dictionary(leaf);
    }
    if (code == HY_OK && (leaf->entries >= HY_PAGE_ENTRIES_MAX ||
                          hy_leaf_encoded_bytes(leaf) >= parquet->options.page_bytes)) {
        code = hy_parquet_close_page(parquet, leaf);
    }
    return code;
}

enum hy_code hy_parquet_commit(struct hy_parquet *parquet, uint64_t rows)
{
    enum hy_code code = HY_OK;
    uint64_t bytes = 0;
    parquet->group_rows += rows;
    for (size_t i = 0; code == HY_OK && i < parquet->columns->leaf_count; i++) {
        code = look_at(parquet, &parquet->columns->leaves[i]);
        bytes += hy_leaf_memory_bytes(&parquet->columns->leaves[i]);
    }
    if (code == HY_OK && bytes >= parquet->options.block_bytes) {
        code = end_group(parquet);
    }
    return code;
}

enum hy_code hy_parquet_finish(struct hy_parquet *parquet)
{
    enum hy_code code = end_group(parquet);
    if (code != HY_OK) {
        return code;
    }
    char length[4];
    struct hy_buf footer;
    hy_buf_init(&footer, FOOTER_BYTES_MAX);
    hy_parquet_footer(parquet, &footer);
    hy_plain_u32((uint32_t)footer.len, length);
    hy_buf_append(&footer, (hy_sv){ length, sizeof length });
    hy_buf_append(&footer, magic);
    code = footer.failed || parquet->groups.failed
               ? HY_NO_MEMORY
               : hy_parquet_write(parquet, hy_buf_sv(&footer));
    hy_buf_finish(&footer);
    return code;
}
