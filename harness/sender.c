#include "harness/sender.h"

#include "io/http_client.h"
#include "io/timer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_MS = 50,
    PAUSE_MAX_MS = 5000,
    TIMEOUT_MS = 60000,
    ANSWER_MAX = 64 * 1024 * 1024,
    REQUEST_MAX = 48 * 1024 * 1024,
    WHY_MAX = 512,
};

struct hy_sender {
    struct hy_sender_options options;
    struct hy_http_client *client;
    char *sigv4, *user; /* for curl; NULL: not signed */
    struct hy_tally tally;
    size_t in_flight;
    bool is_unreachable;
};

/* One put or HTTP request. Freed when it is settled. */
struct call {
    struct hy_sender *sender;
    struct hy_timer *timer; /* between two tries; made when first needed */
    uint64_t tries;

    bool is_put;
    struct hy_put put;      /* with is_put */

    struct hy_fixture_place place; /* otherwise */
    struct hy_arena arena;  /* what follows */
    const char *method, *url;
    struct hy_http_header headers[HY_FIXTURE_HEADERS_MAX];
    size_t header_count;
    hy_sv body;
};

/* ---- the sender ---- */

static char *print(const char *format, const char *a, const char *b)
{
    int len = snprintf(NULL, 0, format, a, b);
    char *text = len < 0 ? NULL : malloc((size_t)len + 1);
    if (text != NULL) {
        (void)snprintf(text, (size_t)len + 1, format, a, b);
    }
    return text;
}

struct hy_sender *hy_sender_create(const struct hy_sender_options *options)
{
    struct hy_sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL) {
        return NULL;
    }
    sender->options = *options;
    sender->client = hy_http_client_create(options->loop);
    bool is_signed = options->access_key != NULL && options->secret_key != NULL;
    if (is_signed) {
        sender->sigv4 = print("aws:amz:%s:%s", options->region, "firehose");
        sender->user = print("%s:%s", options->access_key, options->secret_key);
    }
    if (sender->client == NULL || (is_signed && (sender->sigv4 == NULL || sender->user == NULL))) {
        hy_sender_destroy(sender);
        return NULL;
    }
    return sender;
}

void hy_sender_destroy(struct hy_sender *sender)
{
    if (sender == NULL) {
        return;
    }
    assert(sender->in_flight == 0);
    if (sender->client != NULL) {
        hy_http_client_destroy(sender->client);
    }
    free(sender->sigv4);
    free(sender->user);
    free(sender);
}

size_t hy_sender_in_flight(const struct hy_sender *sender)
{
    return sender->in_flight;
}

const struct hy_tally *hy_sender_tally(const struct hy_sender *sender)
{
    return &sender->tally;
}

bool hy_sender_is_unreachable(const struct hy_sender *sender)
{
    return sender->is_unreachable;
}

/* ---- a call's life ---- */

static struct call *call_create(struct hy_sender *sender)
{
    struct call *call = calloc(1, sizeof *call);
    if (call != NULL) {
        call->sender = sender;
        sender->in_flight++;
    }
    return call;
}

static void call_destroy(struct call *call)
{
    call->sender->in_flight--;
    hy_put_finish(&call->put);
    hy_arena_finish(&call->arena);
    hy_timer_destroy(call->timer);
    free(call);
}

static void settle(struct call *call)
{
    const struct hy_sender_options *options = &call->sender->options;
    call_destroy(call);
    options->on_settled(options->ctx);
}

static size_t events_of(const struct call *call)
{
    return call->is_put ? call->put.count : 1;
}

static void give_up(struct call *call, const char *why)
{
    struct hy_sender *sender = call->sender;
    struct hy_fixture_place place = call->is_put ? call->put.entries[0].place : call->place;
    sender->tally.failed += events_of(call);
    if (sender->is_unreachable) { /* one sentence at the end says it all */
        settle(call);
        return;
    }
    sender->options.on_failed(sender->options.ctx, place, events_of(call), why);
    settle(call);
}

static bool send_call(struct call *call);

