/* credential_spec.h - one pair of keys that requests may be signed with.
 *
 * The members are those of the Credentials that AWS's token service hands out.
 */
#ifndef HY_MODEL_CREDENTIAL_SPEC_H
#define HY_MODEL_CREDENTIAL_SPEC_H

#include <stdint.h>

enum {
    HY_ACCESS_KEY_CHARS_MAX = 128,
    HY_SECRET_KEY_CHARS_MAX = 128,
    HY_SESSION_TOKEN_CHARS_MAX = 4096,
};

struct hy_credential_spec {
    char *access_key;
    char *secret_key;
    char *session_token; /* NULL: none, and a request must not bring one */
    uint64_t expires_ms; /* by real time; HY_NEVER_MS */
};

#endif
