/* test_values.c - decimals, instants and numbers from text; dictionaries; runs and packs. */
#include "pipeline/convert/decimal.h"
#include "pipeline/convert/dictionary.h"
#include "pipeline/convert/hybrid.h"
#include "pipeline/convert/joda.h"
#include "pipeline/convert/number.h"
#include "pipeline/convert/plain.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_small_decimals(void **state)
{
    static const struct {
        const char *text;
        unsigned precision, scale;
        bool good;
        int64_t unscaled;
    } rows[] = {
        { "0", 1, 0, true, 0 },
        { "-0", 1, 0, true, 0 },
        { "9", 1, 0, true, 9 },
        { "9.4", 1, 0, true, 9 },
        { "9.5", 1, 0, false, 0 }, /* rounds to two digits */
        { "10", 1, 0, false, 0 },
        { "-12.345", 9, 2, true, -1235 }, /* half up, away from zero */
        { "12.344", 9, 2, true, 1234 },
        { ".5", 9, 1, true, 5 },
        { "5.", 9, 1, true, 50 },
        { "+7", 9, 1, true, 70 },
        { "1e3", 9, 2, true, 100000 },
        { "1.25E-1", 9, 2, true, 13 },
        { "5e-3", 9, 2, true, 1 },
        { "4e-3", 9, 2, true, 0 },
        { "9e-99999999999999999999", 9, 2, true, 0 },
        { "0e99999999999999999999", 9, 2, true, 0 },
        { "1e99999999999999999999", 9, 2, false, 0 },
        { "00000000000000000000001.5", 9, 2, true, 150 },
        { "9999999.99", 9, 2, true, 999999999 },
        { "9999999.995", 9, 2, false, 0 },
        { "999999999999999999", 18, 0, true, 999999999999999999 },
        { "-999999999999999999", 18, 0, true, -999999999999999999 },
        { "", 9, 2, false, 0 },
        { "-", 9, 2, false, 0 },
        { ".", 9, 2, false, 0 },
        { "1e", 9, 2, false, 0 },
        { "1 ", 9, 2, false, 0 },
        { "0x1", 9, 2, false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[HY_DECIMAL_BYTES_MAX];
        const bool good = hy_decimal_parse(hy_sv_of(rows[i].text), rows[i].precision,
                                           rows[i].scale, out);
        if (good != rows[i].good) {
            fail_msg("%s", rows[i].text);
        }
        if (good) {
            const int64_t got = hy_decimal_bytes(rows[i].precision) == 4
                                    ? (int32_t)hy_plain_read_u32(out)
                                    : (int64_t)hy_plain_read_u64(out);
            assert_int_equal(got, rows[i].unscaled);
        }
    }
}

static void test_large_decimals_are_big_end_first(void **state)
{
    char out[HY_DECIMAL_BYTES_MAX];
    (void)state;
    assert_int_equal(hy_decimal_bytes(18), 8);
    assert_int_equal(hy_decimal_bytes(19), 9);
    assert_int_equal(hy_decimal_bytes(38), 16);
    assert_true(hy_decimal_parse(HY_SV("-1"), 19, 0, out));
    assert_memory_equal(out, "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
    assert_true(hy_decimal_parse(HY_SV("258"), 20, 0, out));
    assert_memory_equal(out, "\0\0\0\0\0\0\0\1\2", 9);
    assert_true(hy_decimal_parse(HY_SV("99999999999999999999999999999999999999"), 38, 0, out));
    assert_memory_equal(out, "\x4b\x3b\x4c\xa8\x5a\x86\xc4\x7a\x09\x8a\x22\x3f\xff\xff\xff\xff",
                        16);
    assert_false(hy_decimal_parse(HY_SV("100000000000000000000000000000000000000"), 38, 0, out));
}

static void test_openx_instants(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t seconds;
        uint32_t nanos;
    } rows[] = {
        { "1970-01-01T00:00:00Z", true, 0, 0 },
        { "1970-01-01T00:00:00.5Z", true, 0, 500000000 },
        { "2024-02-29T23:59:59.123456789Z", true, 1709251199, 123456789 },
        { "2023-02-29T00:00:00Z", false, 0, 0 },
        { "1900-02-29 00:00:00", false, 0, 0 },
        { "2000-02-29 00:00:00", true, 951782400, 0 },
        { "1969-12-31 23:59:59.9", true, -1, 900000000 },
        { "2024-2-9 1:2:3", true, 1707440523, 0 },
        { "2024-2-9T01:02:03Z", false, 0, 0 },      /* only the other form may be short */
        { "2024-02-09T01:02:03", false, 0, 0 },     /* without its Z */
        { "2024-02-09 01:02:03Z", false, 0, 0 },
        { "2024-02-09T01:02:03+01:00", false, 0, 0 },
        { "2024-02-09 01:02:03.1234567890", false, 0, 0 },
        { "2024-02-09 24:00:00", false, 0, 0 },
        { "2024-02-09 00:60:00", false, 0, 0 },
        { "2024-13-09 00:00:00", false, 0, 0 },
        { "24-02-09 00:00:00", false, 0, 0 },
        { "2024-02-09", false, 0, 0 },
        { "1454612111", true, 1454612111, 0 },
        { "1454612111000", true, 1454612111, 0 },
        { "1454612111001", true, 1454612111, 1000000 },
        { "1454612111.25", true, 1454612111, 250000000 },
        { "-1.25", true, -2, 750000000 },
        { "-1454612111001", true, -1454612112, 999000000 },
        { "1.5e9", true, 1500000000, 0 },
        { "1e300", false, 0, 0 },
        { "999999999999999999999", false, 0, 0 },
        { "", false, 0, 0 },
        { "now", false, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_instant instant = { 0 };
        const bool good = hy_instant_parse_openx(hy_sv_of(rows[i].text), &instant);
        if (good != rows[i].good || (good && (instant.seconds != rows[i].seconds ||
                                              instant.nanos != rows[i].nanos))) {
            fail_msg("%s: %d %lld %u", rows[i].text, good, (long long)instant.seconds,
                     instant.nanos);
        }
    }
}

static void test_joda_patterns(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool good;
        int64_t seconds;
        uint32_t nanos;
    } rows[] = {
        { "yyyy-MM-dd", "2024-02-09", true, 1707436800, 0 },
        { "yyyy-MM-dd", "2024-2-9", true, 1707436800, 0 },
        { "yyyyMMddHHmmss", "20240209010203", true, 1707440523, 0 },
        { "yyyyMMddHHmmss", "2024020901020", true, 1707440520, 0 },
        { "yyyyMMdd", "2024029", true, 1707436800, 0 },
        { "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2024-02-09T01:02:03.004Z", true, 1707440523, 4000000 },
        { "yyyy-MM-dd'T'HH:mm:ssZ", "2024-02-09T01:02:03-0130", true, 1707445923, 0 },
        { "yyyy-MM-dd'T'HH:mm:ssZZ", "2024-02-09T01:02:03+01:30", true, 1707435123, 0 },
        { "EEE, d MMM yyyy hh:mm a", "Fri, 9 Feb 2024 12:30 AM", true, 1707438600, 0 },
        { "EEEE d MMMM yyyy KK:mm a", "Friday 9 February 2024 11:30 pm", true, 1707521400, 0 },
        { "dd.MM.yy kk", "09.02.24 24", true, 1707436800, 0 },
        { "yy", "69", true, 3124224000, 0 },
        { "yy", "70", true, 0, 0 },
        { "HH 'o''clock'", "7 o'clock", true, 25200, 0 },
        { "yyyy-MM-dd", "2024-02-30", false, 0, 0 },
        { "yyyy-MM-dd", "2024-02-09 ", false, 0, 0 },
        { "yyyy-MM-dd ", "2024-02-09", false, 0, 0 },
        { "MMM", "Foo", false, 0, 0 },
        { "HH", "24", false, 0, 0 },
        { "Z", "+2400", false, 0, 0 },
        { "yyyyyyyyyyyyyyyyyyyyyyMM", "99999999999999999999999", false, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_instant instant = { 0 };
        assert_true(hy_joda_is_valid(hy_sv_of(rows[i].pattern)));
        const bool good =
            hy_joda_parse(hy_sv_of(rows[i].pattern), hy_sv_of(rows[i].text), &instant);
        if (good != rows[i].good || (good && (instant.seconds != rows[i].seconds ||
                                              instant.nanos != rows[i].nanos))) {
            fail_msg("%s %s: %d %lld %u", rows[i].pattern, rows[i].text, good,
                     (long long)instant.seconds, instant.nanos);
        }
    }
}

static void test_joda_patterns_that_are_none(void **state)
{
    static const char *const patterns[] = { "", "yyyy-MM-dd'T", "QQQ", "yyyy-MM-ddTHH", "e" };
    (void)state;
    for (size_t i = 0; i < ROWS(patterns); i++) {
        assert_false(hy_joda_is_valid(hy_sv_of(patterns[i])));
    }
}

/* The quick way and the library's agree to the last bit, and refuse the same. */
static void test_doubles(void **state)
{
    static const char *const good[] = {
        "0", "-0", "0.1", "123456789012345", "1234567890123456", "-1.5e300", "1e-400", "1e400",
        "0.000001", "9007199254740993", "3.141592653589793", "-2.2250738585072014e-308",
    };
    static const char *const bad[] = { "", "-", ".", "nan",
                                      "inf", "0x10", "1e", "1-2", " 1" };
    struct hy_buf scratch;
    (void)state;
    hy_buf_init(&scratch, 1000);
    for (size_t i = 0; i < ROWS(good); i++) {
        double got = 7;
        assert_int_equal(hy_number_to_double(hy_sv_of(good[i]), &scratch, &got), HY_OK);
        const double exact = strtod(good[i], NULL);
        assert_memory_equal(&got, &exact, sizeof got);
    }
    for (size_t i = 0; i < ROWS(bad); i++) {
        double got = 7;
        assert_int_equal(hy_number_to_double(hy_sv_of(bad[i]), &scratch, &got), HY_MALFORMED);
    }
    hy_buf_finish(&scratch);
}

static void test_integers_end_at_64_bits(void **state)
{
    int64_t got = 0;
    (void)state;
    assert_true(hy_number_to_i64(HY_SV("-9223372036854775808"), &got) && got == INT64_MIN);
    assert_true(hy_number_to_i64(HY_SV("9223372036854775807"), &got) && got == INT64_MAX);
    assert_false(hy_number_to_i64(HY_SV("9223372036854775808"), &got));
    assert_false(hy_number_to_i64(HY_SV("-9223372036854775809"), &got));
    assert_false(hy_number_to_i64(HY_SV("-"), &got));
    assert_false(hy_number_to_i64(HY_SV("1.0"), &got));
}

static uint32_t add(struct hy_dictionary *dictionary, unsigned i)
{
    char text[32];
    uint32_t number = UINT32_MAX;
    const int len = snprintf(text, sizeof text, "value %u", i);
    assert_int_equal(
        hy_dictionary_add(dictionary, (hy_sv){ text, (size_t)len }, &number), HY_OK);
    return number;
}

/* Taken back across growth, values are new again, and those before them are not. */
static void test_a_dictionary_can_be_taken_back(void **state)
{
    enum { KEPT = 100, ALL = 5000 };
    struct hy_dictionary dictionary;
    (void)state;
    hy_dictionary_init(&dictionary, 0);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < ALL; i++) {
            assert_int_equal(add(&dictionary, i), i);
            assert_int_equal(add(&dictionary, i / 2), i / 2);
        }
        hy_dictionary_truncate(&dictionary, KEPT);
        assert_int_equal(dictionary.count, KEPT);
        assert_int_equal(add(&dictionary, ALL - 1), KEPT);
        hy_dictionary_truncate(&dictionary, KEPT);
    }
    const hy_sv plain = hy_dictionary_plain(&dictionary, KEPT - 1);
    assert_int_equal(plain.len, 12);
    assert_memory_equal(plain.ptr, "\x08\0\0\0value 99", 12);
    hy_dictionary_clear(&dictionary);
    assert_int_equal(add(&dictionary, 1), 0);
    hy_dictionary_finish(&dictionary);
}

