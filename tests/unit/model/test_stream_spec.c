/* test_stream_spec.c - the last holder frees. */
#include "support/test.h"

#include "model/stream_spec.h"

static void test_a_spec_lives_as_long_as_somebody_holds_it(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = hy_stream_spec_create();
    assert_non_null(spec);
    spec->name = hy_sv_dup(HY_SV("clicks"));
    spec->s3.bucket = hy_sv_dup(HY_SV("bucket"));
    spec->backup.time_zone = hy_sv_dup(HY_SV("UTC"));
    spec->transform.lambda_arn = hy_sv_dup(HY_SV("arn"));
    assert_ptr_equal(hy_stream_spec_hold(spec), spec);
    hy_stream_spec_release(spec);
    assert_string_equal(spec->name, "clicks"); /* ASan would tell */
    hy_stream_spec_release(spec);
    hy_stream_spec_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_spec_lives_as_long_as_somebody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
