/* test_drill.c - the forms of a drill fit together, and loading leaves nothing behind. */
#include "harness/drill.h"
#include "harness/step.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct hy_form_member *member_of(const struct hy_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->members[i].name, name) == 0) {
            return &form->members[i];
        }
    }
    fail_msg("%s has no member %s", form->what, name);
    return NULL;
}

static void test_every_verb_of_the_form_can_be_done(void **state)
{
    (void)state;
    const struct hy_form *step = member_of(&hy_drill_form, "steps")->form;
    assert_true(step->count > 5);
    for (size_t i = 0; i < step->count; i++) {
        if (hy_step_find(hy_sv_of(step->members[i].name)) == NULL) {
            fail_msg("nobody does %s", step->members[i].name);
        }
    }
    assert_null(hy_step_find(HY_SV("jump")));
}

static char path[] = "/tmp/test_drill-XXXXXX";

static int write_drill(void **state)
{
    (void)state;
    static const char text[] = "{\"name\":\"n\",\"given\":{\"clock\":\"x60\",\"stubs\":{\"s\":"
                               "{\"routes\":[{\"path\":\"/\"}]}}},\"steps\":[{\"put\":"
                               "{\"stream\":\"s\",\"data\":\"x\"}},{\"advance\":\"1m\"}],"
                               "\"expect\":{\"objects\":[{\"count\":0}]}}";
    int fd = mkstemp(path);
    bool is_written = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)(sizeof text - 1);
    (void)close(fd);
    return is_written ? 0 : 1;
}

static int remove_drill(void **state)
{
    (void)state;
    return unlink(path);
}

static void load_once(void *ctx)
{
    (void)ctx;
    struct hy_drill *drill = NULL;
    struct hy_err err;
    enum hy_code code = hy_drill_load(path, &drill, &err);
    assert_true(code == HY_OK || torture_struck());
    if (code == HY_OK) {
        assert_string_equal(drill->name, "n");
        assert_string_equal(drill->folder, "/tmp");
        assert_int_equal(drill->steps->count, 2);
        hy_drill_destroy(drill);
    }
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(load_once, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_of_the_form_can_be_done),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, write_drill, remove_drill);
}
