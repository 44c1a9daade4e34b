/* fuzz_drill.c - any bytes as a drill file, and as the records of an object.
 *
 * A text is a tree or an error with its line; a tree is equal to what it is written as; the forms
 * accept or refuse it with a sentence; and two lists of records are compared without surprise.
 */
#include "fuzz.h"

#include "harness/drill.h"
#include "harness/record_diff.h"

#include <string.h>

static void write_and_parse_again(const struct hy_node *node, struct hy_arena *arena)
{
    struct hy_buf text;
    struct hy_node *again;
    struct hy_err err;
    hy_buf_init(&text, 1 << 24);
    hy_node_write(node, &text, NULL, NULL);
    REQUIRE(!text.failed);
    REQUIRE(hy_node_parse(hy_buf_sv(&text), "again", arena, &again, &err) == HY_OK);
    hy_buf_finish(&text);
}

/* The first half of the lines against the second. */
static void compare(hy_sv text, struct hy_arena *arena)
{
    struct hy_record_list expected = { .arena = arena }, found = { .arena = arena };
    struct hy_sources sources;
    struct hy_buf out;
    hy_buf_init(&out, 1 << 24);
    hy_sources_init(&sources);
    hy_sources_add(&sources, text, (struct hy_fixture_place){ "f", 1 });
    size_t half = text.len / 2;
    REQUIRE(hy_record_list_read(&expected, (hy_sv){ text.ptr, half }, "a"));
    REQUIRE(hy_record_list_read(&found, (hy_sv){ text.ptr + half, text.len - half }, "b"));
    for (int is_set = 0; is_set < 2; is_set++) {
        const struct hy_record_rules rules = { .is_set = is_set };
        REQUIRE(hy_record_diff(&expected, &expected, &rules, &sources, true, &out) == 0);
        (void)hy_record_diff(&expected, &found, &rules, &sources, true, &out);
    }
    hy_record_list_finish(&expected);
    hy_record_list_finish(&found);
    hy_sources_finish(&sources);
    hy_buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hy_sv text = { (const char *)data, size };
    struct hy_arena arena;
    struct hy_node *root;
    struct hy_err err = { .text = "" };
    hy_arena_init(&arena, 1 << 28);
    if (hy_node_parse(text, "f", &arena, &root, &err) == HY_OK) {
        write_and_parse_again(root, &arena);
        enum hy_code code = hy_form_check(&hy_drill_form, root, "f", &err);
        REQUIRE(code == HY_OK || strncmp(err.text, "f:", 2) == 0);
    } else {
        REQUIRE(strncmp(err.text, "f:", 2) == 0);
    }
    if (size < 4096) {
        compare(text, &arena);
    }
    hy_arena_finish(&arena);
    return 0;
}
