/* sources.h - what was put, and from which line: to tell where a record that differs came from.
 *
 * A transform changes records, so this is a search: a record comes from the first unused source
 * whose JSON members it still has, as far as both have them, and at least one of them.
 */
#ifndef HY_HARNESS_SOURCES_H
#define HY_HARNESS_SOURCES_H

#include "harness/fixture.h"
#include "harness/node.h"

struct hy_source {
    hy_sv data;
    struct hy_fixture_place place;
};

struct hy_sources {
    struct hy_arena arena;
    struct hy_source *items;
    size_t count, cap;
    size_t next; /* of the search: sources are used in their order */
};

void hy_sources_init(struct hy_sources *sources);
void hy_sources_finish(struct hy_sources *sources);

/* Beyond its memory it forgets: the place is then not told. `place.file` must outlive it. */
void hy_sources_add(struct hy_sources *sources, hy_sv data, struct hy_fixture_place place);

/* For records one after the other in the order of arrival: NULL when it cannot be told. */
const struct hy_source *hy_sources_find(struct hy_sources *sources, const struct hy_node *record);
void hy_sources_rewind(struct hy_sources *sources);

#endif
