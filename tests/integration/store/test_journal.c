/* test_journal.c - reserve, append, commit; groups; numbers; budget; release; closing. */
#include "journal_rig.h"

static void test_a_record_is_written_seen_and_then_answered(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "click", 7);
    assert_int_equal(rig->answers.count, 0); /* never from inside the call */
    rig_wait(rig, 1);
    assert_int_equal(rig->answers.codes[0], HY_OK);
    assert_int_equal(rig->answers.seen_before[0], 1); /* on_written came first */
    assert_int_equal(rig->seen[0].seq, 1);
    assert_int_equal(rig->seen[0].arrived_ms, 1007);
    assert_string_equal(rig->seen[0].text, "click");
    assert_int_equal(hy_journals_bytes(rig->journals), HY_FRAME_HEADER_BYTES + 5);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_what_a_turn_gathers_is_one_group_answered_in_order(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *one = rig_open(rig, 1, 0), *two = rig_open(rig, 2, 0);
    rig_put(rig, two, "a", 1);
    rig_put(rig, one, "b", 2);
    rig_put(rig, two, "c", 3);
    rig_wait(rig, 3);
    assert_int_equal(rig->groups, 2);
    /* journals in the order they became dirty, Puts of one in the order they came */
    assert_int_equal(rig->answers.whose[0], 1);
    assert_int_equal(rig->answers.whose[1], 3);
    assert_int_equal(rig->answers.whose[2], 2);
    assert_string_equal(rig->seen[1].text, "c");
    assert_int_equal(rig->seen[1].seq, 2);
    assert_int_equal(rig->seen[2].seq, 1); /* numbers are a stream's own */
    hy_journal_close(one);
    hy_journal_close(two);
    rig_destroy(rig);
}

