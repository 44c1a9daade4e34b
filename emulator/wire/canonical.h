/* canonical.h - the canonical request: one text for all the ways to write the same request.
 *
 *   METHOD \n path \n query \n header:value \n ... \n \n names;of;headers \n payload
 *
 * Path: for S3 as it was sent. For the others without empty and dot segments, and encoded once
 * more. Query: sorted, each name and value decoded and encoded again. Headers: those that are
 * signed, in the order of their names in the signature; several of one name are joined by commas;
 * blanks are trimmed and runs of them become one (stack-and-wire.md B10).
 */
#ifndef HY_WIRE_CANONICAL_H
#define HY_WIRE_CANONICAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/http_server.h"

struct hy_canonical_options {
    bool is_s3;
    bool is_presigned;    /* X-Amz-Signature is left out of the query */
    hy_sv signed_headers; /* "host;x-amz-date" */
    hy_sv payload;        /* hex digits, or a word such as UNSIGNED-PAYLOAD */
};

/* Appends it. HY_NO_MEMORY: the arena or the buffer is full. */
HY_MUST_CHECK
enum hy_code hy_canonical_request(const struct hy_http_request *request,
                                  const struct hy_canonical_options *options,
                                  struct hy_arena *arena, struct hy_buf *out);

#endif
