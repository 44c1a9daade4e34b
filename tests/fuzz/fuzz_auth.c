/* fuzz_auth.c - any bytes as a request that says it is signed.
 *
 * Input: a line with method and target, lines with headers, an empty line, the body; lines end in
 * \n. Asked with --auth sign and without. Without, only bodies in chunks can be refused. With it, a
 * request that gets in must carry the one access key there is.
 */
#include "fuzz.h"

#include "http/auth.h"
#include "services/refusal.h"
#include "wire/credential.h"

#include <string.h>

enum { HEADERS_MAX = 32 };

static uint64_t now(void *ctx)
{
    (void)ctx;
    return UINT64_C(1795281583000); /* 2026-11-21T17:19:43Z, as in the corpus */
}

static char access_key[] = "AKIDEXAMPLE";
static char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

static struct hy_http_header headers[HEADERS_MAX];

static struct hy_http_request parse(hy_sv text)
{
    struct hy_http_request request = { .headers = { headers, 0 } };
    request.target = hy_sv_cut(&text, '\n');
    request.method = hy_sv_cut(&request.target, ' ');
    request.query = request.target;
    request.path = hy_sv_cut(&request.query, '?');
    request.query.len = request.path.len < request.target.len ? request.query.len : 0;
    while (text.len > 0 && request.headers.count < HEADERS_MAX) {
        hy_sv value = hy_sv_cut(&text, '\n');
        if (value.len == 0) {
            break;
        }
        headers[request.headers.count].name = hy_sv_cut(&value, ':');
        headers[request.headers.count++].value = value;
    }
    request.body_len = text.len;
    request.body = malloc(text.len + (text.len == 0));
    REQUIRE(request.body != NULL);
    if (text.len > 0) {
        memcpy(request.body, text.ptr, text.len);
    }
    return request;
}

static void ask(hy_sv text, bool is_signed)
{
    static const struct hy_credential_spec credential = { access_key, secret_key, NULL,
                                                          HY_NEVER_MS };
    const struct hy_auth_options options = { .is_signed = is_signed, .credentials = &credential,
                                             .credential_count = 1, .real = { .now_ms = now } };
    struct hy_auth *auth = hy_auth_create(&options);
    struct hy_http_request request = parse(text);
    struct hy_err err = { 0 };
    size_t body_len = 0;
    REQUIRE(auth != NULL);
    enum hy_code code = hy_auth_admit(auth, &request, HY_SV(""), &body_len, &err);
    REQUIRE(code == HY_OK || code == HY_REFUSED);
    if (code == HY_OK) {
        hy_sv key = hy_credential_of_request(&request).access_key;
        REQUIRE(body_len <= request.body_len);
        REQUIRE(!is_signed || hy_sv_equal(key, hy_sv_of(access_key)));
    } else {
        REQUIRE(err.text[0] != '\0');
        REQUIRE(is_signed || err.refusal == &hy_serialization);
    }
    free(request.body);
    hy_auth_destroy(auth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hy_sv text = { (const char *)data, size };
    if (size > 16 * 1024) {
        return 0; /* more than that, the server has refused */
    }
    ask(text, true);
    ask(text, false);
    return 0;
}
