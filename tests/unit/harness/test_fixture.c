/* test_fixture.c - a line of a fixture file, and files of lines. */
#include "harness/fixture.h"
#include "harness/fixture_file.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static void assert_sv(hy_sv found, const char *expected)
{
    assert_int_equal(found.len, strlen(expected));
    assert_memory_equal(found.ptr, expected, found.len);
}

static enum hy_code parse(const char *line, struct hy_arena *arena, struct hy_fixture_event *event,
                          struct hy_err *err)
{
    const struct hy_fixture_place place = { "f.jsonl", 7 };
    hy_arena_init(arena, 1 << 20);
    return hy_fixture_parse(hy_sv_of(line), place, arena, event, err);
}

static const struct record_case {
    const char *name, *line, *stream, *data;
} record_cases[] = {
    { "an object becomes its compact text",
      "{ \"at_ms\" : 5, \"stream\":\"s\", \"data\" : { \"a b\" : [ 1 , \" x\\\" \" ] ,"
      " \"c\":{ } } }",
      "s", "{\"a b\":[1,\" x\\\" \"],\"c\":{}}" },
    { "escapes and digits of data stay as they are",
      "{\"at_ms\":5,\"stream\":\"s\",\"data\":{\"a\":\"\\u00eb\\\\ \",\"n\":1.50}}",
      "s", "{\"a\":\"\\u00eb\\\\ \",\"n\":1.50}" },
    { "base64 is decoded", "{\"at_ms\":5,\"stream\":\"s\",\"data_base64\":\"aGkK\"}", "s", "hi\n" },
    { "base64 with escapes is decoded",
      "{\"at_ms\":5,\"stream\":\"s\",\"data_base64\":\"\\u0061GkK\"}", "s", "hi\n" },
    { "a record may be empty", "{\"at_ms\":5,\"stream\":\"s\",\"data_base64\":\"\"}", "s", "" },
    { "any order of members", "{\"data\":{},\"stream\":\"s\",\"at_ms\":5}", "s", "{}" },
    { "names and strings are unescaped",
      "{\"\\u0061t_ms\":5,\"stream\":\"\\u0073\",\"data\":{}}", "s", "{}" },
    { "the stream may be left to the command", "{\"at_ms\":5,\"data\":{}}", "", "{}" },
};

static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(record_cases); i++) {
        const struct record_case *row = &record_cases[i];
        struct hy_arena arena;
        struct hy_fixture_event event;
        struct hy_err err;
        if (parse(row->line, &arena, &event, &err) != HY_OK) {
            fail_msg("%s: %s", row->name, err.text);
        }
        assert_int_equal(event.kind, HY_FIXTURE_RECORD);
        assert_int_equal(event.at_ms, 5);
        assert_int_equal(event.place.line, 7);
        assert_sv(event.stream, row->stream);
        assert_sv(event.data, row->data);
        hy_arena_finish(&arena);
    }
}

static void test_http_request(void **state)
{
    (void)state;
    struct hy_arena arena;
    struct hy_fixture_event event;
    struct hy_err err;
    assert_int_equal(parse("{\"at_ms\":12,\"http\":{\"method\":\"PUT\",\"path\":\"/p/clicks?x=1\","
                           "\"headers\":{\"Content-Type\":\"application/json\",\"X-A\":\"\"},"
                           "\"body\":{ \"userId\" : \"guest\" }}}", &arena, &event, &err), HY_OK);
    assert_int_equal(event.kind, HY_FIXTURE_HTTP);
    assert_sv(event.method, "PUT");
    assert_sv(event.path, "/p/clicks?x=1");
    assert_int_equal(event.headers.count, 2);
    assert_sv(event.headers.items[0].name, "Content-Type");
    assert_sv(event.headers.items[0].value, "application/json");
    assert_sv(event.headers.items[1].value, "");
    assert_sv(event.data, "{\"userId\":\"guest\"}");
    hy_arena_finish(&arena);

    assert_int_equal(parse("{\"at_ms\":0,\"http\":{\"method\":\"GET\",\"path\":\"/\"}}", &arena,
                           &event, &err), HY_OK);
    assert_int_equal(event.headers.count, 0);
    assert_int_equal(event.data.len, 0);
    hy_arena_finish(&arena);
}

#define HTTP(rest) "{\"at_ms\":1,\"http\":{\"method\":\"GET\",\"path\":\"/\"" rest "}}"

