/* test_bucket.c - objects appear whole under their name; temporaries come and go. */
#include "support/temp_dir.h"

#include "base/log.h"
#include "bucket/bucket.h"

#include <pthread.h>

struct rig {
    struct temp_dir dir;
    struct hy_buckets *buckets;
};

static void start(struct rig *rig)
{
    struct hy_err err = { 0 };
    char root[2 * TEMP_PATH_BYTES];
    temp_dir_path(&rig->dir, "some/place", root); /* made with its parents */
    assert_int_equal(hy_buckets_open(root, &rig->buckets, &err), HY_OK);
    assert_int_equal(hy_buckets_root(rig->buckets)[0], '/');
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("bucket")), HY_OK);
}

static struct rig *create(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_dir_make(&rig->dir);
    start(rig);
    return rig;
}

static void destroy(struct rig *rig)
{
    hy_buckets_close(rig->buckets);
    temp_dir_remove(&rig->dir);
    free(rig);
}

static void make_temporary(struct rig *rig, const char *text, char name[HY_TEMPORARY_NAME_BYTES])
{
    int fd = -1;
    assert_int_equal(hy_temporary_create(rig->buckets, name, &fd), HY_OK);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static enum hy_code publish(struct rig *rig, const char *bucket, hy_sv key, const char *text,
                            bool sync)
{
    char name[HY_TEMPORARY_NAME_BYTES];
    make_temporary(rig, text, name);
    const enum hy_code code = hy_object_publish(rig->buckets, hy_sv_of(name), hy_sv_of(bucket),
                                                key, sync);
    assert_int_equal(hy_temporary_exists(rig->buckets, hy_sv_of(name)), code != HY_OK);
    return code;
}

static void check_file(struct rig *rig, const char *name, const char *text)
{
    size_t len = 0;
    char *bytes = temp_dir_read(&rig->dir, name, &len);
    assert_string_equal(bytes, text);
    free(bytes);
}

static void test_object_k_of_bucket_b_is_the_file_b_k(void **state)
{
    (void)state;
    struct rig *rig = create();
    for (int sync = 0; sync < 2; sync++) {
        assert_int_equal(publish(rig, "bucket", HY_SV("top"), "1", sync), HY_OK);
        assert_int_equal(publish(rig, "bucket", HY_SV("a/b/c/deep"), "2", sync), HY_OK);
        assert_int_equal(publish(rig, "bucket", HY_SV("a/b/other"), "3", sync), HY_OK);
        assert_int_equal(publish(rig, "bucket", HY_SV("../out"), "4", sync), HY_OK);
        check_file(rig, "some/place/bucket/top", "1");
        check_file(rig, "some/place/bucket/a/b/c/deep", "2");
        check_file(rig, "some/place/bucket/a/b/other", "3");
        check_file(rig, "some/place/bucket/%2E%2E/out", "4");
        assert_int_equal(hy_bucket_empty(rig->buckets, HY_SV("bucket")), HY_OK);
    }
    assert_int_equal(publish(rig, "bucket", HY_SV("k"), "old", false), HY_OK);
    assert_int_equal(publish(rig, "bucket", HY_SV("k"), "new", false), HY_OK);
    check_file(rig, "some/place/bucket/k", "new"); /* the last writer wins, as in S3 */
    destroy(rig);
}

static void test_what_cannot_be_published(void **state)
{
    (void)state;
    struct rig *rig = create();
    assert_int_equal(publish(rig, "bucket", HY_SV("a/b"), "x", false), HY_OK);
    static const struct {
        const char *name, *bucket;
        hy_sv key;
        enum hy_code code;
    } rows[] = {
        { "no such bucket", "nobucket", HY_SV_INIT("k"), HY_NOT_FOUND },
        { "no bucket's name", "../root", HY_SV_INIT("k"), HY_NOT_FOUND },
        { "the temporaries are none", ".hydrant-tmp", HY_SV_INIT("k"), HY_NOT_FOUND },
        { "an empty key", "bucket", HY_SV_INIT(""), HY_INVALID },
        { "a folder is there", "bucket", HY_SV_INIT("a"), HY_EXISTS },
        { "a file is there", "bucket", HY_SV_INIT("a/b/c"), HY_EXISTS },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (int sync = 0; sync < 2; sync++) {
            const enum hy_code code = publish(rig, rows[i].bucket, rows[i].key, "y", sync);
            if (code != rows[i].code) {
                fail_msg("%s: %s", rows[i].name, hy_code_name(code));
            }
        }
    }
    check_file(rig, "some/place/bucket/a/b", "x");
    static const hy_sv names[] = { HY_SV_INIT("missing"), HY_SV_INIT("../bucket/a/b"),
                                   HY_SV_INIT(""), HY_SV_INIT("."), HY_SV_INIT("..") };
    for (size_t i = 0; i < ROWS(names); i++) {
        assert_int_not_equal(hy_object_publish(rig->buckets, names[i], HY_SV("bucket"),
                                               HY_SV("k"), false), HY_OK);
        assert_false(hy_temporary_exists(rig->buckets, names[i]));
        hy_temporary_delete(rig->buckets, names[i]);
    }
    check_file(rig, "some/place/bucket/a/b", "x");
    destroy(rig);
}

static void test_the_longest_key_has_a_file(void **state)
{
    (void)state;
    struct rig *rig = create();
    char key[HY_OBJECT_KEY_MAX];
    static const struct {
        const char *name;
        char fill[2];
    } rows[] = { { "one segment", { 'x', 'x' } }, { "only escapes", { 1, 1 } },
                 { "only slashes", { '/', '/' } }, { "many folders", { 'a', '/' } } };
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t k = 0; k < sizeof key; k++) {
            key[k] = rows[i].fill[k % 2];
        }
        const enum hy_code code =
            publish(rig, "bucket", (hy_sv){ key, sizeof key }, "long", i % 2 == 0);
        if (code != HY_OK) {
            fail_msg("%s: %s", rows[i].name, hy_code_name(code));
        }
        assert_int_equal(hy_bucket_empty(rig->buckets, HY_SV("bucket")), HY_OK);
        assert_int_equal(temp_dir_count(&rig->dir, "some/place/bucket"), 0);
    }
    destroy(rig);
}

