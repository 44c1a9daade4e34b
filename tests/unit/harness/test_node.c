/* test_node.c - JSON with lines: what is where, what is equal, what is written back. */
#include "harness/node.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const char text[] =
    "{\n \"a\": [1, true,\n  null, \"x\\n\\u00e9\"],\n \"b\": { \"c\": -2.50 }\n}\n";

static struct hy_node *parse(struct hy_arena *arena, const char *json)
{
    struct hy_node *node = NULL;
    struct hy_err err;
    hy_arena_init(arena, 1 << 20);
    assert_int_equal(hy_node_parse(hy_sv_of(json), "f", arena, &node, &err), HY_OK);
    return node;
}

static void test_places(void **state)
{
    (void)state;
    struct hy_arena arena;
    const struct hy_node *root = parse(&arena, text);
    const struct hy_node *a = hy_node_find(root, "a"), *b = hy_node_find(root, "b");
    assert_int_equal(root->count, 2);
    assert_int_equal(a->line, 2);
    assert_int_equal(a->count, 4);
    assert_int_equal(a->last->line, 3);
    assert_string_equal(a->last->text.ptr, "x\n\xc3\xa9");
    assert_int_equal(b->line, 4);
    assert_true(hy_sv_equal(b->source, HY_SV("{ \"c\": -2.50 }")));
    assert_true(hy_sv_equal(hy_node_find(b, "c")->source, HY_SV("-2.50")));
    assert_true(hy_node_find(b, "c")->text.len == 5);
    assert_null(hy_node_find(b, "d"));
    assert_null(hy_node_find(a, "a"));
    hy_arena_finish(&arena);
}

static const struct bad_case {
    const char *json, *sentence;
} bad_cases[] = {
    { "", "f:1: not JSON: " }, { "{\n\"a\":\n}", "f:3: not JSON: " }, { "1 2", "f:1: not JSON: " },
    { "[\n\n\"a", "f:3: not JSON: " },
};

static void test_what_is_not_json_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bad_cases); i++) {
        struct hy_arena arena;
        struct hy_node *node;
        struct hy_err err;
        hy_arena_init(&arena, 1 << 20);
        assert_int_equal(hy_node_parse(hy_sv_of(bad_cases[i].json), "f", &arena, &node, &err),
                         HY_MALFORMED);
        if (strstr(err.text, bad_cases[i].sentence) != err.text) {
            fail_msg("%s: said \"%s\"", bad_cases[i].json, err.text);
        }
        hy_arena_finish(&arena);
    }
}

static const struct equal_case {
    const char *name, *a, *b;
    bool are_equal;
} equal_cases[] = {
    { "order of members", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },
    { "order of elements", "[1,2]", "[2,1]", false },
    { "numbers by value", "1.0", "1", true },
    { "numbers of many digits", "1e2", "100", true },
    { "other numbers", "1", "1.5", false },
    { "escapes", "\"\\u0041\"", "\"A\"", true },
    { "a number is no string", "1", "\"1\"", false },
    { "one more member", "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
    { "as many, but others", "{\"a\":1,\"b\":1}", "{\"a\":1,\"c\":1}", false },
    { "null is not false", "null", "false", false },
    { "true is not false", "true", "false", false },
    { "deeper", "{\"a\":[{\"b\":1}]}", "{\"a\":[{\"b\":2}]}", false },
};

static void test_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(equal_cases); i++) {
        struct hy_arena a, b;
        const struct hy_node *left = parse(&a, equal_cases[i].a);
        const struct hy_node *right = parse(&b, equal_cases[i].b);
        if (hy_node_equal(left, right) != equal_cases[i].are_equal) {
            fail_msg("%s", equal_cases[i].name);
        }
        hy_arena_finish(&a);
        hy_arena_finish(&b);
    }
}

static const struct duration_case {
    const char *json;
    bool is_one;
    uint64_t ms;
} duration_cases[] = {
    { "0", true, 0 },           { "59999", true, 59999 }, { "\"250ms\"", true, 250 },
    { "\"60s\"", true, 60000 }, { "\"5m\"", true, 300000 }, { "\"1h\"", true, 3600000 },
    { "1.5", false, 0 },        { "-1", false, 0 },       { "\"60\"", false, 0 },
    { "\"s\"", false, 0 },      { "\"1d\"", false, 0 },   { "true", false, 0 },
};

static void test_durations(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(duration_cases); i++) {
        struct hy_arena arena;
        uint64_t ms = 0;
        bool is_one = hy_node_duration(parse(&arena, duration_cases[i].json), &ms);
        if (is_one != duration_cases[i].is_one || (is_one && ms != duration_cases[i].ms)) {
            fail_msg("%s: %llu", duration_cases[i].json, (unsigned long long)ms);
        }
        hy_arena_finish(&arena);
    }
}

static void shout(void *ctx, hy_sv value, struct hy_buf *out)
{
    (void)ctx;
    hy_buf_append(out, value);
    hy_buf_append_byte(out, '!');
}

static void test_written_compactly_and_expanded(void **state)
{
    (void)state;
    struct hy_arena arena;
    struct hy_buf out;
    const struct hy_node *root = parse(&arena, "{ \"a b\" : [ \"x\" , 1.50 ], \"\\n\" : null }");
    hy_buf_init(&out, 1000);
    hy_node_write(root, &out, shout, NULL);
    assert_true(hy_sv_equal(hy_buf_sv(&out), HY_SV("{\"a b\":[\"x!\",1.50],\"\\n\":null}")));
    hy_buf_finish(&out);
    hy_arena_finish(&arena);
}

static void parse_once(void *ctx)
{
    (void)ctx;
    struct hy_arena arena;
    struct hy_node *node;
    struct hy_err err;
    hy_arena_init(&arena, 1 << 20);
    enum hy_code code = hy_node_parse(hy_sv_of(text), "f", &arena, &node, &err);
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    hy_arena_finish(&arena);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(parse_once, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_what_is_not_json_is_told_with_its_line),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_written_compactly_and_expanded),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
