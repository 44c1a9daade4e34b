#include "pipeline/delivery/compression.h"

#include "pipeline/delivery/snappy_framing.h"
#include "pipeline/delivery/zip_container.h"

#include <libdeflate.h>

#include <stdlib.h>

/* Quick rather than small: nobody pays for this storage, and tests wait for it. */
enum { GZIP_LEVEL = 1 };

static enum hy_code gzip(const struct hy_packing *packing, char **out, size_t *out_len)
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
    if (packed_len == 0) {
        free(packed);
        return HY_NO_MEMORY; /* with room for the bound it cannot fail otherwise */
    }
    *out = packed;
    *out_len = packed_len;
    return HY_OK;
}

static enum hy_code zip(const struct hy_packing *packing, char **out, size_t *out_len)
{
    return hy_zip_container(packing->bytes, packing->entry, packing->entry_ms, out, out_len);
}

static enum hy_code xerial(const struct hy_packing *packing, char **out, size_t *out_len)
{
    return hy_snappy_xerial(packing->bytes, out, out_len);
}

static enum hy_code hadoop(const struct hy_packing *packing, char **out, size_t *out_len)
{
    return hy_snappy_hadoop(packing->bytes, out, out_len);
}

static const struct hy_compression_format formats[] = {
    { HY_COMPRESSION_NONE, "UNCOMPRESSED", "", "", false, NULL },
    { HY_COMPRESSION_GZIP, "GZIP", ".gz", "gzip", false, gzip },
    { HY_COMPRESSION_ZIP, "ZIP", ".zip", "zip", true, zip },
    { HY_COMPRESSION_SNAPPY, "Snappy", ".snappy", "snappy-java", false, xerial },
    { HY_COMPRESSION_HADOOP_SNAPPY, "HADOOP_SNAPPY", ".snappy", "hadoop-snappy", false, hadoop },
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
