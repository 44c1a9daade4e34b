/* sigv4.h - Signature Version 4: what a request claims, and what it should have been signed with.
 *
 * Two forms: the Authorization header, and presigned query parameters (X-Amz-...). In both, the
 * canonical request (method, path, query, signed headers, the payload's hash) is hashed into a
 * string to sign, and that is keyed with a key that is derived from the secret and the scope
 * "20260101/us-east-1/firehose/aws4_request" (stack-and-wire.md B10).
 *
 * Pure: no credentials, no clock. http/auth.h brings both and decides.
 *
 * Choices: what is wrong is told in the order and the words that AWS's JSON services have. A
 * time stamp may be five minutes off, as Firehose itself says in its sentence, and 15 for S3.
 */
#ifndef HY_WIRE_SIGV4_H
#define HY_WIRE_SIGV4_H

#include "base/arena.h"
#include "io/http_server.h"
#include "services/refusal.h"
#include "wire/credential.h"
#include "wire/sha256.h"

enum {
    HY_SIGV4_SKEW_MAX_S = 5 * 60,
    HY_SIGV4_SKEW_MAX_S3_S = 15 * 60,
    HY_SIGV4_EXPIRES_MAX_S = 7 * 24 * 60 * 60,
};

/* Views into the request or into the arena. */
struct hy_sigv4_claim {
    hy_sv algorithm;      /* "AWS4-HMAC-SHA256", or what stands there instead */
    hy_sv credential;     /* "AKID/20260101/us-east-1/firehose/aws4_request" */
    hy_sv signed_headers; /* "host;x-amz-date" */
    hy_sv signature;      /* 64 hex digits, or what stands there instead */
    hy_sv stamp;          /* "20260101T000317Z" */
    uint64_t signed_ms;   /* the same */
    hy_sv token;          /* the session token; ptr NULL: none */
    bool is_presigned;
    uint64_t expires_s;   /* presigned: valid for so long; 0: as long as any other */

    struct hy_credential who; /* from here on: set by hy_sigv4_check */
    hy_sv scope;              /* the credential less its access key */
    bool is_s3;
};

/* What the request says of its signature. HY_REFUSED: it has none, two, or parts of one are
 * missing or have no date. HY_NO_MEMORY: the arena is full. */
HY_MUST_CHECK
enum hy_code hy_sigv4_read(const struct hy_http_request *request, struct hy_arena *arena,
                           struct hy_sigv4_claim *claim, struct hy_err *err);

/* All that can be judged without a secret: dates, algorithm, scope, what is signed. `service` is
 * the signing name of the one who is asked ("firehose"); empty: nobody knows. */
HY_MUST_CHECK
enum hy_code hy_sigv4_check(struct hy_sigv4_claim *claim, const struct hy_http_request *request,
                            hy_sv service, uint64_t now_ms, struct hy_err *err);

/* The key for a scope. Four HMACs: worth keeping. */
HY_MUST_CHECK
enum hy_code hy_sigv4_key(struct hy_sha256 *sha256, hy_sv secret, const struct hy_credential *who,
                          unsigned char key[HY_SHA256_BYTES]);

/* The signature of a canonical request (wire/canonical.h). */
HY_MUST_CHECK
enum hy_code hy_sigv4_sign(struct hy_sha256 *sha256, const unsigned char key[HY_SHA256_BYTES],
                           const struct hy_sigv4_claim *claim, hy_sv canonical,
                           struct hy_arena *arena, char signature[HY_SHA256_HEX_CHARS]);

/* How JSON services call it (firehose.md 1.5); all of them 400. */
extern const struct hy_refusal hy_missing_token;        /* MissingAuthenticationTokenException */
extern const struct hy_refusal hy_incomplete_signature; /* IncompleteSignatureException */
extern const struct hy_refusal hy_invalid_signature;    /* InvalidSignatureException */
extern const struct hy_refusal hy_unrecognized_client;  /* UnrecognizedClientException */
extern const struct hy_refusal hy_expired_token;        /* ExpiredTokenException */

#endif
