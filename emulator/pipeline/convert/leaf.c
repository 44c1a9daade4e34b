#include "pipeline/convert/leaf.h"

#include "pipeline/convert/decimal.h"
#include "pipeline/convert/plain.h"

#include <assert.h>
#include <string.h>

/* A page's length is a signed 32-bit number. Row groups are cut long before. */
#define PAGE_BYTES_MAX ((size_t)INT32_MAX)
#define CHUNK_BYTES_MAX (SIZE_MAX / 4)

static const struct {
    enum hy_type_kind kind;
    enum hy_physical physical;
    unsigned width;
    enum hy_order order;
} physicals[] = {
    { HY_TYPE_BOOLEAN, HY_PHYSICAL_BOOLEAN, 1, HY_ORDER_UNSIGNED },
    { HY_TYPE_TINYINT, HY_PHYSICAL_INT32, 4, HY_ORDER_INT },
    { HY_TYPE_SMALLINT, HY_PHYSICAL_INT32, 4, HY_ORDER_INT },
    { HY_TYPE_INT, HY_PHYSICAL_INT32, 4, HY_ORDER_INT },
    { HY_TYPE_BIGINT, HY_PHYSICAL_INT64, 8, HY_ORDER_INT },
    { HY_TYPE_FLOAT, HY_PHYSICAL_FLOAT, 4, HY_ORDER_FLOAT },
    { HY_TYPE_DOUBLE, HY_PHYSICAL_DOUBLE, 8, HY_ORDER_FLOAT },
    { HY_TYPE_STRING, HY_PHYSICAL_BYTE_ARRAY, 0, HY_ORDER_UNSIGNED },
    { HY_TYPE_VARCHAR, HY_PHYSICAL_BYTE_ARRAY, 0, HY_ORDER_UNSIGNED },
    { HY_TYPE_CHAR, HY_PHYSICAL_BYTE_ARRAY, 0, HY_ORDER_UNSIGNED },
    { HY_TYPE_BINARY, HY_PHYSICAL_BYTE_ARRAY, 0, HY_ORDER_UNSIGNED },
    { HY_TYPE_DATE, HY_PHYSICAL_INT32, 4, HY_ORDER_INT },
    { HY_TYPE_TIMESTAMP, HY_PHYSICAL_INT96, 12, HY_ORDER_NONE }, /* the format defines none */
};

/* As Hive's own kinds, but for small decimals: those are integers, which every reader of today
 * knows and which need less than Hive's fixed bytes. */
static void set_decimal(struct hy_leaf *leaf)
{
    leaf->width = hy_decimal_bytes(leaf->type->precision);
    leaf->physical = leaf->width == 4   ? HY_PHYSICAL_INT32
                     : leaf->width == 8 ? HY_PHYSICAL_INT64
                                        : HY_PHYSICAL_FIXED;
    leaf->chunk.stats.order =
        leaf->physical == HY_PHYSICAL_FIXED ? HY_ORDER_SIGNED_BIG_END : HY_ORDER_INT;
}

void hy_leaf_init(struct hy_leaf *leaf, const struct hy_type *type, unsigned def, unsigned rep)
{
    *leaf = (struct hy_leaf){ .type = type };
    leaf->max_def = (unsigned char)def;
    leaf->max_rep = (unsigned char)rep;
    if (type->kind == HY_TYPE_DECIMAL) {
        set_decimal(leaf);
    }
    for (size_t i = 0; i < sizeof physicals / sizeof physicals[0]; i++) {
        if (physicals[i].kind == type->kind) {
            leaf->physical = physicals[i].physical;
            leaf->width = physicals[i].width;
            leaf->chunk.stats.order = physicals[i].order;
        }
    }
    hy_buf_init(&leaf->defs, PAGE_BYTES_MAX);
    hy_buf_init(&leaf->reps, PAGE_BYTES_MAX);
    hy_buf_init(&leaf->plain, PAGE_BYTES_MAX);
    hy_buf_init(&leaf->numbers, PAGE_BYTES_MAX);
    hy_buf_init(&leaf->chunk.pages, CHUNK_BYTES_MAX);
    hy_dictionary_init(&leaf->dictionary, leaf->width);
}

void hy_leaf_finish(struct hy_leaf *leaf)
{
    hy_buf_finish(&leaf->defs);
    hy_buf_finish(&leaf->reps);
    hy_buf_finish(&leaf->plain);
    hy_buf_finish(&leaf->numbers);
    hy_buf_finish(&leaf->chunk.pages);
    hy_dictionary_finish(&leaf->dictionary);
}

void hy_leaf_begin_page(struct hy_leaf *leaf)
{
    leaf->entries = leaf->values = 0;
    hy_buf_clear(&leaf->defs);
    hy_buf_clear(&leaf->reps);
    hy_buf_clear(&leaf->plain);
    hy_buf_clear(&leaf->numbers);
    hy_leaf_set_mark(leaf);
}

