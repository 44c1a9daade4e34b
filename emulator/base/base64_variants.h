/* base64_variants.h - the ways to do base64, fastest first. Only base64*.c and its test include
 * this.
 *
 * A variant works on the front of its input as far as its vectors reach; the rest, padding and
 * everything that is wrong are base64.c's, so they are the same whatever the processor.
 */
#ifndef HY_BASE_BASE64_VARIANTS_H
#define HY_BASE_BASE64_VARIANTS_H

#include "base/base64.h"

struct hy_base64_variant {
    const char *name;
    bool (*runs_here)(void);
    /* Decodes a multiple of 4 characters from the front and returns how many: all before the
     * returned one are of the alphabet, the one that is not has not been reached. Never writes
     * more than the whole text decodes to. */
    size_t (*decode_front)(const char *text, size_t len, char *out);
    /* Encodes a multiple of 3 bytes from the front and returns how many. */
    size_t (*encode_front)(const char *bytes, size_t len, char *out);
};

#if defined(__x86_64__)
extern const struct hy_base64_variant hy_base64_avx2, hy_base64_ssse3;
#endif
extern const struct hy_base64_variant hy_base64_table; /* runs everywhere */

void hy_base64_encode_with(const struct hy_base64_variant *variant, hy_sv bytes, char *out);
HY_MUST_CHECK
bool hy_base64_decode_with(const struct hy_base64_variant *variant, hy_sv text, char *out,
                           size_t *out_len, size_t *bad_at);

#endif
