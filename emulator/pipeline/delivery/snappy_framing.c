#include "pipeline/delivery/snappy_framing.h"

#include <snappy-c.h>

#include <stdlib.h>

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

/* `at` has room for the worst case, so only a full disk can stop it. */
static enum hy_code write_chunk(const struct framing *framing, const struct hy_packing *packing,
                                hy_sv chunk, char *at)
{
    const size_t head = framing->has_plain_length ? 8 : 4;
    size_t packed_len = snappy_max_compressed_length(framing->chunk_bytes);
    if (snappy_compress(chunk.ptr, chunk.len, at + head, &packed_len) != SNAPPY_OK) {
        return HY_IO;
    }
    char *end = framing->has_plain_length ? put_be32(at, chunk.len) : at;
    end = put_be32(end, packed_len) + packed_len;
    return packing->write(packing->ctx, (hy_sv){ at, (size_t)(end - at) });
}

static enum hy_code frame(const struct framing *framing, const struct hy_packing *packing)
{
    hy_sv rest = packing->bytes;
    char *chunk = malloc(snappy_max_compressed_length(framing->chunk_bytes) + 8);
    if (chunk == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = packing->write(packing->ctx, framing->header);
    while (code == HY_OK && rest.len > 0) {
        const size_t len = rest.len < framing->chunk_bytes ? rest.len : framing->chunk_bytes;
        code = write_chunk(framing, packing, (hy_sv){ rest.ptr, len }, chunk);
        rest = (hy_sv){ rest.ptr + len, rest.len - len };
    }
    free(chunk);
    return code;
}

enum hy_code hy_snappy_xerial(const struct hy_packing *packing)
{
    static const struct framing xerial = {
        { xerial_header, sizeof xerial_header - 1 }, HY_XERIAL_CHUNK_BYTES, false
    };
    return frame(&xerial, packing);
}

enum hy_code hy_snappy_hadoop(const struct hy_packing *packing)
{
    static const struct framing hadoop = { { "", 0 }, HY_HADOOP_BLOCK_BYTES, true };
    return frame(&hadoop, packing);
}