static void test_the_same_records_come_back_after_a_restart(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    struct rig *rig = rig_create();
    rig->options.segment_bytes = 1000; /* many segments */
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 9, 0);
    for (int i = 0; i < COUNT; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "record %d", i);
        rig_put(rig, journal, text, i);
        if (i % 7 == 0) {
            rig_wait(rig, (size_t)i + 1);
        }
    }
    rig_wait(rig, COUNT);
    assert_true(temp_dir_count(&rig->dir, "9") > 5);
    const uint64_t bytes = hy_journals_bytes(rig->journals);
    struct seen_record *before = malloc(sizeof rig->seen);
    assert_non_null(before);
    memcpy(before, rig->seen, sizeof rig->seen);
    hy_journal_close(journal);

    rig_restart(rig);
    journal = rig_open(rig, 9, 0);
    assert_int_equal(rig->seen_count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(rig->seen[i].seq, before[i].seq);
        assert_int_equal(rig->seen[i].arrived_ms, before[i].arrived_ms);
        assert_int_equal(rig->seen[i].extent.segment, before[i].extent.segment);
        assert_int_equal(rig->seen[i].extent.offset, before[i].extent.offset);
        assert_string_equal(rig->seen[i].text, before[i].text);
    }
    assert_int_equal(hy_journals_bytes(rig->journals), bytes);
    assert_int_equal(hy_journal_next_seq(journal), COUNT + 1);
    free(before);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_rollback_takes_back_a_put_and_its_numbers(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "kept", 1);
    const size_t mark = hy_journal_mark(journal);
    assert_true(rig_add(journal, HY_SV("gone"), 1));
    assert_true(rig_add(journal, HY_SV("gone too"), 1));
    assert_int_equal(hy_journal_next_seq(journal), 4);
    hy_journal_rollback(journal, mark);
    assert_int_equal(hy_journal_next_seq(journal), 2);
    rig_put(rig, journal, "kept as well", 2);
    rig_wait(rig, 2);
    assert_int_equal(rig->seen_count, 2);
    assert_string_equal(rig->seen[1].text, "kept as well");
    assert_int_equal(rig->seen[1].seq, 2);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_what_nobody_commits_is_not_written(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "kept", 1);
    assert_true(rig_add(journal, HY_SV("forgotten"), 1));
    rig_wait(rig, 1);
    assert_int_equal(rig->seen_count, 1);
    assert_int_equal(hy_journal_next_seq(journal), 2);
    assert_true(rig_add(journal, HY_SV("forgotten"), 1));
    rig_settle(rig);
    assert_int_equal(rig->seen_count, 1);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_an_empty_record_and_an_empty_commit(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_commit(rig, journal, 1);
    rig_wait(rig, 1);
    assert_int_equal(rig->answers.codes[0], HY_OK);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), 0); /* nothing to write, no file */
    assert_true(rig_add(journal, HY_SV(""), 5));
    rig_commit(rig, journal, 2);
    rig_wait(rig, 2);
    assert_int_equal(rig->seen_count, 1);
    assert_int_equal(rig->seen[0].len, 0);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_reserve_may_ask_for_more_than_append_takes(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    char *at = hy_journal_reserve(journal, 100000);
    assert_non_null(at);
    memcpy(at, "abc", 3);
    assert_int_equal(hy_journal_append(journal, 3, 1), 1);
    rig_commit(rig, journal, 1);
    rig_wait(rig, 1);
    assert_int_equal(hy_journals_bytes(rig->journals), HY_FRAME_HEADER_BYTES + 3);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_a_group_has_a_limit(void **state)
{
    (void)state;
    enum { GROUP_MAX = 32 * 1024 * 1024, HALF = GROUP_MAX / 2 - HY_FRAME_HEADER_BYTES };
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    assert_null(hy_journal_reserve(journal, GROUP_MAX - HY_FRAME_HEADER_BYTES + 1));
    for (int i = 0; i < 2; i++) {
        char *at = hy_journal_reserve(journal, HALF);
        assert_non_null(at);
        memset(at, 'x', HALF);
        (void)hy_journal_append(journal, HALF, 1);
    }
    assert_null(hy_journal_reserve(journal, 0)); /* exactly full */
    rig_commit(rig, journal, 1);
    rig_wait(rig, 1);
    assert_int_equal(rig->answers.codes[0], HY_OK);
    assert_non_null(hy_journal_reserve(journal, 1)); /* the next group has room */
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_the_budget_counts_all_journals_and_what_is_not_yet_written(void **state)
{
    (void)state;
    const size_t frame = HY_FRAME_HEADER_BYTES + 10;
    struct rig *rig = rig_create();
    rig->options.budget_bytes = 3 * frame;
    rig_restart(rig);
    struct hy_journal *one = rig_open(rig, 1, 0), *two = rig_open(rig, 2, 0);
    rig_put(rig, one, "0123456789", 1);
    rig_wait(rig, 1);
    rig_put(rig, two, "0123456789", 2);
    rig_put(rig, two, "0123456789", 3); /* exactly the budget */
    assert_null(hy_journal_reserve(one, 0));
    assert_null(hy_journal_reserve(two, 10));
    rig_wait(rig, 3);
    assert_null(hy_journal_reserve(two, 10));
    hy_journal_release(one, 1); /* room again */
    assert_int_equal(hy_journals_bytes(rig->journals), 2 * frame);
    assert_null(hy_journal_reserve(two, 11));
    assert_non_null(hy_journal_reserve(two, 10));
    hy_journal_close(one);
    hy_journal_close(two);

    rig_restart(rig); /* what recovery finds counts as well */
    two = rig_open(rig, 2, 0);
    assert_non_null(hy_journal_reserve(two, 10));
    assert_null(hy_journal_reserve(two, 11));
    hy_journal_close(two);
    rig_destroy(rig);
}

static void put_alone(struct rig *rig, struct hy_journal *journal, const char *text)
{
    const size_t answers = rig->answers.count;
    rig_put(rig, journal, text, 0);
    rig_wait(rig, answers + 1);
}

static void test_release_deletes_the_segments_that_are_settled_and_no_other(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    rig->options.segment_bytes = 1; /* every group is a segment */
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    for (int i = 0; i < 3; i++) { /* segments 1 (1, 2), 3 (3, 4), 5 (5, 6) */
        assert_true(rig_add(journal, HY_SV("x"), 1));
        put_alone(rig, journal, "y");
    }
    static const struct {
        uint64_t released;
        int left;
    } rows[] = { { 0, 3 }, { 1, 3 }, { 2, 2 }, { 3, 2 }, { 5, 1 }, { 6, 0 } };
    for (size_t i = 0; i < ROWS(rows); i++) {
        hy_journal_release(journal, rows[i].released);
        rig_settle(rig);
        if (temp_dir_count(&rig->dir, "1") != rows[i].left) {
            fail_msg("released %d: expected %d segments", (int)rows[i].released, rows[i].left);
        }
    }
    assert_int_equal(hy_journals_bytes(rig->journals), 0);
    put_alone(rig, journal, "next"); /* numbers go on */
    assert_int_equal(rig->seen[6].seq, 7);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_release_does_not_wait_for_what_is_gathered(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    put_alone(rig, journal, "settled");
    rig_put(rig, journal, "gathered", 2);
    hy_journal_release(journal, 1);
    assert_int_equal(hy_journals_bytes(rig->journals), 0);
    rig_wait(rig, 2);
    rig_settle(rig);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), 1);
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 1);
    assert_int_equal(rig->seen_count, 1);
    assert_string_equal(rig->seen[0].text, "gathered");
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_settled_records_are_not_reported_and_numbers_go_on_behind_them(void **state)
{
    (void)state;
    static const struct {
        uint64_t released;
        size_t found;
        uint64_t next;
        int segments;
    } rows[] = {
        { 0, 6, 7, 3 }, { 1, 5, 7, 3 }, { 2, 4, 7, 2 }, { 5, 1, 7, 1 },
        { 6, 0, 7, 0 }, { 9, 0, 10, 0 }, /* the ledger knows more than the files */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct rig *rig = rig_create();
        rig->options.segment_bytes = 1;
        rig_restart(rig);
        struct hy_journal *journal = rig_open(rig, 1, 0);
        for (int k = 0; k < 3; k++) {
            assert_true(rig_add(journal, HY_SV("x"), 1));
            put_alone(rig, journal, "y");
        }
        hy_journal_close(journal);
        rig_restart(rig);
        journal = rig_open(rig, 1, rows[i].released);
        if (rig->seen_count != rows[i].found || hy_journal_next_seq(journal) != rows[i].next ||
            temp_dir_count(&rig->dir, "1") != rows[i].segments) {
            fail_msg("row %zu: found %zu, next %d", i, rig->seen_count,
                     (int)hy_journal_next_seq(journal));
        }
        for (size_t k = 0; k < rig->seen_count; k++) {
            char data[64];
            assert_int_equal(hy_journal_read(journal, &rig->seen[k].extent, data), HY_OK);
        }
        hy_journal_close(journal);
        rig_destroy(rig);
    }
}

static void test_skipped_numbers_are_not_given(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    put_alone(rig, journal, "one");
    hy_journal_skip(journal, 1); /* known already */
    assert_int_equal(hy_journal_next_seq(journal), 2);
    hy_journal_skip(journal, 50);
    put_alone(rig, journal, "fifty-one");
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 2);
    assert_int_equal(rig->seen[1].seq, 51);
    assert_int_equal(hy_journal_next_seq(journal), 52);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_close_writes_what_is_gathered_and_answers(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    rig_put(rig, journal, "late", 1);
    hy_journal_close(journal);
    assert_int_equal(rig->answers.count, 1);
    assert_int_equal(rig->answers.codes[0], HY_OK);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 1);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_discard_cancels_and_leaves_no_files(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0), *other = rig_open(rig, 2, 0);
    put_alone(rig, journal, "written");
    rig_put(rig, journal, "gathered", 1);
    rig_put(rig, other, "of another", 2);
    hy_journal_discard(journal);
    assert_int_equal(rig->answers.count, 2);
    assert_int_equal(rig->answers.codes[1], HY_CANCELLED);
    rig_wait(rig, 3);
    assert_int_equal(rig->answers.codes[2], HY_OK);
    rig_settle(rig);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), -1);
    assert_int_equal(hy_journals_bytes(rig->journals), HY_FRAME_HEADER_BYTES + 10);
    hy_journal_close(other);
    rig_destroy(rig);
}