static void on_pause_over(void *ctx)
{
    struct call *call = ctx;
    call->sender->tally.resent += events_of(call);
    if (!send_call(call)) {
        give_up(call, "out of memory");
    }
}

/* Another try after a pause, or none. */
static void try_again(struct call *call, const char *why)
{
    struct hy_sender *sender = call->sender;
    if (call->timer == NULL) {
        call->timer = hy_timer_create(sender->options.loop, on_pause_over, call);
    }
    if (call->timer == NULL || sender->is_unreachable || call->tries > sender->options.retries) {
        give_up(call, why);
        return;
    }
    uint64_t pause_ms = sender->options.pause_ms > 0 ? sender->options.pause_ms : PAUSE_MS;
    for (uint64_t i = 1; i < call->tries && pause_ms < PAUSE_MAX_MS; i++) {
        pause_ms *= 2;
    }
    hy_timer_start(call->timer, pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS);
}

/* ---- answers ---- */

static void on_no_answer(struct call *call, const struct hy_http_response *response)
{
    struct hy_sender *sender = call->sender;
    char why[WHY_MAX];
    (void)snprintf(why, sizeof why, "no answer from %s: %s", sender->options.endpoint,
                   response->error != NULL ? response->error : hy_code_name(response->code));
    if (response->code == HY_LIMIT || response->code == HY_CANCELLED) {
        give_up(call, why);
        return;
    }
    if (!response->connected && call->tries > sender->options.retries) {
        sender->is_unreachable = true;
    }
    try_again(call, why);
}

static void on_refused(struct call *call, const struct hy_http_response *response)
{
    struct hy_put_refusal refusal = hy_put_read_refusal(response->body);
    char why[WHY_MAX];
    if (refusal.type.len > 0) {
        (void)snprintf(why, sizeof why, "%.*s: %.*s", HY_SV_ARG(refusal.type),
                       HY_SV_ARG(refusal.message));
    } else {
        (void)snprintf(why, sizeof why, "answered %d %s", response->status,
                       hy_http_reason(response->status));
    }
    if (hy_put_may_retry(response->status, refusal.type)) {
        try_again(call, why);
    } else {
        give_up(call, why);
    }
}

/* The entries that no other try would help. */
static void report_hopeless(struct call *call, bool is_last_try)
{
    struct hy_sender *sender = call->sender;
    for (size_t i = 0; i < call->put.count; i++) {
        struct hy_put_entry *entry = &call->put.entries[i];
        if (!entry->failed || (!is_last_try && hy_put_may_retry(200, entry->error))) {
            continue;
        }
        char why[WHY_MAX];
        (void)snprintf(why, sizeof why, "%.*s: %.*s", HY_SV_ARG(entry->error),
                       HY_SV_ARG(entry->message));
        sender->tally.failed++;
        sender->options.on_failed(sender->options.ctx, entry->place, 1, why);
        entry->failed = false; /* dealt with */
    }
}

static void on_put_answer(struct call *call, const struct hy_http_response *response)
{
    struct hy_sender *sender = call->sender;
    if (hy_put_read_reply(&call->put, response->body) != HY_OK) {
        give_up(call, "the answer is not the reply to a put");
        return;
    }
    sender->tally.acknowledged += call->put.count - hy_put_failed(&call->put);
    report_hopeless(call, call->tries > sender->options.retries);
    if (hy_put_failed(&call->put) == 0) {
        settle(call);
        return;
    }
    hy_put_keep_failed(&call->put);
    try_again(call, "given up"); /* for want of memory only: there are tries left, see above */
}

static void on_answer(void *ctx, const struct hy_http_response *response)
{
    struct call *call = ctx;
    if (response->code != HY_OK) {
        on_no_answer(call, response);
    } else if (response->status >= 400 || (call->is_put && response->status != 200)) {
        on_refused(call, response);
    } else if (call->is_put) {
        on_put_answer(call, response);
    } else {
        call->sender->tally.acknowledged++;
        settle(call);
    }
}

/* ---- requests ---- */

