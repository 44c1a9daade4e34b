/* test_journal_kill.c - an acknowledged record survives kill -9, at whatever moment.
 *
 * A child writes and tells every acknowledged number through a pipe; the parent kills it in the
 * middle, again and again in the same folder, and reads the journal back.
 */
#include "journal_rig.h"

#include <signal.h>
#include <sys/wait.h>

enum { ROUNDS = 12, ACKNOWLEDGED_MIN = 50, BATCH = 5, TEXT_BYTES = 16 };

struct writer {
    struct hy_journal *journal;
    struct hy_loop *loop;
    int acknowledged; /* pipe */
};

struct put {
    struct writer *writer;
    uint64_t last;
};

/* Records of different lengths whose bytes follow from their number. */
static size_t text_of(uint64_t seq, char out[4096])
{
    const size_t len = (size_t)(seq * 7919 % 3000);
    memset(out, 'a' + (int)(seq % 26), len);
    return len;
}

static void put_batch(void *ctx);

static void on_acknowledged(void *ctx, enum hy_code code)
{
    struct put *put = ctx;
    if (code != HY_OK ||
        write(put->writer->acknowledged, &put->last, sizeof put->last) != sizeof put->last) {
        _Exit(1);
    }
    put_batch(put->writer);
    free(put);
}

static void put_batch(void *ctx)
{
    struct writer *writer = ctx;
    struct put *put = malloc(sizeof *put);
    char text[4096];
    if (put == NULL) {
        _Exit(1);
    }
    put->writer = writer;
    for (int i = 0; i < BATCH; i++) {
        const size_t len = text_of(hy_journal_next_seq(writer->journal), text);
        if (!rig_add(writer->journal, (hy_sv){ text, len }, 1)) {
            _Exit(1);
        }
    }
    put->last = hy_journal_next_seq(writer->journal) - 1;
    if (!hy_journal_commit(writer->journal, on_acknowledged, put)) {
        _Exit(1);
    }
}

static void ignore(void *ctx, const struct hy_extent *extent, hy_sv frames)
{
    (void)ctx;
    (void)extent;
    (void)frames;
}

static void write_until_killed(const struct hy_journals_options *given, int acknowledged)
{
    struct hy_err err;
    struct hy_journals_options options = *given;
    struct hy_journals *journals = NULL;
    struct writer writer = { .loop = hy_loop_create(), .acknowledged = acknowledged };
    options.disk = hy_worker_create(writer.loop, "disk");
    if (hy_journals_create(writer.loop, &options, &journals, &err) != HY_OK ||
        hy_journal_open(journals, 1, 0, ignore, NULL, &writer.journal, &err) != HY_OK) {
        _Exit(1);
    }
    put_batch(&writer);
    put_batch(&writer); /* two at a time: one gathers while the other is written */
    for (;;) {
        (void)hy_loop_turn(writer.loop);
    }
}

/* Returns the highest acknowledged number. */
static uint64_t run_and_kill(const struct hy_journals_options *options, int round)
{
    int fds[2];
    uint64_t seq = 0, last = 0;
    assert_int_equal(pipe(fds), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(fds[0]);
        write_until_killed(options, fds[1]);
    }
    (void)close(fds[1]);
    for (int i = 0; i < ACKNOWLEDGED_MIN + 17 * round; i++) {
        assert_int_equal(read(fds[0], &seq, sizeof seq), sizeof seq);
        last = seq > last ? seq : last;
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(fds[0], &seq, sizeof seq) == sizeof seq) { /* said before it died */
        last = seq > last ? seq : last;
    }
    (void)close(fds[0]);
    return last;
}

struct check {
    uint64_t next;
};

static void check_records(void *ctx, const struct hy_extent *extent, hy_sv frames)
{
    struct check *check = ctx;
    struct hy_frame frame;
    char text[4096];
    assert_int_equal(extent->seq, check->next);
    while (hy_frame_next(&frames, &frame)) {
        assert_int_equal(frame.seq, check->next++);
        assert_int_equal(frame.data.len, text_of(frame.seq, text));
        assert_memory_equal(frame.data.ptr, text, frame.data.len);
    }
}

static void kill_again_and_again(enum hy_durability durability)
{
    struct rig *rig = rig_create();
    struct hy_journals_options options = { .dir = rig->dir.path,
                                           .durability = durability,
                                           .segment_bytes = 100000 };
    for (int round = 0; round < ROUNDS; round++) {
        rig_stop(rig); /* no threads when we fork */
        const uint64_t last = run_and_kill(&options, round);
        rig_start(rig);
        struct check check = { 1 };
        struct hy_journal *journal = NULL;
        struct hy_err err;
        assert_int_equal(
            hy_journal_open(rig->journals, 1, 0, check_records, &check, &journal, &err), HY_OK);
        if (check.next - 1 < last) {
            fail_msg("round %d: %d acknowledged, %d found", round, (int)last,
                     (int)check.next - 1);
        }
        hy_journal_close(journal);
    }
    rig_destroy(rig);
}

static void test_acknowledged_records_survive_kill_9(void **state)
{
    (void)state;
    kill_again_and_again(HY_DURABILITY_PROCESS);
}

static void test_and_by_way_of_the_disk_thread(void **state)
{
    (void)state;
    kill_again_and_again(HY_DURABILITY_POWER);
}

int main(void)
{
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acknowledged_records_survive_kill_9),
        cmocka_unit_test(test_and_by_way_of_the_disk_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
