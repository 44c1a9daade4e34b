#include "pipeline/stream/settled.h"
#include "store/part.h"

#include "support/test.h"

static uint64_t add(struct hy_settled *settled, enum hy_lane lane, uint64_t first, uint64_t last)
{
    struct hy_seqset seqs;
    uint64_t fresh = 99;
    hy_seqset_init(&seqs);
    assert_int_equal(hy_seqset_add(&seqs, first, last), HY_OK);
    assert_int_equal(hy_settled_add(settled, lane, &seqs, &fresh), HY_OK);
    hy_seqset_finish(&seqs);
    return fresh;
}

static void test_one_lane(void **state)
{
    (void)state;
    struct hy_settled settled = { 0 };
    assert_int_equal(hy_settled_through(&settled), 0);
    assert_int_equal(add(&settled, HY_LANE_MAIN, 3, 5), 3);
    assert_int_equal(hy_settled_through(&settled), 0); /* 1 and 2 are not */
    assert_true(hy_settled_has(&settled, 4));
    assert_false(hy_settled_has(&settled, 2));
    assert_int_equal(add(&settled, HY_LANE_MAIN, 2, 3), 1); /* said twice, counted once */
    assert_int_equal(add(&settled, HY_LANE_MAIN, 1, 1), 1);
    assert_int_equal(hy_settled_through(&settled), 5);
    assert_int_equal(add(&settled, HY_LANE_BACKUP, 6, 9), 0); /* a lane that nobody has */
    assert_int_equal(hy_settled_through(&settled), 5);
    hy_settled_finish(&settled);
}

static void test_two_lanes(void **state)
{
    (void)state;
    struct hy_settled settled = { .has_backup = true };
    assert_int_equal(add(&settled, HY_LANE_MAIN, 1, 4), 0);
    assert_false(hy_settled_has(&settled, 1));
    assert_int_equal(hy_settled_through(&settled), 0);
    assert_int_equal(add(&settled, HY_LANE_BACKUP, 3, 6), 2); /* 3 and 4 */
    assert_int_equal(hy_settled_through(&settled), 0);
    assert_int_equal(add(&settled, HY_LANE_BACKUP, 1, 2), 2);
    assert_int_equal(hy_settled_through(&settled), 4);
    assert_int_equal(add(&settled, HY_LANE_MAIN, 8, 8), 0);
    assert_int_equal(add(&settled, HY_LANE_MAIN, 5, 7), 2); /* 5 and 6; 7 and 8 not yet */
    assert_int_equal(hy_settled_lane_through(&settled, HY_LANE_MAIN), 8);
    assert_int_equal(hy_settled_lane_through(&settled, HY_LANE_BACKUP), 6);
    assert_int_equal(hy_settled_through(&settled), 6);
    hy_settled_finish(&settled);
}

static uint64_t add_part(struct hy_settled *settled, uint64_t seq, unsigned place, unsigned count)
{
    struct hy_seqset seqs;
    uint64_t fresh = 99;
    hy_seqset_init(&seqs);
    assert_int_equal(hy_parts_add(&seqs, seq, place, count), HY_OK);
    assert_int_equal(hy_settled_add(settled, HY_LANE_MAIN, &seqs, &fresh), HY_OK);
    hy_seqset_finish(&seqs);
    return fresh;
}

static void test_a_record_in_parts_is_settled_with_the_last_of_them(void **state)
{
    (void)state;
    struct hy_settled settled = { 0 };
    assert_int_equal(add_part(&settled, 1, 0, 3), 0);
    assert_int_equal(add_part(&settled, 2, 1, 2), 0);
    assert_int_equal(add_part(&settled, 1, 2, 3), 0);
    assert_int_equal(add_part(&settled, 1, 2, 3), 0); /* said twice */
    assert_false(hy_settled_has(&settled, 1));
    assert_int_equal(hy_settled_through(&settled), 0);
    assert_int_equal(add(&settled, HY_LANE_MAIN, 3, 4), 2);
    assert_int_equal(add_part(&settled, 1, 1, 3), 1);
    assert_int_equal(add_part(&settled, 1, 1, 3), 0);
    assert_int_equal(hy_settled_through(&settled), 1);
    assert_int_equal(add_part(&settled, 2, 0, 2), 1);
    assert_int_equal(hy_settled_through(&settled), 4);
    hy_settled_finish(&settled);
}

