#define HASH_NONFATAL_OOM 1 /* an element that found no memory has no table */

#include "pipeline/stream/registry.h"

#include <uthash.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct hy_stream *stream;
    hy_sv name; /* the spec's; found by it, so copied into the entry: an update changes specs */
    UT_hash_handle hh;
    char text[];
};

struct hy_registry {
    struct entry *entries;
};

struct hy_registry *hy_registry_create(void)
{
    return calloc(1, sizeof(struct hy_registry));
}

void hy_registry_destroy(struct hy_registry *registry)
{
    if (registry == NULL) {
        return;
    }
    assert(registry->entries == NULL);
    free(registry);
}

static struct entry *find(const struct hy_registry *registry, hy_sv name)
{
    struct entry *entry = NULL;
    HASH_FIND(hh, registry->entries, name.ptr, name.len, entry);
    return entry;
}

enum hy_code hy_registry_add(struct hy_registry *registry, struct hy_stream *stream)
{
    const hy_sv name = hy_sv_of(hy_stream_spec_of(stream)->name);
    if (find(registry, name) != NULL) {
        return HY_EXISTS;
    }
    struct entry *entry = calloc(1, sizeof *entry + name.len + 1);
    if (entry == NULL) {
        return HY_NO_MEMORY;
    }
    memcpy(entry->text, name.ptr, name.len);
    entry->name = (hy_sv){ entry->text, name.len };
    entry->stream = stream;
    HASH_ADD_KEYPTR(hh, registry->entries, entry->name.ptr, entry->name.len, entry);
    if (entry->hh.tbl == NULL) {
        free(entry);
        return HY_NO_MEMORY;
    }
    return HY_OK;
}

void hy_registry_remove(struct hy_registry *registry, struct hy_stream *stream)
{
    struct entry *entry = find(registry, hy_sv_of(hy_stream_spec_of(stream)->name));
    assert(entry != NULL && entry->stream == stream);
    HASH_DEL(registry->entries, entry);
    free(entry);
}

struct hy_stream *hy_registry_find(const struct hy_registry *registry, hy_sv name)
{
    const struct entry *entry = find(registry, name);
    return entry == NULL ? NULL : entry->stream;
}

size_t hy_registry_count(const struct hy_registry *registry)
{
    return HASH_COUNT(registry->entries);
}

static int by_name(const struct entry *a, const struct entry *b)
{
    return hy_sv_compare(a->name, b->name);
}

void hy_registry_each(struct hy_registry *registry,
                      void (*each)(void *ctx, struct hy_stream *stream), void *ctx)
{
    struct entry *entry, *next;
    HASH_SORT(registry->entries, by_name);
    HASH_ITER(hh, registry->entries, entry, next)
    {
        each(ctx, entry->stream);
    }
}
