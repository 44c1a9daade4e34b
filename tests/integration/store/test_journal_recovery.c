/* test_journal_recovery.c - what is read back when the files are not as they were left. */
#include "journal_rig.h"

#include "base/crc32c.h"

enum { RECORDS = 4 };

static const char *const texts[RECORDS] = { "one", "second record", "", "the last" };

#define SEGMENT_ONE "1/00000000000000000001.seg"

/* Journal 1 with the four records in one segment; the rig is left stopped and started. */
static struct rig *rig_with_records(uint64_t segment_bytes)
{
    struct rig *rig = rig_create();
    rig->options.segment_bytes = segment_bytes;
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    for (int i = 0; i < RECORDS; i++) {
        rig_put(rig, journal, texts[i], i);
        rig_wait(rig, (size_t)i + 1);
    }
    hy_journal_close(journal);
    rig_restart(rig);
    return rig;
}

static void quiet(void)
{
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
}

static void check_prefix(const struct rig *rig, size_t count)
{
    assert_int_equal(rig->seen_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rig->seen[i].seq, i + 1);
        assert_string_equal(rig->seen[i].text, texts[i]);
        assert_int_equal(rig->seen[i].arrived_ms, 1000 + i);
    }
}

/* How many whole frames stand in the first `len` bytes. */
static size_t whole_frames(size_t len)
{
    size_t end = 0, count = 0;
    while (count < RECORDS &&
           (end += HY_FRAME_HEADER_BYTES + strlen(texts[count])) <= len) {
        count++;
    }
    return count;
}

static void test_a_torn_tail_is_cut_at_every_offset(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(0);
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, SEGMENT_ONE, &len);
    assert_int_equal(whole_frames(len), RECORDS);
    for (size_t cut = 0; cut <= len; cut++) {
        temp_dir_write(&rig->dir, SEGMENT_ONE, bytes, cut);
        rig_restart(rig);
        struct hy_journal *journal = rig_open(rig, 1, 0);
        const size_t whole = whole_frames(cut);
        check_prefix(rig, whole);
        /* and it goes on as if the torn record had never been */
        rig_put(rig, journal, "after", 9);
        rig_wait(rig, 1);
        assert_int_equal(rig->seen[whole].seq, whole + 1);
        hy_journal_close(journal);
        rig_restart(rig);
        journal = rig_open(rig, 1, 0);
        assert_int_equal(rig->seen_count, whole + 1);
        assert_string_equal(rig->seen[whole].text, "after");
        hy_journal_close(journal);
    }
    free(bytes);
    rig_destroy(rig);
}

static void test_a_flipped_bit_ends_the_last_segment(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(0);
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, SEGMENT_ONE, &len);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        temp_dir_write(&rig->dir, SEGMENT_ONE, bytes, len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        rig_restart(rig);
        struct hy_journal *journal = rig_open(rig, 1, 0);
        check_prefix(rig, whole_frames(bit / 8));
        hy_journal_close(journal);
    }
    free(bytes);
    rig_destroy(rig);
}

static void test_damage_in_an_earlier_segment_loses_its_rest_only(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(60); /* 1, 2 | 3, 4: frames of 27, 37, 24, 32 bytes */
    assert_int_equal(temp_dir_count(&rig->dir, "1"), 2);
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, SEGMENT_ONE, &len);
    assert_int_equal(len, 64);
    bytes[27 + HY_FRAME_HEADER_BYTES] ^= 1; /* in record 2 */
    temp_dir_write(&rig->dir, SEGMENT_ONE, bytes, len);
    free(bytes);
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 3);
    assert_int_equal(rig->seen[0].seq, 1);
    assert_int_equal(rig->seen[1].seq, 3);
    assert_int_equal(rig->seen[2].seq, 4);
    assert_int_equal(hy_journal_next_seq(journal), 5);
    hy_journal_release(journal, 2); /* the damaged file goes like any other */
    rig_settle(rig);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), 1);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_nothing_is_appended_behind_damage(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(60);
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, SEGMENT_ONE, &len);
    bytes[27 + HY_FRAME_HEADER_BYTES] ^= 1;
    temp_dir_write(&rig->dir, SEGMENT_ONE, bytes, 40); /* damaged, and small enough to go on */
    free(bytes);
    temp_dir_write(&rig->dir, "1/00000000000000000003.seg", "torn", 4);
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 1);
    assert_int_equal(hy_journal_next_seq(journal), 3); /* the torn file's name said so */
    rig_put(rig, journal, "after", 1);
    rig_wait(rig, 1);
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, 2);
    assert_int_equal(rig->seen[1].seq, 3);
    assert_string_equal(rig->seen[1].text, "after");
    hy_journal_close(journal);
    rig_destroy(rig);
}

