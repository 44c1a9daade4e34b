/* filter_log_events.c - FilterLogEvents: events of a group's streams, in the order in which they
 * came; the token is the id of the last one of the page before. */
#include "services/logs/inside.h"
#include "services/logs/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_MAX = 10000 };

struct filter {
    const char *group, *prefix;
    const cJSON *names; /* NULL: all streams */
    uint64_t start_ms, end_ms; /* the end is in it */
    uint64_t limit, after;
    struct hy_log_pattern pattern;
};

struct match {
    const struct hy_log_event *event;
    const struct hy_log_stream *stream;
};

struct matches {
    struct match *items; /* on the heap */
    size_t count, cap;
};

static enum hy_code read_names(const cJSON *params, struct filter *filter, struct hy_err *err)
{
    const cJSON *name = NULL;
    if (hy_params_list(params, "logStreamNames", &filter->names) == HY_PARAM_WRONG) {
        return hy_refuse(err, &hy_cwlogs_invalid_parameter, "logStreamNames must be a list.");
    }
    cJSON_ArrayForEach(name, filter->names)
    {
        if (!cJSON_IsString(name)) {
            return hy_refuse(err, &hy_cwlogs_invalid_parameter,
                             "logStreamNames must be a list of names.");
        }
    }
    const enum hy_code code = hy_cwlogs_text(params, "logStreamNamePrefix", &filter->prefix, err);
    if (code == HY_OK && filter->names != NULL && filter->prefix != NULL) {
        return hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "logStreamNamePrefix and logStreamNames cannot be used together.");
    }
    return code;
}

static enum hy_code read_pattern(const cJSON *params, struct filter *filter, struct hy_err *err)
{
    const char *pattern = NULL;
    const char *token = NULL;
    enum hy_code code = hy_cwlogs_text(params, "filterPattern", &pattern, err);
    if (code == HY_OK && !hy_log_pattern_parse(&filter->pattern, hy_sv_of(pattern))) {
        code = hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "Invalid filter pattern: hydrant knows terms and one condition on a "
                         "JSON member");
    }
    if (code == HY_OK) {
        code = hy_cwlogs_text(params, "nextToken", &token, err);
    }
    if (code == HY_OK && token != NULL && !hy_sv_to_u64(hy_sv_of(token), &filter->after)) {
        code = hy_refuse(err, &hy_cwlogs_invalid_parameter, "The specified nextToken is invalid.");
    }
    return code;
}

static enum hy_code read(const struct hy_cwlogs *logs, const cJSON *params, struct filter *filter,
                         struct hy_err *err)
{
    static const uint64_t ever = UINT64_C(1) << 53;
    *filter = (struct filter){ .end_ms = ever, .limit = LIMIT_MAX };
    enum hy_code code = hy_cwlogs_group(logs, params, &filter->group, err);
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "startTime", 0, ever, &filter->start_ms, err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "endTime", 0, ever, &filter->end_ms, err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "limit", 1, LIMIT_MAX, &filter->limit, err);
    }
    if (code == HY_OK) {
        code = read_names(params, filter, err);
    }
    return code == HY_OK ? read_pattern(params, filter, err) : code;
}

static bool is_named(const struct filter *filter, const struct hy_log_stream *stream)
{
    const cJSON *name = NULL;
    if (filter->prefix != NULL) {
        return hy_sv_starts_with(hy_sv_of(stream->name), hy_sv_of(filter->prefix));
    }
    cJSON_ArrayForEach(name, filter->names)
    {
        if (strcmp(name->valuestring, stream->name) == 0) {
            return true;
        }
    }
    return filter->names == NULL;
}

static bool is_wanted(const struct filter *filter, const struct hy_log_event *event)
{
    return event->id > filter->after && event->at_ms >= filter->start_ms &&
           event->at_ms <= filter->end_ms &&
           hy_log_pattern_matches(&filter->pattern, (hy_sv){ event->message, event->len });
}

