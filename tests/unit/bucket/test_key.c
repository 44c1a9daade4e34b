/* test_key.c - keys and file names: the table of key.h, and the promises around it. */
#include "support/test.h"

#include "base/random.h"
#include "bucket/bucket.h"
#include "bucket/key.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20000, COMPONENT_MAX = 255 };

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y40 "1234567890123456789012345678901234567890"
#define X200 X50 X50 X50 X50

static const struct key_case {
    const char *name;
    hy_sv key, path;
} key_cases[] = {
    { "plain", HY_SV_INIT("2026/01/01/00/clicks-1-2026-01-01-00-03-17-uuid"),
      HY_SV_INIT("2026/01/01/00/clicks-1-2026-01-01-00-03-17-uuid") },
    { "other characters stand", HY_SV_INIT("a b!*'()=&$@:;+,?~#"),
      HY_SV_INIT("a b!*'()=&$@:;+,?~#") },
    { "UTF-8 stands", HY_SV_INIT("m\xc3\xbcnchen/\xe2\x82\xac"),
      HY_SV_INIT("m\xc3\xbcnchen/\xe2\x82\xac") },
    { "bytes that are not UTF-8 stand", HY_SV_INIT("\xff\x80"), HY_SV_INIT("\xff\x80") },
    { "percent", HY_SV_INIT("100%"), HY_SV_INIT("100%25") },
    { "what looks escaped", HY_SV_INIT("%2E"), HY_SV_INIT("%252E") },
    { "NUL", HY_SV_INIT("a\0b"), HY_SV_INIT("a%00b") },
    { "control characters", HY_SV_INIT("\x01\x1f\x7f"), HY_SV_INIT("%01%1F%7F") },
    { "space is none", HY_SV_INIT(" "), HY_SV_INIT(" ") },
    { "dot", HY_SV_INIT("."), HY_SV_INIT("%2E") },
    { "dot dot", HY_SV_INIT("a/../../b"), HY_SV_INIT("a/%2E%2E/%2E%2E/b") },
    { "three dots are a name", HY_SV_INIT("..."), HY_SV_INIT("...") },
    { "a leading dot is a name", HY_SV_INIT(".hidden"), HY_SV_INIT(".hidden") },
    { "leading slash", HY_SV_INIT("/a"), HY_SV_INIT("%/a") },
    { "trailing slash", HY_SV_INIT("a/"), HY_SV_INIT("a/%") },
    { "double slash", HY_SV_INIT("a//b"), HY_SV_INIT("a/%/b") },
    { "a slash alone", HY_SV_INIT("/"), HY_SV_INIT("%/%") },
    { "200 bytes are one piece", HY_SV_INIT(X200), HY_SV_INIT(X200) },
    { "201 are two", HY_SV_INIT(X200 "y"), HY_SV_INIT(X200 "%+/y") },
    { "a piece that is a dot", HY_SV_INIT(X200 "."), HY_SV_INIT(X200 "%+/%2E") },
    { "a piece that is dot dot", HY_SV_INIT(X200 "../z"), HY_SV_INIT(X200 "%+/%2E%2E/z") },
    { "an escaped byte is not cut", HY_SV_INIT(X50 X50 X50 Y40 "12345678\x01"),
      HY_SV_INIT(X50 X50 X50 Y40 "12345678%+/%01") },
    { "a character is not cut", HY_SV_INIT(X50 X50 X50 Y40 "12345678\xe2\x82\xac"),
      HY_SV_INIT(X50 X50 X50 Y40 "12345678%+/\xe2\x82\xac") },
};

static void test_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(key_cases); i++) {
        const struct key_case *row = &key_cases[i];
        struct hy_buf path, key;
        hy_buf_init(&path, HY_OBJECT_PATH_MAX);
        hy_buf_init(&key, HY_OBJECT_PATH_MAX);
        if (hy_key_to_path(row->key, &path) != HY_OK ||
            !hy_sv_equal(hy_buf_sv(&path), row->path)) {
            fail_msg("%s: became %.*s", row->name, HY_SV_ARG(hy_buf_sv(&path)));
        }
        if (hy_key_from_path(row->path, &key) != HY_OK ||
            !hy_sv_equal(hy_buf_sv(&key), row->key)) {
            fail_msg("%s: did not come back", row->name);
        }
        hy_buf_finish(&path);
        hy_buf_finish(&key);
    }
}

static void test_names_that_no_key_has(void **state)
{
    (void)state;
    static const hy_sv rows[] = {
        HY_SV_INIT(""),          HY_SV_INIT("%2e"),      HY_SV_INIT("%2F"),
        HY_SV_INIT("."),         HY_SV_INIT(".."),       HY_SV_INIT("a/./b"),
        HY_SV_INIT("a/../b"),    HY_SV_INIT("/a"),       HY_SV_INIT("a/"),
        HY_SV_INIT("a//b"),      HY_SV_INIT("%41"),      HY_SV_INIT("%2"),
        HY_SV_INIT("a%"),        HY_SV_INIT("%%"),       HY_SV_INIT("%ZZ"),
        HY_SV_INIT("a%+/b"),     HY_SV_INIT("a%+"),      HY_SV_INIT(X200 "%+"),
        HY_SV_INIT(X200 "y"),    HY_SV_INIT("a\x01"),    HY_SV_INIT("a\0"),
        HY_SV_INIT("%2E%2E%2E"), HY_SV_INIT(X200 "%+/"), HY_SV_INIT(X200 "%+/%"),
        HY_SV_INIT("%+/a"),      HY_SV_INIT("%2E."),     HY_SV_INIT(".%2E"),
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_buf key;
        hy_buf_init(&key, HY_OBJECT_PATH_MAX);
        if (hy_key_from_path(rows[i], &key) != HY_INVALID || key.len != 0) {
            fail_msg("row %zu: %.*s is a key", i, HY_SV_ARG(rows[i]));
        }
        hy_buf_finish(&key);
    }
}

