/* test_quota.c - three buckets of tokens: both sides of each limit, and how they fill again. */
#include "services/firehose/quota.h"

#include "model/limits.h"
#include "support/test.h"

static const uint64_t start_ms = 1767225600000;

static struct hy_quota full(void)
{
    struct hy_quota quota = { .at_ms = 0 };
    hy_quota_turn(&quota, start_ms);
    return quota;
}

static size_t take_requests(struct hy_quota *quota)
{
    size_t count = 0;
    while (count < 10 * HY_QUOTA_REQUESTS && hy_quota_take_request(quota)) {
        count++;
    }
    return count;
}

static size_t take_records(struct hy_quota *quota, size_t bytes)
{
    size_t count = 0;
    while (count < 10 * HY_QUOTA_RECORDS && hy_quota_take_record(quota, bytes)) {
        count++;
    }
    return count;
}

static void test_a_second_of_each(void **state)
{
    (void)state;
    struct hy_quota quota = full();
    assert_int_equal(take_requests(&quota), 2000);
    assert_int_equal(take_records(&quota, 0), 500000);
    quota = full();
    assert_int_equal(take_records(&quota, 1024 * 1024), 5);
    assert_true(hy_quota_take_record(&quota, 0)); /* records are left, bytes are not */
    assert_false(hy_quota_take_record(&quota, 1));
}

static void test_a_refusal_takes_nothing(void **state)
{
    (void)state;
    struct hy_quota quota = full();
    assert_true(hy_quota_take_record(&quota, HY_QUOTA_BYTES - 10));
    assert_false(hy_quota_take_record(&quota, 11));
    assert_true(hy_quota_take_record(&quota, 10)); /* the smaller one still fits */
    assert_int_equal(quota.records, 2 * 1000);
}

static void test_a_clock_at_zero_begins_full(void **state)
{
    (void)state;
    struct hy_quota quota = { .at_ms = 0 };
    hy_quota_turn(&quota, 0);
    assert_int_equal(take_requests(&quota), 2000);
}

static const struct refill {
    const char *rule;
    uint64_t passed_ms;
    size_t requests, records;
} refills[] = {
    { "no time, nothing", 0, 0, 0 },
    { "a millisecond brings a thousandth", 1, 2, 500 },
    { "half a second brings half", 500, 1000, 250000 },
    { "a millisecond less than all", 999, 1998, 499500 },
    { "a second brings all", 1000, 2000, 500000 },
    { "a day brings no more", 86400000, 2000, 500000 },
    { "nor does all the time there is", UINT64_MAX - UINT64_C(1767225600000), 2000, 500000 },
};

static void test_refill(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refills); i++) {
        struct hy_quota quota = full();
        (void)take_requests(&quota);
        (void)take_records(&quota, 0);
        hy_quota_turn(&quota, start_ms + refills[i].passed_ms);
        const size_t requests = take_requests(&quota);
        const size_t records = take_records(&quota, 0);
        if (requests != refills[i].requests || records != refills[i].records) {
            fail_msg("%s: %zu requests, %zu records", refills[i].rule, requests, records);
        }
    }
}

static void test_refill_of_bytes(void **state)
{
    (void)state;
    struct hy_quota quota = full();
    assert_true(hy_quota_take_record(&quota, HY_QUOTA_BYTES));
    hy_quota_turn(&quota, start_ms + 250);
    assert_false(hy_quota_take_record(&quota, HY_QUOTA_BYTES / 4 + 1));
    assert_true(hy_quota_take_record(&quota, HY_QUOTA_BYTES / 4));
}

/* Many small turns must add up to one large: nothing is rounded away. */
static void test_turns_add_up(void **state)
{
    (void)state;
    struct hy_quota quota = full();
    (void)take_requests(&quota);
    for (uint64_t i = 1; i <= 333; i++) {
        hy_quota_turn(&quota, start_ms + i);
    }
    assert_int_equal(take_requests(&quota), 666);
}

static void test_a_clock_that_goes_back_brings_nothing(void **state)
{
    (void)state;
    struct hy_quota quota = full();
    (void)take_requests(&quota);
    hy_quota_turn(&quota, start_ms - 5000);
    assert_int_equal(take_requests(&quota), 0);
    hy_quota_turn(&quota, start_ms - 4000);
    assert_int_equal(take_requests(&quota), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second_of_each),
        cmocka_unit_test(test_a_refusal_takes_nothing),
        cmocka_unit_test(test_a_clock_at_zero_begins_full),
        cmocka_unit_test(test_refill),
        cmocka_unit_test(test_refill_of_bytes),
        cmocka_unit_test(test_turns_add_up),
        cmocka_unit_test(test_a_clock_that_goes_back_brings_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
