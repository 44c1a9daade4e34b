/* snappy_framing.h - Snappy in its two containers (firehose.md 3.3): how Java's stream class
 * frames it (Snappy) and how Hadoop does (HADOOP_SNAPPY). Pure.
 */
#ifndef HY_PIPELINE_DELIVERY_SNAPPY_FRAMING_H
#define HY_PIPELINE_DELIVERY_SNAPPY_FRAMING_H

#include "base/err.h"
#include "base/sv.h"

enum {
    HY_XERIAL_CHUNK_BYTES = 32 * 1024,
    HY_HADOOP_BLOCK_BYTES = 256 * 1024, /* Appendix A 11 */
};

/* The caller frees *out. */
HY_MUST_CHECK
enum hy_code hy_snappy_xerial(hy_sv bytes, char **out, size_t *out_len);
HY_MUST_CHECK
enum hy_code hy_snappy_hadoop(hy_sv bytes, char **out, size_t *out_len);

#endif
