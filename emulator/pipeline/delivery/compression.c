#include "pipeline/delivery/compression.h"

#include "pipeline/delivery/snappy_framing.h"
#include "pipeline/delivery/zip_container.h"

#include <libdeflate.h>

#include <stdlib.h>

/* Quick rather than small: nobody pays for this storage, and tests wait for it. */
enum { GZIP_LEVEL = 1 };

static enum hy_code gzip(const struct hy_packing *packing)
{
    const hy_sv bytes = packing->bytes;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (compressor == NULL) {
        return HY_NO_MEMORY;
    }
    const size_t bound = libdeflate_gzip_compress_bound(compressor, bytes.len);
    char *packed = malloc(bound);
    size_t packed_len = 0;
    if (packed != NULL) {
        packed_len = libdeflate_gzip_compress(compressor, bytes.ptr, bytes.len, packed, bound);
    }
    libdeflate_free_compressor(compressor);
    /* With room for the bound it cannot fail for any other reason than memory. */
    const enum hy_code code = packed_len == 0
                                  ? HY_NO_MEMORY
                                  : packing->write(packing->ctx, (hy_sv){ packed, packed_len });
    free(packed);
    return code;
}

static const struct hy_compression_format formats[] = {
    { HY_COMPRESSION_NONE, "UNCOMPRESSED", "", "", false, NULL },
    { HY_COMPRESSION_GZIP, "GZIP", ".gz", "gzip", false, gzip },
    { HY_COMPRESSION_ZIP, "ZIP", ".zip", "zip", true, hy_zip_container },
    { HY_COMPRESSION_SNAPPY, "Snappy", ".snappy", "snappy-java", false, hy_snappy_xerial },
    { HY_COMPRESSION_HADOOP_SNAPPY, "HADOOP_SNAPPY", ".snappy", "hadoop-snappy", false,
      hy_snappy_hadoop },
};

const struct hy_compression_format *hy_compression_find(enum hy_compression value)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (formats[i].value == value) {
            return &formats[i];
        }
    }
    return NULL;
}
