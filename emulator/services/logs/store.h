/* store.h - log streams and their events, in memory. Pure: time is an argument.
 *
 * A stream keeps its last HY_LOG_EVENTS_MAX events. Ids rise over all streams, in the order in
 * which events came, from 1.
 */
#ifndef HY_SERVICES_LOGS_STORE_H
#define HY_SERVICES_LOGS_STORE_H

#include "base/err.h"
#include "base/sv.h"

#define HASH_NONFATAL_OOM 1 /* hy_log_stream_get looks whether it is in */
#include <uthash.h>

enum { HY_LOG_EVENTS_MAX = 10000 };

struct hy_log_event {
    uint64_t id, at_ms;
    char *message; /* NUL-terminated */
    size_t len;
};

struct hy_log_stream {
    char *key;         /* "group:name": neither has a colon */
    char *group, *name;
    uint64_t created_ms;
    struct hy_log_event *events; /* a ring once there are HY_LOG_EVENTS_MAX */
    size_t first, count, cap;
    uint64_t bytes;    /* of all messages */
    UT_hash_handle hh;
};

struct hy_log_store { /* zeroed: empty */
    struct hy_log_stream *streams;
    uint64_t last_id;
};

void hy_log_store_finish(struct hy_log_store *store); /* empty again */

struct hy_log_stream *hy_log_stream_find(const struct hy_log_store *store, const char *group,
                                         const char *name);
/* The same, made when there is none; NULL when out of memory. */
struct hy_log_stream *hy_log_stream_get(struct hy_log_store *store, const char *group,
                                        const char *name, uint64_t now_ms);
/* By group, then by name, in byte order. */
void hy_log_store_sort(struct hy_log_store *store);

HY_MUST_CHECK
enum hy_code hy_log_append(struct hy_log_store *store, struct hy_log_stream *stream, hy_sv message,
                           uint64_t now_ms);
/* From 0, the oldest, to count - 1. */
const struct hy_log_event *hy_log_at(const struct hy_log_stream *stream, size_t index);

#endif
