/* sha256.h - SHA-256 and HMAC-SHA-256, from OpenSSL.
 *
 * OpenSSL 3 looks an algorithm up by its name, which takes longer than hashing a short text. So
 * it is looked up once, and its contexts are used again and again: by one thread at a time.
 */
#ifndef HY_WIRE_SHA256_H
#define HY_WIRE_SHA256_H

#include "base/err.h"
#include "base/sv.h"

enum { HY_SHA256_BYTES = 32, HY_SHA256_HEX_CHARS = 64 };

struct hy_sha256; /* opaque */

struct hy_sha256 *hy_sha256_create(void); /* NULL when out of memory */
void hy_sha256_destroy(struct hy_sha256 *sha256); /* NULL is fine */

/* false: OpenSSL is out of memory. */
HY_MUST_CHECK
bool hy_sha256_digest(struct hy_sha256 *sha256, hy_sv text, unsigned char out[HY_SHA256_BYTES]);
HY_MUST_CHECK
bool hy_sha256_hmac(struct hy_sha256 *sha256, hy_sv key, hy_sv text,
                    unsigned char out[HY_SHA256_BYTES]);

/* As above, in lower-case hex, without a NUL: what Signature V4 is made of. */
HY_MUST_CHECK
bool hy_sha256_hex(struct hy_sha256 *sha256, hy_sv text, char out[HY_SHA256_HEX_CHARS]);
HY_MUST_CHECK
bool hy_sha256_hmac_hex(struct hy_sha256 *sha256, hy_sv key, hy_sv text,
                        char out[HY_SHA256_HEX_CHARS]);

/* Takes as long for the wrong text as for the right one. */
bool hy_sha256_same(hy_sv one, hy_sv other);

#endif
