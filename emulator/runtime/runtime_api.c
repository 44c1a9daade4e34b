#include "runtime/runtime_api.h"

#include "base/base64.h"
#include "base/clock.h"
#include "io/http_server.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_MAX = 1536 * 1024,       /* clients send X-Ray causes of up to 1 MiB as a header */
    BODY_READ_MAX = 32 * 1024 * 1024, /* over the limit, but read: the client gets its 413 */
    PARKED_MAX = 16,
};

enum state { STARTED, READY, RUNNING, RESPONDED, INIT_ERROR };

/* As they appear in the 403s. */
static const char *const state_names[] = {
    "Started", "Ready", "Running", "RuntimeResponseSentState", "InitError",
};

struct hy_runtime_api {
    struct hy_loop *loop;
    struct hy_runtime_api_options options;
    struct hy_http_server *server;
    enum state state;
    bool has_event, stopped;
    struct hy_runtime_event event;
    char last_id[HY_UUID_BYTES];     /* of the newest event */
    char delivery_id[HY_UUID_BYTES]; /* of the newest delivery of it */

    struct hy_http_exchange *parked[PARKED_MAX]; /* GET next, oldest first */
    size_t parked_count;
    struct hy_http_exchange *extensions[PARKED_MAX]; /* GET event/next: for ever */
    size_t extension_count;

    struct hy_http_exchange *post; /* a result that waits for the end of the turn */
    struct hy_runtime_result result;
    struct hy_buf error_body; /* when it is not the request's own */
    int post_status;
    bool settling;                 /* on_turn_over will be called */
    hy_loop_fn *done;              /* of stop; server_gone: it may be called */
    void *done_ctx;
    bool server_gone;
};

/* Answers. */

static void answer_as(struct hy_http_exchange *exchange, int status, hy_sv type, hy_sv body)
{
    struct hy_http_header header = { HY_SV("Content-Type"), type };
    struct hy_http_headers headers = { &header, type.len > 0 ? 1 : 0 };
    hy_http_exchange_answer(exchange, status, headers, body);
}

static void answer_json(struct hy_http_exchange *exchange, int status, hy_sv body)
{
    answer_as(exchange, status, HY_SV("application/json"), body);
}

static void answer_accepted(struct hy_http_exchange *exchange)
{
    answer_json(exchange, 202, HY_SV("{\"status\":\"OK\"}\n"));
}

static void answer_invalid_id(struct hy_http_exchange *exchange)
{
    answer_json(exchange, 400, HY_SV("{\"errorMessage\":\"Invalid request ID\","
                                     "\"errorType\":\"InvalidRequestID\"}\n"));
}

static void answer_forbidden(struct hy_runtime_api *api, struct hy_http_exchange *exchange,
                             const char *transition)
{
    char body[256];
    int len = snprintf(body, sizeof body,
                       "{\"errorMessage\":\"State transition from %s to %s failed for runtime. "
                       "Error: State transition is not allowed\","
                       "\"errorType\":\"InvalidStateTransition\"}\n",
                       state_names[api->state], transition);
    answer_json(exchange, 403, (hy_sv){ body, (size_t)len });
}

/* Parking. */

static bool unpark(struct hy_http_exchange **list, size_t *count,
                   const struct hy_http_exchange *exchange)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i] == exchange) {
            memmove(list + i, list + i + 1, (*count - i - 1) * sizeof *list);
            --*count;
            return true;
        }
    }
    return false;
}

/* The end of a connection is not the end of the runtime: it may come back on another one. */
static void on_parked_gone(void *ctx, struct hy_http_exchange *exchange)
{
    struct hy_runtime_api *api = ctx;
    if (unpark(api->parked, &api->parked_count, exchange) ||
        unpark(api->extensions, &api->extension_count, exchange)) {
        hy_http_exchange_cut(exchange);
    }
}

static bool park(struct hy_runtime_api *api, struct hy_http_exchange **list, size_t *count,
                 struct hy_http_exchange *exchange)
{
    if (*count == PARKED_MAX) {
        answer_json(exchange, 500, HY_SV("{\"errorMessage\":\"Internal Server Error\","
                                         "\"errorType\":\"InternalServerError\"}\n"));
        return false;
    }
    list[(*count)++] = exchange;
    hy_http_exchange_on_gone(exchange, on_parked_gone, api);
    return true;
}