static uint64_t take_varint(hy_sv *rest)
{
    uint64_t number = 0;
    for (unsigned bits = 0;; bits += 7) {
        assert_true(rest->len > 0);
        const unsigned char byte = (unsigned char)*rest->ptr++;
        rest->len--;
        number |= (uint64_t)(byte & 127) << bits;
        if (byte < 128) {
            return number;
        }
    }
}

/* Written for this test from the format's description, not from hybrid.c. */
static size_t decode(hy_sv rest, unsigned width, uint32_t *out, size_t max)
{
    size_t count = 0;
    while (rest.len > 0) {
        const uint64_t head = take_varint(&rest);
        const size_t values = (size_t)(head >> 1) * ((head & 1) != 0 ? 8 : 1);
        uint32_t run = 0;
        for (unsigned i = 0; (head & 1) == 0 && i < (width + 7) / 8; i++, rest.ptr++, rest.len--) {
            run |= (uint32_t)(unsigned char)*rest.ptr << 8 * i;
        }
        for (size_t i = 0; i < values; i++) {
            uint32_t value = run;
            for (size_t bit = 0; (head & 1) != 0 && bit < width; bit++) {
                const size_t at = i * width + bit;
                value |= (uint32_t)(((unsigned char)rest.ptr[at / 8] >> at % 8) & 1) << bit;
            }
            if (count < max) {
                out[count] = value;
            }
            count++;
        }
        const size_t packed = (head & 1) != 0 ? (size_t)(head >> 1) * width : 0;
        rest.ptr += packed;
        rest.len -= packed;
    }
    return count;
}

