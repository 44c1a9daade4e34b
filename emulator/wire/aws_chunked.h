/* aws_chunked.h - a body in chunks that are signed one by one ("aws-chunked").
 *
 *   10000;chunk-signature=<64 hex digits>\r\n <65536 bytes> \r\n
 *   0;chunk-signature=<64 hex digits>\r\n
 *   x-amz-checksum-crc32c:sOO8/Q==\r\n              only with a trailer
 *   x-amz-trailer-signature:<64 hex digits>\r\n     only with a signed trailer
 *   \r\n
 *
 * What it is, the header x-amz-content-sha256 says; the kind without signatures has sizes only.
 * Each signature is of the one before it (the first: of the request's own) and the chunk's hash,
 * so chunks can be neither changed nor swapped, doubled or left out.
 *
 * Pure, and in place: the decoded body is where the encoded one was.
 */
#ifndef HY_WIRE_AWS_CHUNKED_H
#define HY_WIRE_AWS_CHUNKED_H

#include "io/http_message.h"
#include "wire/sha256.h"

enum { HY_AWS_TRAILERS_MAX = 8 };

struct hy_aws_chunked {
    bool is_signed, has_trailer;
};

/* What the value of x-amz-content-sha256 says; false: the body is not in chunks. */
bool hy_aws_chunked_of(hy_sv content_sha256, struct hy_aws_chunked *kind);

/* Whom the signatures should be from. */
struct hy_aws_chunk_signer {
    struct hy_sha256 *sha256;
    const unsigned char *key; /* HY_SHA256_BYTES: hy_sigv4_key */
    hy_sv stamp, scope;       /* of the request's signature */
    hy_sv signature;          /* the request's own */
};

struct hy_aws_trailers {
    struct hy_http_header items[HY_AWS_TRAILERS_MAX]; /* views into the body, behind its end */
    size_t count; /* less x-amz-trailer-signature */
};

/* *len becomes the decoded length. HY_MALFORMED: these are not chunks, or something follows them;
 * HY_INVALID: a signature is wrong; then the body is spoilt. signer NULL: signatures must be there,
 * but are not looked at. */
HY_MUST_CHECK
enum hy_code hy_aws_chunked_decode(struct hy_aws_chunked kind,
                                   const struct hy_aws_chunk_signer *signer, char *body,
                                   size_t *len, struct hy_aws_trailers *trailers);

#endif
