/* parquet.h - writes a Parquet file, one row group after the other.
 *
 *   create -> [ hy_row_read(... columns ...) -> commit ]... -> finish -> destroy
 *
 * What is committed is encoded, compressed and held until its row group is as large as
 * block_bytes, then it goes to the sink: memory is bounded by the row group. Only the footer's
 * few hundred bytes a column and row group are kept to the end.
 *
 * Pages end between records, at page_bytes of encoded values. Columns begin with a dictionary,
 * when wanted, and go on without it when it is too large or does not pay.
 *
 * The file looks like one of Hive's writer: everything optional, timestamps INT96, lists and
 * maps in groups of Hive's names.
 */
#ifndef HY_PIPELINE_CONVERT_PARQUET_H
#define HY_PIPELINE_CONVERT_PARQUET_H

#include "pipeline/convert/columns.h"
#include "pipeline/convert/schema.h"

enum hy_parquet_codec { /* the numbers are the format's */
    HY_PARQUET_UNCOMPRESSED,
    HY_PARQUET_SNAPPY,
    HY_PARQUET_GZIP,
};

/* parquet-mr's own limit: a dictionary has to fit into a page of the usual size. */
enum { HY_DICTIONARY_BYTES_MAX = 1024 * 1024 };

struct hy_parquet_pair {
    hy_sv key, value;
};

struct hy_parquet_options { /* ParquetSerDe (firehose.md 3.10) */
    uint64_t block_bytes;
    uint64_t page_bytes;
    enum hy_parquet_codec codec;
    bool has_dictionary;
    bool is_v2;             /* WriterVersion: data pages of version 2 */
    hy_sv created_by;       /* views: live as long as the writer */
    const struct hy_parquet_pair *metadata;
    size_t metadata_count;
};

struct hy_parquet_sink {
    enum hy_code (*write)(void *ctx, hy_sv bytes);
    void *ctx;
};

struct hy_parquet; /* opaque */

/* The schema outlives the writer. NULL when out of memory. */
struct hy_parquet *hy_parquet_create(const struct hy_schema *schema,
                                     const struct hy_parquet_options *options,
                                     const struct hy_parquet_sink *sink);
void hy_parquet_destroy(struct hy_parquet *parquet); /* NULL is fine */

/* Where rows go; the writer's. */
struct hy_columns *hy_parquet_columns(struct hy_parquet *parquet);

/* The rows put into the columns since the last commit. After a failure, HY_NO_MEMORY or the
 * sink's, the file is lost. */
HY_MUST_CHECK
enum hy_code hy_parquet_commit(struct hy_parquet *parquet, uint64_t rows);

/* The last row group and the footer. A file without rows is one, too. */
HY_MUST_CHECK
enum hy_code hy_parquet_finish(struct hy_parquet *parquet);

#endif