static const struct refusal_case {
    const char *name, *line, *sentence;
} refusal_cases[] = {
    { "not JSON", "click", "f.jsonl:7: not JSON at character 1" },
    { "short", "{\"at_ms\":1,\"data\":{}", "f.jsonl:7: not JSON at character" },
    { "more than an object", "{\"at_ms\":1,\"data\":{}} {}", "f.jsonl:7: not JSON at character" },
    { "not an object", "[]", "f.jsonl:7: an event is a JSON object" },
    { "unknown member", "{\"at_ms\":1,\"date\":{}}", "f.jsonl:7: unknown member \"date\"" },
    { "a member twice", "{\"at_ms\":1,\"at_ms\":2,\"data\":{}}",
      "f.jsonl:7: member \"at_ms\" stands there twice" },
    { "no time", "{\"data\":{}}", "f.jsonl:7: member \"at_ms\" is missing" },
    { "negative time", "{\"at_ms\":-1,\"data\":{}}", "f.jsonl:7: member \"at_ms\" must be" },
    { "broken time", "{\"at_ms\":1.5,\"data\":{}}", "f.jsonl:7: member \"at_ms\" must be" },
    { "time too large", "{\"at_ms\":99999999999999999999,\"data\":{}}",
      "f.jsonl:7: member \"at_ms\" must be" },
    { "time as text", "{\"at_ms\":\"1\",\"data\":{}}", "f.jsonl:7: member \"at_ms\" must be" },
    { "empty stream", "{\"at_ms\":1,\"stream\":\"\",\"data\":{}}",
      "f.jsonl:7: member \"stream\" is empty" },
    { "stream is no string", "{\"at_ms\":1,\"stream\":3,\"data\":{}}",
      "f.jsonl:7: member \"stream\" must be a string" },
    { "data is no object", "{\"at_ms\":1,\"data\":\"x\"}",
      "f.jsonl:7: member \"data\" must be an object" },
    { "not base64", "{\"at_ms\":1,\"data_base64\":\"aGk\"}",
      "f.jsonl:7: member \"data_base64\" is not base64" },
    { "nothing to send", "{\"at_ms\":1,\"stream\":\"s\"}", "f.jsonl:7: an event has one of" },
    { "two to send", "{\"at_ms\":1,\"data\":{},\"data_base64\":\"\"}",
      "f.jsonl:7: an event has one of" },
    { "a stream for a request", "{\"at_ms\":1,\"stream\":\"s\",\"http\":{\"method\":\"GET\","
      "\"path\":\"/\"}}", "f.jsonl:7: member \"stream\" does not go with" },
    { "http is no object", "{\"at_ms\":1,\"http\":\"GET /\"}",
      "f.jsonl:7: member \"http\" must be an object" },
    { "no method", "{\"at_ms\":1,\"http\":{\"path\":\"/\"}}",
      "f.jsonl:7: member \"http\" needs a method" },
    { "no path", "{\"at_ms\":1,\"http\":{\"method\":\"GET\"}}",
      "f.jsonl:7: member \"http\" needs a path" },
    { "a whole URL", "{\"at_ms\":1,\"http\":{\"method\":\"GET\",\"path\":\"http://x/\"}}",
      "f.jsonl:7: member \"path\" must begin with a slash" },
    { "two bodies", HTTP(",\"body\":{},\"body_base64\":\"\""),
      "f.jsonl:7: member \"http\" has both" },
    { "unknown member of http", HTTP(",\"url\":1"), "f.jsonl:7: unknown member \"url\"" },
    { "headers are no object", HTTP(",\"headers\":[]"),
      "f.jsonl:7: member \"headers\" must be an object" },
    { "a header is no string", HTTP(",\"headers\":{\"A\":1}"),
      "f.jsonl:7: member \"headers\" must be a string" },
    { "a header that would be two", HTTP(",\"headers\":{\"A\":\"1\\r\\nB: 2\"}"),
      "f.jsonl:7: member \"headers\" has a header that cannot be sent" },
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refusal_cases); i++) {
        const struct refusal_case *row = &refusal_cases[i];
        struct hy_arena arena;
        struct hy_fixture_event event;
        struct hy_err err;
        enum hy_code code = parse(row->line, &arena, &event, &err);
        if (code != HY_INVALID && code != HY_MALFORMED) {
            fail_msg("%s: %s", row->name, hy_code_name(code));
        }
        if (strncmp(err.text, row->sentence, strlen(row->sentence)) != 0) {
            fail_msg("%s: said \"%s\"", row->name, err.text);
        }
        hy_arena_finish(&arena);
    }
}

/* ---- files ---- */

struct file {
    char path[32];
    FILE *stream;
};

static void file_begin(struct file *file)
{
    (void)snprintf(file->path, sizeof file->path, "/tmp/fixture-XXXXXX");
    int fd = mkstemp(file->path);
    assert_true(fd >= 0);
    file->stream = fdopen(fd, "wb");
    assert_non_null(file->stream);
}

static struct hy_fixture_file *file_open(struct file *file)
{
    struct hy_fixture_file *out;
    struct hy_err err;
    assert_int_equal(fclose(file->stream), 0);
    assert_int_equal(hy_fixture_file_open(file->path, &out, &err), HY_OK);
    return out;
}

