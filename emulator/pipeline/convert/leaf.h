/* leaf.h - one column of primitive values: the page that is open, and the pages before it.
 *
 * A value comes with two levels (Dremel's): how many of the optional and repeated things on its
 * path are there, and which list it continues. An entry that lacks something has no value.
 *
 * While the dictionary lasts, an entry's value is its number there; when it grows too large, or
 * does not pay, the open page is turned into plain values and so are all that follow.
 *
 * The open page can be taken back to a mark: a record that does not fit leaves no trace.
 *
 * Pages and metadata are parquet_*.c's: it closes the page and keeps it here, because the
 * dictionary's page, known last, comes first in the file.
 */
#ifndef HY_PIPELINE_CONVERT_LEAF_H
#define HY_PIPELINE_CONVERT_LEAF_H

#include "pipeline/convert/dictionary.h"
#include "pipeline/convert/stats.h"
#include "pipeline/convert/type.h"

enum hy_physical { /* the numbers are the format's */
    HY_PHYSICAL_BOOLEAN,
    HY_PHYSICAL_INT32,
    HY_PHYSICAL_INT64,
    HY_PHYSICAL_INT96,
    HY_PHYSICAL_FLOAT,
    HY_PHYSICAL_DOUBLE,
    HY_PHYSICAL_BYTE_ARRAY,
    HY_PHYSICAL_FIXED,
};

enum {
    /* Levels, numbers and values of the open page lie in memory as they came: this many at most
     * between two records, whatever the page's size after encoding. */
    HY_PAGE_ENTRIES_MAX = 256 * 1024,
};

struct hy_leaf_mark {
    size_t entries, values;
    size_t values_len, numbers_len;
    uint32_t dictionary_count;
};

struct hy_leaf_chunk { /* of the row group that is being written */
    struct hy_buf pages;
    uint64_t plain_bytes;      /* of the pages before compression, headers included */
    uint64_t entries, values;
    uint32_t dictionary_count; /* values that finished pages refer to */
    bool has_dictionary_pages, has_plain_pages;
    struct hy_stats stats;     /* of the plain pages' values */
};

struct hy_leaf {
    const struct hy_type *type;
    enum hy_physical physical;
    unsigned width;            /* bytes of a value, BOOLEAN's 1; 0: BYTE_ARRAY */
    unsigned char max_def, max_rep;
    bool has_dictionary;       /* the open page's values are numbers */

    /* the open page */
    size_t entries, values;
    struct hy_buf defs, reps;  /* a byte an entry; reps stay empty without lists */
    struct hy_buf plain;       /* values, PLAIN but for booleans: a byte each */
    struct hy_buf numbers;     /* uint32_t a value */

    struct hy_dictionary dictionary;
    struct hy_leaf_chunk chunk;
    struct hy_leaf_mark mark;
};

void hy_leaf_init(struct hy_leaf *leaf, const struct hy_type *type, unsigned def, unsigned rep);
void hy_leaf_finish(struct hy_leaf *leaf);

/* No chunk, no open page; a dictionary when there may be one. */
void hy_leaf_begin_chunk(struct hy_leaf *leaf, bool wants_dictionary);

/* An entry without a value. */
HY_MUST_CHECK
enum hy_code hy_leaf_put_null(struct hy_leaf *leaf, unsigned def, unsigned rep);
/* An entry with one, as PLAIN has it but without a length. */
HY_MUST_CHECK
enum hy_code hy_leaf_put(struct hy_leaf *leaf, unsigned rep, hy_sv value);

void hy_leaf_set_mark(struct hy_leaf *leaf);
void hy_leaf_rollback(struct hy_leaf *leaf); /* after a failed put, too */

/* From numbers to values, from the open page on. Not between a mark and its rollback. */
HY_MUST_CHECK
enum hy_code hy_leaf_drop_dictionary(struct hy_leaf *leaf);

void hy_leaf_begin_page(struct hy_leaf *leaf);

size_t hy_leaf_encoded_bytes(const struct hy_leaf *leaf); /* of the open page, about */
size_t hy_leaf_memory_bytes(const struct hy_leaf *leaf);  /* of the chunk and the open page */
unsigned hy_bit_width(uint32_t number);                   /* bits that hold 0..number */

#endif