static bool is_two(void *ctx, uint64_t id)
{
    (void)ctx;
    return id == 2;
}

static void test_sweep_deletes_the_folders_of_unknown_streams(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    for (uint64_t id = 1; id <= 3; id++) {
        struct hy_journal *journal = rig_open(rig, id, 0);
        put_alone(rig, journal, "x");
        hy_journal_close(journal);
    }
    hy_journals_sweep(rig->journals, is_two, NULL);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), -1);
    assert_int_equal(temp_dir_count(&rig->dir, "2"), 1);
    assert_int_equal(temp_dir_count(&rig->dir, "3"), -1);
    rig_destroy(rig);
}

struct chain {
    struct rig *rig;
    struct hy_journal *journal;
    int left;
};

static void put_again(void *ctx, enum hy_code code)
{
    struct chain *chain = ctx;
    assert_int_equal(code, HY_OK);
    if (chain->left-- > 0) {
        assert_true(rig_add(chain->journal, HY_SV("more"), 1));
        assert_true(hy_journal_commit(chain->journal, put_again, chain));
    }
}

static void test_a_put_from_inside_an_answer_is_written_without_further_events(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct chain chain = { rig, rig_open(rig, 1, 0), 20 };
    put_again(&chain, HY_OK);
    rig_settle(rig);
    assert_int_equal(chain.left, -1);
    assert_int_equal(rig->seen_count, 20);
    hy_journal_close(chain.journal);
    rig_destroy(rig);
}

