/* hybrid.h - Parquet's RLE and bit-packed hybrid: levels and numbers in a dictionary.
 *
 * Eight and more of the same become a run, the rest is packed in groups of eight.
 */
#ifndef HY_PIPELINE_CONVERT_HYBRID_H
#define HY_PIPELINE_CONVERT_HYBRID_H

#include "base/buf.h"

/* One of the two: bytes, or uint32_t as they lie in memory. */
struct hy_hybrid_input {
    const unsigned char *bytes;
    const uint32_t *words;
    size_t count;
};

/* No value may need more than `width` bits. */
void hy_hybrid_append(struct hy_buf *out, const struct hy_hybrid_input *input, unsigned width);

#endif
