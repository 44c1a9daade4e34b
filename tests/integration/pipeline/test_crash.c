/* The process dies between any two steps of a delivery: afterwards every record lies in the
 * bucket exactly once, and nothing else does.
 *
 * The linker puts our functions before the real ones (--wrap); a child process runs the stream
 * and leaves, without a word to anybody, when it comes to the step.
 */
#include "rig.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum step {
    NOWHERE,
    BEFORE_TEMPORARY,
    BEFORE_LEDGER,  /* the temporary is written */
    BEFORE_RENAME,  /* the ledger is written */
    AFTER_RENAME,
    BEFORE_PRUNE,
    BEFORE_RELEASE,
    AFTER_RELEASE,
    STEPS,
};

enum { DIED = 42, TOO_GOOD = 43 };

static enum step step;
static int calls_left; /* the step is the so-manyeth of its kind */

static void die_at(enum step here)
{
    if (step == here && --calls_left == 0) {
        _exit(DIED);
    }
}

enum hy_code __real_hy_temporary_create(struct hy_buckets *buckets,
                                        char name[HY_TEMPORARY_NAME_BYTES], int *fd);
enum hy_code __wrap_hy_temporary_create(struct hy_buckets *buckets,
                                        char name[HY_TEMPORARY_NAME_BYTES], int *fd);
enum hy_code __wrap_hy_temporary_create(struct hy_buckets *buckets,
                                        char name[HY_TEMPORARY_NAME_BYTES], int *fd)
{
    die_at(BEFORE_TEMPORARY);
    return __real_hy_temporary_create(buckets, name, fd);
}

void __real_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx);
void __wrap_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx);
void __wrap_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx)
{
    die_at(BEFORE_LEDGER);
    __real_hy_ledger_put_delivery(ledger, row, done, ctx);
}

enum hy_code __real_hy_object_publish(struct hy_buckets *buckets, hy_sv temporary, hy_sv bucket,
                                      hy_sv key, bool sync);
enum hy_code __wrap_hy_object_publish(struct hy_buckets *buckets, hy_sv temporary, hy_sv bucket,
                                      hy_sv key, bool sync);
enum hy_code __wrap_hy_object_publish(struct hy_buckets *buckets, hy_sv temporary, hy_sv bucket,
                                      hy_sv key, bool sync)
{
    die_at(BEFORE_RENAME);
    const enum hy_code code = __real_hy_object_publish(buckets, temporary, bucket, key, sync);
    die_at(AFTER_RENAME);
    return code;
}

void __real_hy_ledger_prune(struct hy_ledger *ledger, uint64_t stream_id, enum hy_lane lane,
                            uint64_t watermark, hy_ledger_done_fn *done, void *ctx);
void __wrap_hy_ledger_prune(struct hy_ledger *ledger, uint64_t stream_id, enum hy_lane lane,
                            uint64_t watermark, hy_ledger_done_fn *done, void *ctx);
void __wrap_hy_ledger_prune(struct hy_ledger *ledger, uint64_t stream_id, enum hy_lane lane,
                            uint64_t watermark, hy_ledger_done_fn *done, void *ctx)
{
    die_at(BEFORE_PRUNE);
    __real_hy_ledger_prune(ledger, stream_id, lane, watermark, done, ctx);
}

void __real_hy_journal_release(struct hy_journal *journal, uint64_t seq);
void __wrap_hy_journal_release(struct hy_journal *journal, uint64_t seq);
void __wrap_hy_journal_release(struct hy_journal *journal, uint64_t seq)
{
    die_at(BEFORE_RELEASE);
    __real_hy_journal_release(journal, seq);
    die_at(AFTER_RELEASE);
}

/* ---- what is done ---- */

static const char *const records[] = { "one ", "drop ", "two ", "fail ", "three " };