static bool is_kept(void *ctx, hy_sv name)
{
    return hy_sv_equal(name, hy_sv_of(ctx));
}

static void test_temporaries_are_swept_and_the_folder_goes_when_empty(void **state)
{
    (void)state;
    struct rig *rig = create();
    char kept[HY_TEMPORARY_NAME_BYTES], gone[HY_TEMPORARY_NAME_BYTES];
    make_temporary(rig, "1", kept);
    make_temporary(rig, "2", gone);
    assert_string_not_equal(kept, gone);
    hy_buckets_close(rig->buckets);
    assert_int_equal(temp_dir_count(&rig->dir, "some/place/.hydrant-tmp"), 2);

    start(rig); /* after a crash */
    hy_temporaries_sweep(rig->buckets, is_kept, kept);
    assert_true(hy_temporary_exists(rig->buckets, hy_sv_of(kept)));
    assert_false(hy_temporary_exists(rig->buckets, hy_sv_of(gone)));
    assert_int_equal(hy_object_publish(rig->buckets, hy_sv_of(kept), HY_SV("bucket"),
                                       HY_SV("finished"), false), HY_OK);
    check_file(rig, "some/place/bucket/finished", "1");
    hy_buckets_close(rig->buckets);
    assert_int_equal(temp_dir_count(&rig->dir, "some/place/.hydrant-tmp"), -1);
    start(rig);
    destroy(rig);
}

static void test_folders_that_somebody_removed_are_made_again(void **state)
{
    (void)state;
    struct rig *rig = create();
    temp_dir_empty_at(AT_FDCWD, hy_buckets_root(rig->buckets)); /* as rm -rf would */
    assert_false(hy_bucket_exists(rig->buckets, HY_SV("bucket")));
    assert_int_equal(publish(rig, "bucket", HY_SV("k"), "x", false), HY_NOT_FOUND);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("bucket")), HY_OK);
    assert_int_equal(publish(rig, "bucket", HY_SV("k"), "x", false), HY_OK);
    destroy(rig);
}

