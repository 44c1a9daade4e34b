/* auth.h - may this request come in? And its body in plain, when it came in signed chunks.
 *
 * With --auth sign every request must carry a valid Signature V4 (wire/sigv4.h) of one of the
 * config file's credentials. The order of checks is that of AWS's JSON services: form, time,
 * scope, access key, signature, session token. Nothing of the body reaches a service before.
 *
 * The body: its SHA-256 is computed and is what must have been signed, whatever the header
 * x-amz-content-sha256 says. For S3 that header is signed in its place: the hash (which must be
 * right) or UNSIGNED-PAYLOAD; a presigned request may leave it out. With STREAMING-..., of any
 * service, chunks and trailers are verified and the body is decoded in place.
 *
 * Time: a signature's age, and the end of temporary credentials, are judged by real time, whatever
 * --clock says: clients sign with their own clock, and a manual one stands still in another year.
 *
 * Cost for 1 KiB: one SHA-256 of the body, one of the canonical request, one HMAC. The keys of the
 * scopes that were seen last are kept; what is needed on the way lies in an arena that is used
 * again and again.
 */
#ifndef HY_HTTP_AUTH_H
#define HY_HTTP_AUTH_H

#include "base/clock.h"
#include "io/http_server.h"
#include "model/credential_spec.h"

struct hy_auth; /* opaque */

struct hy_auth_options {
    bool is_signed; /* --auth sign; without it bodies are decoded and nothing is verified */
    const struct hy_credential_spec *credentials; /* must outlive */
    size_t credential_count;
    struct hy_clock real; /* the time of day, not Firehose's */
};

struct hy_auth *hy_auth_create(const struct hy_auth_options *options); /* NULL: out of memory */
void hy_auth_destroy(struct hy_auth *auth); /* NULL is fine */

/* `service` is the signing name of the one who is asked; empty: nobody knows. *body_len becomes the
 * length of the body that the service sees. HY_REFUSED: err says how a JSON service puts it. */
HY_MUST_CHECK
enum hy_code hy_auth_admit(struct hy_auth *auth, const struct hy_http_request *request,
                           hy_sv service, size_t *body_len, struct hy_err *err);

#endif
