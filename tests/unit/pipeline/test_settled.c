#include "pipeline/stream/settled.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_lane),
        cmocka_unit_test(test_two_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
