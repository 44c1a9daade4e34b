#include "base/random.h"
#include "base/seqset.h"

#include "support/test.h"
#include "support/torture.h"

#include <string.h>

enum { MODEL_MAX = 200 };

static void add(struct hy_seqset *set, uint64_t first, uint64_t last)
{
    assert_int_equal(hy_seqset_add(set, first, last), HY_OK);
}

/* "1-3 5 9-12", in order */
static void assert_ranges(const struct hy_seqset *set, const char *expected)
{
    struct hy_buf text;
    hy_buf_init(&text, 4096);
    for (size_t i = 0; i < set->count; i++) {
        unsigned long long first = set->ranges[i].first, last = set->ranges[i].last;
        hy_buf_printf(&text, first == last ? "%s%llu" : "%s%llu-%llu", i == 0 ? "" : " ", first,
                      last);
    }
    hy_buf_append_byte(&text, '\0');
    assert_false(text.failed);
    assert_string_equal(text.data, expected);
    hy_buf_finish(&text);
}

static const struct add_case {
    const char *name;
    struct hy_seqrange ranges[4]; /* { 0, 0 } ends the list */
    const char *expected;
} add_cases[] = {
    { "in order", { { 1, 1 }, { 2, 2 }, { 3, 9 } }, "1-9" },
    { "in reverse", { { 3, 3 }, { 2, 2 }, { 1, 1 } }, "1-3" },
    { "a gap of one stays", { { 1, 1 }, { 3, 3 } }, "1 3" },
    { "the gap closes", { { 1, 1 }, { 3, 3 }, { 2, 2 } }, "1-3" },
    { "before all", { { 10, 12 }, { 1, 2 } }, "1-2 10-12" },
    { "between", { { 1, 2 }, { 10, 12 }, { 5, 6 } }, "1-2 5-6 10-12" },
    { "twice the same", { { 1, 5 }, { 1, 5 } }, "1-5" },
    { "inside", { { 1, 9 }, { 3, 4 } }, "1-9" },
    { "around", { { 3, 4 }, { 1, 9 } }, "1-9" },
    { "across several", { { 2, 3 }, { 5, 6 }, { 8, 9 }, { 3, 8 } }, "2-9" },
    { "touches on both sides", { { 2, 3 }, { 8, 9 }, { 4, 7 } }, "2-9" },
    { "overlaps to the left", { { 5, 9 }, { 3, 6 } }, "3-9" },
    { "overlaps to the right", { { 5, 9 }, { 7, 12 } }, "5-12" },
    { "to the last number there is", { { UINT64_MAX, UINT64_MAX }, { 1, UINT64_MAX - 1 } },
      "1-18446744073709551615" },
};

static void test_ranges_join_when_they_touch(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(add_cases); i++) {
        struct hy_seqset set;
        hy_seqset_init(&set);
        for (size_t k = 0; k < 4 && add_cases[i].ranges[k].last != 0; k++) {
            add(&set, add_cases[i].ranges[k].first, add_cases[i].ranges[k].last);
        }
        assert_ranges(&set, add_cases[i].expected);
        hy_seqset_finish(&set);
    }
}

static const struct remove_case {
    const char *name;
    struct hy_seqrange removed;
    const char *expected; /* of 2-4 6-8 10-12 */
} remove_cases[] = {
    { "what is not there", { 5, 5 }, "2-4 6-8 10-12" },
    { "behind all", { 13, 99 }, "2-4 6-8 10-12" },
    { "a range", { 6, 8 }, "2-4 10-12" },
    { "its beginning", { 5, 6 }, "2-4 7-8 10-12" },
    { "its end", { 8, 9 }, "2-4 6-7 10-12" },
    { "its middle", { 7, 7 }, "2-4 6 8 10-12" },
    { "across gaps", { 3, 11 }, "2 12" },
    { "all", { 0, UINT64_MAX }, "" },
};

static void test_removing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(remove_cases); i++) {
        struct hy_seqset set;
        hy_seqset_init(&set);
        add(&set, 2, 4);
        add(&set, 6, 8);
        add(&set, 10, 12);
        assert_int_equal(hy_seqset_remove(&set, remove_cases[i].removed.first,
                                          remove_cases[i].removed.last), HY_OK);
        assert_ranges(&set, remove_cases[i].expected);
        hy_seqset_finish(&set);
    }
}

static void test_zero_is_a_number(void **state)
{
    (void)state;
    struct hy_seqset set;
    hy_seqset_init(&set);
    add(&set, 5, 5);
    add(&set, 0, 0);
    assert_true(hy_seqset_has(&set, 0));
    assert_false(hy_seqset_has(&set, 1));
    assert_ranges(&set, "0 5");
    hy_seqset_finish(&set);
}

static uint64_t naive_run_end(const bool *model, uint64_t first)
{
    while (first < MODEL_MAX && model[first]) {
        first++;
    }
    return first - 1;
}

static void assert_matches(const struct hy_seqset *set, const bool *model)
{
    uint64_t size = 0;
    for (uint64_t i = 1; i < MODEL_MAX; i++) {
        assert_int_equal(hy_seqset_has(set, i), model[i]);
        assert_int_equal(hy_seqset_run_end(set, i), naive_run_end(model, i));
        size += model[i];
    }
    assert_int_equal(hy_seqset_size(set), size);
    for (size_t i = 1; i < set->count; i++) {
        assert_true(set->ranges[i].first > set->ranges[i - 1].last + 1);
    }
}

