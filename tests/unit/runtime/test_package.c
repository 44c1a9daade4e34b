/* Deployment packages that are what they seem, and many that are not. */
#include "runtime/package.h"

#include "runtime/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <cmocka.h>

enum { ENTRIES_MAX = 4, BYTES_MAX = 1000 };

struct entry {
    const char *name, *content;
    unsigned mode; /* 0: made by a tool that knows no modes */
};

static char work[] = "/tmp/test_package.XXXXXX";
static char zip_path[64];

static int make_work(void **state)
{
    (void)state;
    if (mkdtemp(work) == NULL) {
        return -1;
    }
    (void)snprintf(zip_path, sizeof zip_path, "%s/package.zip", work);
    return 0;
}

static int remove_work(void **state)
{
    (void)state;
    hy_scratch_remove(work);
    return 0;
}

static void add_entry(zip_t *zip, const struct entry *entry)
{
    zip_source_t *source = zip_source_buffer(zip, entry->content, strlen(entry->content), 0);
    assert_non_null(source);
    zip_int64_t index = zip_file_add(zip, entry->name, source, ZIP_FL_ENC_UTF_8);
    assert_true(index >= 0);
    if (entry->mode != 0) {
        assert_int_equal(zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0,
                                                          ZIP_OPSYS_UNIX, entry->mode << 16), 0);
    }
}

static void make_zip(const struct entry *entries)
{
    int why;
    (void)unlink(zip_path);
    zip_t *zip = zip_open(zip_path, ZIP_CREATE | ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    for (size_t i = 0; i < ENTRIES_MAX && entries[i].name != NULL; i++) {
        add_entry(zip, &entries[i]);
    }
    assert_int_equal(zip_close(zip), 0);
}

/* libzip does not write a name twice: so two names of one length, one of them renamed in the
 * file's bytes. */
static void rename_in_zip(const char *from, const char *to)
{
    char bytes[4096];
    FILE *file = fopen(zip_path, "r+b");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes, file), renamed = 0;
    for (size_t i = 0; i + strlen(from) <= len; i++) {
        if (memcmp(bytes + i, from, strlen(from)) == 0) {
            memcpy(bytes + i, to, strlen(to));
            renamed++;
        }
    }
    assert_int_equal(renamed, 2); /* before the bytes, and in the directory */
    rewind(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    (void)fclose(file);
}

static enum hy_code unpack(char **folder, struct hy_err *err)
{
    *folder = NULL;
    return hy_package_unpack(zip_path, work, BYTES_MAX, folder, err);
}

static void assert_file(const char *folder, const char *name, const char *content, mode_t mode)
{
    char path[256], bytes[64] = "";
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_RDONLY);
    assert_true(file >= 0);
    assert_true(read(file, bytes, sizeof bytes - 1) >= 0);
    assert_string_equal(bytes, content);
    assert_int_equal(fstat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
    (void)close(file);
}

static void test_an_ordinary_package(void **state)
{
    (void)state;
    char *folder, *again;
    struct hy_err err;
    make_zip((struct entry[ENTRIES_MAX]){
        { "bootstrap", "run", S_IFREG | 04755 }, /* setuid is dropped */
        { "./lib//app.py", "code", 0 },
        { "lib/link", "../bootstrap", S_IFLNK | 0777 },
        { "empty/", "", S_IFDIR | 0700 },
    });
    assert_int_equal(unpack(&folder, &err), HY_OK);
    assert_file(folder, "bootstrap", "run", 0755);
    assert_file(folder, "lib/app.py", "code", 0644);
    assert_file(folder, "lib/link", "run", 0755);

    /* The folder is there: it is used again, not made again. */
    char path[256];
    (void)snprintf(path, sizeof path, "%s/mark", folder);
    int mark = open(path, O_WRONLY | O_CREAT, 0644);
    assert_true(mark >= 0);
    (void)close(mark);
    assert_int_equal(unpack(&again, &err), HY_OK);
    assert_string_equal(again, folder);
    assert_file(again, "mark", "", 0644);
    free(folder);
    free(again);
}

static const struct hostile_case {
    const char *rule;
    struct entry entries[ENTRIES_MAX];
    const char *message;
} hostile_cases[] = {
    { "up and out", { { "../evil", "x", 0 } }, "leads out" },
    { "up and out from deeper", { { "a/../../evil", "x", 0 } }, "leads out" },
    { "even if it would come back", { { "a/../b", "x", 0 } }, "leads out" },
    { "absolute", { { "/tmp/evil", "x", 0 } }, "absolute name" },
    { "a link to an absolute name", { { "l", "/etc", S_IFLNK | 0777 } }, "absolute name" },
    { "a link out", { { "a/l", "../../etc", S_IFLNK | 0777 } }, "link out" },
    { "a link that climbs through another",
      { { "d", "a/b/c", S_IFLNK | 0777 }, { "l", "d/../../../../etc", S_IFLNK | 0777 } },
      "link out" },
    { "an empty link", { { "l", "", S_IFLNK | 0777 } }, "absolute name" },
    { "a file through a link, whatever the order",
      { { "l", "b", S_IFLNK | 0777 }, { "l/evil", "x", 0 } }, "is there twice" },
    { "a fifo", { { "f", "", S_IFIFO | 0644 } }, "neither a file" },
    { "a device", { { "d", "", S_IFCHR | 0644 } }, "neither a file" },
    { "a file as a folder", { { "a", "x", 0 }, { "a/b", "x", 0 } }, "cannot unpack" },
};

static void test_hostile_packages_leave_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile_cases / sizeof *hostile_cases; i++) {
        const struct hostile_case *row = &hostile_cases[i];
        char *folder;
        struct hy_err err = { 0 };
        make_zip(row->entries);
        enum hy_code code = unpack(&folder, &err);
        if (code == HY_OK || folder != NULL || strstr(err.text, row->message) == NULL) {
            fail_msg("%s: %s", row->rule, err.text);
        }
    }
    char path[64];
    (void)snprintf(path, sizeof path, "%s/evil", work);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_a_name_twice(void **state)
{
    (void)state;
    char *folder;
    struct hy_err err = { 0 };
    make_zip((struct entry[ENTRIES_MAX]){ { "name1", "x", 0 }, { "name2", "y", 0 } });
    rename_in_zip("name2", "name1");
    assert_int_not_equal(unpack(&folder, &err), HY_OK);
}

