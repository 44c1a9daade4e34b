/* get_log_events.c - GetLogEvents: one stream, page by page in both directions. A token is a
 * direction and the id of the event at the page's edge; at the end the same token comes back. */
#include "services/logs/inside.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT_MAX = 10000, TOKEN_BYTES = 64 };

struct window {
    uint64_t start_ms, end_ms; /* the end is not in it */
    uint64_t limit;
    bool forward;              /* from the head, or after the token */
    bool has_token;
    uint64_t token;
    size_t first, end;         /* of the stream's events: those of the page */
};

static enum hy_code read_token(const cJSON *params, struct window *window, struct hy_err *err)
{
    const char *token = NULL;
    const enum hy_code code = hy_cwlogs_text(params, "nextToken", &token, err);
    if (code != HY_OK || token == NULL) {
        return code;
    }
    window->has_token = true;
    window->forward = token[0] == 'f';
    if ((token[0] != 'f' && token[0] != 'b') || token[1] != '/' ||
        !hy_sv_to_u64(hy_sv_of(token + 2), &window->token)) {
        return hy_refuse(err, &hy_cwlogs_invalid_parameter, "The specified nextToken is invalid.");
    }
    return HY_OK;
}

static enum hy_code read(const cJSON *params, struct window *window, struct hy_err *err)
{
    static const uint64_t ever = UINT64_C(1) << 53;
    *window = (struct window){ .end_ms = ever, .limit = LIMIT_MAX };
    enum hy_code code = hy_cwlogs_number(params, "startTime", 0, ever, &window->start_ms, err);
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "endTime", 0, ever, &window->end_ms, err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_number(params, "limit", 1, LIMIT_MAX, &window->limit, err);
    }
    if (code == HY_OK) {
        code = hy_cwlogs_flag(params, "startFromHead", &window->forward, err);
    }
    return code == HY_OK ? read_token(params, window, err) : code;
}

static bool is_inside(const struct window *window, const struct hy_log_event *event)
{
    if (event->at_ms < window->start_ms || event->at_ms >= window->end_ms) {
        return false;
    }
    return !window->has_token ||
           (window->forward ? event->id > window->token : event->id < window->token);
}

/* Events are in the order of their ids, and of time as long as no clock goes back: then a page
 * may end early, and the next one goes on. */
static void place(const struct hy_log_stream *stream, struct window *window)
{
    size_t first = 0;
    while (first < stream->count && !is_inside(window, hy_log_at(stream, first))) {
        first++;
    }
    size_t end = first;
    while (end < stream->count && is_inside(window, hy_log_at(stream, end))) {
        end++;
    }
    if (end - first > window->limit) {
        if (window->forward) {
            end = first + (size_t)window->limit;
        } else {
            first = end - (size_t)window->limit;
        }
    }
    window->first = first;
    window->end = end;
}

static void write_token(struct hy_json_write *json, hy_sv name, char direction, uint64_t id)
{
    char token[TOKEN_BYTES];
    (void)snprintf(token, sizeof token, "%c/%056llu", direction, (unsigned long long)id);
    hy_json_name(json, name);
    hy_json_string(json, hy_sv_of(token));
}

/* An empty page is where its token said, or at the end of all there is. */
static uint64_t edge(const struct hy_log_stream *stream, const struct window *window, bool last)
{
    if (window->first < window->end) {
        return hy_log_at(stream, last ? window->end - 1 : window->first)->id;
    }
    if (window->has_token) {
        return window->token;
    }
    return stream->count == 0 ? 0 : hy_log_at(stream, stream->count - 1)->id;
}

static void answer(struct hy_call *call, const struct hy_log_stream *stream,
                   const struct window *window)
{
    struct hy_buf body;
    struct hy_json_write json;
    hy_buf_init(&body, HY_CWLOGS_REPLY_MAX);
    hy_json_write_init(&json, &body);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("events"));
    hy_json_begin_array(&json);
    for (size_t i = window->first; i < window->end; i++) {
        const struct hy_log_event *event = hy_log_at(stream, i);
        hy_json_begin_object(&json);
        hy_cwlogs_member(&json, HY_SV("timestamp"), event->at_ms);
        hy_json_name(&json, HY_SV("message"));
        hy_json_string(&json, (hy_sv){ event->message, event->len });
        hy_cwlogs_member(&json, HY_SV("ingestionTime"), event->at_ms);
        hy_json_end_object(&json);
    }
    hy_json_end_array(&json);
    write_token(&json, HY_SV("nextForwardToken"), 'f', edge(stream, window, true));
    write_token(&json, HY_SV("nextBackwardToken"), 'b', edge(stream, window, false));
    hy_json_end_object(&json);
    hy_cwlogs_reply(call, &body);
}

static enum hy_code act(const struct hy_cwlogs *logs, const cJSON *params, struct hy_call *call)
{
    struct window window;
    const char *group = NULL;
    const char *name = NULL;
    enum hy_code code = hy_cwlogs_group(logs, params, &group, &call->err);
    if (code == HY_OK) {
        code = hy_cwlogs_text(params, "logStreamName", &name, &call->err);
    }
    if (code == HY_OK) {
        code = read(params, &window, &call->err);
    }
    if (code != HY_OK) {
        return code;
    }
    const struct hy_log_stream *stream =
        name == NULL ? NULL : hy_log_stream_find(&logs->store, group, name);
    if (stream == NULL) {
        return hy_refuse(&call->err, &hy_cwlogs_not_found,
                         "The specified log stream does not exist.");
    }
    place(stream, &window);
    answer(call, stream, &window);
    return HY_OK;
}

void hy_get_log_events(void *service, struct hy_call *call)
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
