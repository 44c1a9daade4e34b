#include "services/control/control.h"

#include "services/control/guard.h"
#include "services/control/routes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const hy_sv root = HY_SV_INIT("/_hydrant/");

static const struct route {
    const char *method;
    hy_sv path; /* below the root; a trailing slash takes a NAME */
    void (*run)(struct hy_control_call *call);
} routes[] = {
    { "GET", HY_SV_INIT("health"), hy_control_health },
    { "GET", HY_SV_INIT("streams"), hy_control_streams },
    { "GET", HY_SV_INIT("streams/"), hy_control_stream },
    { "POST", HY_SV_INIT("flush"), hy_control_flush },
    { "POST", HY_SV_INIT("await"), hy_control_await },
    { "GET", HY_SV_INIT("clock"), hy_control_clock_get },
    { "POST", HY_SV_INIT("clock"), hy_control_clock_set },
    { "GET", HY_SV_INIT("metrics"), hy_control_metrics },
    { "POST", HY_SV_INIT("reset"), hy_control_reset },
};

enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

struct hy_control *hy_control_create(const struct hy_control_options *options)
{
    struct hy_control *control = calloc(1, sizeof *control);
    if (control != NULL) {
        control->options = *options;
    }
    return control;
}

void hy_control_stop(struct hy_control *control)
{
    hy_control_cancel_awaits(control);
}

void hy_control_destroy(struct hy_control *control)
{
    free(control);
}

bool hy_control_wants(const struct hy_http_request *request)
{
    return hy_sv_starts_with(request->path, root) ||
           hy_sv_equal(request->path, HY_SV("/_hydrant"));
}

void hy_control_reply(struct hy_http_exchange *exchange, struct hy_buf *buf)
{
    if (buf->failed) {
        hy_control_fail(exchange, 500, "the answer is larger than %d bytes", HY_CONTROL_REPLY_MAX);
    } else {
        const struct hy_http_header header = { HY_SV("Content-Type"), HY_SV("application/json") };
        hy_buf_append_byte(buf, '\n');
        hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ &header, 1 },
                                hy_buf_sv(buf));
    }
    hy_buf_finish(buf);
}

void hy_control_fail(struct hy_http_exchange *exchange, int status, const char *format, ...)
{
    char sentence[HY_ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);

    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, 8 * HY_ERR_TEXT_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("error"));
    hy_json_string(&write, hy_sv_of(sentence));
    hy_json_end_object(&write);
    hy_buf_append_byte(&body, '\n');
    const struct hy_http_header header = { HY_SV("Content-Type"), HY_SV("application/json") };
    hy_http_exchange_answer(exchange, status, (struct hy_http_headers){ &header, 1 },
                            body.failed ? HY_SV("") : hy_buf_sv(&body));
    hy_buf_finish(&body);
}

struct hy_stream *hy_control_find_stream(struct hy_control_call *call)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call->body, "stream"));
    if (name == NULL) {
        hy_control_fail(call->exchange, 400, "stream must be a string");
        return NULL;
    }
    struct hy_stream *stream = hy_registry_find(call->control->options.registry, hy_sv_of(name));
    if (stream == NULL) {
        hy_control_fail(call->exchange, 404, "there is no stream %s", name);
    }
    return stream;
}

bool hy_control_number(struct hy_control_call *call, const char *member, uint64_t *out,
                       bool *answered)
{
    static const double exact_max = 9007199254740992.0; /* 2^53 */
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->body, member);
    *answered = false;
    if (item == NULL) {
        return false;
    }
    double number = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(number >= 0 && number <= exact_max) || (double)(uint64_t)number < number) {
        hy_control_fail(call->exchange, 400, "%s must be a whole number, 0 or more", member);
        *answered = true;
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

/* "streams/" takes what follows it as NAME; the others match whole. */
static bool matches(const struct route *route, hy_sv path, hy_sv *name)
{
    bool takes_name = hy_sv_ends_with(route->path, HY_SV("/"));
    *name = (hy_sv){ 0 };
    if (!takes_name) {
        return hy_sv_equal(route->path, path);
    }
    if (!hy_sv_starts_with(path, route->path) || path.len == route->path.len) {
        return false;
    }
    *name = (hy_sv){ path.ptr + route->path.len, path.len - route->path.len };
    return true;
}

/* NULL: answered. */
static const struct route *find_route(struct hy_control_call *call,
                                      const struct hy_http_request *request)
{
    hy_sv path = request->path;
    size_t skip = path.len < root.len ? path.len : root.len;
    path = (hy_sv){ path.ptr + skip, path.len - skip };
    bool known = false;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (matches(&routes[i], path, &call->name)) {
            known = true;
            if (hy_sv_equal(request->method, hy_sv_of(routes[i].method))) {
                return &routes[i];
            }
        }
    }
    if (known) {
        hy_control_fail(call->exchange, 405, "%.*s does not take %.*s", HY_SV_ARG(request->path),
                        HY_SV_ARG(request->method));
    } else {
        hy_control_fail(call->exchange, 404, "the control API has no %.*s",
                        HY_SV_ARG(request->path));
    }
    return NULL;
}

/* False: answered. An empty body is no body. */
static bool read_body(struct hy_control_call *call, const struct hy_http_request *request)
{
    if (request->body_len == 0) {
        return true;
    }
    call->body = cJSON_ParseWithLength(request->body, request->body_len);
    if (!cJSON_IsObject(call->body)) {
        hy_control_fail(call->exchange, 400, "the body must be a JSON object");
        return false;
    }
    return true;
}

void hy_control_handle(struct hy_control *control, struct hy_http_exchange *exchange,
                       uint64_t now_ms)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    struct hy_control_call call = { .control = control, .exchange = exchange, .now_ms = now_ms };
    const char *reason = hy_control_guard(request);
    if (reason != NULL) {
        hy_control_fail(exchange, 403, "%s", reason);
        return;
    }
    const struct route *route = find_route(&call, request);
    if (route != NULL && read_body(&call, request)) {
        route->run(&call);
    }
    cJSON_Delete(call.body);
}
