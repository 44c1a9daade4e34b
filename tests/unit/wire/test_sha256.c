/* test_sha256.c - hashes and HMACs that are published: FIPS 180-4, RFC 4231. */
#include "wire/sha256.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const struct hash_case {
    const char *text, *hash;
} hashes[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void test_hashes(void **state)
{
    (void)state;
    struct hy_sha256 *sha256 = hy_sha256_create();
    for (size_t i = 0; i < ROWS(hashes); i++) {
        char hex[HY_SHA256_HEX_CHARS];
        assert_true(hy_sha256_hex(sha256, hy_sv_of(hashes[i].text), hex));
        assert_memory_equal(hex, hashes[i].hash, sizeof hex);
    }
    hy_sha256_destroy(sha256);
}

/* The key: `key`, or key_len times key_byte. */
static const struct hmac_case {
    size_t key_len;
    unsigned char key_byte;
    const char *key, *text, *hmac;
} hmacs[] = {
    { 20, 0x0b, NULL, "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { 4, 0, "Jefe", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { 131, 0xaa, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { 131, 0xaa, NULL,
      "This is a test using a larger than block-size key and a larger than block-size data. The "
      "key needs to be hashed before being used by the HMAC algorithm.",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
    /* One block exactly, and one byte more: reckoned with Python's hmac. */
    { 64, 0x61, NULL, "x",
      "b65ca3a3235f948bc0e6bd747532c54a983b54ddad1a4d1bd8b958e065b1cab4" },
    { 65, 0x61, NULL, "x",
      "5c8ad20f6d25c86ccfc9774f1c0ca49d3675f3a112d9905cce286e2636681b75" },
};

static void test_hmacs(void **state)
{
    (void)state;
    struct hy_sha256 *sha256 = hy_sha256_create();
    for (size_t i = 0; i < ROWS(hmacs); i++) {
        char hex[HY_SHA256_HEX_CHARS];
        char *key = malloc(hmacs[i].key_len);
        assert_non_null(key);
        memset(key, hmacs[i].key_byte, hmacs[i].key_len);
        if (hmacs[i].key != NULL) {
            memcpy(key, hmacs[i].key, hmacs[i].key_len);
        }
        assert_true(hy_sha256_hmac_hex(sha256, (hy_sv){ key, hmacs[i].key_len },
                                       hy_sv_of(hmacs[i].text), hex));
        assert_memory_equal(hex, hmacs[i].hmac, sizeof hex);
        free(key);
    }
    hy_sha256_destroy(sha256);
}

static void test_same(void **state)
{
    (void)state;
    assert_true(hy_sha256_same(HY_SV("abc"), HY_SV("abc")));
    assert_true(hy_sha256_same(HY_SV(""), (hy_sv){ NULL, 0 }));
    assert_false(hy_sha256_same(HY_SV("abc"), HY_SV("abd")));
    assert_false(hy_sha256_same(HY_SV("abc"), HY_SV("ab")));
    assert_false(hy_sha256_same(HY_SV(""), HY_SV("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_hmacs),
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
