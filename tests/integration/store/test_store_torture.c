/* test_store_torture.c - every allocation of the journal, the spool and the ledger fails once.
 *
 * Nobody crashes, nothing leaks, everybody who waits is told, and what was acknowledged is there.
 */
#include "journal_rig.h"
#include "support/torture.h"

#include "store/ledger.h"
#include "store/spool.h"

enum { PUTS = 12, ROUNDS_MAX = 400 };

static void answer(void *ctx, enum hy_code code)
{
    struct rig *rig = ctx;
    rig->answers.codes[rig->answers.count++] = code;
}

/* Puts records, each from its own turn, and says how many commits were taken. */
static size_t put_some(struct rig *rig, struct hy_journal *journal)
{
    size_t taken = 0;
    for (int i = 0; i < PUTS; i++) {
        const size_t mark = hy_journal_mark(journal);
        char text[3000];
        memset(text, 'a' + i, sizeof text);
        if (rig_add(journal, (hy_sv){ text, sizeof text }, 1)) {
            if (hy_journal_commit(journal, answer, rig)) {
                taken++;
            } else {
                hy_journal_rollback(journal, mark);
            }
        }
        if (i % 3 == 0) {
            (void)hy_loop_turn(rig->loop);
            hy_journal_release(journal, 2);
        }
    }
    return taken;
}

static bool journal_round(enum hy_durability durability, long n)
{
    struct rig *rig = rig_create();
    struct hy_err err;
    struct hy_journal *journal = NULL, *discarded = NULL;
    size_t taken = 0;
    rig->options.segment_bytes = 5000;
    rig->options.durability = durability;
    rig_restart(rig);
    torture_arm(n);
    if (hy_journal_open(rig->journals, 1, 0, rig_on_written, rig, &journal, &err) == HY_OK) {
        taken = put_some(rig, journal);
        hy_journal_close(journal);
    }
    if (hy_journal_open(rig->journals, 2, 0, rig_on_written, rig, &discarded, &err) == HY_OK) {
        taken += put_some(rig, discarded);
        hy_journal_discard(discarded);
    }
    assert_int_equal(rig->answers.count, taken);
    const bool struck = torture_disarm();
    rig_restart(rig);
    assert_int_equal(temp_dir_count(&rig->dir, "2"), -1);
    rig_destroy(rig);
    return struck;
}

static void test_journals_lose_nothing_but_what_they_refuse(void **state)
{
    (void)state;
    for (int power = 0; power < 2; power++) {
        long n = 1;
        while (journal_round(power ? HY_DURABILITY_POWER : HY_DURABILITY_PROCESS, n)) {
            assert_true(++n < ROUNDS_MAX);
        }
        assert_true(n > 10);
    }
}

static void test_acknowledged_records_are_found_after_a_failed_allocation(void **state)
{
    (void)state;
    bool struck = true;
    for (long n = 1; struck; n++) {
        struct rig *rig = rig_create();
        struct hy_journal *journal = rig_open(rig, 1, 0);
        size_t ok = 0;
        torture_arm(n);
        for (int i = 0; i < PUTS; i++) {
            if (rig_add(journal, HY_SV("record"), 1) &&
                !hy_journal_commit(journal, answer, rig)) {
                hy_journal_rollback(journal, 0);
            }
            (void)hy_loop_turn(rig->loop);
        }
        struck = torture_disarm();
        for (size_t i = 0; i < rig->answers.count; i++) {
            ok += rig->answers.codes[i] == HY_OK;
        }
        hy_journal_close(journal);
        rig_restart(rig);
        torture_arm(struck ? 1 + n % 4 : 0); /* recovery is refused, or finds all of it */
        struct hy_err err;
        const enum hy_code code =
            hy_journal_open(rig->journals, 1, 0, rig_on_written, rig, &journal, &err);
        (void)torture_disarm();
        if (code != HY_OK) {
            assert_int_equal(code, HY_NO_MEMORY);
            rig->seen_count = 0;
            journal = rig_open(rig, 1, 0);
        }
        assert_int_equal(rig->seen_count, ok);
        hy_journal_close(journal);
        rig_destroy(rig);
        assert_true(n < ROUNDS_MAX);
    }
}

