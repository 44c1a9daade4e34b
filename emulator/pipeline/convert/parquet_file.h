/* parquet_file.h - what the files of the Parquet writer share; nobody else includes it. */
#ifndef HY_PIPELINE_CONVERT_PARQUET_FILE_H
#define HY_PIPELINE_CONVERT_PARQUET_FILE_H

#include "pipeline/convert/parquet.h"

#include <libdeflate.h>

enum hy_encoding { /* the format's numbers */
    HY_ENCODING_PLAIN = 0,
    HY_ENCODING_PLAIN_DICTIONARY = 2, /* V1's name for the next but one */
    HY_ENCODING_RLE = 3,
    HY_ENCODING_RLE_DICTIONARY = 8,
};

struct hy_parquet {
    struct hy_parquet_options options;
    struct hy_parquet_sink sink;
    const struct hy_schema *schema;
    struct hy_columns *columns;
    uint64_t offset;        /* in the file */
    uint64_t group_rows;
    uint64_t rows;          /* of finished groups */
    size_t group_count;
    struct hy_buf groups;   /* RowGroup, Thrift, one after the other */
    struct hy_buf levels;   /* for reuse: of one page */
    struct hy_buf body;
    struct hy_buf packed;
    struct libdeflate_compressor *gzip; /* or NULL */
};

/* parquet_page.c. The open page joins the chunk's. */
HY_MUST_CHECK
enum hy_code hy_parquet_close_page(struct hy_parquet *parquet, struct hy_leaf *leaf);
/* Appends the page of the chunk's dictionary; *plain_bytes is its size without compression. */
HY_MUST_CHECK
enum hy_code hy_parquet_dictionary_page(struct hy_parquet *parquet, const struct hy_leaf *leaf,
                                        struct hy_buf *out, uint64_t *plain_bytes);

/* parquet_group.c. Writes the row group, all pages closed, and notes it for the footer. */
HY_MUST_CHECK
enum hy_code hy_parquet_write_group(struct hy_parquet *parquet);

/* parquet_footer.c. FileMetaData. */
void hy_parquet_footer(const struct hy_parquet *parquet, struct hy_buf *out);

HY_MUST_CHECK
enum hy_code hy_parquet_write(struct hy_parquet *parquet, hy_sv bytes);

#endif