static void test_parts_are_forgotten_with_their_record(void **state)
{
    (void)state;
    struct hy_settled settled = { 0 };
    for (uint64_t seq = 1; seq <= 1000; seq += 2) { /* every second record is split */
        assert_int_equal(add_part(&settled, seq, 1, 2), 0);
        assert_int_equal(add(&settled, HY_LANE_MAIN, seq + 1, seq + 1), 1);
        assert_int_equal(add_part(&settled, seq, 0, 2), 1);
        assert_int_equal(settled.lanes[HY_LANE_MAIN].count, 1);
    }
    hy_settled_finish(&settled);
}

static void test_parts_and_a_backup(void **state)
{
    (void)state;
    struct hy_settled settled = { .has_backup = true };
    assert_int_equal(add_part(&settled, 1, 0, 2), 0);
    assert_int_equal(add(&settled, HY_LANE_BACKUP, 1, 1), 0);
    assert_int_equal(add_part(&settled, 1, 1, 2), 1); /* the backup came first */
    assert_int_equal(add_part(&settled, 2, 0, 2), 0);
    assert_int_equal(add_part(&settled, 2, 1, 2), 0);
    assert_int_equal(add(&settled, HY_LANE_BACKUP, 2, 2), 1); /* the backup came last */
    assert_int_equal(hy_settled_through(&settled), 2);
    hy_settled_finish(&settled);
}

static void fill(struct hy_seqset *set, uint64_t first, uint64_t step, uint64_t width)
{
    hy_seqset_init(set);
    for (uint64_t seq = first; seq <= 600000; seq += step) {
        assert_int_equal(hy_seqset_add(set, seq, seq + width - 1), HY_OK);
    }
}

/* Every second record dropped, and settled before the others: minutes, if each gap that is
 * filled moved all that follows. */
static void test_many_gaps_are_filled_at_once(void **state)
{
    (void)state;
    struct hy_settled settled = { 0 };
    struct hy_seqset odd, even;
    uint64_t fresh;
    fill(&odd, 1, 2, 1);
    fill(&even, 2, 2, 1);
    assert_int_equal(hy_settled_add(&settled, HY_LANE_MAIN, &odd, &fresh), HY_OK);
    assert_int_equal(fresh, 300000);
    assert_int_equal(hy_settled_add(&settled, HY_LANE_MAIN, &even, &fresh), HY_OK);
    assert_int_equal(fresh, 300000);
    assert_int_equal(settled.lanes[HY_LANE_MAIN].count, 1);
    assert_int_equal(hy_settled_through(&settled), 600000);
    hy_settled_finish(&settled);
    hy_seqset_finish(&odd);
    hy_seqset_finish(&even);
}

/* Against a table of bits: ranges that overlap, touch, lie in each other, in any mixture. */
static void test_unions(void **state)
{
    (void)state;
    for (uint64_t step = 3; step < 40; step += 3) {
        for (uint64_t width = 1; width < step; width += 4) {
            struct hy_settled settled = { 0 };
            struct hy_seqset a, b;
            uint64_t fresh_a, fresh_b, size = 0;
            fill(&a, 1, 2000 + step, 100 * width);
            fill(&b, step, 1500, 90 * width);
            assert_int_equal(hy_settled_add(&settled, HY_LANE_MAIN, &a, &fresh_a), HY_OK);
            assert_int_equal(hy_settled_add(&settled, HY_LANE_MAIN, &b, &fresh_b), HY_OK);
            const struct hy_seqset *all = &settled.lanes[HY_LANE_MAIN];
            for (uint64_t seq = 1; seq <= 610000; seq += 7) {
                assert_true(hy_seqset_has(all, seq) ==
                            (hy_seqset_has(&a, seq) || hy_seqset_has(&b, seq)));
            }
            for (size_t i = 0; i < all->count; i++) {
                size += all->ranges[i].last - all->ranges[i].first + 1;
                assert_true(i == 0 || all->ranges[i].first > all->ranges[i - 1].last + 1);
            }
            assert_true(size == fresh_a + fresh_b);
            hy_settled_finish(&settled);
            hy_seqset_finish(&a);
            hy_seqset_finish(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_lane),
        cmocka_unit_test(test_two_lanes),
        cmocka_unit_test(test_a_record_in_parts_is_settled_with_the_last_of_them),
        cmocka_unit_test(test_parts_are_forgotten_with_their_record),
        cmocka_unit_test(test_parts_and_a_backup),
        cmocka_unit_test(test_many_gaps_are_filled_at_once),
        cmocka_unit_test(test_unions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