static bool spool_round(long n)
{
    struct temp_dir dir;
    temp_dir_make(&dir);
    char piece[700], read[sizeof piece];
    uint64_t kept = 0;
    torture_arm(n);
    struct hy_spool *spool = hy_spool_create(dir.path, 2000);
    for (int i = 0; spool != NULL && i < 20; i++) {
        memset(piece, 'a' + i, sizeof piece);
        if (hy_spool_append(spool, (hy_sv){ piece, sizeof piece }) == HY_OK) {
            assert_int_equal(hy_spool_read(spool, kept, read, sizeof read), HY_OK);
            assert_memory_equal(read, piece, sizeof piece);
            kept += sizeof piece;
        }
        assert_int_equal(hy_spool_bytes(spool), kept);
    }
    const bool struck = torture_disarm();
    assert_int_equal(kept, spool == NULL ? 0 : (struck ? 19 : 20) * sizeof piece);
    hy_spool_destroy(spool);
    temp_dir_remove(&dir);
    return struck;
}

static void test_a_spool_keeps_what_it_took(void **state)
{
    (void)state;
    long n = 1;
    while (spool_round(n)) {
        assert_true(++n < ROUNDS_MAX);
    }
    assert_true(n > 3);
}

static void count(void *ctx, const struct hy_ledger_delivery *row)
{
    assert_int_equal(row->seqs->count, 1);
    ++*(size_t *)ctx;
}

static bool ledger_round(struct rig *rig, long n)
{
    struct hy_err err;
    struct hy_ledger *ledger = NULL;
    char path[2 * TEMP_PATH_BYTES];
    size_t rows = 0, ok = 0;
    temp_dir_path(&rig->dir, "ledger.db", path);
    rig->answers.count = 0;
    torture_arm(n);
    const enum hy_code opened = hy_ledger_open(path, false, rig->disk, &ledger, &err);
    for (uint64_t i = 1; opened == HY_OK && i <= 5; i++) {
        struct hy_seqrange range = { i, i };
        const struct hy_seqset seqs = { &range, 1, 1 };
        const struct hy_ledger_delivery row = { .stream_id = (uint64_t)n, .key = HY_SV("key"),
                                                .bucket = HY_SV("bucket"), .seqs = &seqs };
        hy_ledger_put_delivery(ledger, &row, answer, rig);
        (void)hy_loop_turn(rig->loop);
    }
    const bool struck = torture_disarm();
    while (opened == HY_OK && rig->answers.count < 5) {
        (void)hy_loop_turn(rig->loop);
    }
    for (size_t i = 0; i < rig->answers.count; i++) {
        assert_true(rig->answers.codes[i] == HY_OK || rig->answers.codes[i] == HY_NO_MEMORY);
        ok += rig->answers.codes[i] == HY_OK;
    }
    if (opened == HY_OK) {
        assert_int_equal(hy_ledger_load_deliveries(ledger, (uint64_t)n, count, &rows), HY_OK);
        assert_int_equal(rows, ok);
        assert_int_equal(ok, struck ? 4 : 5);
    }
    hy_ledger_close(ledger);
    return struck;
}

static void test_a_ledger_answers_for_every_change(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    long n = 1;
    while (ledger_round(rig, n)) {
        assert_true(++n < ROUNDS_MAX);
    }
    assert_true(n > 10);
    rig_destroy(rig);
}

int main(void)
{
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journals_lose_nothing_but_what_they_refuse),
        cmocka_unit_test(test_acknowledged_records_are_found_after_a_failed_allocation),
        cmocka_unit_test(test_a_spool_keeps_what_it_took),
        cmocka_unit_test(test_a_ledger_answers_for_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
