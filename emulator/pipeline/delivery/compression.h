/* compression.h - CompressionFormat as a table: extension, Content-Encoding, how (firehose.md 3.3).
 *
 * A format that has no row cannot be made, and a stream that asks for it is refused.
 */
#ifndef HY_PIPELINE_DELIVERY_COMPRESSION_H
#define HY_PIPELINE_DELIVERY_COMPRESSION_H

#include "base/err.h"
#include "base/sv.h"
#include "model/stream_spec.h"

/* An object's content, and what a container may want to know of it. */
struct hy_packing {
    hy_sv bytes;
    const char *entry;  /* name of the one entry of a ZIP archive */
    uint64_t entry_ms;  /* and its time */
};

struct hy_compression_format {
    enum hy_compression value;
    const char *name;             /* as in CompressionFormat */
    const char *extension;        /* "" for none */
    const char *content_encoding; /* "" for none */
    bool has_entry;               /* its one entry has a name, which has to be drawn */
    /* All of an object at once; the caller frees *out. NULL: the bytes are stored as they are. */
    enum hy_code (*compress)(const struct hy_packing *packing, char **out, size_t *out_len);
};

/* NULL when the format is not available. */
const struct hy_compression_format *hy_compression_find(enum hy_compression value);

#endif
