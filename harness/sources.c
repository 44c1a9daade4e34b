#include "harness/sources.h"

#include <stdlib.h>

enum { KEPT_BYTES_MAX = 256 * 1024 * 1024, PARSE_BYTES_MAX = 16 * 1024 * 1024 };

void hy_sources_init(struct hy_sources *sources)
{
    *sources = (struct hy_sources){ .count = 0 };
    hy_arena_init(&sources->arena, KEPT_BYTES_MAX);
}

void hy_sources_finish(struct hy_sources *sources)
{
    hy_arena_finish(&sources->arena);
    free(sources->items);
}

void hy_sources_add(struct hy_sources *sources, hy_sv data, struct hy_fixture_place place)
{
    if (sources->count == sources->cap) {
        size_t cap = sources->cap == 0 ? 64 : sources->cap * 2;
        struct hy_source *items = realloc(sources->items, cap * sizeof *items);
        if (items == NULL) {
            return;
        }
        sources->items = items;
        sources->cap = cap;
    }
    const char *copy = hy_arena_cstr(&sources->arena, data);
    if (copy != NULL) {
        sources->items[sources->count++] = (struct hy_source){ { copy, data.len }, place };
    }
}

/* Has `record` what the source has, where both have it? */
static bool may_come_from(const struct hy_node *record, const struct hy_node *source)
{
    size_t shared = 0;
    if (source->kind != HY_NODE_OBJECT) {
        return false;
    }
    for (const struct hy_node *member = source->first; member != NULL; member = member->next) {
        const struct hy_node *same = hy_node_member(record, member->name);
        if (same != NULL && !hy_node_equal(same, member)) {
            return false;
        }
        shared += same != NULL;
    }
    return shared > 0;
}

const struct hy_source *hy_sources_find(struct hy_sources *sources, const struct hy_node *record)
{
    const struct hy_source *found = NULL;
    struct hy_arena arena;
    if (record == NULL || record->kind != HY_NODE_OBJECT) {
        return NULL;
    }
    hy_arena_init(&arena, PARSE_BYTES_MAX);
    for (size_t i = sources->next; i < sources->count && found == NULL; i++) {
        struct hy_node *source;
        struct hy_err err;
        hy_arena_reset(&arena);
        if (hy_node_parse(sources->items[i].data, "", &arena, &source, &err) == HY_OK &&
            may_come_from(record, source)) {
            found = &sources->items[i];
            sources->next = i + 1;
        }
    }
    hy_arena_finish(&arena);
    return found;
}

void hy_sources_rewind(struct hy_sources *sources)
{
    sources->next = 0;
}
