#include "base/crc32c.h"
#include "base/crc32c_variants.h"
#include "base/random.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void test_known_vectors(void **state)
{
    (void)state;
    unsigned char bytes[32]; /* RFC 3720, B.4 */
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(hy_crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(hy_crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    assert_int_equal(hy_crc32c(0, bytes, sizeof bytes), 0x46dd794e);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(31 - i);
    }
    assert_int_equal(hy_crc32c(0, bytes, sizeof bytes), 0x113fdb5c);
    assert_int_equal(hy_crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(hy_crc32c(0, NULL, 0), 0);
}

static uint32_t bit_by_bit(uint32_t crc, const unsigned char *bytes, size_t len)
{
    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
        }
    }
    return ~crc;
}

/* Lengths on both sides of every step: 8 bytes, three lanes of 256, two rounds of them. */
static void test_all_ways_agree_at_all_lengths(void **state)
{
    (void)state;
    enum { BYTES = 1700 };
    struct hy_random random = hy_random_from_seed(3);
    unsigned char bytes[BYTES + 1];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)hy_random_u64(&random);
    }
    for (size_t len = 0; len <= BYTES; len++) {
        uint32_t start = (uint32_t)hy_random_u64(&random);
        const unsigned char *from = bytes + len % 2;
        uint32_t expected = bit_by_bit(start, from, len);
        assert_int_equal(hy_crc32c(start, from, len), expected);
        assert_int_equal(hy_crc32c_table(start, from, len), expected);
#if defined(__x86_64__)
        if (hy_crc32c_has_sse42()) {
            assert_int_equal(hy_crc32c_sse42(start, from, len), expected);
        }
#endif
    }
}

static void test_continues_where_it_stopped(void **state)
{
    (void)state;
    char bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 7);
    }
    uint32_t whole = hy_crc32c(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 37) {
        uint32_t front = hy_crc32c(0, bytes, cut);
        assert_int_equal(hy_crc32c(front, bytes + cut, sizeof bytes - cut), whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_vectors),
        cmocka_unit_test(test_all_ways_agree_at_all_lengths),
        cmocka_unit_test(test_continues_where_it_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
