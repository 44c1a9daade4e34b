/* snappy_framing.h - Snappy in its two containers (firehose.md 3.3): how Java's stream class
 * frames it (Snappy) and how Hadoop does (HADOOP_SNAPPY). Pure.
 */
#ifndef HY_PIPELINE_DELIVERY_SNAPPY_FRAMING_H
#define HY_PIPELINE_DELIVERY_SNAPPY_FRAMING_H

#include "pipeline/delivery/packing.h"

enum {
    HY_XERIAL_CHUNK_BYTES = 32 * 1024,
    HY_HADOOP_BLOCK_BYTES = 256 * 1024, /* Appendix A 11 */
};

/* Each needs the memory of a chunk, whatever the object's size. */
HY_MUST_CHECK
enum hy_code hy_snappy_xerial(const struct hy_packing *packing);
HY_MUST_CHECK
enum hy_code hy_snappy_hadoop(const struct hy_packing *packing);

#endif
