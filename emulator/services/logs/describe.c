/* describe.c - DescribeLogGroups and DescribeLogStreams: pages of names in byte order; the token
 * is the last name of the page before. */
#include "services/logs/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_MAX = 50 };

struct page {
    const char *prefix, *pattern, *after; /* NULL: any */
    uint64_t limit;
    bool has_more;
    const char *last; /* of this page */
};

static enum hy_code read_page(const cJSON *params, const char *prefix, struct page *page,
                              struct hy_err *err)
{
    page->limit = LIMIT_MAX;
    enum hy_code code = hy_cwlogs_text(params, prefix, &page->prefix, err);
    if (code == HY_OK) {
        code = hy_cwlogs_text(params, "nextToken", &page->after, err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "limit", 1, LIMIT_MAX, &page->limit, err);
    }
    return code;
}

/* Case does not count. */
static bool contains(const char *text, const char *part)
{
    const size_t len = strlen(part);
    for (; strlen(text) >= len; text++) {
        if (hy_sv_equal_nocase((hy_sv){ text, len }, (hy_sv){ part, len })) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct page *page, const char *name)
{
    return (page->prefix == NULL ||
            hy_sv_starts_with(hy_sv_of(name), hy_sv_of(page->prefix))) &&
           (page->pattern == NULL || contains(name, page->pattern));
}

/* Is there room for it? */
static bool take(struct page *page, uint64_t taken, const char *name)
{
    if (taken == page->limit) {
        page->has_more = true;
        return false;
    }
    page->last = name;
    return true;
}

static void begin(struct hy_buf *body, struct hy_json_write *json, hy_sv list)
{
    hy_buf_init(body, HY_CWLOGS_REPLY_MAX);
    hy_json_write_init(json, body);
    hy_json_begin_object(json);
    hy_json_name(json, list);
    hy_json_begin_array(json);
}

static void end(struct hy_call *call, struct hy_buf *body, struct hy_json_write *json,
                const struct page *page)
{
    hy_json_end_array(json);
    if (page->has_more) {
        hy_json_name(json, HY_SV("nextToken"));
        hy_json_string(json, hy_sv_of(page->last));
    }
    hy_json_end_object(json);
    hy_cwlogs_reply(call, body);
}

/* --- groups -------------------------------------------------------------------------------- */

struct group {
    const char *name;
    uint64_t created_ms, bytes;
};

/* The group that begins at `stream`; *next is the first stream of another. */
static struct group gather(const struct hy_log_stream *stream, const struct hy_log_stream **next)
{
    struct group group = { stream->group, stream->created_ms, 0 };
    for (; stream != NULL && strcmp(stream->group, group.name) == 0; stream = stream->hh.next) {
        group.bytes += stream->bytes;
        if (stream->created_ms < group.created_ms) {
            group.created_ms = stream->created_ms;
        }
    }
    *next = stream;
    return group;
}

static void write_group(struct hy_json_write *json, const struct hy_cwlogs *logs,
                        const struct group *group)
{
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("logGroupName"));
    hy_json_string(json, hy_sv_of(group->name));
    hy_cwlogs_member(json, HY_SV("creationTime"), group->created_ms);
    hy_cwlogs_member(json, HY_SV("metricFilterCount"), 0);
    hy_json_name(json, HY_SV("arn"));
    hy_cwlogs_arn(json, logs, group->name, ":*");
    hy_cwlogs_member(json, HY_SV("storedBytes"), group->bytes);
    hy_json_name(json, HY_SV("logGroupClass"));
    hy_json_string(json, HY_SV("STANDARD"));
    hy_json_name(json, HY_SV("logGroupArn"));
    hy_cwlogs_arn(json, logs, group->name, "");
    hy_json_end_object(json);
}

static void answer_groups(const struct hy_cwlogs *logs, struct hy_call *call, struct page *page)
{
    struct hy_buf body;
    struct hy_json_write json;
    uint64_t taken = 0;
    begin(&body, &json, HY_SV("logGroups"));
    const struct hy_log_stream *stream = logs->store.streams;
    while (stream != NULL && !page->has_more) {
        const struct group group = gather(stream, &stream);
        if (is_wanted(page, group.name) &&
            (page->after == NULL || strcmp(group.name, page->after) > 0) &&
            take(page, taken, group.name)) {
            write_group(&json, logs, &group);
            taken++;
        }
    }
    end(call, &body, &json, page);
}

