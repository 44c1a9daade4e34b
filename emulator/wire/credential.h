/* credential.h - who signed a request, as the request says it (stack-and-wire.md B0).
 *
 * Only what the Authorization header claims; whether the signature is right is not looked at
 * here.
 */
#ifndef HY_WIRE_CREDENTIAL_H
#define HY_WIRE_CREDENTIAL_H

#include "io/http_message.h"

struct hy_credential {
    hy_sv access_key, date, region, service; /* all empty when unsigned or malformed */
};

/* Views into the headers. */
struct hy_credential hy_credential_of(struct hy_http_headers headers);

#endif
