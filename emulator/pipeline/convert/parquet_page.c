/* parquet_page.c - from a column's open page to a page of the file.
 *
 * Version 1: a header, then levels and values, compressed together. Version 2: a header, the
 * levels as they are, then the values, compressed.
 */
#include "pipeline/convert/parquet_file.h"

#include "pipeline/convert/hybrid.h"
#include "pipeline/convert/plain.h"
#include "pipeline/convert/thrift.h"

#include <snappy-c.h>

#include <string.h>

enum { DATA_PAGE = 0, DICTIONARY_PAGE = 2, DATA_PAGE_V2 = 3 };

/* ---- compression ---- */

static enum hy_code pack_snappy(hy_sv bytes, struct hy_buf *out)
{
    size_t len = snappy_max_compressed_length(bytes.len);
    char *packed = hy_buf_reserve(out, len);
    if (packed == NULL || snappy_compress(bytes.ptr, bytes.len, packed, &len) != SNAPPY_OK) {
        return HY_NO_MEMORY; /* with room for the bound it cannot fail otherwise */
    }
    hy_buf_commit(out, len);
    return HY_OK;
}

static enum hy_code pack_gzip(struct libdeflate_compressor *gzip, hy_sv bytes, struct hy_buf *out)
{
    const size_t bound = libdeflate_gzip_compress_bound(gzip, bytes.len);
    char *packed = hy_buf_reserve(out, bound);
    const size_t len =
        packed == NULL ? 0
                       : libdeflate_gzip_compress(gzip, bytes.ptr, bytes.len, packed, bound);
    hy_buf_commit(out, len);
    return len == 0 ? HY_NO_MEMORY : HY_OK;
}

/* *out: a view of `bytes` or of parquet->packed. */
static enum hy_code pack(struct hy_parquet *parquet, hy_sv bytes, hy_sv *out)
{
    enum hy_code code = HY_OK;
    hy_buf_clear(&parquet->packed);
    if (bytes.len == 0) {
        bytes.ptr = "";
    }
    if (parquet->options.codec == HY_PARQUET_UNCOMPRESSED) {
        *out = bytes;
        return HY_OK;
    }
    code = parquet->options.codec == HY_PARQUET_SNAPPY
               ? pack_snappy(bytes, &parquet->packed)
               : pack_gzip(parquet->gzip, bytes, &parquet->packed);
    *out = hy_buf_sv(&parquet->packed);
    return code;
}

/* ---- levels and values ---- */

/* V1 writes how long they are in front of them. Returns the length without that. */
static size_t append_levels(struct hy_buf *out, const struct hy_buf *levels, unsigned max,
                            bool with_length)
{
    if (max == 0) {
        return 0;
    }
    static const char no_length[4];
    const struct hy_hybrid_input input = { .bytes = (const unsigned char *)levels->data,
                                           .count = levels->len };
    if (with_length) {
        hy_buf_append(out, (hy_sv){ no_length, sizeof no_length });
    }
    const size_t from = out->len;
    hy_hybrid_append(out, &input, hy_bit_width(max));
    const size_t len = out->len - from;
    if (with_length && !out->failed) {
        hy_plain_u32((uint32_t)len, out->data + from - sizeof no_length);
    }
    return len;
}

/* Eight to a byte, the first in its lowest bit. */
static void append_booleans(struct hy_buf *out, const struct hy_buf *booleans)
{
    unsigned byte = 0;
    for (size_t i = 0; i < booleans->len; i++) {
        byte |= (unsigned)booleans->data[i] << i % 8;
        if (i % 8 == 7 || i + 1 == booleans->len) {
            hy_buf_append_byte(out, (char)byte);
            byte = 0;
        }
    }
}

static void append_numbers(struct hy_buf *out, const struct hy_leaf *leaf)
{
    const unsigned width = hy_bit_width(leaf->dictionary.count > 0 ? leaf->dictionary.count - 1
                                                                   : 0);
    const struct hy_hybrid_input input = { .words = (const uint32_t *)(void *)leaf->numbers.data,
                                           .count = leaf->values };
    hy_buf_append_byte(out, (char)width);
    hy_hybrid_append(out, &input, width);
}

