#include "http/auth.h"

#include "wire/aws_chunked.h"
#include "wire/canonical.h"
#include "wire/sigv4.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES_MAX = 1024 * 1024, /* a head of 64 KiB, decoded, encoded and joined */
    KEYS_MAX = 64,
    SCOPE_BYTES_MAX = 128, /* longer ones are not kept */
};

/* The key of one credential for one scope. */
struct kept_key {
    const struct hy_credential_spec *credential; /* NULL: empty */
    char scope[SCOPE_BYTES_MAX];
    size_t scope_len;
    unsigned char key[HY_SHA256_BYTES];
};

struct hy_auth {
    struct hy_auth_options options;
    struct hy_sha256 *sha256; /* with --auth sign only */
    struct hy_arena arena;   /* of the request at hand */
    struct hy_buf canonical; /* likewise */
    struct kept_key keys[KEYS_MAX];
    size_t next_key; /* where the next one goes: the oldest is forgotten */
};

struct hy_auth *hy_auth_create(const struct hy_auth_options *options)
{
    struct hy_auth *auth = calloc(1, sizeof *auth);
    if (auth == NULL) {
        return NULL;
    }
    auth->options = *options;
    hy_arena_init(&auth->arena, ARENA_BYTES_MAX);
    hy_buf_init(&auth->canonical, ARENA_BYTES_MAX);
    if (options->is_signed) { /* it makes OpenSSL wake up, which takes time and memory */
        auth->sha256 = hy_sha256_create();
        if (auth->sha256 == NULL) {
            hy_auth_destroy(auth);
            return NULL;
        }
    }
    return auth;
}

void hy_auth_destroy(struct hy_auth *auth)
{
    if (auth == NULL) {
        return;
    }
    hy_sha256_destroy(auth->sha256);
    hy_buf_finish(&auth->canonical);
    hy_arena_finish(&auth->arena);
    free(auth);
}

/* ---- keys -------------------------------------------------------------------------------- */

static const struct hy_credential_spec *find_credential(const struct hy_auth *auth,
                                                        hy_sv access_key)
{
    for (size_t i = 0; i < auth->options.credential_count; i++) {
        if (hy_sv_equal(hy_sv_of(auth->options.credentials[i].access_key), access_key)) {
            return &auth->options.credentials[i];
        }
    }
    return NULL;
}

static const struct kept_key *find_key(const struct hy_auth *auth,
                                       const struct hy_credential_spec *credential, hy_sv scope)
{
    for (size_t i = 0; i < KEYS_MAX; i++) {
        const struct kept_key *kept = &auth->keys[i];
        if (kept->credential == credential && hy_sv_equal((hy_sv){ kept->scope, kept->scope_len },
                                                          scope)) {
            return kept;
        }
    }
    return NULL;
}

HY_MUST_CHECK
static enum hy_code get_key(struct hy_auth *auth, const struct hy_credential_spec *credential,
                            const struct hy_sigv4_claim *claim,
                            unsigned char key[HY_SHA256_BYTES])
{
    const struct kept_key *found = find_key(auth, credential, claim->scope);
    if (found != NULL) {
        memcpy(key, found->key, HY_SHA256_BYTES);
        return HY_OK;
    }
    enum hy_code code = hy_sigv4_key(auth->sha256, hy_sv_of(credential->secret_key), &claim->who,
                                     key);
    if (code == HY_OK && claim->scope.len <= SCOPE_BYTES_MAX) {
        struct kept_key *kept = &auth->keys[auth->next_key];
        auth->next_key = (auth->next_key + 1) % KEYS_MAX;
        kept->credential = credential;
        kept->scope_len = claim->scope.len;
        memcpy(kept->scope, claim->scope.ptr, claim->scope.len);
        memcpy(kept->key, key, HY_SHA256_BYTES);
    }
    return code;
}

/* ---- the payload's line in the canonical request ------------------------------------------ */

