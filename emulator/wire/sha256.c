#include "wire/sha256.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct hy_sha256 {
    EVP_MD *algorithm;
    EVP_MD_CTX *digest;
    EVP_MAC_CTX *mac;
};

static EVP_MAC_CTX *make_mac(void)
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac); /* the context keeps it */
    if (mac != NULL && EVP_MAC_CTX_set_params(mac, params) != 1) {
        EVP_MAC_CTX_free(mac);
        return NULL;
    }
    return mac;
}

struct hy_sha256 *hy_sha256_create(void)
{
    struct hy_sha256 *sha256 = calloc(1, sizeof *sha256);
    if (sha256 == NULL) {
        return NULL;
    }
    sha256->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha256->digest = EVP_MD_CTX_new();
    sha256->mac = make_mac();
    if (sha256->algorithm == NULL || sha256->digest == NULL || sha256->mac == NULL) {
        hy_sha256_destroy(sha256);
        return NULL;
    }
    return sha256;
}

void hy_sha256_destroy(struct hy_sha256 *sha256)
{
    if (sha256 == NULL) {
        return;
    }
    EVP_MAC_CTX_free(sha256->mac);
    EVP_MD_CTX_free(sha256->digest);
    EVP_MD_free(sha256->algorithm);
    free(sha256);
}

bool hy_sha256_digest(struct hy_sha256 *sha256, hy_sv text, unsigned char out[HY_SHA256_BYTES])
{
    return EVP_DigestInit_ex2(sha256->digest, sha256->algorithm, NULL) == 1 &&
           EVP_DigestUpdate(sha256->digest, text.ptr, text.len) == 1 &&
           EVP_DigestFinal_ex(sha256->digest, out, NULL) == 1;
}

bool hy_sha256_hmac(struct hy_sha256 *sha256, hy_sv key, hy_sv text,
                    unsigned char out[HY_SHA256_BYTES])
{
    size_t len;
    return EVP_MAC_init(sha256->mac, (const unsigned char *)key.ptr, key.len, NULL) == 1 &&
           EVP_MAC_update(sha256->mac, (const unsigned char *)text.ptr, text.len) == 1 &&
           EVP_MAC_final(sha256->mac, out, &len, HY_SHA256_BYTES) == 1;
}

static void write_hex(const unsigned char bytes[HY_SHA256_BYTES], char out[HY_SHA256_HEX_CHARS])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HY_SHA256_BYTES; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

bool hy_sha256_hex(struct hy_sha256 *sha256, hy_sv text, char out[HY_SHA256_HEX_CHARS])
{
    unsigned char bytes[HY_SHA256_BYTES];
    if (!hy_sha256_digest(sha256, text, bytes)) {
        return false;
    }
    write_hex(bytes, out);
    return true;
}

bool hy_sha256_hmac_hex(struct hy_sha256 *sha256, hy_sv key, hy_sv text,
                        char out[HY_SHA256_HEX_CHARS])
{
    unsigned char bytes[HY_SHA256_BYTES];
    if (!hy_sha256_hmac(sha256, key, text, bytes)) {
        return false;
    }
    write_hex(bytes, out);
    return true;
}

bool hy_sha256_same(hy_sv one, hy_sv other)
{
    return one.len == other.len && CRYPTO_memcmp(one.ptr, other.ptr, one.len) == 0;
}
