/* test_journal_disk.c - the disk thread, a medium that refuses, readers on other threads. */
#include "journal_rig.h"

#include "io/work.h"

#include <signal.h>
#include <sys/resource.h>

static struct rig *rig_power(void)
{
    struct rig *rig = rig_create();
    rig->options.durability = HY_DURABILITY_POWER;
    rig_restart(rig);
    return rig;
}

/* A disk thread that waits until the test lets it go on. */
struct gate {
    int pipe[2];
};

static void wait_at_gate(void *ctx)
{
    const struct gate *gate = ctx;
    char byte;
    (void)!read(gate->pipe[0], &byte, 1);
}

static void gate_close(struct gate *gate, struct rig *rig)
{
    assert_int_equal(pipe(gate->pipe), 0);
    assert_true(hy_worker_push(rig->disk, wait_at_gate, NULL, gate));
}

static void gate_open(struct gate *gate)
{
    assert_int_equal(write(gate->pipe[1], "x", 1), 1);
}

static void gate_finish(struct gate *gate)
{
    (void)close(gate->pipe[0]);
    (void)close(gate->pipe[1]);
}

static void turn_end_only(void *ctx)
{
    (void)ctx;
}

/* One turn that does not sleep. */
static void turn(struct rig *rig)
{
    assert_true(hy_loop_defer(rig->loop, turn_end_only, NULL));
    (void)hy_loop_turn(rig->loop);
}

static void test_power_writes_on_the_disk_thread_and_answers_later(void **state)
{
    (void)state;
    struct rig *rig = rig_power();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    struct gate gate;
    gate_close(&gate, rig);
    rig_put(rig, journal, "first", 1);
    turn(rig);
    rig_put(rig, journal, "second", 2); /* gathers in the next group */
    turn(rig);
    assert_int_equal(rig->answers.count, 0);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), 0);
    gate_open(&gate);
    rig_wait(rig, 2);
    assert_int_equal(rig->groups, 2); /* one after the other, in order */
    assert_int_equal(rig->answers.whose[0], 1);
    assert_int_equal(rig->answers.seen_before[0], 1);
    assert_int_equal(rig->answers.whose[1], 2);
    assert_int_equal(rig->seen[1].seq, 2);
    hy_journal_close(journal);
    gate_finish(&gate);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 2);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_close_waits_for_the_disk_thread(void **state)
{
    (void)state;
    struct rig *rig = rig_power();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "first", 1);
    turn(rig);
    rig_put(rig, journal, "second", 2);
    hy_journal_close(journal);
    assert_int_equal(rig->answers.count, 2);
    assert_int_equal(rig->answers.codes[0], HY_OK);
    assert_int_equal(rig->answers.codes[1], HY_OK);
    assert_int_equal(rig->answers.whose[1], 2);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 2);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_discard_does_not_wait_and_nothing_is_left(void **state)
{
    (void)state;
    for (int stops_at_once = 0; stops_at_once < 2; stops_at_once++) {
        struct rig *rig = rig_power();
        struct hy_journal *journal = rig_open(rig, 1, 0);
        struct gate gate;
        gate_close(&gate, rig);
        rig_put(rig, journal, "being written", 1);
        turn(rig);
        rig_put(rig, journal, "gathered", 2);
        hy_journal_discard(journal);
        assert_int_equal(rig->answers.count, 2);
        assert_int_equal(rig->answers.codes[0], HY_CANCELLED);
        assert_int_equal(rig->answers.codes[1], HY_CANCELLED);
        gate_open(&gate);
        if (!stops_at_once) {
            rig_settle(rig);
            assert_int_equal(temp_dir_count(&rig->dir, "1"), -1);
        }
        rig_restart(rig); /* or the set goes before the group comes back */
        gate_finish(&gate);
        assert_int_equal(temp_dir_count(&rig->dir, "1"), -1);
        rig_destroy(rig);
    }
}

static void test_release_spares_the_file_that_is_written_to(void **state)
{
    (void)state;
    struct rig *rig = rig_power();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "one", 1);
    rig_wait(rig, 1);
    struct gate gate;
    gate_close(&gate, rig);
    rig_put(rig, journal, "two", 2);
    turn(rig);
    hy_journal_release(journal, 1);
    gate_open(&gate);
    rig_wait(rig, 2);
    gate_finish(&gate);
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 1);
    assert_int_equal(rig->seen_count, 1);
    assert_string_equal(rig->seen[0].text, "two");
    hy_journal_close(journal);
    rig_destroy(rig);
}