static void append_values(struct hy_buf *out, const struct hy_leaf *leaf)
{
    if (leaf->has_dictionary) {
        append_numbers(out, leaf);
    } else if (leaf->physical == HY_PHYSICAL_BOOLEAN) {
        append_booleans(out, &leaf->plain);
    } else {
        hy_buf_append(out, hy_buf_sv(&leaf->plain));
    }
}

/* ---- the header ---- */

/* Of one data page, all that its header says. */
struct page {
    size_t entries, values, rows;
    size_t rep_bytes, def_bytes;
    size_t plain_bytes, stored_bytes; /* levels included */
    enum hy_encoding encoding;
};

static void header_v1(struct hy_thrift *thrift, const struct page *page)
{
    hy_thrift_struct(thrift, 5);
    hy_thrift_i32(thrift, 1, (int32_t)page->entries);
    hy_thrift_i32(thrift, 2, (int32_t)page->encoding);
    hy_thrift_i32(thrift, 3, HY_ENCODING_RLE);
    hy_thrift_i32(thrift, 4, HY_ENCODING_RLE);
    hy_thrift_end(thrift);
}

static void header_v2(struct hy_thrift *thrift, const struct page *page, bool is_compressed)
{
    hy_thrift_struct(thrift, 8);
    hy_thrift_i32(thrift, 1, (int32_t)page->entries);
    hy_thrift_i32(thrift, 2, (int32_t)(page->entries - page->values));
    hy_thrift_i32(thrift, 3, (int32_t)page->rows);
    hy_thrift_i32(thrift, 4, (int32_t)page->encoding);
    hy_thrift_i32(thrift, 5, (int32_t)page->def_bytes);
    hy_thrift_i32(thrift, 6, (int32_t)page->rep_bytes);
    hy_thrift_bool(thrift, 7, is_compressed);
    hy_thrift_end(thrift);
}

static void append_header(struct hy_buf *out, const struct hy_parquet *parquet,
                          const struct page *page)
{
    struct hy_thrift thrift;
    hy_thrift_init(&thrift, out);
    hy_thrift_i32(&thrift, 1, parquet->options.is_v2 ? DATA_PAGE_V2 : DATA_PAGE);
    hy_thrift_i32(&thrift, 2, (int32_t)page->plain_bytes);
    hy_thrift_i32(&thrift, 3, (int32_t)page->stored_bytes);
    if (parquet->options.is_v2) {
        header_v2(&thrift, page, parquet->options.codec != HY_PARQUET_UNCOMPRESSED);
    } else {
        header_v1(&thrift, page);
    }
    hy_thrift_end(&thrift);
}

/* ---- closing ---- */

static size_t count_rows(const struct hy_leaf *leaf)
{
    size_t rows = leaf->max_rep == 0 ? leaf->entries : 0;
    for (size_t i = 0; i < leaf->reps.len; i++) {
        rows += leaf->reps.data[i] == 0;
    }
    return rows;
}

/* The plain values' statistics; those of a dictionary are taken from it, at the end. */
static void add_stats(struct hy_leaf *leaf)
{
    hy_sv rest = hy_buf_sv(&leaf->plain);
    while (rest.len > 0) {
        hy_stats_add(&leaf->chunk.stats, hy_plain_next(&rest, leaf->width));
    }
}

/* Does the first page say that numbers are shorter than the values, dictionary included? */
static bool dictionary_pays(const struct hy_leaf *leaf)
{
    size_t plain = 0;
    for (size_t i = 0; i < leaf->values; i++) {
        uint32_t number;
        memcpy(&number, leaf->numbers.data + i * sizeof number, sizeof number);
        plain += hy_dictionary_plain(&leaf->dictionary, number).len;
    }
    return leaf->dictionary.pool.len + hy_leaf_encoded_bytes(leaf) < plain;
}

