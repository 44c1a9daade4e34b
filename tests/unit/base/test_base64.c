#include "base/base64_variants.h"
#include "base/random.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

enum { LEN_MAX = 200 };

/* Those that run on this processor; the table is always among them. */
static const struct hy_base64_variant *variants[3];
static size_t variant_count;

static int find_variants(void **state)
{
    (void)state;
    const struct hy_base64_variant *const all[] = {
#if defined(__x86_64__)
        &hy_base64_avx2, &hy_base64_ssse3,
#endif
        &hy_base64_table,
    };
    for (size_t i = 0; i < ROWS(all); i++) {
        if (all[i]->runs_here()) {
            variants[variant_count++] = all[i];
        }
    }
    return 0;
}

static const struct rfc_case {
    const char *bytes, *text;
} rfc_cases[] = { /* RFC 4648, section 10 */
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
};

static void test_rfc_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rfc_cases); i++) {
        hy_sv bytes = hy_sv_of(rfc_cases[i].bytes);
        hy_sv text = hy_sv_of(rfc_cases[i].text);
        char out[16];
        size_t len, bad_at;
        assert_int_equal(HY_BASE64_ENCODED(bytes.len), text.len);
        hy_base64_encode(bytes, out);
        assert_memory_equal(out, text.ptr, text.len);
        assert_true(hy_base64_decode(text, out, &len, &bad_at));
        assert_true(hy_sv_equal((hy_sv){ out, len }, bytes));
    }
}

static const struct bad_case {
    const char *name, *text;
    size_t bad_at;
} bad_cases[] = {
    { "length is looked at first", "*Zg", 3 },
    { "one character", "Z", 1 },
    { "a lost padding", "Zg=", 3 },
    { "outside the alphabet", "Zm9*", 3 },
    { "the first of two", "Z*9*", 1 },
    { "url alphabet", "Zm9-", 3 },
    { "url alphabet, the other", "_m9v", 0 },
    { "a space", "Zm 9", 2 },
    { "a line break at the end", "Zg=\n", 2 },
    { "a NUL-like high byte", "Zm9\x80", 3 },
    { "padding only", "====", 0 },
    { "three paddings", "Z===", 1 },
    { "padding in front", "=m9v", 0 },
    { "padding before a character", "Zg=v", 2 },
    { "padding in the middle", "Zg==Zm9v", 2 },
    { "padding in the middle, then at the end", "Zm8=Zg==", 3 },
    { "bad one before one padding", "Zm*=", 2 },
    { "bad one before two paddings", "Z*==", 1 },
    { "spare bits before one padding", "Zm9=", 2 },
    { "spare bits before two paddings", "Zh==", 1 },
    { "spare bits, after good groups", "Zm9vZm9=", 6 },
};

static void test_says_what_does_not_belong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bad_cases); i++) {
        char out[16];
        size_t len, bad_at = 99;
        if (hy_base64_decode(hy_sv_of(bad_cases[i].text), out, &len, &bad_at) ||
            bad_at != bad_cases[i].bad_at) {
            fail_msg("%s: bad_at %zu", bad_cases[i].name, bad_at);
        }
    }
}

/* Only every fourth character can stand before one padding, every sixteenth before two. */
static void test_spare_bits_are_zero(void **state)
{
    (void)state;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t value = 0; value < 64; value++) {
        char one[4] = { 'Z', 'm', alphabet[value], '=' };
        char two[4] = { 'Z', alphabet[value], '=', '=' };
        char out[3];
        size_t len, bad_at = 99;
        assert_int_equal(hy_base64_decode((hy_sv){ one, 4 }, out, &len, &bad_at), value % 4 == 0);
        assert_int_equal(bad_at, value % 4 == 0 ? 99 : 2);
        bad_at = 99;
        assert_int_equal(hy_base64_decode((hy_sv){ two, 4 }, out, &len, &bad_at), value % 16 == 0);
        assert_int_equal(bad_at, value % 16 == 0 ? 99 : 1);
    }
}

/* Each byte at each place of a text that is long enough for every kind of step. */
static void test_alphabet_is_exact_at_every_place(void **state)
{
    (void)state;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[160], out[120];
    memset(text, 'Q', sizeof text);
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t at = 0; at < sizeof text - 1; at++) {
            for (int byte = 0; byte < 256; byte++) {
                text[at] = (char)byte;
                bool belongs = byte != 0 && strchr(alphabet, byte) != NULL;
                size_t len, bad_at = sizeof text;
                bool good = hy_base64_decode_with(variants[v], (hy_sv){ text, sizeof text }, out,
                                                  &len, &bad_at);
                if (good != belongs || (!good && bad_at != at)) {
                    fail_msg("%s: byte %d at %zu", variants[v]->name, byte, at);
                }
            }
            text[at] = 'Q';
        }
    }
}