void hy_leaf_begin_chunk(struct hy_leaf *leaf, bool wants_dictionary)
{
    struct hy_leaf_chunk *chunk = &leaf->chunk;
    hy_buf_clear(&chunk->pages);
    chunk->plain_bytes = chunk->entries = chunk->values = 0;
    chunk->dictionary_count = 0;
    chunk->has_dictionary_pages = chunk->has_plain_pages = false;
    hy_stats_clear(&chunk->stats);
    hy_dictionary_clear(&leaf->dictionary);
    leaf->has_dictionary = wants_dictionary && leaf->physical != HY_PHYSICAL_BOOLEAN;
    hy_leaf_begin_page(leaf);
}

/* The entry itself; what its value needs is there already. */
static enum hy_code add_entry(struct hy_leaf *leaf, unsigned def, unsigned rep)
{
    hy_buf_append_byte(&leaf->defs, (char)def);
    if (leaf->max_rep > 0) {
        hy_buf_append_byte(&leaf->reps, (char)rep);
    }
    if (leaf->defs.failed || leaf->reps.failed) {
        return HY_NO_MEMORY;
    }
    leaf->entries++;
    return HY_OK;
}

enum hy_code hy_leaf_put_null(struct hy_leaf *leaf, unsigned def, unsigned rep)
{
    assert(def < leaf->max_def);
    return add_entry(leaf, def, rep);
}

static enum hy_code add_number(struct hy_leaf *leaf, hy_sv value)
{
    uint32_t number = 0;
    const enum hy_code code = hy_dictionary_add(&leaf->dictionary, value, &number);
    if (code == HY_OK) {
        hy_buf_append(&leaf->numbers, (hy_sv){ (const char *)&number, sizeof number });
    }
    return code == HY_OK && leaf->numbers.failed ? HY_NO_MEMORY : code;
}

enum hy_code hy_leaf_put(struct hy_leaf *leaf, unsigned rep, hy_sv value)
{
    assert(leaf->width == 0 || value.len == leaf->width);
    enum hy_code code = HY_OK;
    if (leaf->has_dictionary) {
        code = add_number(leaf, value);
    } else {
        hy_plain_append(&leaf->plain, leaf->width, value);
        code = leaf->plain.failed ? HY_NO_MEMORY : HY_OK;
    }
    if (code == HY_OK) {
        code = add_entry(leaf, leaf->max_def, rep);
        leaf->values += code == HY_OK;
    }
    return code;
}

void hy_leaf_set_mark(struct hy_leaf *leaf)
{
    leaf->mark = (struct hy_leaf_mark){
        .entries = leaf->entries,
        .values = leaf->values,
        .values_len = leaf->plain.len,
        .numbers_len = leaf->numbers.len,
        .dictionary_count = leaf->dictionary.count,
    };
}

void hy_leaf_rollback(struct hy_leaf *leaf)
{
    const struct hy_leaf_mark *mark = &leaf->mark;
    leaf->entries = mark->entries;
    leaf->values = mark->values;
    leaf->defs.len = mark->entries;
    leaf->reps.len = leaf->max_rep > 0 ? mark->entries : 0;
    leaf->plain.len = mark->values_len;
    leaf->numbers.len = mark->numbers_len;
    leaf->defs.failed = leaf->reps.failed = leaf->plain.failed = leaf->numbers.failed = false;
    if (leaf->has_dictionary) {
        hy_dictionary_truncate(&leaf->dictionary, mark->dictionary_count);
    }
}

enum hy_code hy_leaf_drop_dictionary(struct hy_leaf *leaf)
{
    assert(leaf->has_dictionary && leaf->plain.len == 0);
    for (size_t i = 0; i < leaf->values; i++) {
        uint32_t number;
        memcpy(&number, leaf->numbers.data + i * sizeof number, sizeof number);
        hy_buf_append(&leaf->plain, hy_dictionary_plain(&leaf->dictionary, number));
    }
    if (leaf->plain.failed) {
        leaf->plain.len = 0;
        return HY_NO_MEMORY;
    }
    hy_buf_clear(&leaf->numbers);
    hy_dictionary_truncate(&leaf->dictionary, leaf->chunk.dictionary_count);
    leaf->has_dictionary = false;
    hy_leaf_set_mark(leaf);
    return HY_OK;
}

unsigned hy_bit_width(uint32_t number)
{
    unsigned bits = 0;
    while (bits < 32 && number >> bits != 0) {
        bits++;
    }
    return bits;
}

size_t hy_leaf_encoded_bytes(const struct hy_leaf *leaf)
{
    if (!leaf->has_dictionary) {
        return leaf->plain.len;
    }
    return leaf->values * hy_bit_width(leaf->dictionary.count) / 8;
}

size_t hy_leaf_memory_bytes(const struct hy_leaf *leaf)
{
    return leaf->chunk.pages.len + leaf->defs.len + leaf->reps.len + leaf->plain.len +
           leaf->numbers.len + leaf->dictionary.pool.len;
}
