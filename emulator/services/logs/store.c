#include "services/logs/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 8, KEY_BYTES = 1100 }; /* two names of 512 characters */

static void stream_destroy(struct hy_log_stream *stream)
{
    for (size_t i = 0; i < stream->count; i++) {
        free(hy_log_at(stream, i)->message);
    }
    free(stream->events);
    free(stream->group);
    free(stream->name);
    free(stream->key);
    free(stream);
}

void hy_log_store_finish(struct hy_log_store *store)
{
    struct hy_log_stream *stream = NULL;
    struct hy_log_stream *next = NULL;
    HASH_ITER(hh, store->streams, stream, next)
    {
        HASH_DEL(store->streams, stream);
        stream_destroy(stream);
    }
    *store = (struct hy_log_store){ .streams = NULL };
}

static void make_key(char key[KEY_BYTES], const char *group, const char *name)
{
    (void)snprintf(key, KEY_BYTES, "%s:%s", group, name);
}

struct hy_log_stream *hy_log_stream_find(const struct hy_log_store *store, const char *group,
                                         const char *name)
{
    char key[KEY_BYTES];
    struct hy_log_stream *stream = NULL;
    make_key(key, group, name);
    HASH_FIND_STR(store->streams, key, stream);
    return stream;
}

struct hy_log_stream *hy_log_stream_get(struct hy_log_store *store, const char *group,
                                        const char *name, uint64_t now_ms)
{
    char key[KEY_BYTES];
    struct hy_log_stream *stream = hy_log_stream_find(store, group, name);
    if (stream != NULL) {
        return stream;
    }
    stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    make_key(key, group, name);
    stream->key = strdup(key);
    stream->group = strdup(group);
    stream->name = strdup(name);
    stream->created_ms = now_ms;
    if (stream->key != NULL && stream->group != NULL && stream->name != NULL) {
        HASH_ADD_KEYPTR(hh, store->streams, stream->key, strlen(stream->key), stream);
        if (stream->hh.tbl != NULL) {
            return stream;
        }
    }
    stream_destroy(stream);
    return NULL;
}

static int compare(const struct hy_log_stream *a, const struct hy_log_stream *b)
{
    const int order = strcmp(a->group, b->group);
    return order != 0 ? order : strcmp(a->name, b->name);
}

void hy_log_store_sort(struct hy_log_store *store)
{
    HASH_SORT(store->streams, compare);
}

static struct hy_log_event *event_at(const struct hy_log_stream *stream, size_t index)
{
    return &stream->events[(stream->first + index) % stream->cap];
}

const struct hy_log_event *hy_log_at(const struct hy_log_stream *stream, size_t index)
{
    return event_at(stream, index);
}

/* Before there are as many as there may be, the ring has not begun to turn: first is 0. */
static enum hy_code grow(struct hy_log_stream *stream)
{
    size_t cap = stream->cap == 0 ? CAP_FIRST : stream->cap * 2;
    cap = cap > HY_LOG_EVENTS_MAX ? HY_LOG_EVENTS_MAX : cap;
    struct hy_log_event *events = realloc(stream->events, cap * sizeof *events);
    if (events == NULL) {
        return HY_NO_MEMORY;
    }
    stream->events = events;
    stream->cap = cap;
    return HY_OK;
}

static void drop_oldest(struct hy_log_stream *stream)
{
    struct hy_log_event *oldest = event_at(stream, 0);
    stream->bytes -= oldest->len;
    free(oldest->message);
    stream->first = (stream->first + 1) % stream->cap;
    stream->count--;
}

enum hy_code hy_log_append(struct hy_log_store *store, struct hy_log_stream *stream, hy_sv message,
                           uint64_t now_ms)
{
    char *copy = hy_sv_dup(message);
    if (copy == NULL) {
        return HY_NO_MEMORY;
    }
    if (stream->count == HY_LOG_EVENTS_MAX) {
        drop_oldest(stream);
    } else if (stream->count == stream->cap && grow(stream) != HY_OK) {
        free(copy);
        return HY_NO_MEMORY;
    }
    *event_at(stream, stream->count++) =
        (struct hy_log_event){ ++store->last_id, now_ms, copy, message.len };
    stream->bytes += message.len;
    return HY_OK;
}
