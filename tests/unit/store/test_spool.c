/* test_spool.c - the same bytes come back, whether they are in memory, in the file or both. */
#include "support/temp_dir.h"

#include "base/log.h"
#include "base/random.h"
#include "store/spool.h"

#include <signal.h>
#include <sys/resource.h>

enum { TOTAL = 700000 };

static struct temp_dir dir;

static int make_dir(void **state)
{
    (void)state;
    temp_dir_make(&dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    temp_dir_remove(&dir);
    return 0;
}

/* Appends TOTAL bytes in pieces and reads random ranges of them back meanwhile. */
static void fill_and_compare(size_t memory_max, size_t piece_max)
{
    struct hy_random random = hy_random_from_seed(memory_max * 31 + piece_max);
    struct hy_spool *spool = hy_spool_create(dir.path, memory_max);
    char *bytes = malloc(TOTAL), *read = malloc(TOTAL);
    assert_non_null(spool);
    assert_non_null(bytes);
    assert_non_null(read);
    size_t len = 0;
    for (size_t round = 0; len < TOTAL; round++) {
        size_t piece = hy_random_u64(&random) % (piece_max + 1);
        piece = piece < TOTAL - len ? piece : TOTAL - len;
        for (size_t i = 0; i < piece; i++) {
            bytes[len + i] = (char)(len * 7 + i * 13 + round);
        }
        assert_int_equal(hy_spool_append(spool, (hy_sv){ bytes + len, piece }), HY_OK);
        len += piece;
        assert_int_equal(hy_spool_bytes(spool), len);
        const size_t offset = hy_random_u64(&random) % (len + 1);
        const size_t count = hy_random_u64(&random) % (len - offset + 1) % 5000;
        assert_int_equal(hy_spool_read(spool, offset, read, count), HY_OK);
        assert_memory_equal(read, bytes + offset, count);
    }
    assert_int_equal(hy_spool_read(spool, 0, read, TOTAL), HY_OK);
    assert_memory_equal(read, bytes, TOTAL);
    assert_int_equal(hy_spool_read(spool, 1, read, TOTAL), HY_INVALID);
    assert_int_equal(hy_spool_read(spool, TOTAL + 1, read, 0), HY_INVALID);
    assert_int_equal(temp_dir_count(&dir, "."), 0); /* the file has no name */
    free(bytes);
    free(read);
    hy_spool_destroy(spool);
}

static void test_bytes_come_back_wherever_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t memory_max, piece_max;
    } rows[] = {
        { "all in memory", TOTAL, 5000 },
        { "one byte too many for the memory", TOTAL - 1, 5000 },
        { "a large memory, then a small tail", 200000, 3000 },
        { "a memory smaller than a tail", 1000, 300 },
        { "pieces larger than the tail", 100000, 150000 },
        { "pieces larger than the memory", 100, 2000 },
        { "nothing in memory", 0, 3000 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        print_message("%s\n", rows[i].name);
        fill_and_compare(rows[i].memory_max, rows[i].piece_max);
    }
}

static void test_an_empty_spool(void **state)
{
    (void)state;
    struct hy_spool *spool = hy_spool_create(dir.path, 10);
    assert_non_null(spool);
    assert_int_equal(hy_spool_append(spool, (hy_sv){ NULL, 0 }), HY_OK);
    assert_int_equal(hy_spool_bytes(spool), 0);
    assert_int_equal(hy_spool_read(spool, 0, NULL, 0), HY_OK);
    hy_spool_destroy(spool);
    hy_spool_destroy(NULL);
}

static void test_a_failed_append_leaves_nothing(void **state)
{
    (void)state;
    struct hy_spool *spool = hy_spool_create(dir.path, 8);
    struct rlimit limit;
    char read[40];
    assert_non_null(spool);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit before = limit;
    limit.rlim_cur = 20;
    assert_int_equal(hy_spool_append(spool, HY_SV("0123456789")), HY_OK); /* in the file */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(hy_spool_append(spool, HY_SV("this does not fit")), HY_IO);
    assert_int_equal(hy_spool_append(spool, HY_SV("abc")), HY_OK); /* in memory */
    assert_int_equal(hy_spool_append(spool, HY_SV("this neither, alas")), HY_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(hy_spool_bytes(spool), 13);
    assert_int_equal(hy_spool_append(spool, HY_SV("this fits now")), HY_OK);
    assert_int_equal(hy_spool_read(spool, 0, read, 26), HY_OK);
    assert_memory_equal(read, "0123456789abcthis fits now", 26);
    hy_spool_destroy(spool);
}

static void test_a_missing_folder_matters_only_when_it_is_needed(void **state)
{
    (void)state;
    struct hy_spool *spool = hy_spool_create("/nonexistent", 4);
    assert_non_null(spool);
    assert_int_equal(hy_spool_append(spool, HY_SV("1234")), HY_OK);
    assert_int_equal(hy_spool_append(spool, HY_SV("5")), HY_IO);
    assert_int_equal(hy_spool_bytes(spool), 4);
    hy_spool_destroy(spool);
}

int main(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_back_wherever_they_are),
        cmocka_unit_test(test_an_empty_spool),
        cmocka_unit_test(test_a_failed_append_leaves_nothing),
        cmocka_unit_test(test_a_missing_folder_matters_only_when_it_is_needed),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