HY_MUST_CHECK
static enum hy_code hash_body(struct hy_auth *auth, const struct hy_http_request *request,
                              hy_sv *payload)
{
    char *hex = hy_arena_alloc(&auth->arena, HY_SHA256_HEX_CHARS);
    if (hex == NULL ||
        !hy_sha256_hex(auth->sha256, (hy_sv){ request->body, request->body_len }, hex)) {
        return HY_NO_MEMORY;
    }
    *payload = (hy_sv){ hex, HY_SHA256_HEX_CHARS };
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code find_payload(struct hy_auth *auth, const struct hy_http_request *request,
                                 const struct hy_sigv4_claim *claim, hy_sv *payload,
                                 struct hy_err *err)
{
    struct hy_aws_chunked kind;
    const hy_sv unsigned_payload = HY_SV("UNSIGNED-PAYLOAD");
    hy_sv said = hy_http_header(request->headers, HY_SV("x-amz-content-sha256"));
    if (said.ptr == NULL && claim->is_s3 && claim->is_presigned) {
        said = unsigned_payload;
    }
    if (hy_aws_chunked_of(said, &kind) || (claim->is_s3 && hy_sv_equal(said, unsigned_payload))) {
        *payload = said;
        return HY_OK;
    }
    enum hy_code code = hash_body(auth, request, payload);
    if (code == HY_OK && claim->is_s3 && said.ptr == NULL) {
        return hy_refuse(err, &hy_invalid_signature,
                         "Missing required header for this request: x-amz-content-sha256");
    }
    if (code == HY_OK && claim->is_s3 && !hy_sv_equal(said, *payload)) {
        return hy_refuse(err, &hy_invalid_signature, "The provided 'x-amz-content-sha256' header "
                                                     "does not match what was computed.");
    }
    return code;
}

/* ---- the signature ------------------------------------------------------------------------ */

HY_MUST_CHECK
static enum hy_code refuse_mismatch(struct hy_err *err)
{
    return hy_refuse(err, &hy_invalid_signature,
                     "The request signature we calculated does not match the signature you "
                     "provided. Check your AWS Secret Access Key and signing method. Consult the "
                     "service documentation for details.");
}

HY_MUST_CHECK
static enum hy_code check_signature(struct hy_auth *auth, const struct hy_http_request *request,
                                    const struct hy_sigv4_claim *claim,
                                    const unsigned char key[HY_SHA256_BYTES], struct hy_err *err)
{
    struct hy_canonical_options canonical = {
        .is_s3 = claim->is_s3,
        .is_presigned = claim->is_presigned,
        .signed_headers = claim->signed_headers,
    };
    char signature[HY_SHA256_HEX_CHARS];
    enum hy_code code = find_payload(auth, request, claim, &canonical.payload, err);
    hy_buf_clear(&auth->canonical);
    if (code == HY_OK) {
        code = hy_canonical_request(request, &canonical, &auth->arena, &auth->canonical);
    }
    if (code == HY_OK) {
        code = hy_sigv4_sign(auth->sha256, key, claim, hy_buf_sv(&auth->canonical), &auth->arena,
                             signature);
    }
    if (code == HY_OK && !hy_sha256_same((hy_sv){ signature, sizeof signature },
                                         claim->signature)) {
        code = refuse_mismatch(err);
    }
    return code;
}

/* A credential with a session token is only good with it, one without only without. */
HY_MUST_CHECK
static enum hy_code check_token(const struct hy_credential_spec *credential, hy_sv token,
                                uint64_t now_ms, struct hy_err *err)
{
    hy_sv wanted = hy_sv_of(credential->session_token);
    if (!hy_sha256_same(wanted, token)) {
        return hy_refuse(err, &hy_unrecognized_client,
                         "The security token included in the request is invalid.");
    }
    if (now_ms >= credential->expires_ms) {
        return hy_refuse(err, &hy_expired_token,
                         "The security token included in the request is expired");
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code verify(struct hy_auth *auth, const struct hy_http_request *request,
                           hy_sv service, struct hy_sigv4_claim *claim,
                           unsigned char key[HY_SHA256_BYTES], struct hy_err *err)
{
    uint64_t now_ms = auth->options.real.now_ms(auth->options.real.ctx);
    enum hy_code code = hy_sigv4_read(request, &auth->arena, claim, err);
    if (code == HY_OK) {
        code = hy_sigv4_check(claim, request, service, now_ms, err);
    }
    if (code != HY_OK) {
        return code;
    }
    const struct hy_credential_spec *credential = find_credential(auth, claim->who.access_key);
    if (credential == NULL) {
        return hy_refuse(err, &hy_unrecognized_client,
                         "The security token included in the request is invalid.");
    }
    code = get_key(auth, credential, claim, key);
    if (code == HY_OK) {
        code = check_signature(auth, request, claim, key, err);
    }
    return code == HY_OK ? check_token(credential, claim->token, now_ms, err) : code;
}

/* ---- bodies in chunks ---------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code decode_chunks(struct hy_aws_chunked kind,
                                  const struct hy_aws_chunk_signer *signer,
                                  const struct hy_http_request *request, size_t *len,
                                  struct hy_err *err)
{
    struct hy_aws_trailers trailers;
    uint64_t declared;
    enum hy_code code = hy_aws_chunked_decode(kind, signer, request->body, len, &trailers);
    if (code == HY_MALFORMED) {
        return hy_refuse(err, &hy_serialization, "The body is not in the chunks that "
                                                 "x-amz-content-sha256 announces");
    }
    if (code != HY_OK) {
        return code == HY_INVALID ? refuse_mismatch(err) : code;
    }
    hy_sv said = hy_http_header(request->headers, HY_SV("x-amz-decoded-content-length"));
    if (!hy_sv_to_u64(said, &declared) || declared != *len) {
        return hy_refuse(err, &hy_serialization,
                         "x-amz-decoded-content-length must be %zu, not '%.*s'", *len,
                         HY_SV_ARG(said));
    }
    return HY_OK;
}

enum hy_code hy_auth_admit(struct hy_auth *auth, const struct hy_http_request *request,
                           hy_sv service, size_t *body_len, struct hy_err *err)
{
    struct hy_sigv4_claim claim;
    struct hy_aws_chunked kind;
    unsigned char key[HY_SHA256_BYTES];
    const bool is_signed = auth->options.is_signed;
    enum hy_code code = HY_OK;
    *body_len = request->body_len;
    if (is_signed) {
        hy_arena_reset(&auth->arena);
        code = verify(auth, request, service, &claim, key, err);
    }
    if (code != HY_OK || !hy_aws_chunked_of(hy_http_header(request->headers,
                                                           HY_SV("x-amz-content-sha256")), &kind)) {
        return code;
    }
    if (!is_signed) {
        return decode_chunks(kind, NULL, request, body_len, err);
    }
    const struct hy_aws_chunk_signer signer = {
        .sha256 = auth->sha256,
        .key = key,
        .stamp = claim.stamp,
        .scope = claim.scope,
        .signature = claim.signature,
    };
    return decode_chunks(kind, &signer, request, body_len, err);
}
