/* A function may be named in all the ways that Lambda allows. */
#include "runtime/function_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct name_case {
    const char *rule, *given, *name;
} name_cases[] = {
    { "a name is itself", "clicks", "clicks" },
    { "a qualifier is dropped", "clicks:live", "clicks" },
    { "partial ARN", "123456789012:function:clicks", "clicks" },
    { "partial ARN with qualifier", "123456789012:function:clicks:3", "clicks" },
    { "full ARN", "arn:aws:lambda:us-east-1:123456789012:function:clicks", "clicks" },
    { "full ARN with version", "arn:aws:lambda:us-east-1:123456789012:function:clicks:$LATEST",
      "clicks" },
    { "a function called function", "function", "function" },
    { "its ARN", "arn:aws:lambda:us-east-1:123456789012:function:function", "function" },
    { "an ARN that stops early", "arn:aws:lambda", "" },
    { "nothing", "", "" },
};

static void test_name_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof name_cases / sizeof *name_cases; i++) {
        const struct name_case *row = &name_cases[i];
        hy_sv name = hy_function_name_of(hy_sv_of(row->given));
        if (!hy_sv_equal(name, hy_sv_of(row->name))) {
            fail_msg("%s: \"%.*s\"", row->rule, HY_SV_ARG(name));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