static void assert_survives_encoding(const struct hy_seqset *set, const bool *model)
{
    struct hy_buf bytes;
    struct hy_seqset decoded;
    hy_buf_init(&bytes, 4096);
    hy_seqset_init(&decoded);
    hy_seqset_encode(set, &bytes);
    assert_int_equal(hy_seqset_decode(&decoded, hy_buf_sv(&bytes)), HY_OK);
    assert_matches(&decoded, model);
    hy_seqset_finish(&decoded);
    hy_buf_finish(&bytes);
}

static void add_randomly(struct hy_random *random, struct hy_seqset *set, bool *model)
{
    uint64_t first = 1 + hy_random_u64(random) % (MODEL_MAX - 1);
    uint64_t last = first + hy_random_u64(random) % (1 + hy_random_u64(random) % 20);
    last = last < MODEL_MAX ? last : MODEL_MAX - 1;
    add(set, first, last);
    memset(model + first, true, last - first + 1);
}

static void test_random_operations_against_a_model(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(5);
    for (int round = 0; round < 60; round++) {
        struct hy_seqset set, more;
        bool model[MODEL_MAX] = { false };
        hy_seqset_init(&set);
        hy_seqset_init(&more);
        for (int i = 0; i < 25; i++) {
            add_randomly(&random, i % 3 == 0 ? &more : &set, model);
        }
        assert_int_equal(hy_seqset_add_all(&set, &more), HY_OK);
        assert_matches(&set, model);
        assert_survives_encoding(&set, model);
        hy_seqset_finish(&set);
        hy_seqset_finish(&more);
    }
}

static const struct bytes_case {
    const char *name;
    hy_sv bytes;
    const char *expected; /* NULL: HY_MALFORMED */
} bytes_cases[] = {
    { "nothing", HY_SV_INIT(""), "" },
    { "one number", HY_SV_INIT("\x01\x00"), "1" },
    { "two ranges", HY_SV_INIT("\x01\x02\x02\x00"), "1-3 5" },
    { "long numbers", HY_SV_INIT("\x80\x01\xff\x7f"), "128-16511" },
    { "everything", HY_SV_INIT("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
      "0-18446744073709551615" },
    { "cut inside a number", HY_SV_INIT("\x80"), NULL },
    { "cut between the two", HY_SV_INIT("\x01"), NULL },
    { "cut in the second range", HY_SV_INIT("\x01\x02\x02"), NULL },
    { "ranges that touch", HY_SV_INIT("\x01\x00\x01\x00"), NULL },
    { "ranges that overlap", HY_SV_INIT("\x01\x05\x00\x00"), NULL },
    { "more than 64 bits", HY_SV_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x00"), NULL },
    { "eleven bytes", HY_SV_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x00"), NULL },
    { "past the last number", HY_SV_INIT("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL },
    { "gap past the last number",
      HY_SV_INIT("\x05\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"), NULL },
};

static void test_decodes_only_what_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bytes_cases); i++) {
        struct hy_seqset set;
        hy_seqset_init(&set);
        add(&set, 77, 77);
        enum hy_code code = hy_seqset_decode(&set, bytes_cases[i].bytes);
        if (code != (bytes_cases[i].expected == NULL ? HY_MALFORMED : HY_OK)) {
            fail_msg("%s: %s", bytes_cases[i].name, hy_code_name(code));
        }
        assert_ranges(&set, bytes_cases[i].expected == NULL ? "77" : bytes_cases[i].expected);
        hy_seqset_finish(&set);
    }
}

static void test_a_settled_stream_is_small(void **state)
{
    (void)state;
    struct hy_seqset set;
    struct hy_buf bytes;
    hy_seqset_init(&set);
    hy_buf_init(&bytes, 64);
    for (uint64_t i = 1; i <= 100000; i++) {
        add(&set, i, i);
    }
    assert_int_equal(set.count, 1);
    hy_seqset_encode(&set, &bytes);
    assert_int_equal(bytes.len, 4);
    hy_buf_finish(&bytes);
    hy_seqset_finish(&set);
}

static void fill(void *ctx)
{
    struct hy_seqset *more = ctx;
    struct hy_seqset set;
    hy_seqset_init(&set);
    unsigned refused = 0;
    for (uint64_t i = 50; i > 0; i--) {
        refused += hy_seqset_add(&set, 10 * i, 10 * i) == HY_NO_MEMORY;
    }
    assert_int_equal(hy_seqset_size(&set), 50 - refused);
    bool all = hy_seqset_add_all(&set, more) == HY_OK;
    refused += !all;
    assert_int_equal(refused, torture_struck());
    if (!all) {
        assert_int_equal(hy_seqset_size(&set), 50); /* all of them or none */
    }
    refused += hy_seqset_decode(&set, HY_SV("\x01\x00\x02\x00")) == HY_NO_MEMORY;
    assert_int_equal(refused, torture_struck());
    hy_seqset_finish(&set);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct hy_seqset more;
    hy_seqset_init(&more);
    for (uint64_t i = 0; i < 100; i++) {
        add(&more, 2 * i, 2 * i);
    }
    assert_true(torture(fill, &more) > 5);
    hy_seqset_finish(&more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_join_when_they_touch),
        cmocka_unit_test(test_removing),
        cmocka_unit_test(test_zero_is_a_number),
        cmocka_unit_test(test_random_operations_against_a_model),
        cmocka_unit_test(test_decodes_only_what_is_whole),
        cmocka_unit_test(test_a_settled_stream_is_small),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
