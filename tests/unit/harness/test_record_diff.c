/* test_record_diff.c - how many records differ, and what is said of them. */
#include "harness/record_diff.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const struct diff_case {
    const char *name, *rules, *expected, *found;
    size_t count;
    const char *said[3]; /* parts of it */
} diff_cases[] = {
    { "the same", "{}", "a\nb\n", "a\nb\n", 0, { NULL } },
    { "nothing at all", "{}", "", "", 0, { NULL } },
    { "the last line feed does not count", "{}", "a\nb", "a\nb\n", 0, { NULL } },
    { "JSON in other words", "{}", "{\"a\":1, \"b\":2}", "{\"b\":2.0,\"a\":1}", 0, { NULL } },
    { "one is missing in the middle", "{}", "a\nb\nc\n", "a\nc\n", 1,
      { "record 2 is missing (golden:2)", "- b" } },
    { "one is missing at the end", "{}", "a\nb\n", "a\n", 1, { "record 2 is missing" } },
    { "two more in the middle", "{}", "a\nb\n", "a\nx\ny\nb\n", 2,
      { "record 2 was not expected, in object:2", "record 3 was not expected", "+ y" } },
    { "two have changed places", "{}", "a\nb\n", "b\na\n", 2,
      { "record 1 is missing", "record 2 was not expected" } },
    { "which a set does not mind", "{\"set\":true}", "a\nb\n", "b\na\n", 0, { NULL } },
    { "a set minds how often", "{\"set\":true}", "a\na\nb\n", "a\nb\nb\n", 2,
      { "is missing", "was not expected" } },
    { "a field", "{}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", 1,
      { "field a.b\n", "expected 1\n", "got      2\n" } },
    { "text against JSON", "{}", "a", "{}", 1, { "expected a\n", "got      {}\n" } },
    { "an ignored field", "{\"ignore\":[\"a.b\"]}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", 0,
      { NULL } },
    { "an ignored field may be missing", "{\"ignore\":[\"a\"]}", "{}", "{\"a\":2}", 0, { NULL } },
    { "only one field", "{\"only\":[\"a\"]}", "{\"a\":{\"x\":1},\"b\":1}", "{\"a\":{\"x\":1}}", 0,
      { NULL } },
    { "only one field, which differs", "{\"only\":[\"a\"]}", "{\"a\":{\"x\":1}}",
      "{\"a\":{\"x\":2}}", 1, { "field a.x" } },
    { "a pattern that fits", "{\"match\":{\"a\":\"^[0-9]+$\"}}", "{}", "{\"a\":17}", 0, { NULL } },
    { "a pattern that does not", "{\"match\":{\"a\":\"^[0-9]+$\"}}", "{\"a\":1}", "{\"a\":\"x\"}",
      1, { "field a" } },
    { "a pattern wants a value", "{\"match\":{\"a\":\".*\"}}", "{\"a\":1}", "{}", 1,
      { "got      nothing" } },
    { "within the tolerance", "{\"tolerance\":0.5}", "{\"a\":1}", "{\"a\":1.5}", 0, { NULL } },
    { "beyond it", "{\"tolerance\":0.5}", "{\"a\":1}", "{\"a\":1.6}", 1, { "got      1.6" } },
    { "the tolerance of one field", "{\"tolerance\":{\"a\":1}}", "{\"a\":1,\"b\":1}",
      "{\"a\":2,\"b\":2}", 1, { "field b" } },
    { "a set with rules", "{\"set\":true,\"ignore\":[\"t\"]}",
      "{\"a\":1,\"t\":0}\n{\"a\":2,\"t\":0}", "{\"a\":2,\"t\":7}\n{\"a\":1,\"t\":8}", 0,
      { NULL } },
    { "a set shows what is nearest", "{\"set\":true}", "{\"a\":1,\"b\":1}\n{\"a\":2,\"b\":2}",
      "{\"a\":2,\"b\":9}\n{\"a\":1,\"b\":1}", 1, { "record 1 differs (golden:2", "field b" } },
    { "only the first five are described", "{}", "1\n2\n3\n4\n5\n6\n7\n", "", 7,
      { "record 5 is missing", "and 2 more" } },
    { "where it came from", "{}", "{\"id\":1,\"more\":1}\n{\"id\":2,\"more\":2}",
      "{\"id\":1,\"more\":1}\n{\"id\":2,\"more\":3}", 1, { "golden:2, put by clicks:12)" } },
    { "where it came from, in a set", "{\"set\":true}", "{\"id\":2,\"more\":2}", "", 1,
      { "golden:1, put by clicks:12)" } },
};

