/* shards.h - the shards of one source: which there are, and which may be read. */
#ifndef HY_PIPELINE_SOURCE_SHARDS_H
#define HY_PIPELINE_SOURCE_SHARDS_H

#include "base/buf.h"
#include "io/http_client.h"
#include "pipeline/source/answers.h"
#include "pipeline/source/position.h"

struct hy_source;

struct hy_shard {
    struct hy_source *source;
    char *id;
    char *parents[2];     /* NULL: none */
    uint64_t generation;  /* of the list that had it last */
    struct hy_position position;

    /* while it is read */
    char *iterator;       /* NULL: to be asked for */
    struct hy_buf body;   /* of the request under way */
    struct hy_http_fetch *fetch;
    bool is_committing;
    unsigned saving;      /* positions on their way into the ledger */
    bool is_unsaved;      /* the ledger refused one */
    unsigned failures, pause; /* polls to be left out */

    /* what is being committed */
    struct hy_position next_position;
    char *next_iterator;
    uint64_t records, bytes;

    struct hy_shard *prev, *next;
};

struct hy_shards {
    struct hy_shard *list;
    uint64_t generation; /* of the last whole list; 0: none yet */
};

/* Found or made; NULL when out of memory. */
struct hy_shard *hy_shards_get(struct hy_shards *shards, struct hy_source *source, hy_sv id);
/* The list that is being read, generation + 1, has it. False when out of memory. */
bool hy_shards_note(struct hy_shards *shards, struct hy_source *source,
                    const struct hy_shard_answer *answer);
/* Listed, not at its end, and its parents are at theirs (or are gone). */
bool hy_shards_is_readable(const struct hy_shards *shards, const struct hy_shard *shard);
void hy_shards_finish(struct hy_shards *shards); /* nothing under way; fine when zeroed */

#endif
