/* decompress.h - Decompression: gzip members, one after the other, to their content. Pure. */
#ifndef HY_PIPELINE_PROCESS_DECOMPRESS_H
#define HY_PIPELINE_PROCESS_DECOMPRESS_H

#include "base/buf.h"
#include "model/limits.h"

enum { HY_DECOMPRESSED_BYTES_MAX = 64 * HY_MIB }; /* of a record; undocumented, a bomb's end */

struct hy_decompressor; /* opaque: for one thread at a time */

struct hy_decompressor *hy_decompressor_create(void); /* NULL when out of memory */
void hy_decompressor_destroy(struct hy_decompressor *decompressor); /* NULL is fine */

/* Appends to an empty `out`. HY_MALFORMED: not gzip, cut off, damaged, something behind it, or
 * too large. HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_decompress_gzip(struct hy_decompressor *decompressor, hy_sv bytes,
                                struct hy_buf *out);

#endif
