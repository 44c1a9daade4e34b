#include "base/random.h"

#include "support/test.h"

#include <string.h>

static void test_known_numbers(void **state)
{
    (void)state;
    /* xoshiro256** from state 1 2 3 4, by hand from its definition */
    struct hy_random random = { { 1, 2, 3, 4 } };
    static const uint64_t expected[] = { 11520, 0, 1509978240, 1215971899390074240 };
    for (size_t i = 0; i < ROWS(expected); i++) {
        assert_true(hy_random_u64(&random) == expected[i]);
    }
}

static void test_a_seed_repeats_and_another_does_not(void **state)
{
    (void)state;
    struct hy_random a = hy_random_from_seed(1), b = hy_random_from_seed(1);
    struct hy_random c = hy_random_from_seed(2);
    for (int i = 0; i < 100; i++) {
        uint64_t number = hy_random_u64(&a);
        assert_true(number == hy_random_u64(&b));
        assert_true(number != hy_random_u64(&c));
    }
}

static void test_the_system_gives_another_one_each_time(void **state)
{
    (void)state;
    struct hy_random a = hy_random_from_system(), b = hy_random_from_system();
    assert_true(hy_random_u64(&a) != hy_random_u64(&b));
}

static void test_forks_do_not_disturb_each_other(void **state)
{
    (void)state;
    struct hy_random root = hy_random_from_seed(1);
    struct hy_random ids = hy_random_fork(&root, HY_SV("ids"));
    struct hy_random faults = hy_random_fork(&root, HY_SV("faults"));
    struct hy_random again = hy_random_fork(&root, HY_SV("ids"));
    struct hy_random elsewhere = hy_random_from_seed(2);
    elsewhere = hy_random_fork(&elsewhere, HY_SV("ids"));
    uint64_t first = hy_random_u64(&ids);
    assert_true(first != hy_random_u64(&faults));
    assert_true(first == hy_random_u64(&again));
    assert_true(first != hy_random_u64(&elsewhere));
    assert_true(first != hy_random_u64(&root));
}

static void test_unit_is_below_one_and_even(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(6);
    unsigned tenths[10] = { 0 };
    for (int i = 0; i < 100000; i++) {
        double x = hy_random_unit(&random);
        assert_true(x >= 0 && x < 1);
        tenths[(int)(x * 10)]++;
    }
    for (size_t i = 0; i < ROWS(tenths); i++) {
        assert_in_range(tenths[i], 9500, 10500);
    }
}

static void test_uuid_has_its_form(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(7);
    char before[HY_UUID_BYTES] = "";
    for (int round = 0; round < 1000; round++) {
        char uuid[HY_UUID_BYTES];
        hy_random_uuid(&random, uuid);
        assert_int_equal(strlen(uuid), 36);
        assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
        for (size_t i = 0; i < 36; i++) {
            bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
            assert_int_equal(uuid[i] == '-', is_dash);
        }
        assert_int_equal(uuid[14], '4');
        assert_non_null(strchr("89ab", uuid[19]));
        assert_string_not_equal(uuid, before);
        memcpy(before, uuid, sizeof before);
    }
}

static void test_chars_are_drawn_evenly_from_all(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(8);
    static char chars[30000];
    unsigned counts[3] = { 0 };
    hy_random_chars(&random, HY_SV("abc"), chars, sizeof chars);
    for (size_t i = 0; i < sizeof chars; i++) {
        assert_in_range(chars[i], 'a', 'c');
        counts[chars[i] - 'a']++;
    }
    for (size_t i = 0; i < ROWS(counts); i++) {
        assert_in_range(counts[i], 9500, 10500);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_numbers),
        cmocka_unit_test(test_a_seed_repeats_and_another_does_not),
        cmocka_unit_test(test_the_system_gives_another_one_each_time),
        cmocka_unit_test(test_forks_do_not_disturb_each_other),
        cmocka_unit_test(test_unit_is_below_one_and_even),
        cmocka_unit_test(test_uuid_has_its_form),
        cmocka_unit_test(test_chars_are_drawn_evenly_from_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