/* Events. */

static void answer_event(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    const struct hy_runtime_event *event = &api->event;
    char deadline[24];
    (void)snprintf(deadline, sizeof deadline, "%" PRIu64, event->deadline_ms);
    hy_random_uuid(api->options.random, api->delivery_id);
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("Lambda-Runtime-Aws-Request-Id"), hy_sv_of(event->request_id) },
        { HY_SV("Lambda-Runtime-Deadline-Ms"), hy_sv_of(deadline) },
        { HY_SV("Lambda-Runtime-Invoked-Function-Arn"), hy_sv_of(event->arn) },
        { HY_SV("Lambda-Runtime-Trace-Id"), hy_sv_of(event->trace_id) },
        { HY_SV("Lambda-Runtime-Invocation-Id"), hy_sv_of(api->delivery_id) },
    };
    api->state = RUNNING;
    hy_http_exchange_answer(exchange, 200,
                            (struct hy_http_headers){ headers, sizeof headers / sizeof *headers },
                            event->payload);
}

void hy_runtime_api_deliver(struct hy_runtime_api *api, const struct hy_runtime_event *event)
{
    assert(api->state == READY && !api->has_event && !api->stopped);
    api->event = *event;
    api->has_event = true;
    (void)snprintf(api->last_id, sizeof api->last_id, "%s", event->request_id);
    if (api->parked_count > 0) { /* else the next GET next finds it */
        struct hy_http_exchange *oldest = api->parked[0];
        (void)unpark(api->parked, &api->parked_count, oldest);
        answer_event(api, oldest);
    }
}

static void become_ready(struct hy_runtime_api *api)
{
    api->state = READY;
    api->options.on_ready(api->options.ctx);
}

static void handle_next(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    if (api->state == INIT_ERROR) {
        answer_forbidden(api, exchange, "Ready");
    } else if (api->has_event && api->post == NULL) { /* also again: the same event */
        answer_event(api, exchange);
    } else if (park(api, api->parked, &api->parked_count, exchange) && api->post == NULL &&
               api->state != READY) {
        become_ready(api);
    }
}

/* Results. */

static void on_turn_over(void *ctx);

static void free_when_over(struct hy_runtime_api *api)
{
    if (api->server_gone && !api->settling) {
        hy_loop_fn *done = api->done;
        void *ctx = api->done_ctx;
        hy_buf_finish(&api->error_body);
        free(api);
        done(ctx);
    }
}

static void answer_result(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    if (api->post_status == 202) {
        answer_accepted(exchange);
    } else if (api->post_status == 413) {
        answer_json(exchange, 413,
                    HY_SV("{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 "
                          "bytes).\",\"errorType\":\"RequestEntityTooLarge\"}\n"));
    } else {
        answer_json(exchange, 400, hy_buf_sv(&api->error_body));
    }
}

void hy_runtime_api_settle(struct hy_runtime_api *api)
{
    struct hy_http_exchange *exchange = api->post;
    if (exchange == NULL) {
        return;
    }
    api->post = NULL;
    api->state = api->result.outcome == HY_RUNTIME_INIT_ERROR ? INIT_ERROR : RESPONDED;
    api->has_event = false;
    api->options.on_result(api->options.ctx, &api->result);
    if (api->stopped) { /* by whoever got the result */
        hy_http_exchange_cut(exchange);
        return;
    }
    answer_result(api, exchange);
    hy_buf_finish(&api->error_body);
    if (api->parked_count > 0 && api->state == RESPONDED) {
        become_ready(api);
    }
}

static void on_turn_over(void *ctx)
{
    struct hy_runtime_api *api = ctx;
    api->settling = false;
    hy_runtime_api_settle(api);
    free_when_over(api);
}

/* Keeps the exchange, whose bytes the result refers to, until the turn is over. */
static void accept_result(struct hy_runtime_api *api, struct hy_http_exchange *exchange,
                          int status)
{
    api->post = exchange;
    api->post_status = status;
    if (api->settling) {
        return;
    }
    api->settling = hy_loop_defer(api->loop, on_turn_over, api);
    if (!api->settling) {
        hy_runtime_api_settle(api); /* without memory: now, with what has been read so far */
    }
}