static void open_all(struct rig *rig, bool transform, bool backup)
{
    rig_open(rig);
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = -1 });
    rig->spec->has_backup = backup;
    if (transform) {
        rig_set_transform(rig, rig_upper);
    }
    rig_open_stream(rig);
}

static int run_and_die(struct rig *rig, bool transform, bool backup)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_all(rig, transform, backup);
        for (size_t i = 0; i < ROWS(records); i++) {
            rig_put(rig, hy_sv_of(records[i]));
            rig_advance(rig, 30000); /* several objects */
        }
        rig_advance(rig, 150000);
        _exit(TOO_GOOD);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static size_t occurrences(const struct rig *rig, const char *bucket, const char *record)
{
    size_t count = 0;
    for (size_t i = 0; i < rig->object_count; i++) {
        const struct rig_object *object = &rig->objects[i];
        if (strncmp(object->key, bucket, strlen(bucket)) != 0) {
            continue;
        }
        for (const char *at = object->bytes; (at = strstr(at, record)) != NULL; at++) {
            count++;
        }
    }
    return count;
}

static const char *const upper[] = { "ONE ", "DROP ", "TWO ", "rawData\":\"ZmFpbCA=\"", "THREE " };

/* After the crash, everything that was accepted is there once. `accepted` is what the journal
 * had: the child may have died before the last Put. */
static void check(struct rig *rig, bool transform, bool backup, const char *rule, int nth)
{
    rig->now_ms = rig_start_ms + 1000000;
    open_all(rig, transform, backup);
    const uint64_t accepted = hy_journal_next_seq(hy_stream_journal(rig->stream)) - 1;
    assert_true(accepted > 0);
    rig_advance(rig, 200000);
    rig_look(rig);
    for (size_t i = 0; i < ROWS(records); i++) {
        const size_t once = i < accepted ? 1 : 0;
        const char *text = transform ? upper[i] : records[i];
        const size_t expected = transform && i == 1 ? 0 : once;
        if (occurrences(rig, "out/", text) != expected) {
            fail_msg("%s, call %d: %s is there %zu times", rule, nth, text,
                     occurrences(rig, "out/", text));
        }
        if (backup && occurrences(rig, "backup/", records[i]) != once) {
            fail_msg("%s, call %d: the backup has %s %zu times", rule, nth, records[i],
                     occurrences(rig, "backup/", records[i]));
        }
    }
    assert_int_equal(rig_temporaries(rig), 0);
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.unsettled_records, 0);
    rig_close(rig);
}

static const char *const rules[STEPS] = {
    [BEFORE_TEMPORARY] = "before the temporary", [BEFORE_LEDGER] = "before the ledger",
    [BEFORE_RENAME] = "before the rename",       [AFTER_RENAME] = "after the rename",
    [BEFORE_PRUNE] = "before pruning",           [BEFORE_RELEASE] = "before the release",
    [AFTER_RELEASE] = "after the release",
};

/* Dies at the first, second, ... call of each step, until there are no more. */
static void die_everywhere(bool transform, bool backup)
{
    for (enum step at = BEFORE_TEMPORARY; at < STEPS; at++) {
        for (int nth = 1;; nth++) {
            struct rig *rig = calloc(1, sizeof *rig);
            assert_non_null(rig);
            rig_make_dir(rig);
            step = at;
            calls_left = nth;
            const int status = run_and_die(rig, transform, backup);
            step = NOWHERE;
            check(rig, transform, backup, rules[at], nth);
            rig_remove_dir(rig);
            free(rig);
            if (status != DIED) {
                assert_int_equal(status, TOO_GOOD);
                assert_true(nth > 1); /* it did come there */
                break;
            }
        }
    }
}

static void test_without_transform(void **state)
{
    (void)state;
    die_everywhere(false, false);
}

static void test_with_transform_and_backup(void **state)
{
    (void)state;
    die_everywhere(true, true);
}

/* Sub-records of one record in several objects: each of them is there once. */

