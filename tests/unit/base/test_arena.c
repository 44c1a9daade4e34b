#include "base/arena.h"

#include "support/test.h"
#include "support/torture.h"

#include <string.h>

static void test_is_full_at_its_cap(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 1000);
    assert_null(hy_arena_alloc(&arena, 1001));
    char *all = hy_arena_alloc(&arena, 1000);
    assert_non_null(all);
    memset(all, 1, 1000);
    assert_null(hy_arena_alloc(&arena, 1));
    assert_null(hy_arena_alloc(&arena, 0)); /* or they could be had without end */
    hy_arena_finish(&arena);
}

static void test_stays_usable_after_a_refusal(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 64 * 1024);
    assert_non_null(hy_arena_alloc(&arena, 100));
    assert_null(hy_arena_alloc(&arena, 64 * 1024));
    assert_null(hy_arena_alloc(&arena, SIZE_MAX));
    assert_null(hy_arena_alloc(&arena, SIZE_MAX - 15));
    assert_null(hy_arena_cstr(&arena, (hy_sv){ "", SIZE_MAX }));
    assert_non_null(hy_arena_alloc(&arena, 100));
    hy_arena_finish(&arena);
}

static void test_never_holds_more_than_its_cap(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 300 * 1024);
    size_t taken = 0;
    while (hy_arena_alloc(&arena, 1000) != NULL) {
        taken += 1000;
        assert_true(arena.used <= arena.cap);
    }
    assert_true(taken > 280 * 1024); /* the cap is for use, not for waste */
    hy_arena_finish(&arena);
}

static void test_is_aligned_and_does_not_overlap(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 1 << 20);
    unsigned char *taken[300];
    for (size_t i = 0; i < ROWS(taken); i++) { /* across several blocks */
        taken[i] = hy_arena_alloc(&arena, i + 1);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % _Alignof(max_align_t), 0);
        memset(taken[i], (int)(i & 255), i + 1);
    }
    for (size_t i = 0; i < ROWS(taken); i++) {
        for (size_t k = 0; k <= i; k++) {
            assert_int_equal(taken[i][k], i & 255);
        }
    }
    hy_arena_finish(&arena);
}

static void test_reset_keeps_the_first_block_only(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 1 << 20);
    void *first = hy_arena_alloc(&arena, 10);
    for (int i = 0; i < 100; i++) {
        assert_non_null(hy_arena_alloc(&arena, 3000));
    }
    assert_non_null(hy_arena_alloc(&arena, 500 * 1024));
    hy_arena_reset(&arena);
    assert_true(arena.used <= 64 * 1024);
    assert_ptr_equal(hy_arena_alloc(&arena, 10), first);
    hy_arena_finish(&arena);
}

static void test_reset_lets_go_of_a_large_first_block(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 8 << 20);
    assert_non_null(hy_arena_alloc(&arena, 6 << 20));
    hy_arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    assert_non_null(hy_arena_alloc(&arena, 8 << 20));
    hy_arena_finish(&arena);
}

static void test_small_ones_fit_beside_a_large_one(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 8 << 20);
    assert_non_null(hy_arena_alloc(&arena, 16));
    assert_non_null(hy_arena_alloc(&arena, 1 << 20));
    size_t used = arena.used;
    assert_non_null(hy_arena_alloc(&arena, 16)); /* still in the first block */
    assert_int_equal(arena.used, used);
    hy_arena_finish(&arena);
}

static void test_copies_and_prints(void **state)
{
    (void)state;
    struct hy_arena arena;
    hy_arena_init(&arena, 100000);
    assert_string_equal(hy_arena_cstr(&arena, (hy_sv){ "abcd", 3 }), "abc");
    assert_string_equal(hy_arena_cstr(&arena, (hy_sv){ NULL, 0 }), "");
    assert_string_equal(hy_arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    assert_int_equal(strlen(hy_arena_printf(&arena, "%*d", 5000, 1)), 5000);
    assert_null(hy_arena_printf(&arena, "%*d", 200000, 1));
    char *zeroed = hy_arena_zalloc(&arena, 500);
    for (size_t i = 0; i < 500; i++) {
        assert_int_equal(zeroed[i], 0);
    }
    hy_arena_finish(&arena);
}

static void fill(void *ctx)
{
    (void)ctx;
    struct hy_arena arena;
    hy_arena_init(&arena, 1 << 20);
    unsigned refused = 0;
    for (int i = 0; i < 20; i++) {
        refused += hy_arena_alloc(&arena, 3000) == NULL;
        refused += hy_arena_printf(&arena, "%*d", i * 4000, 1) == NULL;
    }
    assert_int_equal(refused, torture_struck()); /* one, and the arena goes on */
    hy_arena_reset(&arena);
    assert_non_null(hy_arena_alloc(&arena, 1));
    hy_arena_finish(&arena);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(fill, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_full_at_its_cap),
        cmocka_unit_test(test_stays_usable_after_a_refusal),
        cmocka_unit_test(test_never_holds_more_than_its_cap),
        cmocka_unit_test(test_is_aligned_and_does_not_overlap),
        cmocka_unit_test(test_reset_keeps_the_first_block_only),
        cmocka_unit_test(test_reset_lets_go_of_a_large_first_block),
        cmocka_unit_test(test_small_ones_fit_beside_a_large_one),
        cmocka_unit_test(test_copies_and_prints),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