/* Frames that a failed append left behind may carry the numbers of the next segment. */
static void test_a_number_that_the_next_segment_has_is_not_believed_twice(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(60);
    size_t one = 0, three = 0;
    char *first = temp_dir_read(&rig->dir, SEGMENT_ONE, &one);
    char *second = temp_dir_read(&rig->dir, "1/00000000000000000003.seg", &three);
    char *both = malloc(one + three);
    assert_non_null(both);
    memcpy(both, first, one);
    memcpy(both + one, second, three);
    temp_dir_write(&rig->dir, SEGMENT_ONE, both, one + three);
    rig_restart(rig);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    check_prefix(rig, RECORDS);
    hy_journal_close(journal);
    free(first);
    free(second);
    free(both);
    rig_destroy(rig);
}

static void test_other_files_in_the_folder_are_left_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(0);
    static const char *const names[] = { "1/notes.txt", "1/00000000000000000000.seg",
                                         "1/0000000000000000000x.seg", "1/1.seg" };
    for (size_t i = 0; i < ROWS(names); i++) {
        temp_dir_write(&rig->dir, names[i], "mine", 4);
    }
    struct hy_journal *journal = rig_open(rig, 1, 0);
    check_prefix(rig, RECORDS);
    hy_journal_release(journal, RECORDS);
    rig_settle(rig);
    assert_int_equal(temp_dir_count(&rig->dir, "1"), ROWS(names));
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_large_records_and_many_pieces(void **state)
{
    (void)state;
    enum { BYTES = 1024000, COUNT = 7 };
    struct rig *rig = rig_create();
    struct hy_journal *journal = rig_open(rig, 1, 0);
    char *data = malloc(3 * BYTES);
    assert_non_null(data);
    for (int i = 0; i < COUNT; i++) { /* one of them larger than a piece of the file */
        memset(data, 'a' + i, 3 * BYTES);
        assert_true(rig_add(journal, (hy_sv){ data, i == 3 ? 3 * BYTES : BYTES }, 5));
        rig_commit(rig, journal, i);
        rig_wait(rig, (size_t)i + 1);
    }
    hy_journal_close(journal);
    rig_restart(rig);
    journal = rig_open(rig, 1, 0);
    assert_int_equal(rig->seen_count, COUNT);
    char *read = malloc(HY_FRAME_HEADER_BYTES + 3 * BYTES);
    assert_non_null(read);
    for (int i = 0; i < COUNT; i++) {
        const struct seen_record *seen = &rig->seen[i];
        assert_int_equal(seen->len, i == 3 ? 3 * BYTES : BYTES);
        assert_int_equal(hy_journal_read(journal, &seen->extent, read), HY_OK);
        memset(data, 'a' + i, 3 * BYTES);
        assert_memory_equal(read + HY_FRAME_HEADER_BYTES, data, seen->len);
    }
    free(read);
    free(data);
    hy_journal_close(journal);
    rig_destroy(rig);
}

static void test_a_read_of_damage_is_refused(void **state)
{
    (void)state;
    struct rig *rig = rig_with_records(0);
    struct hy_journal *journal = rig_open(rig, 1, 0);
    check_prefix(rig, RECORDS);
    char out[256];
    struct hy_extent all = { 1, 0, 4 * HY_FRAME_HEADER_BYTES + 24, 1, 4 };
    assert_int_equal(hy_journal_read(journal, &all, out), HY_OK);
    static const struct {
        const char *name;
        struct hy_extent extent;
    } rows[] = {
        { "a number off", { 1, 0, 27, 2, 1 } },       { "a frame too few", { 1, 0, 27, 1, 0 } },
        { "a frame too many", { 1, 0, 27, 1, 2 } },   { "not at a frame", { 1, 1, 26, 1, 1 } },
        { "behind the end", { 1, 4000, 27, 1, 1 } },  { "no such segment", { 2, 0, 27, 2, 1 } },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (hy_journal_read(journal, &rows[i].extent, out) != HY_IO) {
            fail_msg("%s was read", rows[i].name);
        }
    }
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, SEGMENT_ONE, &len);
    bytes[30] ^= 64;
    temp_dir_write(&rig->dir, SEGMENT_ONE, bytes, len);
    free(bytes);
    assert_int_equal(hy_journal_read(journal, &all, out), HY_IO);
    hy_journal_close(journal);
    rig_destroy(rig);
}

int main(void)
{
    quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_torn_tail_is_cut_at_every_offset),
        cmocka_unit_test(test_a_flipped_bit_ends_the_last_segment),
        cmocka_unit_test(test_damage_in_an_earlier_segment_loses_its_rest_only),
        cmocka_unit_test(test_nothing_is_appended_behind_damage),
        cmocka_unit_test(test_a_number_that_the_next_segment_has_is_not_believed_twice),
        cmocka_unit_test(test_other_files_in_the_folder_are_left_alone),
        cmocka_unit_test(test_large_records_and_many_pieces),
        cmocka_unit_test(test_a_read_of_damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
