/* base64.h - RFC 4648 base64, standard alphabet, with padding.
 *
 * Decoding is strict, as the service's is: the length is a multiple of four, padding only at
 * the end, no white space, and the bits of the last character that belong to no byte are zero.
 * The fastest code for the processor is chosen when the program starts (AVX2, SSSE3, or a table);
 * all give the same bytes.
 */
#ifndef HY_BASE_BASE64_H
#define HY_BASE_BASE64_H

#include "base/err.h"
#include "base/sv.h"

#define HY_BASE64_ENCODED(n) (((n) + 2) / 3 * 4) /* exact */
#define HY_BASE64_DECODED_MAX(n) ((n) / 4 * 3)   /* at most */

/* Writes HY_BASE64_ENCODED(bytes.len) characters, no NUL. */
void hy_base64_encode(hy_sv bytes, char *out);

/* Writes at most HY_BASE64_DECODED_MAX(text.len) bytes; `out` may not overlap `text`.
 * False when the text is not base64: *bad_at is then the offset of the first character that
 * does not belong, or text.len when the length is not a multiple of four (length is looked
 * at first). When the character at *bad_at is of the alphabet, it is the last one before the
 * padding and its spare bits are not zero; the service has a sentence of its own for that. */
HY_MUST_CHECK
bool hy_base64_decode(hy_sv text, char *out, size_t *out_len, size_t *bad_at);

#endif