/* Files of this process may be so long and no longer: a disk that is full. */
static void limit_files(uint64_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : (rlim_t)bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void fail_and_heal(enum hy_durability durability, size_t before)
{
    struct rig *rig = rig_create();
    rig->options.durability = durability;
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    for (size_t i = 0; i < before; i++) {
        rig_put(rig, journal, "fits", 0);
        rig_wait(rig, i + 1);
    }
    const uint64_t bytes = hy_journals_bytes(rig->journals);
    struct gate gate;
    gate_close(&gate, rig);
    limit_files(bytes + 40); /* a frame and a piece of the next */
    rig_put(rig, journal, "too", 1);
    rig_put(rig, journal, "much", 2);
    turn(rig);
    if (durability == HY_DURABILITY_POWER) {
        rig_put(rig, journal, "behind it", 3); /* a number that then does not exist */
    }
    gate_open(&gate);
    rig_settle(rig);
    gate_finish(&gate);
    limit_files(0);
    const size_t failed = durability == HY_DURABILITY_POWER ? 3 : 2;
    assert_int_equal(rig->answers.count, before + failed);
    for (size_t i = 0; i < failed; i++) {
        assert_int_equal(rig->answers.codes[before + i], HY_IO);
        assert_int_equal(rig->answers.whose[before + i], i + 1);
    }
    assert_int_equal(rig->seen_count, before);
    assert_int_equal(hy_journals_bytes(rig->journals), bytes);
    struct stat status;
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&rig->dir, "1/00000000000000000001.seg", path);
    const int64_t size = stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
    assert_int_equal(size, before == 0 ? -1 : (int64_t)bytes); /* cut back, or no file at all */
    assert_int_equal(hy_journal_next_seq(journal), before + 1);

    rig_put(rig, journal, "room again", 4);
    rig_wait(rig, before + failed + 1);
    assert_int_equal(rig->answers.codes[before + failed], HY_OK);
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, before + 1);
    assert_int_equal(rig->seen[before].seq, before + 1);
    assert_string_equal(rig->seen[before].text, "room again");
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_a_failed_write_leaves_nothing_and_later_ones_succeed(void **state)
{
    (void)state;
    fail_and_heal(HY_DURABILITY_PROCESS, 0); /* the segment is new */
    fail_and_heal(HY_DURABILITY_PROCESS, 3);
    fail_and_heal(HY_DURABILITY_POWER, 0);
    fail_and_heal(HY_DURABILITY_POWER, 3);
}

static void test_a_folder_that_went_away_is_an_error_and_no_more(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&rig->dir, "1", path);
    assert_int_equal(rmdir(path), 0);
    rig_put(rig, journal, "x", 1);
    rig_wait(rig, 1);
    assert_int_equal(rig->answers.codes[0], HY_IO);
    assert_int_equal(mkdir(path, 0777), 0);
    rig_put(rig, journal, "y", 2);
    rig_wait(rig, 2);
    assert_int_equal(rig->answers.codes[1], HY_OK);
    assert_int_equal(rig->seen[0].seq, 1);
    hy_journal_close(journal);
    rig_destroy(rig);
}

/* Reads everything that was seen so far, again and again, on a pool thread. */
struct reading {
    struct hy_journal *journal;
    struct seen_record *records;
    size_t count;
    size_t bad;
    bool is_over;
};

static void read_all_records(void *ctx)
{
    struct reading *reading = ctx;
    char out[256];
    for (size_t i = 0; i < reading->count; i++) {
        const struct seen_record *record = &reading->records[i];
        const bool ok = hy_journal_read(reading->journal, &record->extent, out) == HY_OK &&
                        memcmp(out + HY_FRAME_HEADER_BYTES, record->text, record->len) == 0;
        reading->bad += !ok;
    }
}

static void reading_over(void *ctx)
{
    ((struct reading *)ctx)->is_over = true;
}

static void test_readers_and_the_writer_do_not_meet(void **state)
{
    (void)state;
    enum { ROUNDS = 40, PUTS = 50 };
    struct rig *rig = rig_create();
    rig->options.segment_bytes = 2000; /* segments come and go meanwhile */
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    struct seen_record *records = calloc(SEEN_MAX, sizeof *records);
    assert_non_null(records);
    size_t puts = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const size_t from = round < 2 ? 0 : (size_t)(round - 2) * PUTS; /* the unreleased ones */
        struct reading reading = { .journal = journal, .records = records,
                                   .count = rig->seen_count - from };
        memcpy(records, rig->seen + from, reading.count * sizeof *records);
        assert_true(hy_work(rig->loop, read_all_records, reading_over, &reading));
        for (int i = 0; i < PUTS; i++) {
            rig_put(rig, journal, "some record", 1);
            rig_wait(rig, ++puts);
        }
        while (!reading.is_over) {
            (void)hy_loop_turn(rig->loop);
        }
        assert_int_equal(reading.bad, 0);
        if (round > 1) {
            hy_journal_release(journal, (uint64_t)(round - 1) * PUTS);
        }
    }
    free(records);
    rig_settle(rig);
    hy_journal_close(journal);
    rig_destroy(rig);
}

int main(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_writes_on_the_disk_thread_and_answers_later),
        cmocka_unit_test(test_close_waits_for_the_disk_thread),
        cmocka_unit_test(test_discard_does_not_wait_and_nothing_is_left),
        cmocka_unit_test(test_release_spares_the_file_that_is_written_to),
        cmocka_unit_test(test_a_failed_write_leaves_nothing_and_later_ones_succeed),
        cmocka_unit_test(test_a_folder_that_went_away_is_an_error_and_no_more),
        cmocka_unit_test(test_readers_and_the_writer_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