static void fail_result(struct hy_runtime_api *api, const char *type, const char *format,
                        size_t number)
{
    char message[160];
    (void)snprintf(message, sizeof message, format, number);
    api->result = (struct hy_runtime_result){ .outcome = HY_RUNTIME_ERROR };
    hy_function_error_set_type(&api->result.error, hy_sv_of(type));
    hy_function_error_set_message(&api->result.error, hy_sv_of(message));
}

/* What the protocol itself refuses, whatever the result is. */
static bool refuse_result(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    if (request->truncated_body) {
        fail_result(api, "Runtime.TruncatedResponse",
                    "The runtime's response was cut off after %zu bytes", request->body_len);
        hy_buf_printf(&api->error_body, "{\"errorMessage\":\"HTTP request detected as truncated\","
                                        "\"errorType\":\"TruncatedHTTPRequest\"}\n");
        accept_result(api, exchange, 400);
        return true;
    }
    if (request->body_len > HY_RUNTIME_PAYLOAD_MAX) {
        fail_result(api, "Function.ResponseSizeTooLarge",
                    "Response payload size (%zu bytes) exceeded maximum allowed payload size "
                    "(6291556 bytes).", request->body_len);
        accept_result(api, exchange, 413);
        return true;
    }
    hy_sv mode = hy_http_header(request->headers,
                                HY_SV("Lambda-Runtime-Function-Response-Mode"));
    if (mode.len > 0 && !hy_sv_equal_nocase(mode, HY_SV("streaming"))) {
        fail_result(api, "Runtime.InvalidResponseModeHeader",
                    "Invalid function response mode (%zu characters)", mode.len);
        hy_buf_printf(&api->error_body, "{\"errorMessage\":\"Invalid function response mode\","
                                        "\"errorType\":\"InvalidFunctionResponseMode\"}\n");
        accept_result(api, exchange, 400);
        return true;
    }
    return false;
}

static hy_sv request_body(const struct hy_http_request *request)
{
    return (hy_sv){ request->body, request->body_len };
}

/* What the body says about the error, else the header, else nothing is known. */
static void read_error(struct hy_runtime_api *api, const struct hy_http_request *request,
                       enum hy_runtime_outcome outcome, const char *unknown)
{
    api->result = (struct hy_runtime_result){ .outcome = outcome };
    hy_sv header = hy_http_header(request->headers, HY_SV("Lambda-Runtime-Function-Error-Type"));
    hy_function_error_set_type(&api->result.error, header.len > 0 ? header : hy_sv_of(unknown));
    if (hy_function_error_peek(request_body(request), &api->result.error)) {
        api->result.payload = request_body(request);
    }
    hy_sv content = hy_http_header(request->headers, HY_SV("Content-Type"));
    if (hy_sv_equal(content, HY_SV("application/vnd.aws.lambda.error.cause+json"))) {
        hy_function_error_reduce(request_body(request), &api->error_body);
        api->result.payload = hy_buf_sv(&api->error_body);
    }
}

/* A streamed response may fail after bytes were sent: the trailers say so. */
static bool read_trailers(struct hy_runtime_api *api, const struct hy_http_request *request)
{
    hy_sv type = hy_http_header(request->trailers, HY_SV("Lambda-Runtime-Function-Error-Type"));
    hy_sv text = hy_http_header(request->trailers, HY_SV("Lambda-Runtime-Function-Error-Body"));
    if (type.len == 0 && text.len == 0) {
        return false;
    }
    api->result = (struct hy_runtime_result){ .outcome = HY_RUNTIME_ERROR };
    hy_function_error_set_type(&api->result.error,
                               type.len > 0 ? type : HY_SV("Function.Unknown"));
    char *body = hy_buf_reserve(&api->error_body, HY_BASE64_DECODED_MAX(text.len) + 1);
    size_t len, bad_at;
    if (body != NULL && hy_base64_decode(text, body, &len, &bad_at)) {
        hy_buf_commit(&api->error_body, len);
        if (hy_function_error_peek(hy_buf_sv(&api->error_body), &api->result.error)) {
            api->result.payload = hy_buf_sv(&api->error_body);
        }
    }
    return true;
}