static void close_it(void *ctx, enum hy_code code)
{
    struct hy_journal **journal = ctx;
    assert_int_equal(code, HY_OK);
    hy_journal_close(*journal);
    *journal = NULL;
}

static void test_an_answer_may_close_its_journal(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0), *other = rig_open(rig, 2, 0);
    assert_true(rig_add(journal, HY_SV("last"), 1));
    assert_true(hy_journal_commit(journal, close_it, &journal));
    rig_commit(rig, journal, 1); /* waits behind it, is told all the same */
    rig_put(rig, other, "x", 2);
    rig_wait(rig, 2);
    assert_null(journal);
    hy_journal_close(other);
    rig_destroy(rig);
}

static void test_thousands_of_journals_need_few_open_files(void **state)
{
    (void)state;
    enum { COUNT = 4000, WRITTEN = 1500 };
    struct rig *rig = rig_create();
    struct hy_journal **all = calloc(COUNT, sizeof *all);
    assert_non_null(all);
    for (uint64_t i = 0; i < COUNT; i++) {
        all[i] = rig_open(rig, i + 1, 0);
    }
    for (size_t round = 1; round <= 2; round++) { /* closed files are opened again */
        for (size_t i = 0; i < WRITTEN; i++) {
            rig_put(rig, all[i], "x", 0);
        }
        rig_wait(rig, round * WRITTEN);
    }
    struct temp_dir descriptors = { "/proc/self/fd" };
    assert_true(temp_dir_count(&descriptors, ".") < 700);
    for (size_t i = 0; i < rig->answers.count; i++) {
        assert_int_equal(rig->answers.codes[i], HY_OK);
    }
    for (size_t i = 0; i < COUNT; i++) {
        hy_journal_close(all[i]);
    }
    free(all);
    rig_destroy(rig);
}

static void test_a_folder_that_cannot_be_is_a_sentence(void **state)
{
    (void)state;
    struct rig *rig = rig_create();
    struct hy_err err = { 0 };
    struct hy_journals *journals = NULL;
    temp_dir_write(&rig->dir, "file", "x", 1);
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&rig->dir, "file", path);
    struct hy_journals_options options = { .dir = path, .disk = rig->disk };
    assert_int_equal(hy_journals_create(rig->loop, &options, &journals, &err), HY_IO);
    assert_non_null(strstr(err.text, "is not a folder"));
    rig_destroy(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_is_written_seen_and_then_answered),
        cmocka_unit_test(test_what_a_turn_gathers_is_one_group_answered_in_order),
        cmocka_unit_test(test_the_same_records_come_back_after_a_restart),
        cmocka_unit_test(test_rollback_takes_back_a_put_and_its_numbers),
        cmocka_unit_test(test_what_nobody_commits_is_not_written),
        cmocka_unit_test(test_an_empty_record_and_an_empty_commit),
        cmocka_unit_test(test_reserve_may_ask_for_more_than_append_takes),
        cmocka_unit_test(test_a_group_has_a_limit),
        cmocka_unit_test(test_the_budget_counts_all_journals_and_what_is_not_yet_written),
        cmocka_unit_test(test_release_deletes_the_segments_that_are_settled_and_no_other),
        cmocka_unit_test(test_release_does_not_wait_for_what_is_gathered),
        cmocka_unit_test(test_settled_records_are_not_reported_and_numbers_go_on_behind_them),
        cmocka_unit_test(test_skipped_numbers_are_not_given),
        cmocka_unit_test(test_close_writes_what_is_gathered_and_answers),
        cmocka_unit_test(test_discard_cancels_and_leaves_no_files),
        cmocka_unit_test(test_sweep_deletes_the_folders_of_unknown_streams),
        cmocka_unit_test(test_a_put_from_inside_an_answer_is_written_without_further_events),
        cmocka_unit_test(test_an_answer_may_close_its_journal),
        cmocka_unit_test(test_thousands_of_journals_need_few_open_files),
        cmocka_unit_test(test_a_folder_that_cannot_be_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