static void note(struct hy_leaf *leaf, const struct page *page, size_t header_bytes)
{
    struct hy_leaf_chunk *chunk = &leaf->chunk;
    chunk->plain_bytes += header_bytes + page->plain_bytes;
    chunk->entries += page->entries;
    chunk->values += page->values;
    if (leaf->has_dictionary) {
        chunk->dictionary_count = leaf->dictionary.count;
        chunk->has_dictionary_pages = true;
    } else {
        chunk->has_plain_pages = true;
        add_stats(leaf);
    }
}

static enum hy_code append_page(struct hy_parquet *parquet, struct hy_leaf *leaf,
                                struct page *page)
{
    struct hy_buf *pages = &leaf->chunk.pages;
    const size_t levels_len = parquet->levels.len;
    hy_sv stored;
    enum hy_code code = pack(parquet, hy_buf_sv(&parquet->body), &stored);
    if (code != HY_OK) {
        return code;
    }
    page->plain_bytes = levels_len + parquet->body.len;
    page->stored_bytes = levels_len + stored.len;
    const size_t from = pages->len;
    append_header(pages, parquet, page);
    const size_t header_bytes = pages->len - from;
    hy_buf_append(pages, hy_buf_sv(&parquet->levels));
    hy_buf_append(pages, stored);
    if (pages->failed) {
        return HY_NO_MEMORY;
    }
    note(leaf, page, header_bytes);
    return HY_OK;
}

enum hy_code hy_parquet_close_page(struct hy_parquet *parquet, struct hy_leaf *leaf)
{
    const bool is_v2 = parquet->options.is_v2;
    const enum hy_encoding numbers =
        is_v2 ? HY_ENCODING_RLE_DICTIONARY : HY_ENCODING_PLAIN_DICTIONARY;
    enum hy_code code = HY_OK;
    if (leaf->has_dictionary && !leaf->chunk.has_dictionary_pages && !dictionary_pays(leaf)) {
        code = hy_leaf_drop_dictionary(leaf);
    }
    if (code != HY_OK) {
        return code;
    }
    struct page page = {
        .entries = leaf->entries,
        .values = leaf->values,
        .rows = is_v2 ? count_rows(leaf) : 0,
        .encoding = leaf->has_dictionary ? numbers : HY_ENCODING_PLAIN,
    };
    hy_buf_clear(&parquet->levels);
    hy_buf_clear(&parquet->body);
    struct hy_buf *levels = is_v2 ? &parquet->levels : &parquet->body;
    page.rep_bytes = append_levels(levels, &leaf->reps, leaf->max_rep, !is_v2);
    page.def_bytes = append_levels(levels, &leaf->defs, leaf->max_def, !is_v2);
    append_values(&parquet->body, leaf);
    if (parquet->levels.failed || parquet->body.failed) {
        return HY_NO_MEMORY;
    }
    code = append_page(parquet, leaf, &page);
    if (code == HY_OK) {
        hy_leaf_begin_page(leaf);
    }
    return code;
}

enum hy_code hy_parquet_dictionary_page(struct hy_parquet *parquet, const struct hy_leaf *leaf,
                                        struct hy_buf *out, uint64_t *plain_bytes)
{
    const hy_sv pool = hy_buf_sv(&leaf->dictionary.pool);
    struct hy_thrift thrift;
    hy_sv stored;
    enum hy_code code = pack(parquet, pool, &stored);
    if (code != HY_OK) {
        return code;
    }
    const size_t from = out->len;
    hy_thrift_init(&thrift, out);
    hy_thrift_i32(&thrift, 1, DICTIONARY_PAGE);
    hy_thrift_i32(&thrift, 2, (int32_t)pool.len);
    hy_thrift_i32(&thrift, 3, (int32_t)stored.len);
    hy_thrift_struct(&thrift, 7);
    hy_thrift_i32(&thrift, 1, (int32_t)leaf->chunk.dictionary_count);
    hy_thrift_i32(&thrift, 2, parquet->options.is_v2 ? HY_ENCODING_PLAIN
                                                     : HY_ENCODING_PLAIN_DICTIONARY);
    hy_thrift_end(&thrift);
    hy_thrift_end(&thrift);
    *plain_bytes = out->len - from + pool.len;
    hy_buf_append(out, stored);
    return out->failed ? HY_NO_MEMORY : HY_OK;
}
