#include "base/utf8.h"

#include "support/test.h"

/* Decodes by arithmetic and asks afterwards whether the result was allowed. */
static bool is_valid_naively(const unsigned char *bytes, size_t len)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char lead = bytes[0];
    const bool fits[] = { false, lead < 0x80, lead >> 5 == 6, lead >> 4 == 14, lead >> 3 == 30 };
    if (!fits[len]) {
        return false;
    }
    uint32_t code = len == 1 ? lead : lead & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (bytes[i] >> 6 != 2) {
            return false;
        }
        code = code << 6 | (bytes[i] & 63);
    }
    return code >= smallest[len] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static void check(const unsigned char *bytes, size_t len)
{
    size_t expected = 0;
    for (size_t n = 1; n <= len; n++) {
        expected = is_valid_naively(bytes, n) ? n : expected;
    }
    if (hy_utf8_char((hy_sv){ (const char *)bytes, len }) != expected) {
        fail_msg("%02x %02x %02x %02x, %zu", bytes[0], bytes[1], bytes[2], bytes[3], len);
    }
}

/* All first and second bytes; for the others, both sides of what a continuation may be. */
static void test_agrees_with_the_definition(void **state)
{
    (void)state;
    static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t i = 0; i < ROWS(edges) * ROWS(edges); i++) {
                unsigned char bytes[4] = { (unsigned char)first, (unsigned char)second,
                                           edges[i % ROWS(edges)], edges[i / ROWS(edges)] };
                for (size_t len = 1; len <= 4; len++) {
                    check(bytes, len);
                }
            }
        }
    }
}

static void test_a_text_is_valid_when_all_of_it_is(void **state)
{
    (void)state;
    assert_true(hy_utf8_is_valid((hy_sv){ NULL, 0 }));
    assert_true(hy_utf8_is_valid(HY_SV("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
    assert_false(hy_utf8_is_valid(HY_SV("a\xc3\xa9\xe2\x82")));
    assert_false(hy_utf8_is_valid(HY_SV("\xff" "a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_the_definition),
        cmocka_unit_test(test_a_text_is_valid_when_all_of_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