static void test_the_limits_of_a_key(void **state)
{
    (void)state;
    char long_key[HY_OBJECT_KEY_MAX + 1];
    memset(long_key, 1, sizeof long_key); /* the longest file name: every byte becomes three */
    struct hy_buf path;
    hy_buf_init(&path, HY_OBJECT_PATH_MAX);
    assert_int_equal(hy_key_to_path((hy_sv){ long_key, 0 }, &path), HY_INVALID);
    assert_int_equal(hy_key_to_path((hy_sv){ long_key, HY_OBJECT_KEY_MAX + 1 }, &path),
                     HY_INVALID);
    assert_int_equal(path.len, 0);
    assert_int_equal(hy_key_to_path((hy_sv){ long_key, HY_OBJECT_KEY_MAX }, &path), HY_OK);
    assert_true(path.len < HY_OBJECT_PATH_MAX);
    hy_buf_finish(&path);
}

/* Mostly of the bytes that are special, so that every rule is met. */
static hy_sv random_key(struct hy_random *random, char out[HY_OBJECT_KEY_MAX])
{
    static const char special[] = "//...%%+2E5F\x7f\x1f\xc3\xa9";
    const uint64_t kind = hy_random_u64(random) % 4;
    const size_t max = kind == 0 ? 6 : kind == 1 ? 40 : HY_OBJECT_KEY_MAX;
    const size_t len = 1 + hy_random_u64(random) % max;
    for (size_t i = 0; i < len; i++) {
        const uint64_t draw = hy_random_u64(random);
        const bool any = kind == 3 ? draw % 64 != 0 : draw % 4 == 0;
        out[i] = any ? (char)(draw >> 8) : special[(draw >> 8) % (sizeof special - 1)];
        if (kind == 3 && out[i] == '/' && draw % 3 != 0) {
            out[i] = 'x'; /* long segments */
        }
    }
    return (hy_sv){ out, len };
}

static void check_path(hy_sv path)
{
    hy_sv rest = path;
    assert_true(path.len < HY_OBJECT_PATH_MAX);
    assert_int_equal(hy_sv_find(path, '\0'), path.len);
    for (;;) {
        const size_t end = hy_sv_find(rest, '/');
        const hy_sv name = { rest.ptr, end };
        assert_true(name.len > 0 && name.len <= COMPONENT_MAX);
        assert_false(hy_sv_equal(name, HY_SV(".")) || hy_sv_equal(name, HY_SV("..")));
        if (end == rest.len) {
            return;
        }
        rest = (hy_sv){ rest.ptr + end + 1, rest.len - end - 1 };
    }
}

/* What comes back is the same key, so no two keys can share a file name. */
static void test_any_key_stays_in_the_bucket_and_comes_back(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(1);
    char bytes[HY_OBJECT_KEY_MAX];
    struct hy_buf path, back;
    hy_buf_init(&path, HY_OBJECT_PATH_MAX);
    hy_buf_init(&back, HY_OBJECT_PATH_MAX);
    for (int i = 0; i < ROUNDS; i++) {
        const hy_sv key = random_key(&random, bytes);
        hy_buf_clear(&path);
        hy_buf_clear(&back);
        assert_int_equal(hy_key_to_path(key, &path), HY_OK);
        check_path(hy_buf_sv(&path));
        assert_int_equal(hy_key_from_path(hy_buf_sv(&path), &back), HY_OK);
        assert_true(hy_sv_equal(hy_buf_sv(&back), key));
    }
    hy_buf_finish(&path);
    hy_buf_finish(&back);
}

/* The other way round: a name that is accepted is the one name of its key. */
static void test_any_name_is_refused_or_its_keys_only_name(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(2);
    char bytes[HY_OBJECT_KEY_MAX];
    struct hy_buf key, again;
    size_t accepted = 0;
    hy_buf_init(&key, HY_OBJECT_PATH_MAX);
    hy_buf_init(&again, HY_OBJECT_PATH_MAX);
    for (int i = 0; i < ROUNDS; i++) {
        const hy_sv path = random_key(&random, bytes);
        hy_buf_clear(&key);
        hy_buf_clear(&again);
        if (hy_key_from_path(path, &key) != HY_OK) {
            continue;
        }
        accepted++;
        assert_int_equal(hy_key_to_path(hy_buf_sv(&key), &again), HY_OK);
        assert_true(hy_sv_equal(hy_buf_sv(&again), path));
    }
    assert_true(accepted > 100);
    hy_buf_finish(&key);
    hy_buf_finish(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_names_that_no_key_has),
        cmocka_unit_test(test_the_limits_of_a_key),
        cmocka_unit_test(test_any_key_stays_in_the_bucket_and_comes_back),
        cmocka_unit_test(test_any_name_is_refused_or_its_keys_only_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
