/* object_file.h - makes the temporary file that becomes an object. Runs on a pool thread.
 *
 * Content that lies in the journal is read in extents of about 1 MiB, freed of its frame
 * headers and written on: an uncompressed object needs no more memory than that, whatever its
 * size. What is compressed is held whole (some compressors work on whole buffers), which is why
 * delivery/ makes few objects at once. What is converted needs a row group (converted_file.h).
 */
#ifndef HY_PIPELINE_DELIVERY_OBJECT_FILE_H
#define HY_PIPELINE_DELIVERY_OBJECT_FILE_H

#include "base/seqset.h"
#include "bucket/bucket.h"
#include "pipeline/batch.h"
#include "pipeline/delivery/compression.h"
#include "store/journal.h"
#include "store/spool.h"

/* What became of an object's records in format conversion. */
struct hy_converted {
    struct hy_seqset good, bad;    /* as in a parcel's seqs */
    uint64_t good_records, bad_records;
    uint64_t bad_bytes;            /* of the records */
    uint64_t bad_oldest_ms;
    struct hy_spool *errors;       /* their lines; NULL: none */
    char first_code[64], first_message[256]; /* of what is bad; may be cut */
};

struct hy_object_file {
    struct hy_buckets *buckets;
    hy_sv bucket;
    const struct hy_journal *journal;
    const struct hy_extents *extents;
    const struct hy_spool *spool; /* NULL: the extents are the content */
    uint64_t bytes;               /* of the content */
    bool lf_between;              /* the records of the extents */
    const struct hy_compression_format *format;
    const char *entry;            /* as in struct hy_packing */
    uint64_t entry_ms;
    bool sync;
    const struct hy_conversion_spec *conversion; /* NULL: the content is stored as it is */
    const char *spool_dir;        /* with a conversion: for error lines */
    uint64_t now_ms;              /* likewise */

    enum hy_code code;            /* HY_NOT_FOUND: no such bucket */
    char temporary[HY_TEMPORARY_NAME_BYTES]; /* "" when there is none */
    uint64_t stored_bytes;
    int why;                      /* errno of a write that failed, 0 when it was not that */
    struct hy_converted converted; /* hy_converted_finish: converted_file.h */
};

/* Sets the last four. No temporary is left behind after a failure. */
void hy_object_file_make(struct hy_object_file *file);

/* All of it. HY_IO sets *why to the errno. */
HY_MUST_CHECK
enum hy_code hy_object_write(int fd, hy_sv bytes, int *why);

#endif
