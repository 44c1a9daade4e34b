/* credential.h - who signed a request, as the request says it (stack-and-wire.md B0).
 *
 * Only what is claimed; whether the signature is right is http/auth.h's business.
 */
#ifndef HY_WIRE_CREDENTIAL_H
#define HY_WIRE_CREDENTIAL_H

#include "io/http_server.h"

struct hy_credential {
    hy_sv access_key, date, region, service; /* all empty when unsigned or malformed */
};

/* The parts of an Authorization header, as they stand there; what is missing has no ptr. */
struct hy_authorization {
    hy_sv algorithm;      /* "AWS4-HMAC-SHA256" */
    hy_sv credential;     /* "AKID/20260101/us-east-1/firehose/aws4_request" */
    hy_sv signed_headers; /* "host;x-amz-date" */
    hy_sv signature;
};

/* "ALGORITHM Name=value, Name=value": commas and blanks separate. */
struct hy_authorization hy_authorization_of(hy_sv header);

/* From the Authorization header. Views into it. */
struct hy_credential hy_credential_of(struct hy_http_headers headers);

/* From there or, when there is none, from the parameter X-Amz-Credential. */
struct hy_credential hy_credential_of_request(const struct hy_http_request *request);

#endif
