#include "runtime/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* The other side may have to start a container first. */
enum { MARGIN_MS = 10 * 1000 };

static bool has_path(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = strchr(host == NULL ? url : host + 3, '/');
    return path != NULL && path[1] != '\0';
}

/* The caller frees it. */
static char *make_url(const struct hy_function_spec *spec)
{
    if (has_path(spec->url)) {
        return hy_sv_dup(hy_sv_of(spec->url));
    }
    hy_sv base = hy_sv_of(spec->url);
    if (hy_sv_ends_with(base, HY_SV("/"))) {
        base.len--;
    }
    static const char format[] = "%.*s/2015-03-31/functions/%s/invocations";
    int len = snprintf(NULL, 0, format, HY_SV_ARG(base), spec->name);
    char *url = len < 0 ? NULL : malloc((size_t)len + 1);
    if (url != NULL) {
        (void)snprintf(url, (size_t)len + 1, format, HY_SV_ARG(base), spec->name);
    }
    return url;
}

static void say(struct hy_function_error *error, const char *type, const char *format, int status)
{
    char message[96];
    (void)snprintf(message, sizeof message, format, status);
    if (error->type[0] == '\0') {
        hy_function_error_set_type(error, hy_sv_of(type));
    }
    if (error->message[0] == '\0') {
        hy_function_error_set_message(error, hy_sv_of(message));
    }
}

/* x-amzn-ErrorType is "ThrottlingException" or "ThrottlingException:http://..."; the text is
 * in Message or errorMessage. */
static void read_refusal(const struct hy_http_response *response, struct hy_function_error *error)
{
    hy_sv type = hy_http_header(response->headers, HY_SV("x-amzn-ErrorType"));
    hy_sv name = hy_sv_cut(&type, ':');
    if (name.len > 0) {
        hy_function_error_set_type(error, name);
    }
    if (response->body.len > 0 && error->message[0] == '\0') {
        hy_function_error_set_message(error, response->body);
    }
    say(error, "Lambda.ServiceError", "The endpoint answered with status %d", response->status);
}

static enum hy_invoke_outcome outcome_of_200(const struct hy_http_response *response,
                                             struct hy_function_error *error)
{
    bool is_object = hy_function_error_peek(response->body, error);
    hy_sv mark = hy_http_header(response->headers, HY_SV("X-Amz-Function-Error"));
    bool is_error = mark.len > 0 || (error->type[0] != '\0' && error->message[0] != '\0');
    if (!is_error && (is_object || hy_function_error_is_json(response->body))) {
        *error = (struct hy_function_error){ 0 };
        return HY_INVOKE_OK;
    }
    /* AWS's own emulator reports a timeout as plain text, with status 200. */
    if (hy_sv_starts_with(response->body, HY_SV("Task timed out after")) ||
        strcmp(error->type, "Sandbox.Timedout") == 0 ||
        strstr(error->message, "Task timed out after") != NULL) {
        hy_function_error_set_type(error, HY_SV("Sandbox.Timedout"));
        if (error->message[0] == '\0') {
            hy_function_error_set_message(error, response->body);
        }
        return HY_INVOKE_TIMED_OUT;
    }
    say(error, "Function.Unknown", "The endpoint's answer is not JSON (status %d)",
        response->status);
    return HY_INVOKE_FUNCTION_ERROR;
}

enum hy_invoke_outcome hy_remote_outcome(const struct hy_http_response *response,
                                         struct hy_function_error *error)
{
    if (response->code != HY_OK) {
        bool too_large = response->code == HY_LIMIT;
        hy_function_error_set_type(error, too_large ? HY_SV("Function.ResponseSizeTooLarge")
                                                    : HY_SV("Lambda.TransportError"));
        hy_function_error_set_message(error, hy_sv_of(response->error));
        return too_large ? HY_INVOKE_FUNCTION_ERROR : HY_INVOKE_TRANSPORT;
    }
    if (response->status == 200) {
        return outcome_of_200(response, error);
    }
    bool is_functions_own = hy_function_error_peek(response->body, error) &&
                            error->type[0] != '\0';
    read_refusal(response, error);
    switch (response->status) {
    case 429:
        return HY_INVOKE_THROTTLED;
    case 404:
        return HY_INVOKE_NOT_FOUND;
    case 401:
    case 403:
        return HY_INVOKE_ACCESS_DENIED;
    default:
        break;
    }
    bool is_refusal = response->status >= 400 && response->status < 500;
    return is_functions_own || is_refusal ? HY_INVOKE_FUNCTION_ERROR : HY_INVOKE_TRANSPORT;
}

static void finish_cancelled(struct hy_invocation *call, const struct hy_function *function)
{
    if (function->removed) {
        struct hy_function_error error = { .type = "Cancelled",
                                           .message = "The invocation was given up" };
        hy_invocation_fail(call, HY_INVOKE_CANCELLED, &error, (hy_sv){ NULL, 0 },
                           (hy_sv){ NULL, 0 });
        return;
    }
    hy_invocation_fail_by_us(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout", (hy_sv){ NULL, 0 },
                             "Task timed out after %.2f seconds",
                             (double)call->limit_ms / 1000); /* only the caller's limit cancels */
}

static void on_answer(void *ctx, const struct hy_http_response *response)
{
    struct hy_invocation *call = ctx;
    if (response->code == HY_CANCELLED) {
        finish_cancelled(call, call->function);
        return;
    }
    struct hy_function_error error = { 0 };
    enum hy_invoke_outcome outcome = hy_remote_outcome(response, &error);
    if (outcome == HY_INVOKE_OK) {
        hy_invocation_reply(call, response->body, (hy_sv){ NULL, 0 });
        return;
    }
    bool is_json = response->code == HY_OK && hy_function_error_is_json(response->body);
    hy_invocation_fail(call, outcome, &error, is_json ? response->body : (hy_sv){ NULL, 0 },
                       (hy_sv){ NULL, 0 });
}

static struct hy_http_fetch *fetch(struct hy_function *function, struct hy_invocation *call,
                                   const char *url)
{
    struct hy_host *host = function->host;
    if (host->client == NULL) {
        host->client = hy_http_client_create(host->loop);
    }
    if (host->client == NULL) {
        return NULL;
    }
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("X-Amz-Invocation-Type"), HY_SV("RequestResponse") },
    };
    const struct hy_http_fetch_options options = {
        .method = "POST",
        .url = url,
        .headers = { headers, sizeof headers / sizeof *headers },
        .body = call->payload,
        .timeout_ms = (uint64_t)function->spec->timeout_s * 1000 + MARGIN_MS,
        .response_max = HY_RUNTIME_PAYLOAD_MAX,
    };
    return hy_http_fetch(host->client, &options, on_answer, call);
}

void hy_remote_start(struct hy_function *function, struct hy_invocation *call)
{
    char *url = make_url(function->spec);
    call->fetch = url == NULL ? NULL : fetch(function, call, url);
    free(url);
    if (call->fetch == NULL) {
        hy_invocation_fail_by_us(call, HY_INVOKE_TRANSPORT, "Lambda.TransportError",
                                 (hy_sv){ NULL, 0 }, "The URL %s cannot be used",
                                 function->spec->url);
        return;
    }
    hy_invocation_begin(call);
    function->fetch_count++;
    DL_APPEND(function->fetching, call);
}