static const char *const split_records[] = { "one |drop |two |fail ", "three |four " };
static const struct piece {
    const char *text;
    unsigned record, times;
} pieces[] = {
    { "ONE ", 0, 1 },   { "TWO ", 0, 1 },  { "DROP ", 0, 0 }, { "rawData\":\"ZmFpbCA=\"", 0, 1 },
    { "THREE ", 1, 1 }, { "FOUR ", 1, 1 },
};

static void open_split(struct rig *rig)
{
    rig_open(rig);
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = -1 });
    rig->spec->process.split = HY_SPLIT_DELIMITED;
    rig->spec->process.delimiter = hy_sv_dup(HY_SV("|"));
    rig->spec->process.delimiter_len = 1;
    rig->spec->s3.buffering.bytes = 1; /* an object for each */
    rig_set_transform(rig, rig_upper);
    rig_open_stream(rig);
}

static int run_split_and_die(struct rig *rig)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_split(rig);
        for (size_t i = 0; i < ROWS(split_records); i++) {
            rig_put(rig, hy_sv_of(split_records[i]));
            rig_advance(rig, 60000);
        }
        rig_advance(rig, 60000);
        _exit(TOO_GOOD);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void check_split(struct rig *rig, const char *rule, int nth)
{
    rig->now_ms = rig_start_ms + 1000000;
    open_split(rig);
    const uint64_t accepted = hy_journal_next_seq(hy_stream_journal(rig->stream)) - 1;
    rig_advance(rig, 200000);
    rig_look(rig);
    for (size_t i = 0; i < ROWS(pieces); i++) {
        const size_t expected = pieces[i].record < accepted ? pieces[i].times : 0;
        const size_t found = occurrences(rig, "out/", pieces[i].text);
        if (found != expected) {
            fail_msg("%s, call %d: %s is there %zu times", rule, nth, pieces[i].text, found);
        }
    }
    assert_int_equal(rig_temporaries(rig), 0);
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.unsettled_records, 0);
    rig_close(rig);
}

static void test_sub_records(void **state)
{
    (void)state;
    for (enum step at = BEFORE_TEMPORARY; at < STEPS; at++) {
        int status = DIED;
        for (int nth = 1; status == DIED; nth++) {
            struct rig *rig = calloc(1, sizeof *rig);
            assert_non_null(rig);
            rig_make_dir(rig);
            step = at;
            calls_left = nth;
            status = run_split_and_die(rig);
            step = NOWHERE;
            check_split(rig, rules[at], nth);
            rig_remove_dir(rig);
            free(rig);
            assert_true(nth > 1 || status == DIED); /* it did come there */
        }
        assert_int_equal(status, TOO_GOOD);
    }
}

/* The ledger has the row, the rename cannot be made at the next start either. */
static void test_bucket_is_gone_at_the_next_start(void **state)
{
    (void)state;
    struct rig *rig = calloc(1, sizeof *rig);
    char path[128];
    rig_make_dir(rig);
    step = BEFORE_RENAME;
    calls_left = 1;
    assert_int_equal(run_and_die(rig, false, false), DIED);
    step = NOWHERE;

    rig->now_ms = rig_start_ms + 70000;
    rig_open(rig);
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = -1 });
    (void)snprintf(path, sizeof path, "%s/buckets/out", rig->dir);
    assert_int_equal(rmdir(path), 0);
    rig_open_stream(rig);
    rig_advance(rig, 0);
    assert_int_equal(rig_temporaries(rig), 1);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);
    rig_advance(rig, 5000);
    rig_look(rig);
    assert_int_equal(occurrences(rig, "out/", "one "), 1);
    assert_int_equal(rig_temporaries(rig), 0);
    rig_close(rig);
    rig_remove_dir(rig);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_transform),
        cmocka_unit_test(test_with_transform_and_backup),
        cmocka_unit_test(test_sub_records),
        cmocka_unit_test(test_bucket_is_gone_at_the_next_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
