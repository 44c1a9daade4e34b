/* Parts of records among sequence numbers. */
#include "store/part.h"

#include "support/test.h"

static void add(struct hy_seqset *set, uint64_t seq, unsigned place, unsigned count)
{
    assert_int_equal(hy_parts_add(set, seq, place, count), HY_OK);
}

static void test_a_record_is_there_when_all_of_its_places_are(void **state)
{
    (void)state;
    struct hy_seqset set;
    hy_seqset_init(&set);
    assert_false(hy_parts_has_all(&set, 7));
    add(&set, 7, 2, 3); /* the last one claims the rest */
    add(&set, 7, 0, 3);
    assert_false(hy_parts_has_all(&set, 7));
    add(&set, 7, 1, 3);
    assert_true(hy_parts_has_all(&set, 7));
    assert_false(hy_parts_has_all(&set, 6));
    assert_false(hy_parts_has_all(&set, 8));
    add(&set, 9, 0, 1); /* not split */
    assert_true(hy_parts_has_all(&set, 9));
    assert_true(hy_seqset_has(&set, 9));
    hy_seqset_finish(&set);
}

static void test_500_sub_records(void **state)
{
    (void)state;
    struct hy_seqset set;
    hy_seqset_init(&set);
    for (unsigned i = 0; i < 499; i++) {
        add(&set, 1, i, 500);
    }
    assert_false(hy_parts_has_all(&set, 1));
    add(&set, 1, 499, 500);
    add(&set, 2, 0, 2); /* touches it: one range */
    assert_int_equal(set.count, 1);
    assert_true(hy_parts_has_all(&set, 1));
    assert_false(hy_parts_has_all(&set, 2));
    hy_seqset_finish(&set);
}

static void test_lowest_and_highest_record(void **state)
{
    (void)state;
    struct hy_seqset set;
    hy_seqset_init(&set);
    assert_int_equal(hy_parts_first_seq(&set), 0);
    assert_int_equal(hy_parts_last_seq(&set), 0);
    add(&set, 50, 3, 9);
    assert_int_equal(hy_parts_first_seq(&set), 50);
    assert_int_equal(hy_parts_last_seq(&set), 50);
    assert_int_equal(hy_parts_begin(&set), 0);
    add(&set, 20, 0, 1);
    assert_int_equal(hy_parts_first_seq(&set), 20);
    assert_int_equal(hy_parts_last_seq(&set), 50);
    add(&set, 60, 0, 1);
    add(&set, 10, 8, 9);
    assert_int_equal(hy_parts_first_seq(&set), 10);
    assert_int_equal(hy_parts_last_seq(&set), 60);
    assert_int_equal(hy_parts_begin(&set), 2);
    hy_seqset_finish(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_is_there_when_all_of_its_places_are),
        cmocka_unit_test(test_500_sub_records),
        cmocka_unit_test(test_lowest_and_highest_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
