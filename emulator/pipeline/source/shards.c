#include "pipeline/source/shards.h"

#include <stdlib.h>
#include <utlist.h>

enum { BODY_BYTES_MAX = 16 * 1024 };

static struct hy_shard *find(const struct hy_shards *shards, hy_sv id)
{
    struct hy_shard *shard;
    DL_FOREACH(shards->list, shard)
    {
        if (hy_sv_equal(hy_sv_of(shard->id), id)) {
            return shard;
        }
    }
    return NULL;
}

struct hy_shard *hy_shards_get(struct hy_shards *shards, struct hy_source *source, hy_sv id)
{
    struct hy_shard *shard = find(shards, id);
    if (shard != NULL) {
        return shard;
    }
    shard = calloc(1, sizeof *shard);
    char *copy = hy_sv_dup(id);
    if (shard == NULL || copy == NULL) {
        free(shard);
        free(copy);
        return NULL;
    }
    shard->source = source;
    shard->id = copy;
    hy_buf_init(&shard->body, BODY_BYTES_MAX);
    DL_APPEND(shards->list, shard);
    return shard;
}

static bool set_parent(char **parent, hy_sv id)
{
    if (id.len > 0 && *parent == NULL) {
        *parent = hy_sv_dup(id);
        return *parent != NULL;
    }
    return true;
}

bool hy_shards_note(struct hy_shards *shards, struct hy_source *source,
                    const struct hy_shard_answer *answer)
{
    struct hy_shard *shard = hy_shards_get(shards, source, answer->id);
    if (shard == NULL || !set_parent(&shard->parents[0], answer->parent) ||
        !set_parent(&shard->parents[1], answer->adjacent_parent)) {
        return false;
    }
    shard->generation = shards->generation + 1;
    return true;
}

static bool is_open(const struct hy_shards *shards, const struct hy_shard *shard)
{
    return shard->generation >= shards->generation && !shard->position.is_end;
}

bool hy_shards_is_readable(const struct hy_shards *shards, const struct hy_shard *shard)
{
    if (shards->generation == 0 || !is_open(shards, shard)) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct hy_shard *parent =
            shard->parents[i] == NULL ? NULL : find(shards, hy_sv_of(shard->parents[i]));
        if (parent != NULL && is_open(shards, parent)) {
            return false;
        }
    }
    return true;
}

void hy_shards_finish(struct hy_shards *shards)
{
    struct hy_shard *shard, *next;
    DL_FOREACH_SAFE(shards->list, shard, next)
    {
        DL_DELETE(shards->list, shard);
        hy_buf_finish(&shard->body);
        free(shard->iterator);
        free(shard->next_iterator);
        free(shard->parents[0]);
        free(shard->parents[1]);
        free(shard->id);
        free(shard);
    }
}
