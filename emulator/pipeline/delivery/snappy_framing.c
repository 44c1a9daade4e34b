#include "pipeline/delivery/snappy_framing.h"

#include <snappy-c.h>

#include <stdlib.h>
#include <string.h>

/* Magic, version, and the lowest version that can read it. */
static const char xerial_header[] = "\x82SNAPPY\0" "\0\0\0\1" "\0\0\0\1";

struct framing {
    hy_sv header;
    size_t chunk_bytes;
    bool has_plain_length; /* before the compressed one */
};

static char *put_be32(char *at, size_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        *at++ = (char)(unsigned char)(number >> shift & 0xff);
    }
    return at;
}

/* Returns where the next chunk goes. `left` is the room from `at` on. */
static char *put_chunk(const struct framing *framing, hy_sv chunk, char *at, size_t left)
{
    const size_t head = framing->has_plain_length ? 8 : 4;
    size_t packed_len = left - head;
    if (snappy_compress(chunk.ptr, chunk.len, at + head, &packed_len) != SNAPPY_OK) {
        return NULL; /* cannot be: there is room for the worst case */
    }
    if (framing->has_plain_length) {
        at = put_be32(at, chunk.len);
    }
    return put_be32(at, packed_len) + packed_len;
}

static enum hy_code frame(const struct framing *framing, hy_sv bytes, char **out,
                          size_t *out_len)
{
    const size_t chunks = bytes.len / framing->chunk_bytes + 1;
    const size_t max = framing->header.len +
                       chunks * (snappy_max_compressed_length(framing->chunk_bytes) + 8);
    char *packed = malloc(max);
    if (packed == NULL) {
        return HY_NO_MEMORY;
    }
    memcpy(packed, framing->header.ptr, framing->header.len);
    char *at = packed + framing->header.len;
    while (bytes.len > 0) {
        const size_t len = bytes.len < framing->chunk_bytes ? bytes.len : framing->chunk_bytes;
        at = put_chunk(framing, (hy_sv){ bytes.ptr, len }, at, max - (size_t)(at - packed));
        if (at == NULL) {
            free(packed);
            return HY_IO;
        }
        bytes = (hy_sv){ bytes.ptr + len, bytes.len - len };
    }
    *out = packed;
    *out_len = (size_t)(at - packed);
    return HY_OK;
}

enum hy_code hy_snappy_xerial(hy_sv bytes, char **out, size_t *out_len)
{
    static const struct framing xerial = {
        { xerial_header, sizeof xerial_header - 1 }, HY_XERIAL_CHUNK_BYTES, false
    };
    return frame(&xerial, bytes, out, out_len);
}

enum hy_code hy_snappy_hadoop(hy_sv bytes, char **out, size_t *out_len)
{
    static const struct framing hadoop = { { "", 0 }, HY_HADOOP_BLOCK_BYTES, true };
    return frame(&hadoop, bytes, out, out_len);
}
