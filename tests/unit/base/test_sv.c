#include "base/err.h"
#include "base/sv.h"

#include "support/test.h"
#include "support/torture.h"

#include <stdlib.h>
#include <string.h>

static void test_empty_views_need_no_pointer(void **state)
{
    (void)state;
    const hy_sv nothing = hy_sv_of(NULL);
    assert_true(hy_sv_equal(nothing, HY_SV("")));
    assert_true(hy_sv_equal_nocase(nothing, HY_SV("")));
    assert_true(hy_sv_starts_with(nothing, nothing));
    assert_true(hy_sv_ends_with(nothing, nothing));
    assert_true(hy_sv_starts_with(HY_SV("a"), nothing));
    assert_true(hy_sv_ends_with(HY_SV("a"), nothing));
    assert_false(hy_sv_ends_with(nothing, HY_SV("a")));
    assert_int_equal(hy_sv_compare(nothing, HY_SV("")), 0);
    assert_int_equal(hy_sv_find(nothing, 'x'), 0);
    hy_sv rest = nothing;
    assert_int_equal(hy_sv_cut(&rest, ',').len, 0);
    assert_int_equal(rest.len, 0);
}

static const struct compare_case {
    hy_sv a, b;
    int order;
} compare_cases[] = {
    { HY_SV_INIT("a"), HY_SV_INIT("b"), -1 },
    { HY_SV_INIT("a"), HY_SV_INIT("a"), 0 },
    { HY_SV_INIT("a"), HY_SV_INIT("ab"), -1 },
    { HY_SV_INIT("b"), HY_SV_INIT("ab"), 1 },
    { HY_SV_INIT("\x7f"), HY_SV_INIT("\x80"), -1 }, /* as unsigned bytes */
    { HY_SV_INIT("a\0b"), HY_SV_INIT("a\0c"), -1 },
};

static void test_compares_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(compare_cases); i++) {
        const struct compare_case *row = &compare_cases[i];
        int order = hy_sv_compare(row->a, row->b);
        int reverse = hy_sv_compare(row->b, row->a);
        assert_int_equal((order > 0) - (order < 0), row->order);
        assert_int_equal((reverse > 0) - (reverse < 0), -row->order);
        assert_int_equal(hy_sv_equal(row->a, row->b), row->order == 0);
    }
}

static void test_ignores_case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(hy_sv_equal_nocase(HY_SV("X-Amz-Target"), HY_SV("x-aMZ-tARGET")));
    assert_false(hy_sv_equal_nocase(HY_SV("@["), HY_SV("`{"))); /* 32 apart, but no letters */
    assert_false(hy_sv_equal_nocase(HY_SV("\xc4"), HY_SV("\xe4")));
}

static void test_cut_splits_at_the_first(void **state)
{
    (void)state;
    hy_sv rest = HY_SV("a,,b");
    assert_true(hy_sv_equal(hy_sv_cut(&rest, ','), HY_SV("a")));
    assert_true(hy_sv_equal(hy_sv_cut(&rest, ','), HY_SV("")));
    assert_true(hy_sv_equal(rest, HY_SV("b")));
    assert_true(hy_sv_equal(hy_sv_cut(&rest, ','), HY_SV("b")));
    assert_int_equal(rest.len, 0);
    rest = HY_SV("a,");
    assert_true(hy_sv_equal(hy_sv_cut(&rest, ','), HY_SV("a")));
    assert_int_equal(rest.len, 0);
}

static const struct number_case {
    const char *text;
    bool good;
    uint64_t number;
} number_cases[] = {
    { "0", true, 0 },
    { "007", true, 7 },
    { "18446744073709551615", true, UINT64_MAX },
    { "18446744073709551616", false, 0 },
    { "18446744073709551620", false, 0 },
    { "99999999999999999999", false, 0 },
    { "", false, 0 },
    { "-1", false, 0 },
    { "+1", false, 0 },
    { " 1", false, 0 },
    { "1 ", false, 0 },
    { "0x1", false, 0 },
};

static void test_numbers_are_digits_and_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(number_cases); i++) {
        uint64_t number = 0;
        bool good = hy_sv_to_u64(hy_sv_of(number_cases[i].text), &number);
        if (good != number_cases[i].good || number != number_cases[i].number) {
            fail_msg("%s", number_cases[i].text);
        }
    }
}

static void dup(void *ctx)
{
    (void)ctx;
    char *copy = hy_sv_dup((hy_sv){ "abc", 2 });
    assert_true(torture_struck() == (copy == NULL));
    assert_true(copy == NULL || strcmp(copy, "ab") == 0);
    free(copy);
}

static void test_dup_may_fail(void **state)
{
    (void)state;
    assert_int_equal(torture(dup, NULL), 2);
}

static void test_fail_writes_the_sentence(void **state)
{
    (void)state;
    static struct hy_err err;
    err.refusal = (const struct hy_refusal *)(const void *)&err;
    assert_int_equal(hy_fail(&err, HY_LIMIT, "%d of %s", 3, "them"), HY_LIMIT);
    assert_string_equal(err.text, "3 of them");
    assert_null(err.refusal); /* an earlier refusal is not this one's */
    assert_int_equal(hy_fail(&err, HY_INVALID, "%*d", 2 * HY_ERR_TEXT_MAX, 1), HY_INVALID);
    assert_int_equal(strlen(err.text), HY_ERR_TEXT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_views_need_no_pointer),
        cmocka_unit_test(test_compares_bytes),
        cmocka_unit_test(test_ignores_case_of_ascii_only),
        cmocka_unit_test(test_cut_splits_at_the_first),
        cmocka_unit_test(test_numbers_are_digits_and_fit),
        cmocka_unit_test(test_dup_may_fail),
        cmocka_unit_test(test_fail_writes_the_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