static bool send_put(struct call *call, struct hy_http_fetch_options *fetch)
{
    const struct hy_sender *sender = call->sender;
    struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/x-amz-json-1.1") },
        { HY_SV("X-Amz-Target"), hy_sv_of(hy_put_target(&call->put)) },
        { HY_SV("X-Amz-Security-Token"), hy_sv_of(sender->options.session_token) },
    };
    fetch->method = "POST";
    fetch->url = sender->options.endpoint;
    fetch->headers = (struct hy_http_headers){ headers, headers[2].value.len > 0 ? 3 : 2 };
    fetch->aws_sigv4 = sender->sigv4;
    fetch->aws_user = sender->user;
    return hy_put_body(&call->put, &fetch->body) == HY_OK &&
           hy_http_fetch(sender->client, fetch, on_answer, call) != NULL;
}

static bool send_http(struct call *call, struct hy_http_fetch_options *fetch)
{
    fetch->method = call->method;
    fetch->url = call->url;
    fetch->headers = (struct hy_http_headers){ call->headers, call->header_count };
    fetch->body = call->body;
    return hy_http_fetch(call->sender->client, fetch, on_answer, call) != NULL;
}

static bool send_call(struct call *call)
{
    const struct hy_sender_options *options = &call->sender->options;
    struct hy_http_fetch_options fetch = {
        .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS,
        .response_max = ANSWER_MAX,
        .connections_max = options->window,
    };
    call->tries++;
    return call->is_put ? send_put(call, &fetch) : send_http(call, &fetch);
}

bool hy_sender_put(struct hy_sender *sender, struct hy_put *put)
{
    struct call *call = call_create(sender);
    if (call == NULL) {
        hy_put_finish(put);
        return false;
    }
    call->is_put = true;
    call->put = *put;
    *put = (struct hy_put){ .count = 0 };
    size_t records = call->put.count, bytes = call->put.bytes;
    if (!send_call(call)) {
        call_destroy(call);
        return false;
    }
    sender->tally.records += records;
    sender->tally.bytes += bytes;
    return true;
}

/* What describes the recorded connection and not the request. */
static bool is_of_connection(hy_sv name)
{
    static const hy_sv names[] = {
        HY_SV_INIT("Connection"), HY_SV_INIT("Content-Length"), HY_SV_INIT("Expect"),
        HY_SV_INIT("Keep-Alive"), HY_SV_INIT("TE"), HY_SV_INIT("Transfer-Encoding"),
        HY_SV_INIT("Upgrade"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (hy_sv_equal_nocase(names[i], name)) {
            return true;
        }
    }
    return false;
}

static bool copy(struct hy_arena *arena, hy_sv text, hy_sv *out)
{
    *out = (hy_sv){ hy_arena_cstr(arena, text), text.len };
    return out->ptr != NULL;
}

static bool copy_event(struct call *call, const struct hy_fixture_event *event)
{
    hy_sv endpoint = hy_sv_of(call->sender->options.endpoint);
    while (hy_sv_ends_with(endpoint, HY_SV("/"))) {
        endpoint.len--;
    }
    hy_arena_init(&call->arena, REQUEST_MAX);
    call->place = event->place;
    call->method = hy_arena_cstr(&call->arena, event->method);
    call->url = hy_arena_printf(&call->arena, "%.*s%.*s", HY_SV_ARG(endpoint),
                                HY_SV_ARG(event->path));
    bool ok = call->method != NULL && call->url != NULL &&
              copy(&call->arena, event->data, &call->body);
    for (size_t i = 0; ok && i < event->headers.count; i++) {
        const struct hy_http_header *header = &event->headers.items[i];
        struct hy_http_header *own = &call->headers[call->header_count];
        if (!is_of_connection(header->name)) {
            call->header_count++;
            ok = copy(&call->arena, header->name, &own->name) &&
                 copy(&call->arena, header->value, &own->value);
        }
    }
    return ok;
}

bool hy_sender_http(struct hy_sender *sender, const struct hy_fixture_event *event)
{
    struct call *call = call_create(sender);
    if (call == NULL) {
        return false;
    }
    if (!copy_event(call, event) || !send_call(call)) {
        call_destroy(call);
        return false;
    }
    sender->tally.requests++;
    sender->tally.bytes += event->data.len;
    return true;
}