/* Memory of exactly the right size, so that ASan sees one byte too many, read or written. */
static void check_round_trip(const struct hy_base64_variant *variant, hy_sv bytes, hy_sv expected)
{
    char *text = malloc(expected.len + 1);
    char *back = malloc(bytes.len + 1);
    char *in = malloc(bytes.len + 1);
    assert_true(text != NULL && back != NULL && in != NULL);
    char *text_exact = text + 1, *back_exact = back + 1, *in_exact = in + 1; /* unaligned, too */
    memcpy(in_exact, bytes.ptr, bytes.len);
    hy_base64_encode_with(variant, (hy_sv){ in_exact, bytes.len }, text_exact);
    assert_memory_equal(text_exact, expected.ptr, expected.len);

    size_t len = 0, bad_at = 0;
    assert_true(hy_base64_decode_with(variant, (hy_sv){ text_exact, expected.len }, back_exact,
                                      &len, &bad_at));
    assert_int_equal(len, bytes.len);
    assert_memory_equal(back_exact, bytes.ptr, bytes.len);
    free(text);
    free(back);
    free(in);
}

static void fill(struct hy_random *random, char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)hy_random_u64(random);
    }
}

/* By the definition, a bit at a time: nothing that it shares with the code it is held against. */
static size_t encode_slowly(hy_sv bytes, char *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t count = (bytes.len * 8 + 5) / 6;
    for (size_t i = 0; i < count; i++) {
        unsigned value = 0;
        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
            unsigned byte = bit / 8 < bytes.len ? (unsigned char)bytes.ptr[bit / 8] : 0;
            value = value << 1 | (byte >> (7 - bit % 8) & 1);
        }
        out[i] = alphabet[value];
    }
    while (count % 4 != 0) {
        out[count++] = '=';
    }
    return count;
}

static void test_variants_agree_on_random_bytes(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(1);
    for (size_t len = 0; len <= LEN_MAX; len++) {
        for (int round = 0; round < 8; round++) {
            char bytes[LEN_MAX], text[HY_BASE64_ENCODED(LEN_MAX)];
            fill(&random, bytes, len);
            hy_sv expected = { text, encode_slowly((hy_sv){ bytes, len }, text) };
            for (size_t v = 0; v < variant_count; v++) {
                check_round_trip(variants[v], (hy_sv){ bytes, len }, expected);
            }
        }
    }
}

static void damage(struct hy_random *random, char *text, size_t len)
{
    uint64_t times = 1 + hy_random_u64(random) % 3;
    for (uint64_t i = 0; i < times && len > 0; i++) {
        char byte = (char)hy_random_u64(random);
        text[hy_random_u64(random) % len] = hy_random_u64(random) % 4 == 0 ? '=' : byte;
    }
}

static void test_variants_agree_on_damaged_text(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(2);
    for (size_t len = 0; len <= LEN_MAX; len++) {
        for (int round = 0; round < 40; round++) {
            char bytes[LEN_MAX], text[HY_BASE64_ENCODED(LEN_MAX)], out[2][LEN_MAX];
            fill(&random, bytes, len);
            hy_base64_encode((hy_sv){ bytes, len }, text);
            hy_sv damaged = { text, HY_BASE64_ENCODED(len) };
            damage(&random, text, damaged.len);
            size_t out_len[2] = { 0, 0 }, bad_at[2] = { 0, 0 };
            bool good = hy_base64_decode_with(&hy_base64_table, damaged, out[0], &out_len[0],
                                              &bad_at[0]);
            for (size_t v = 0; v < variant_count; v++) {
                assert_int_equal(good, hy_base64_decode_with(variants[v], damaged, out[1],
                                                             &out_len[1], &bad_at[1]));
                assert_int_equal(bad_at[0], bad_at[1]);
                assert_int_equal(out_len[0], out_len[1]);
                assert_true(!good || memcmp(out[0], out[1], out_len[0]) == 0);
            }
        }
    }
}

static void test_a_length_that_is_no_multiple_is_bad_for_all(void **state)
{
    (void)state;
    char text[LEN_MAX], out[LEN_MAX];
    memset(text, 'A', sizeof text);
    for (size_t len = 0; len <= LEN_MAX; len++) {
        for (size_t v = 0; v < variant_count; v++) {
            size_t out_len, bad_at = 0;
            bool good = hy_base64_decode_with(variants[v], (hy_sv){ text, len }, out, &out_len,
                                              &bad_at);
            assert_int_equal(good, len % 4 == 0);
            assert_true(good || bad_at == len);
        }
    }
}

/* What follows the decoded bytes is somebody else's: the next record in a frame, say. */
static void test_writes_nothing_behind_the_bytes(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t len = 0; len <= LEN_MAX; len++) {
            char bytes[LEN_MAX] = "", text[HY_BASE64_ENCODED(LEN_MAX)], out[LEN_MAX + 64];
            hy_base64_encode((hy_sv){ bytes, len }, text);
            memset(out, '#', sizeof out);
            size_t out_len, bad_at;
            assert_true(hy_base64_decode_with(
                variants[v], (hy_sv){ text, HY_BASE64_ENCODED(len) }, out, &out_len, &bad_at));
            for (size_t i = len; i < sizeof out; i++) {
                assert_int_equal(out[i], '#');
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_vectors),
        cmocka_unit_test(test_says_what_does_not_belong),
        cmocka_unit_test(test_spare_bits_are_zero),
        cmocka_unit_test(test_alphabet_is_exact_at_every_place),
        cmocka_unit_test(test_variants_agree_on_random_bytes),
        cmocka_unit_test(test_variants_agree_on_damaged_text),
        cmocka_unit_test(test_a_length_that_is_no_multiple_is_bad_for_all),
        cmocka_unit_test(test_writes_nothing_behind_the_bytes),
    };
    return cmocka_run_group_tests(tests, find_variants, NULL);
}