/* The request id is between the two last but one slashes. */
static hy_sv id_of(const struct hy_http_request *request)
{
    hy_sv rest = request->path;
    for (int part = 0; part < 4; part++) { /* "", 2018-06-01, runtime, invocation */
        (void)hy_sv_cut(&rest, '/');
    }
    return hy_sv_cut(&rest, '/');
}

/* May a result for this id be posted now? Answers if not. */
static bool check_post(struct hy_runtime_api *api, struct hy_http_exchange *exchange,
                       const char *transition)
{
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    if (api->last_id[0] != '\0' && !hy_sv_equal(id_of(request), hy_sv_of(api->last_id))) {
        answer_invalid_id(exchange);
        return false;
    }
    if (api->state != RUNNING || api->post != NULL) {
        answer_forbidden(api, exchange, transition);
        return false;
    }
    hy_sv delivery = hy_http_header(request->headers, HY_SV("Lambda-Runtime-Invocation-Id"));
    if (delivery.len > 0 && !hy_sv_equal(delivery, hy_sv_of(api->delivery_id))) {
        answer_json(exchange, 410, HY_SV("{\"errorMessage\":\"Invoke timeout\","
                                         "\"errorType\":\"InvokeTimeout\"}\n"));
        return false;
    }
    return true;
}

static void handle_response(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    if (!check_post(api, exchange, "InvocationResponse") || refuse_result(api, exchange)) {
        return;
    }
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    if (!read_trailers(api, request)) {
        api->result = (struct hy_runtime_result){ .outcome = HY_RUNTIME_REPLY,
                                                  .payload = request_body(request) };
    }
    accept_result(api, exchange, 202);
}

static void handle_error(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    if (!check_post(api, exchange, "InvocationErrorResponse") || refuse_result(api, exchange)) {
        return;
    }
    read_error(api, hy_http_exchange_request(exchange), HY_RUNTIME_ERROR, "Function.Unknown");
    accept_result(api, exchange, 202);
}

static void handle_init_error(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    if (api->state != STARTED || api->post != NULL) {
        answer_forbidden(api, exchange, "InitError");
        return;
    }
    read_error(api, hy_http_exchange_request(exchange), HY_RUNTIME_INIT_ERROR,
               "Runtime.Unknown");
    accept_result(api, exchange, 202);
}

/* Everything else that lives on this port. */

static void handle_ping(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    (void)api;
    answer_as(exchange, 200, HY_SV("text/plain; charset=utf-8"), HY_SV("pong"));
}

/* Programs register a do-nothing extension only to be sent SIGTERM, and some panic when they
 * are refused (lambda-contract.md 1.1). They get SIGTERM anyway. */
static void handle_register(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    char id[HY_UUID_BYTES];
    hy_random_uuid(api->options.random, id);
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("Lambda-Extension-Identifier"), hy_sv_of(id) },
    };
    char body[512];
    int len = snprintf(body, sizeof body,
                       "{\"functionName\":\"%.128s\",\"functionVersion\":\"$LATEST\","
                       "\"handler\":\"%.128s\"}\n",
                       api->options.function_name, api->options.handler);
    hy_http_exchange_answer(exchange, 200, (struct hy_http_headers){ headers, 2 },
                            (hy_sv){ body, (size_t)len });
}

static void handle_extension_next(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    (void)park(api, api->extensions, &api->extension_count, exchange);
}

static void handle_extension_error(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    (void)api;
    answer_accepted(exchange);
}

static void handle_logs(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    (void)api;
    answer_json(exchange, 202, HY_SV("{\"errorMessage\":\"Logs API is not supported\","
                                     "\"errorType\":\"Logs.NotSupported\"}\n"));
}

static void handle_telemetry(struct hy_runtime_api *api, struct hy_http_exchange *exchange)
{
    (void)api;
    answer_json(exchange, 202, HY_SV("{\"errorMessage\":\"Telemetry API is not supported\","
                                     "\"errorType\":\"Telemetry.NotSupported\"}\n"));
}

