/* test_function_word.c - what one word means as a function, and what it says when it means none. */
#include "support/temp_dir.h"

#include "model/function_spec.h"

#include <zip.h>

#define COMMENT "a comment at the end of the archive"

static struct temp_dir dir;
static char root[PATH_MAX]; /* the folder's real path; it is also the current folder */

static void make_file(const char *name, mode_t mode)
{
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_write(&dir, name, "x", 1);
    temp_dir_path(&dir, name, path);
    assert_int_equal(chmod(path, mode), 0);
}

static void make_folder(const char *name)
{
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&dir, name, path);
    assert_int_equal(mkdir(path, 0777), 0);
}

static void make_zip(const char *name, const char *const *names, size_t count,
                     const char *comment)
{
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&dir, name, path);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(zip, "code", 4, 0);
        assert_non_null(source);
        assert_true(zip_file_add(zip, names[i], source, 0) >= 0);
    }
    if (comment != NULL) {
        assert_int_equal(zip_set_archive_comment(zip, comment, (zip_uint16_t)strlen(comment)), 0);
    }
    assert_int_equal(zip_close(zip), 0);
}

static int make_tree(void **state)
{
    (void)state;
    static const char *const folders[] = { "py",     "py/pkg",       "node", "ruby",  "mixed",
                                           "native", "with.dot", "a:b",  "empty", "node/lib" };
    static const char *const files[] = { "py/app.py",      "py/pkg/mod.py",   "node/index.mjs",
                                         "node/lib/x.cjs", "ruby/func.rb",    "mixed/app.js",
                                         "native/data",    "with.dot/app.py", "a:b/app.py",
                                         "top.py",         "plain.txt",       "broken.zip" };
    static const char *const python[] = { "readme.txt", "app.py", "pkg/mod.py" };
    static const char *const native[] = { "lib/x.so", "bootstrap" };
    temp_dir_make(&dir);
    assert_int_equal(chdir(dir.path), 0);
    assert_non_null(realpath(dir.path, root));
    for (size_t i = 0; i < ROWS(folders); i++) {
        make_folder(folders[i]);
    }
    for (size_t i = 0; i < ROWS(files); i++) {
        make_file(files[i], 0644);
    }
    make_file("enrich", 0755);
    make_file("native/bootstrap", 0755);
    make_file("mixed/bootstrap", 0755);
    make_file("script.py", 0755);
    make_zip("py.zip", python, ROWS(python), NULL);
    make_zip("native.ZIP", native, ROWS(native), COMMENT);
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    assert_int_equal(chdir("/"), 0);
    temp_dir_remove(&dir);
    return 0;
}

#define CODE(r, h, c) .runtime = (r), .handler = (h), .code = (c)

static const struct word_case {
    const char *word;
    const char *runtime, *handler;
    const char *code, *command; /* below the root; NULL: none */
    const char *url;
    enum hy_protocol protocol;
} word_cases[] = {
    { "http://localhost:9000/f", .url = "http://localhost:9000/f" },
    { "https://x", .url = "https://x" },
    { "./enrich", .command = "enrich" },
    { "enrich", .command = "enrich" },
    { "script.py", .command = "script.py" }, /* executable: not a handler in "." */
    { "native/bootstrap", .command = "native/bootstrap", .protocol = HY_PROTOCOL_RUNTIME_API },
    { "native", CODE("provided", NULL, "native") },
    { "native/", CODE("provided", NULL, "native") },
    { "py/app.handler", CODE("python3", "app.handler", "py") },
    { "py:app.handler", CODE("python3", "app.handler", "py") },
    { "./py/../py:app.handler", CODE("python3", "app.handler", "py") },
    { "py:pkg.mod.handler", CODE("python3", "pkg.mod.handler", "py") },
    { "py:pkg/mod.handler", CODE("python3", "pkg/mod.handler", "py") },
    { "py/pkg.mod.handler", CODE("python3", "pkg.mod.handler", "py") },
    { "top.handler", CODE("python3", "top.handler", "") },
    { "with.dot/app.handler", CODE("python3", "app.handler", "with.dot") },
    { "a:b:app.handler", CODE("python3", "app.handler", "a:b") },
    { "node/index.handler", CODE("nodejs", "index.handler", "node") },
    { "node:lib/x.run", CODE("nodejs", "lib/x.run", "node") },
    { "ruby/func.Module::Handler.process", CODE("ruby", "func.Module::Handler.process", "ruby") },
    { "ruby:func.Module::Handler.process", CODE("ruby", "func.Module::Handler.process", "ruby") },
    { "mixed:app.handler", CODE("nodejs", "app.handler", "mixed") }, /* before the bootstrap */
    { "mixed:other.handler", CODE("provided", "other.handler", "mixed") },
    { "mixed:anything", CODE("provided", "anything", "mixed") },
    { "py.zip:app.handler", CODE("python3", "app.handler", "py.zip") },
    { "py.zip:pkg.mod.handler", CODE("python3", "pkg.mod.handler", "py.zip") },
    { "native.ZIP", CODE("provided", NULL, "native.ZIP") },
};

