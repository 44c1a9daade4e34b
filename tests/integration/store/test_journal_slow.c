/* test_journal_slow.c - writes that take long move to the disk thread, quick ones come back.
 *
 * The journal measures with hy_loop_nanoseconds; the linker gives it ours (--wrap), which goes
 * on by as much as the test says each time it is read.
 */
#include "journal_rig.h"

#include <stdatomic.h>

static atomic_uint_fast64_t now_ns, step_ns;

uint64_t __wrap_hy_loop_nanoseconds(void);
uint64_t __wrap_hy_loop_nanoseconds(void)
{
    return atomic_fetch_add(&now_ns, step_ns);
}

static void wait_for_byte(void *ctx)
{
    const int *fds = ctx;
    char byte;
    (void)!read(fds[0], &byte, 1);
}

static void nothing(void *ctx)
{
    (void)ctx;
}

/* How many of the two Puts are answered while the disk thread is busy with something else? */
static size_t put_while_disk_is_busy(struct rig *rig, struct hy_journal *journal)
{
    int fds[2];
    const size_t before = rig->answers.count;
    assert_int_equal(pipe(fds), 0);
    assert_true(hy_worker_push(rig->disk, wait_for_byte, NULL, fds));
    for (int i = 0; i < 2; i++) {
        rig_put(rig, journal, "x", i);
        assert_true(hy_loop_defer(rig->loop, nothing, NULL));
        (void)hy_loop_turn(rig->loop);
    }
    const size_t answered = rig->answers.count - before;
    assert_int_equal(write(fds[1], "x", 1), 1);
    rig_wait(rig, before + 2);
    rig_settle(rig);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return answered;
}

static void test_slow_writes_go_to_the_disk_thread_until_one_is_quick(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    step_ns = 1000;
    assert_int_equal(put_while_disk_is_busy(rig, journal), 2);
    step_ns = 5000000; /* exactly the limit is quick */
    assert_int_equal(put_while_disk_is_busy(rig, journal), 2);
    step_ns = 5000001;
    assert_int_equal(put_while_disk_is_busy(rig, journal), 1); /* it showed with the first */
    assert_int_equal(put_while_disk_is_busy(rig, journal), 0); /* still slow */
    step_ns = 1000;
    assert_int_equal(put_while_disk_is_busy(rig, journal), 0); /* nobody knows yet */
    assert_int_equal(put_while_disk_is_busy(rig, journal), 2);
    for (size_t i = 0; i < rig->answers.count; i++) {
        assert_int_equal(rig->answers.codes[i], HY_OK);
        assert_int_equal(rig->seen[i].seq, i + 1);
    }
    hy_journal_close(journal);
    rig_destroy(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_writes_go_to_the_disk_thread_until_one_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
