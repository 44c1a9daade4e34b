#include "pipeline/delivery/compression.h"

#include <libdeflate.h>

#include <stdlib.h>

/* Quick rather than small: nobody pays for this storage, and tests wait for it. */
enum { GZIP_LEVEL = 1 };

static enum hy_code gzip(hy_sv bytes, char **out, size_t *out_len)
{
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
    if (packed_len == 0) {
        free(packed);
        return HY_NO_MEMORY; /* with room for the bound it cannot fail otherwise */
    }
    *out = packed;
    *out_len = packed_len;
    return HY_OK;
}

static const struct hy_compression_format formats[] = {
    { HY_COMPRESSION_NONE, "UNCOMPRESSED", "", "", NULL },
    { HY_COMPRESSION_GZIP, "GZIP", ".gz", "gzip", gzip },
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
