/* compression.h - CompressionFormat as a table: extension, Content-Encoding, how (firehose.md 3.3).
 *
 * A format that has no row cannot be made, and a stream that asks for it is refused.
 */
#ifndef HY_PIPELINE_DELIVERY_COMPRESSION_H
#define HY_PIPELINE_DELIVERY_COMPRESSION_H

#include "model/stream_spec.h"
#include "pipeline/delivery/packing.h"

struct hy_compression_format {
    enum hy_compression value;
    const char *name;             /* as in CompressionFormat */
    const char *extension;        /* "" for none */
    const char *content_encoding; /* "" for none */
    bool has_entry;               /* its one entry has a name, which has to be drawn */
    enum hy_code (*compress)(const struct hy_packing *packing); /* NULL: stored as it is */
};

/* NULL when the format is not available. */
const struct hy_compression_format *hy_compression_find(enum hy_compression value);

#endif