struct sides {
    struct hy_arena arena;
    struct hy_record_list expected, found;
    struct hy_sources sources;
};

static bool set_up(struct sides *sides, const struct diff_case *row)
{
    memset(sides, 0, sizeof *sides);
    hy_arena_init(&sides->arena, 1 << 24);
    sides->expected.arena = sides->found.arena = &sides->arena;
    hy_sources_init(&sides->sources);
    for (size_t i = 1; i <= 2; i++) {
        char data[32];
        int len = snprintf(data, sizeof data, "{\"id\":%zu}", i);
        hy_sources_add(&sides->sources, (hy_sv){ data, (size_t)len },
                       (struct hy_fixture_place){ "some/clicks", 10 + i });
    }
    return hy_record_list_read(&sides->expected, hy_sv_of(row->expected), "some/golden") &&
           hy_record_list_read(&sides->found, hy_sv_of(row->found), "object");
}

static void tear_down(struct sides *sides)
{
    hy_record_list_finish(&sides->expected);
    hy_record_list_finish(&sides->found);
    hy_sources_finish(&sides->sources);
    hy_arena_finish(&sides->arena);
}

/* SIZE_MAX: the rules could not be read. */
static size_t diff(struct sides *sides, const struct diff_case *row, struct hy_buf *out)
{
    struct hy_node *rules;
    struct hy_err err;
    if (hy_node_parse(hy_sv_of(row->rules), "", &sides->arena, &rules, &err) != HY_OK) {
        return SIZE_MAX;
    }
    const struct hy_record_rules by = {
        .is_set = hy_node_is_true(rules, "set"),
        .ignore = hy_node_find(rules, "ignore"),
        .only = hy_node_find(rules, "only"),
        .match = hy_node_find(rules, "match"),
        .tolerance = hy_node_find(rules, "tolerance"),
    };
    return hy_record_diff(&sides->expected, &sides->found, &by, &sides->sources, false, out);
}

static void test_diff(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(diff_cases); i++) {
        const struct diff_case *row = &diff_cases[i];
        struct sides sides;
        struct hy_buf out;
        hy_buf_init(&out, 1 << 20);
        assert_true(set_up(&sides, row));
        size_t count = diff(&sides, row, &out);
        hy_buf_append_byte(&out, '\0');
        if (count != row->count) {
            fail_msg("%s: %zu differ, not %zu:\n%s", row->name, count, row->count, out.data);
        }
        for (size_t k = 0; k < ROWS(row->said) && row->said[k] != NULL; k++) {
            if (strstr(out.data, row->said[k]) == NULL) {
                fail_msg("%s: did not say \"%s\":\n%s", row->name, row->said[k], out.data);
            }
        }
        hy_buf_finish(&out);
        tear_down(&sides);
    }
}

/* Without memory it may say less, but never that all is well. */
static void diff_once(void *ctx)
{
    const struct diff_case *row = ctx;
    struct sides sides;
    struct hy_buf out;
    hy_buf_init(&out, 1 << 20);
    if (set_up(&sides, row)) {
        assert_true(diff(&sides, row, &out) > 0);
    }
    hy_buf_finish(&out);
    tear_down(&sides);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    static struct diff_case rows[] = {
        { .rules = "{}", .expected = "{\"a\":1}\nb\n", .found = "{\"a\":2}\n" },
        { .rules = "{\"set\":true}", .expected = "{\"a\":1}\nb\n", .found = "{\"a\":2}\n" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_true(torture(diff_once, &rows[i]) > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
