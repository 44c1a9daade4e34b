#include "pipeline/process/decompress.h"

#include <libdeflate.h>

#include <stdlib.h>

struct hy_decompressor {
    struct libdeflate_decompressor *library;
};

enum { FIRST_ROOM_BYTES = 16 * 1024, RATIO = 8 /* of text, about */ };

struct hy_decompressor *hy_decompressor_create(void)
{
    struct hy_decompressor *decompressor = malloc(sizeof *decompressor);
    if (decompressor == NULL) {
        return NULL;
    }
    decompressor->library = libdeflate_alloc_decompressor();
    if (decompressor->library == NULL) {
        free(decompressor);
        return NULL;
    }
    return decompressor;
}

void hy_decompressor_destroy(struct hy_decompressor *decompressor)
{
    if (decompressor != NULL) {
        libdeflate_free_decompressor(decompressor->library);
        free(decompressor);
    }
}

/* One member off the front. The library wants room for all of it: so it is given more and more. */
static enum hy_code take_member(struct hy_decompressor *decompressor, hy_sv *rest,
                                struct hy_buf *out)
{
    size_t room = rest->len * RATIO + FIRST_ROOM_BYTES;
    for (;;) {
        const size_t left = out->max - out->len;
        room = room < left ? room : left;
        char *at = room == 0 ? NULL : hy_buf_reserve(out, room);
        if (at == NULL) {
            return out->failed ? HY_NO_MEMORY : HY_MALFORMED;
        }
        size_t taken = 0;
        size_t made = 0;
        const enum libdeflate_result result = libdeflate_gzip_decompress_ex(
            decompressor->library, rest->ptr, rest->len, at, room, &taken, &made);
        if (result == LIBDEFLATE_SUCCESS) {
            hy_buf_commit(out, made);
            *rest = (hy_sv){ rest->ptr + taken, rest->len - taken };
            return HY_OK;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE || room == left) {
            return HY_MALFORMED;
        }
        room *= 4;
    }
}

enum hy_code hy_decompress_gzip(struct hy_decompressor *decompressor, hy_sv bytes,
                                struct hy_buf *out)
{
    enum hy_code code = bytes.len == 0 ? HY_MALFORMED : HY_OK;
    while (code == HY_OK && bytes.len > 0) {
        code = take_member(decompressor, &bytes, out);
    }
    return code;
}