void hy_describe_log_groups(void *service, struct hy_call *call)
{
    struct page page = { .prefix = NULL };
    cJSON *params = NULL;
    enum hy_code code = hy_cwlogs_begin(service, call, &params);
    if (code == HY_OK) {
        code = read_page(params, "logGroupNamePrefix", &page, &call->err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_text(params, "logGroupNamePattern", &page.pattern, &call->err);
    }
    if (code == HY_OK && page.prefix != NULL && page.pattern != NULL) {
        code = hy_refuse(&call->err, &hy_cwlogs_invalid_parameter,
                         "LogGroup name prefix and LogGroup name pattern are mutually exclusive "
                         "parameters.");
    }
    if (code == HY_OK) {
        answer_groups(service, call, &page);
    } else {
        hy_call_finish(call, code, HY_SV(""));
    }
    cJSON_Delete(params);
}

/* --- streams ------------------------------------------------------------------------------- */

struct order {
    bool by_time, descending;
};

static enum hy_code read_order(const cJSON *params, const struct page *page, struct order *order,
                               struct hy_err *err)
{
    const char *by = NULL;
    enum hy_code code = hy_cwlogs_text(params, "orderBy", &by, err);
    if (code == HY_OK) {
        code = hy_cwlogs_flag(params, "descending", &order->descending, err);
    }
    order->by_time = by != NULL && strcmp(by, "LastEventTime") == 0;
    if (code == HY_OK && by != NULL && !order->by_time && strcmp(by, "LogStreamName") != 0) {
        code = hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "1 validation error detected: Value '%s' at 'orderBy' failed to satisfy "
                         "constraint: Member must satisfy enum value set: [LogStreamName, "
                         "LastEventTime]", by);
    }
    if (code == HY_OK && order->by_time && page->prefix != NULL) {
        code = hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    return code;
}

static uint64_t last_ms(const struct hy_log_stream *stream)
{
    return stream->count == 0 ? 0 : hy_log_at(stream, stream->count - 1)->at_ms;
}

static int compare_times(const void *a, const void *b)
{
    const struct hy_log_stream *const *left = a;
    const struct hy_log_stream *const *right = b;
    const uint64_t left_ms = last_ms(*left);
    const uint64_t right_ms = last_ms(*right);
    return left_ms != right_ms ? (left_ms < right_ms ? -1 : 1)
                               : strcmp((*left)->name, (*right)->name);
}

static void reverse(const struct hy_log_stream **streams, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        const struct hy_log_stream *other = streams[i];
        streams[i] = streams[count - 1 - i];
        streams[count - 1 - i] = other;
    }
}

static void write_stream(struct hy_json_write *json, const struct hy_cwlogs *logs,
                         const struct hy_log_stream *stream)
{
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("logStreamName"));
    hy_json_string(json, hy_sv_of(stream->name));
    hy_cwlogs_member(json, HY_SV("creationTime"), stream->created_ms);
    if (stream->count > 0) {
        hy_cwlogs_member(json, HY_SV("firstEventTimestamp"), hy_log_at(stream, 0)->at_ms);
        hy_cwlogs_member(json, HY_SV("lastEventTimestamp"), last_ms(stream));
        hy_cwlogs_member(json, HY_SV("lastIngestionTime"), last_ms(stream));
    }
    char rest[600];
    (void)snprintf(rest, sizeof rest, ":log-stream:%s", stream->name);
    hy_json_name(json, HY_SV("arn"));
    hy_cwlogs_arn(json, logs, stream->group, rest);
    hy_cwlogs_member(json, HY_SV("storedBytes"), 0); /* AWS says so, too */
    hy_json_end_object(json);
}

static void answer_streams(const struct hy_cwlogs *logs, struct hy_call *call, struct page *page,
                           const struct hy_log_stream *const *streams, size_t count)
{
    struct hy_buf body;
    struct hy_json_write json;
    uint64_t taken = 0;
    bool is_after = page->after == NULL;
    begin(&body, &json, HY_SV("logStreams"));
    for (size_t i = 0; i < count && !page->has_more; i++) {
        if (is_after && take(page, taken, streams[i]->name)) {
            write_stream(&json, logs, streams[i]);
            taken++;
        }
        is_after = is_after || strcmp(streams[i]->name, page->after) == 0;
    }
    end(call, &body, &json, page);
}

static enum hy_code act_streams(const struct hy_cwlogs *logs, const cJSON *params,
                                struct hy_call *call)
{
    struct page page = { .prefix = NULL };
    struct order order = { .by_time = false };
    const char *group = NULL;
    enum hy_code code = hy_cwlogs_group(logs, params, &group, &call->err);
    if (code == HY_OK) {
        code = read_page(params, "logStreamNamePrefix", &page, &call->err);
    }
    if (code == HY_OK) {
        code = read_order(params, &page, &order, &call->err);
    }
    const struct hy_log_stream **streams =
        hy_arena_alloc(&call->arena, (HASH_COUNT(logs->store.streams) + 1) * sizeof *streams);
    if (code != HY_OK || streams == NULL) {
        return code != HY_OK ? code : HY_NO_MEMORY;
    }
    size_t count = 0;
    const struct hy_log_stream *stream = logs->store.streams;
    for (; stream != NULL; stream = stream->hh.next) {
        if (strcmp(stream->group, group) == 0 && is_wanted(&page, stream->name)) {
            streams[count++] = stream;
        }
    }
    if (order.by_time) {
        qsort(streams, count, sizeof *streams, compare_times);
    }
    if (order.descending) {
        reverse(streams, count);
    }
    answer_streams(logs, call, &page, streams, count);
    return HY_OK;
}

void hy_describe_log_streams(void *service, struct hy_call *call)
{
    cJSON *params = NULL;
    enum hy_code code = hy_cwlogs_begin(service, call, &params);
    if (code == HY_OK) {
        code = act_streams(service, params, call);
    }
    cJSON_Delete(params);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