static void test_bytes_are_counted_over_all_entries(void **state)
{
    (void)state;
    static char half[BYTES_MAX / 2 + 1];
    char *folder;
    struct hy_err err = { 0 };
    memset(half, 'x', BYTES_MAX / 2);
    make_zip((struct entry[ENTRIES_MAX]){ { "a", half, 0 }, { "b", half, 0 } });
    assert_int_equal(unpack(&folder, &err), HY_OK); /* exactly the limit */
    free(folder);
    make_zip((struct entry[ENTRIES_MAX]){ { "a", half, 0 }, { "b", half, 0 }, { "c", "x", 0 } });
    assert_int_equal(unpack(&folder, &err), HY_INVALID);
    assert_non_null(strstr(err.text, "Unzipped size must be smaller than 262144000 bytes"));
}

/* The size that an entry declares is patched to 10 in both of its places. */
static void test_a_size_that_lies(void **state)
{
    (void)state;
    static char text[5 * BYTES_MAX];
    char bytes[4096], *folder;
    struct hy_err err = { 0 };
    memset(text, 'x', sizeof text - 1);
    make_zip((struct entry[ENTRIES_MAX]){ { "a", text, 0 } });
    FILE *file = fopen(zip_path, "r+b");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    const char declared[] = { (char)0x87, 0x13, 0, 0 }; /* 4999 */
    for (size_t i = 0; i + 4 <= len; i++) {
        if (memcmp(bytes + i, declared, 4) == 0) {
            bytes[i] = 10;
            bytes[i + 1] = 0;
        }
    }
    rewind(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    (void)fclose(file);
    assert_int_equal(unpack(&folder, &err), HY_INVALID);
}

static void test_not_a_zip(void **state)
{
    (void)state;
    char *folder;
    struct hy_err err = { 0 };
    FILE *file = fopen(zip_path, "wb");
    assert_non_null(file);
    (void)fputs("not a zip", file);
    (void)fclose(file);
    assert_int_equal(unpack(&folder, &err), HY_INVALID);
    assert_int_equal(unlink(zip_path), 0);
    assert_int_equal(unpack(&folder, &err), HY_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ordinary_package),
        cmocka_unit_test(test_hostile_packages_leave_nothing),
        cmocka_unit_test(test_a_name_twice),
        cmocka_unit_test(test_bytes_are_counted_over_all_entries),
        cmocka_unit_test(test_a_size_that_lies),
        cmocka_unit_test(test_not_a_zip),
    };
    return cmocka_run_group_tests(tests, make_work, remove_work);
}