/* A '*' stands for one part of a path. */
static const struct route {
    hy_sv method, path;
    void (*handle)(struct hy_runtime_api *api, struct hy_http_exchange *exchange);
} routes[] = {
    { HY_SV_INIT("GET"), HY_SV_INIT("/2018-06-01/runtime/invocation/next"), handle_next },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2018-06-01/runtime/invocation/*/response"),
      handle_response },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2018-06-01/runtime/invocation/*/error"), handle_error },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2018-06-01/runtime/init/error"), handle_init_error },
    { HY_SV_INIT("GET"), HY_SV_INIT("/2018-06-01/ping"), handle_ping },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2020-01-01/extension/register"), handle_register },
    { HY_SV_INIT("GET"), HY_SV_INIT("/2020-01-01/extension/event/next"), handle_extension_next },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2020-01-01/extension/init/error"),
      handle_extension_error },
    { HY_SV_INIT("POST"), HY_SV_INIT("/2020-01-01/extension/exit/error"),
      handle_extension_error },
    { HY_SV_INIT("PUT"), HY_SV_INIT("/2020-08-15/logs"), handle_logs },
    { HY_SV_INIT("PUT"), HY_SV_INIT("/2022-07-01/telemetry"), handle_telemetry },
};

static bool path_matches(hy_sv pattern, hy_sv path)
{
    while (pattern.len > 0 && path.len > 0) {
        hy_sv wanted = hy_sv_cut(&pattern, '/');
        hy_sv part = hy_sv_cut(&path, '/');
        if (!hy_sv_equal(wanted, HY_SV("*")) && !hy_sv_equal(wanted, part)) {
            return false;
        }
    }
    return pattern.len == 0 && path.len == 0;
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct hy_runtime_api *api = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    bool known = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes && !api->stopped; i++) {
        if (path_matches(routes[i].path, request->path)) {
            known = true;
            if (hy_sv_equal(routes[i].method, request->method)) {
                routes[i].handle(api, exchange);
                return;
            }
        }
    }
    if (known) {
        answer_as(exchange, 405, HY_SV(""), HY_SV(""));
    } else {
        answer_as(exchange, 404, HY_SV("text/plain; charset=utf-8"),
                  HY_SV("404 page not found\n"));
    }
}

static size_t on_head(void *ctx, const struct hy_http_request *request)
{
    (void)ctx;
    (void)request;
    return BODY_READ_MAX;
}

enum hy_code hy_runtime_api_create(struct hy_loop *loop,
                                   const struct hy_runtime_api_options *options,
                                   struct hy_runtime_api **out, struct hy_err *err)
{
    struct hy_runtime_api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    api->loop = loop;
    api->options = *options;
    hy_buf_init(&api->error_body, HEAD_MAX);
    const struct hy_http_server_options server = {
        .host = "127.0.0.1",
        .head_max = HEAD_MAX,
        .idle_timeout_ms = HY_NEVER_MS, /* a runtime may be busy for 15 minutes in between */
        .accept_truncated = true,
        .on_head = on_head,
        .on_request = on_request,
        .ctx = api,
    };
    enum hy_code code = hy_http_server_create(loop, &server, &api->server, err);
    if (code != HY_OK) {
        free(api);
        return code;
    }
    *out = api;
    return HY_OK;
}

unsigned hy_runtime_api_port(const struct hy_runtime_api *api)
{
    return hy_http_server_port(api->server);
}

static void on_server_gone(void *ctx)
{
    struct hy_runtime_api *api = ctx;
    api->server_gone = true;
    free_when_over(api);
}

void hy_runtime_api_stop(struct hy_runtime_api *api, hy_loop_fn *done, void *ctx)
{
    assert(!api->stopped);
    api->stopped = true;
    api->has_event = false;
    api->done = done;
    api->done_ctx = ctx;
    while (api->parked_count > 0) {
        hy_http_exchange_cut(api->parked[--api->parked_count]);
    }
    while (api->extension_count > 0) {
        hy_http_exchange_cut(api->extensions[--api->extension_count]);
    }
    if (api->post != NULL) {
        hy_http_exchange_cut(api->post);
        api->post = NULL;
    }
    hy_http_server_stop(api->server, 0, on_server_gone, api);
}