/* One more than fit a page: then there is a next one. */
static enum hy_code gather(const struct filter *filter, const struct hy_log_stream *stream,
                           struct matches *matches)
{
    size_t found = 0;
    for (size_t i = 0; i < stream->count && found <= filter->limit; i++) {
        const struct hy_log_event *event = hy_log_at(stream, i);
        if (!is_wanted(filter, event)) {
            continue;
        }
        if (matches->count == matches->cap) {
            const size_t cap = matches->cap == 0 ? 64 : matches->cap * 2;
            struct match *items = realloc(matches->items, cap * sizeof *items);
            if (items == NULL) {
                return HY_NO_MEMORY;
            }
            matches->items = items;
            matches->cap = cap;
        }
        matches->items[matches->count++] = (struct match){ event, stream };
        found++;
    }
    return HY_OK;
}

static int compare(const void *a, const void *b)
{
    const struct match *left = a;
    const struct match *right = b;
    return left->event->id < right->event->id ? -1 : left->event->id > right->event->id;
}

static void write_event(struct hy_json_write *json, const struct match *match)
{
    const struct hy_log_event *event = match->event;
    char id[64];
    (void)snprintf(id, sizeof id, "%056llu", (unsigned long long)event->id);
    hy_json_begin_object(json);
    hy_json_name(json, HY_SV("logStreamName"));
    hy_json_string(json, hy_sv_of(match->stream->name));
    hy_cwlogs_member(json, HY_SV("timestamp"), event->at_ms);
    hy_json_name(json, HY_SV("message"));
    hy_json_string(json, (hy_sv){ event->message, event->len });
    hy_cwlogs_member(json, HY_SV("ingestionTime"), event->at_ms);
    hy_json_name(json, HY_SV("eventId"));
    hy_json_string(json, hy_sv_of(id));
    hy_json_end_object(json);
}

static void answer(struct hy_call *call, const struct filter *filter, struct matches *matches)
{
    struct hy_buf body;
    struct hy_json_write json;
    const bool has_more = matches->count > filter->limit;
    const size_t count = has_more ? (size_t)filter->limit : matches->count;
    if (matches->count > 0) {
        qsort(matches->items, matches->count, sizeof *matches->items, compare);
    }
    hy_buf_init(&body, HY_CWLOGS_REPLY_MAX);
    hy_json_write_init(&json, &body);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("events"));
    hy_json_begin_array(&json);
    for (size_t i = 0; i < count; i++) {
        write_event(&json, &matches->items[i]);
    }
    hy_json_end_array(&json);
    hy_json_name(&json, HY_SV("searchedLogStreams")); /* empty, as AWS has it these days */
    hy_json_begin_array(&json);
    hy_json_end_array(&json);
    if (has_more) {
        char token[64];
        (void)snprintf(token, sizeof token, "%056llu",
                       (unsigned long long)matches->items[count - 1].event->id);
        hy_json_name(&json, HY_SV("nextToken"));
        hy_json_string(&json, hy_sv_of(token));
    }
    hy_json_end_object(&json);
    hy_cwlogs_reply(call, &body);
}

static enum hy_code act(const struct hy_cwlogs *logs, const cJSON *params, struct hy_call *call)
{
    struct filter filter;
    struct matches matches = { .items = NULL };
    enum hy_code code = read(logs, params, &filter, &call->err);
    const struct hy_log_stream *stream = logs->store.streams;
    for (; code == HY_OK && stream != NULL; stream = stream->hh.next) {
        if (strcmp(stream->group, filter.group) == 0 && is_named(&filter, stream)) {
            code = gather(&filter, stream, &matches);
        }
    }
    if (code == HY_OK) {
        answer(call, &filter, &matches);
    }
    free(matches.items);
    return code;
}

void hy_filter_log_events(void *service, struct hy_call *call)
{
    cJSON *params = NULL;
    enum hy_code code = hy_cwlogs_begin(service, call, &params);
    if (code == HY_OK) {
        code = act(service, params, call);
    }
    cJSON_Delete(params);
    if (code != HY_OK) {
        hy_call_finish(call, code, HY_SV(""));
    }
}