static void check_text(const char *word, const char *what, const char *got, const char *expected)
{
    if ((got == NULL) != (expected == NULL) || (got != NULL && strcmp(got, expected) != 0)) {
        fail_msg("%s: %s is %s, not %s", word, what, got == NULL ? "none" : got,
                 expected == NULL ? "none" : expected);
    }
}

static void check_path(const char *word, const char *what, const char *got, const char *below)
{
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s%s%s", root, below == NULL || *below == '\0' ? "" : "/",
                   below == NULL ? "" : below);
    check_text(word, what, got, below == NULL ? NULL : path);
}

static void test_what_a_word_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(word_cases); i++) {
        const struct word_case *row = &word_cases[i];
        struct hy_function_spec *spec = hy_function_spec_create(HY_SV("f"));
        struct hy_err err = { 0 };
        assert_non_null(spec);
        if (hy_function_spec_from_word(spec, hy_sv_of(row->word), &err) != HY_OK) {
            fail_msg("%s: %s", row->word, err.text);
        }
        check_text(row->word, "runtime", spec->runtime, row->runtime);
        check_text(row->word, "handler", spec->handler, row->handler);
        check_text(row->word, "url", spec->url, row->url);
        check_path(row->word, "code", spec->code, row->code);
        check_path(row->word, "command", spec->command == NULL ? NULL : spec->command[0],
                   row->command);
        assert_true(spec->command == NULL || spec->command[1] == NULL);
        assert_int_equal(spec->protocol, row->protocol);
        hy_function_spec_destroy(spec);
    }
}

static void test_what_means_nothing_says_what_was_looked_for(void **state)
{
    (void)state;
    static const struct {
        const char *word, *says;
    } rows[] = {
        { "", "is not there: a URL, a .zip, a folder" },
        { "nowhere", "nowhere is not there: a URL, a .zip, a folder" },
        { "nowhere/app.handler", "nowhere/app.handler is not there" },
        { "py/nomodule.handler", "no nomodule.py, .mjs, .js, .cjs or .rb and no bootstrap in /" },
        { "py:app", "app is not a handler: module.function is expected" },
        { "py:.handler", ".handler is not a handler" },
        { "py:", "is not a handler" },
        { "empty", "no bootstrap in empty; for a handler write empty:module.function" },
        { "py.zip", "no bootstrap in py.zip; for a handler write py.zip:module.function" },
        { "py.zip:other.handler", "no other.py, .mjs, .js, .cjs or .rb and no bootstrap in /" },
        { "broken.zip", "broken.zip is not a zip archive" },
        { "broken.zip:app.handler", "broken.zip is not a zip archive" },
        { "plain.txt", "plain.txt is not executable" },
        { "http://", "http:// names no host" },
        { "https:///path", "names no host" },
        { "/dev/null", "/dev/null is neither a file nor a folder" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_function_spec *spec = hy_function_spec_create(HY_SV("f"));
        struct hy_err err = { 0 };
        assert_non_null(spec);
        assert_int_equal(hy_function_spec_from_word(spec, hy_sv_of(rows[i].word), &err),
                         HY_INVALID);
        if (strstr(err.text, rows[i].says) == NULL) {
            fail_msg("%s: \"%s\"", rows[i].word, err.text);
        }
        assert_true(spec->url == NULL && spec->code == NULL && spec->command == NULL);
        hy_function_spec_destroy(spec);
    }
}

static void test_a_spec_begins_with_the_defaults_of_aws(void **state)
{
    (void)state;
    struct hy_function_spec *spec = hy_function_spec_create(HY_SV("name"));
    assert_non_null(spec);
    assert_string_equal(spec->name, "name");
    assert_int_equal(spec->timeout_s, 3);
    assert_int_equal(spec->memory_mib, 128);
    assert_int_equal(spec->concurrency, 0);
    hy_function_spec_destroy(spec);
    hy_function_spec_destroy(NULL);
}

/* An archive is a user's file: whatever is wrong with it must only be refused. */
static void test_a_damaged_zip_is_refused_at_every_byte(void **state)
{
    (void)state;
    size_t len = 0;
    char *bytes = temp_dir_read(&dir, "native.ZIP", &len);
    for (size_t i = 0; i < 2 * len; i++) {
        struct hy_function_spec *spec = hy_function_spec_create(HY_SV("f"));
        struct hy_err err = { 0 };
        assert_non_null(spec);
        const char kept = bytes[i % len];
        bytes[i % len] = (char)0xff;
        temp_dir_write(&dir, "damaged.zip", bytes, i < len ? len : i - len); /* or cut there */
        bytes[i % len] = kept;
        const enum hy_code code = hy_function_spec_from_word(spec, HY_SV("damaged.zip"), &err);
        assert_true(code == HY_OK || code == HY_INVALID);
        /* without its end record it is none; the comment behind that may be cut */
        assert_true(i < len || i - len >= len - strlen(COMMENT) || code == HY_INVALID);
        hy_function_spec_destroy(spec);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_word_means),
        cmocka_unit_test(test_what_means_nothing_says_what_was_looked_for),
        cmocka_unit_test(test_a_spec_begins_with_the_defaults_of_aws),
        cmocka_unit_test(test_a_damaged_zip_is_refused_at_every_byte),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