static void file_end(struct file *file, struct hy_fixture_file *opened)
{
    hy_fixture_file_close(opened);
    assert_int_equal(unlink(file->path), 0);
}

static void test_lines_are_counted_and_ends_do_not_matter(void **state)
{
    (void)state;
    struct file file;
    file_begin(&file);
    fputs("\n{\"at_ms\":1,\"data\":{}}\r\n \t\r\n{\"at_ms\":2,\"data\":{\"a\":1}}", file.stream);
    struct hy_fixture_file *opened = file_open(&file);
    struct hy_fixture_event event;
    struct hy_err err;
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_OK);
    assert_int_equal(event.place.line, 2);
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_OK);
    assert_int_equal(event.place.line, 4);
    assert_string_equal(event.place.file, file.path);
    assert_sv(event.data, "{\"a\":1}");
    assert_int_equal(hy_fixture_file_offset(opened), 54);
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_NOT_FOUND);
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_NOT_FOUND);
    file_end(&file, opened);
}

/* Lines of many lengths, so that every way of lying across the reader's chunks occurs. */
static void test_lines_longer_than_a_chunk(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 70000, 262144, 262145, 600000, 3, 524288, 9 };
    struct file file;
    file_begin(&file);
    for (size_t i = 0; i < ROWS(lengths); i++) {
        fprintf(file.stream, "{\"at_ms\":%zu,\"data\":{\"x\":\"", i);
        for (size_t k = 0; k < lengths[i]; k++) {
            fputc('a' + (int)i, file.stream);
        }
        fputs("\"}}\n", file.stream);
    }
    struct hy_fixture_file *opened = file_open(&file);
    struct hy_fixture_event event;
    struct hy_err err;
    for (size_t i = 0; i < ROWS(lengths); i++) {
        assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_OK);
        assert_int_equal(event.at_ms, i);
        assert_int_equal(event.data.len, lengths[i] + strlen("{\"x\":\"\"}"));
        assert_true(lengths[i] == 0 || event.data.ptr[event.data.len - 3] == 'a' + (int)i);
    }
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_NOT_FOUND);
    file_end(&file, opened);
}

static void test_a_line_without_end_is_refused(void **state)
{
    (void)state;
    struct file file;
    file_begin(&file);
    assert_int_equal(ftruncate(fileno(file.stream), (off_t)1 << 30), 0); /* NUL bytes, sparse */
    struct hy_fixture_file *opened = file_open(&file);
    struct hy_fixture_event event;
    struct hy_err err;
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_LIMIT);
    assert_non_null(strstr(err.text, ":1: the line is longer than"));
    file_end(&file, opened);
}

static void test_a_folder_cannot_be_read(void **state)
{
    (void)state;
    struct hy_fixture_file *opened;
    struct hy_fixture_event event;
    struct hy_err err;
    assert_int_equal(hy_fixture_file_open("/tmp", &opened, &err), HY_OK);
    assert_int_equal(hy_fixture_file_next(opened, &event, &err), HY_IO);
    assert_string_equal(err.text, "/tmp: Is a directory");
    hy_fixture_file_close(opened);
}

static void test_a_file_that_is_not_there(void **state)
{
    (void)state;
    struct hy_fixture_file *opened;
    struct hy_err err;
    assert_int_equal(hy_fixture_file_open("/nowhere/clicks.jsonl", &opened, &err), HY_IO);
    assert_string_equal(err.text, "/nowhere/clicks.jsonl: No such file or directory");
}

static void read_all(void *ctx)
{
    struct hy_fixture_file *opened;
    struct hy_fixture_event event;
    struct hy_err err = { .text = "" };
    enum hy_code code = hy_fixture_file_open(ctx, &opened, &err);
    if (code == HY_OK) {
        while ((code = hy_fixture_file_next(opened, &event, &err)) == HY_OK) {
        }
        hy_fixture_file_close(opened);
    }
    assert_true((code == HY_NOT_FOUND) != torture_struck());
    assert_true((err.text[0] == '\0') != torture_struck());
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct file file;
    file_begin(&file);
    fputs("{\"at_ms\":1,\"stream\":\"\\u0073\",\"data\":{\"a\":1}}\n"
          "{\"at_ms\":1,\"data_base64\":\"aGkK\"}\n"
          "{\"at_ms\":1,\"http\":{\"method\":\"GET\",\"path\":\"/\",\"headers\":{}}}\n",
          file.stream);
    assert_int_equal(fclose(file.stream), 0);
    assert_true(torture(read_all, file.path) > 3);
    assert_int_equal(unlink(file.path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_http_request),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lines_are_counted_and_ends_do_not_matter),
        cmocka_unit_test(test_lines_longer_than_a_chunk),
        cmocka_unit_test(test_a_line_without_end_is_refused),
        cmocka_unit_test(test_a_folder_cannot_be_read),
        cmocka_unit_test(test_a_file_that_is_not_there),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
