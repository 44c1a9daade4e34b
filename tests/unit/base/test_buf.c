#include "base/buf.h"

#include "support/test.h"
#include "support/torture.h"

#include <stdlib.h>
#include <string.h>

static void test_fails_past_its_maximum_and_stays_failed(void **state)
{
    (void)state;
    struct hy_buf buf;
    hy_buf_init(&buf, 10);
    hy_buf_append(&buf, HY_SV("0123456789"));
    assert_false(buf.failed);
    hy_buf_append_byte(&buf, 'x');
    assert_true(buf.failed);
    assert_true(hy_sv_equal(hy_buf_sv(&buf), HY_SV("0123456789")));
    assert_null(hy_buf_reserve(&buf, 0));

    hy_buf_clear(&buf);
    hy_buf_append(&buf, HY_SV("0123456789x"));
    assert_true(buf.failed);
    assert_int_equal(buf.len, 0);
    hy_buf_append_byte(&buf, 'x'); /* it would fit, but it would be a hole */
    assert_int_equal(buf.len, 0);

    hy_buf_clear(&buf);
    hy_buf_append_byte(&buf, 'x');
    assert_true(hy_sv_equal(hy_buf_sv(&buf), HY_SV("x")));
    hy_buf_finish(&buf);
}

static void test_maximum_of_nothing(void **state)
{
    (void)state;
    struct hy_buf buf;
    hy_buf_init(&buf, 0);
    hy_buf_append(&buf, HY_SV(""));
    hy_buf_printf(&buf, "%s", "");
    assert_non_null(hy_buf_reserve(&buf, 0));
    assert_false(buf.failed);
    assert_null(hy_buf_reserve(&buf, 1));
    assert_true(buf.failed);
    hy_buf_finish(&buf);
}

static void test_huge_sizes_do_not_wrap(void **state)
{
    (void)state;
    struct hy_buf buf;
    hy_buf_init(&buf, SIZE_MAX);
    hy_buf_append_byte(&buf, 'x');
    assert_null(hy_buf_reserve(&buf, SIZE_MAX));
    assert_true(buf.failed);
    hy_buf_finish(&buf);
}

static void test_memory_stays_within_the_maximum(void **state)
{
    (void)state;
    static const size_t maxima[] = { 1, 255, 256, 257, 1000 };
    for (size_t k = 0; k < ROWS(maxima); k++) {
        struct hy_buf buf;
        hy_buf_init(&buf, maxima[k]);
        for (size_t i = 0; i < maxima[k]; i++) {
            hy_buf_append_byte(&buf, 'x');
            assert_true(buf.cap <= maxima[k]);
        }
        assert_false(buf.failed);
        hy_buf_finish(&buf);
    }
}

static void test_reserved_bytes_count_when_committed(void **state)
{
    (void)state;
    struct hy_buf buf;
    hy_buf_init(&buf, 100);
    char *at = hy_buf_reserve(&buf, 50);
    memcpy(at, "abc", 3);
    assert_int_equal(buf.len, 0);
    hy_buf_commit(&buf, 3);
    assert_true(hy_sv_equal(hy_buf_sv(&buf), HY_SV("abc")));
    hy_buf_finish(&buf);
}

static void test_prints_what_is_long_and_what_just_fits(void **state)
{
    (void)state;
    for (int len = 254; len <= 258; len++) {
        struct hy_buf buf;
        hy_buf_init(&buf, (size_t)len); /* no room for a NUL */
        hy_buf_printf(&buf, "%*d", len, 7);
        assert_false(buf.failed);
        assert_int_equal(buf.len, len);
        assert_int_equal(buf.data[len - 1], '7');
        hy_buf_printf(&buf, "%d", 1);
        assert_true(buf.failed);
        hy_buf_finish(&buf);
    }
}

static void test_take_moves_the_bytes_out(void **state)
{
    (void)state;
    struct hy_buf buf;
    size_t len = 99;
    hy_buf_init(&buf, 100);
    assert_null(hy_buf_take(&buf, &len));
    assert_int_equal(len, 0);
    hy_buf_append(&buf, HY_SV("abc"));
    char *bytes = hy_buf_take(&buf, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "abc", 3);
    free(bytes);
    assert_int_equal(buf.len, 0);
    hy_buf_append(&buf, HY_SV("d")); /* and can be used again, with the same maximum */
    assert_false(buf.failed);
    assert_int_equal(buf.max, 100);
    hy_buf_finish(&buf);
}

static void fill(void *ctx)
{
    (void)ctx;
    struct hy_buf buf;
    hy_buf_init(&buf, 1 << 20);
    size_t appended = 0;
    for (int i = 0; i < 3000; i++) {
        hy_buf_append(&buf, HY_SV("abc"));
        appended += buf.failed ? 0 : 3;
    }
    hy_buf_printf(&buf, "%*d", 1000, 1);
    appended += buf.failed ? 0 : 1000;
    assert_int_equal(buf.failed, torture_struck());
    assert_int_equal(buf.len, appended);
    for (size_t i = 0; i < appended && i < 9000; i++) {
        assert_int_equal(buf.data[i], "abc"[i % 3]);
    }
    hy_buf_finish(&buf);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(fill, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fails_past_its_maximum_and_stays_failed),
        cmocka_unit_test(test_maximum_of_nothing),
        cmocka_unit_test(test_huge_sizes_do_not_wrap),
        cmocka_unit_test(test_memory_stays_within_the_maximum),
        cmocka_unit_test(test_reserved_bytes_count_when_committed),
        cmocka_unit_test(test_prints_what_is_long_and_what_just_fits),
        cmocka_unit_test(test_take_moves_the_bytes_out),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
