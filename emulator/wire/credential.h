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

/* From the Authorization header. Views into it. */
struct hy_credential hy_credential_of(struct hy_http_headers headers);

/* From there or, when the request is presigned, from the parameter X-Amz-Credential. */
struct hy_credential hy_credential_of_request(const struct hy_http_request *request);

#endif