static void test_bucket_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool valid;
    } rows[] = {
        { "abc", true }, { "ab", false }, { "", false }, { "a.b-c.9", true }, { "9ab", true },
        { "-ab", false }, { "ab-", false }, { ".ab", false }, { "ab.", false }, { "a..b", false },
        { "aBc", false }, { "a_b", false }, { "a/b", false }, { ".hydrant-tmp", false },
        { "123456789012345678901234567890123456789012345678901234567890123", true },
        { "1234567890123456789012345678901234567890123456789012345678901234", false },
    };
    struct rig *rig = create();
    for (size_t i = 0; i < ROWS(rows); i++) {
        const hy_sv name = hy_sv_of(rows[i].name);
        if (hy_bucket_name_is_valid(name) != rows[i].valid) {
            fail_msg("%s", rows[i].name);
        }
        const enum hy_code expected = rows[i].valid ? HY_OK : HY_INVALID;
        assert_int_equal(hy_bucket_create(rig->buckets, name), expected);
        assert_int_equal(hy_bucket_create(rig->buckets, name), expected); /* it is there */
        assert_int_equal(hy_bucket_exists(rig->buckets, name), rows[i].valid);
    }
    assert_int_equal(hy_bucket_empty(rig->buckets, HY_SV("missing")), HY_NOT_FOUND);
    destroy(rig);
}

static void test_a_root_that_cannot_be_is_a_sentence(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct hy_buckets *buckets = NULL;
    struct hy_err err = { 0 };
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_write(&rig->dir, "file", "x", 1);
    temp_dir_path(&rig->dir, "file/below", path);
    assert_int_equal(hy_buckets_open(path, &buckets, &err), HY_IO);
    assert_non_null(strstr(err.text, "Not a directory"));
    hy_buckets_close(NULL);
    destroy(rig);
}

enum { THREADS = 4, OBJECTS = 100 };

struct publisher {
    struct rig *rig;
    int number;
    size_t failed;
};

/* No cmocka in here: it is for the main thread. */
static void *publish_many(void *ctx)
{
    struct publisher *publisher = ctx;
    struct hy_buckets *buckets = publisher->rig->buckets;
    for (int i = 0; i < OBJECTS; i++) {
        char name[HY_TEMPORARY_NAME_BYTES], key[64];
        int fd = -1;
        if (hy_temporary_create(buckets, name, &fd) != HY_OK) {
            publisher->failed++;
            continue;
        }
        (void)close(fd);
        (void)snprintf(key, sizeof key, "year/%d/%d", i, publisher->number);
        publisher->failed += hy_object_publish(buckets, hy_sv_of(name), HY_SV("bucket"),
                                               hy_sv_of(key), false) != HY_OK;
    }
    return NULL;
}

static void test_threads_make_the_same_folders_at_once(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct publisher publishers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        publishers[i] = (struct publisher){ rig, i, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, publish_many, &publishers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(publishers[i].failed, 0);
    }
    assert_int_equal(temp_dir_count(&rig->dir, "some/place/bucket/year"), OBJECTS);
    assert_int_equal(temp_dir_count(&rig->dir, "some/place/bucket/year/7"), THREADS);
    destroy(rig);
}

int main(void)
{
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_k_of_bucket_b_is_the_file_b_k),
        cmocka_unit_test(test_what_cannot_be_published),
        cmocka_unit_test(test_the_longest_key_has_a_file),
        cmocka_unit_test(test_temporaries_are_swept_and_the_folder_goes_when_empty),
        cmocka_unit_test(test_folders_that_somebody_removed_are_made_again),
        cmocka_unit_test(test_bucket_names),
        cmocka_unit_test(test_a_root_that_cannot_be_is_a_sentence),
        cmocka_unit_test(test_threads_make_the_same_folders_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
