#include "pipeline/stream/inside.h"

#include <utlist.h>

#include <stdlib.h>

struct hy_await {
    struct hy_stream *stream;
    uint64_t records;
    void (*fn)(void *ctx, enum hy_code code);
    void *ctx;
    struct hy_await *prev, *next;
};

struct hy_await *hy_stream_await(struct hy_stream *stream, uint64_t records,
                                 void (*fn)(void *ctx, enum hy_code code), void *ctx)
{
    struct hy_await *await = malloc(sizeof *await);
    if (await == NULL) {
        return NULL;
    }
    *await = (struct hy_await){ .stream = stream, .records = records, .fn = fn, .ctx = ctx };
    DL_APPEND(stream->awaits, await);
    hy_stream_look_later(stream);
    return await;
}

void hy_await_cancel(struct hy_await *await)
{
    DL_DELETE(await->stream->awaits, await);
    free(await);
}

static struct hy_await *next_that_is_over(struct hy_stream *stream)
{
    struct hy_await *await;
    DL_FOREACH(stream->awaits, await)
    {
        if (stream->channel.closing || stream->channel.counters.settled_records >= await->records) {
            return await;
        }
    }
    return NULL;
}

uint64_t hy_awaits_count(const struct hy_stream *stream)
{
    const struct hy_await *await;
    uint64_t count;
    DL_COUNT(stream->awaits, await, count);
    return count;
}

void hy_awaits_look(struct hy_stream *stream)
{
    struct hy_await *await;
    /* From the front each time: fn may cancel or add others. */
    while ((await = next_that_is_over(stream)) != NULL) {
        void (*const fn)(void *ctx, enum hy_code code) = await->fn;
        void *const ctx = await->ctx;
        const bool enough = stream->channel.counters.settled_records >= await->records;
        hy_await_cancel(await);
        fn(ctx, enough ? HY_OK : HY_CANCELLED);
    }
}