static void test_runs_and_packs(void **state)
{
    enum { COUNT = 1000 };
    static uint32_t words[COUNT], back[COUNT];
    (void)state;
    for (unsigned width = 0; width <= 32; width++) {
        for (unsigned mean = 1; mean < 30; mean += 4) {
            struct hy_buf out;
            uint64_t dice = width * 1000 + mean;
            for (size_t i = 0; i < COUNT; i++) {
                dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
                const bool again = i > 0 && (dice >> 40) % mean != 0;
                const uint64_t mask = (UINT64_C(1) << width) - 1;
                words[i] = again ? words[i - 1] : (uint32_t)(dice >> 30 & mask);
            }
            hy_buf_init(&out, 1u << 20);
            const struct hy_hybrid_input input = { .words = words, .count = COUNT };
            hy_hybrid_append(&out, &input, width);
            const size_t count = decode(hy_buf_sv(&out), width, back, COUNT);
            assert_in_range(count, COUNT, COUNT + 7);
            assert_memory_equal(words, back, sizeof words);
            hy_buf_finish(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_decimals),
        cmocka_unit_test(test_large_decimals_are_big_end_first),
        cmocka_unit_test(test_openx_instants),
        cmocka_unit_test(test_joda_patterns),
        cmocka_unit_test(test_joda_patterns_that_are_none),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_integers_end_at_64_bits),
        cmocka_unit_test(test_a_dictionary_can_be_taken_back),
        cmocka_unit_test(test_runs_and_packs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
