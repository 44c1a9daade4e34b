/* http_client.c - curl's multi handle on the loop: a uv_poll for each of its sockets, one timer.
 *
 *   fetch: UNDER WAY --curl says done--> reported, freed
 *                    --cancel--> CANCELLED --`later` timer--> reported, freed
 *
 * curl is set up at the first fetch: who never fetches pays neither its start nor its memory.
 * A fetch is in exactly one of the client's two lists. Handlers are called from the loop only
 * (or from destroy), after curl has returned, so they may start and cancel fetches.
 *
 * The client's memory goes when its two timers are closed. The polls need nothing of it then.
 */
#include "io/http_client.h"

#include "io/http_fetch.h"

#include <assert.h>
#include <stdlib.h>
#include <utlist.h>
#include <uv.h>

struct hy_http_client {
    struct hy_loop *loop;
    CURLM *multi; /* NULL before the first fetch */
    uv_timer_t timeout;
    uv_timer_t later;
    unsigned open_handles;
    struct hy_http_fetch *under_way;
    struct hy_http_fetch *cancelled;
    bool is_destroyed;
};

struct watch {
    uv_poll_t poll;
    curl_socket_t fd;
    struct hy_http_client *client;
};

static void act(struct hy_http_client *client, curl_socket_t fd, int flags);

static void stop_curl(struct hy_http_client *client)
{
    if (client->multi != NULL) {
        (void)hy_curl.multi_cleanup(client->multi); /* takes its sockets off the loop */
        client->multi = NULL;
        hy_curl.global_cleanup();
    }
}

/* --- reporting --- */

static void finish(struct hy_http_client *client, struct hy_http_fetch *fetch, CURLcode result)
{
    DL_DELETE(client->under_way, fetch);
    enum hy_code code = hy_http_fetch_code(fetch, result);
    (void)hy_curl.multi_remove_handle(client->multi, fetch->easy);
    hy_http_fetch_report(fetch, code);
}

static void on_later(uv_timer_t *timer)
{
    struct hy_http_client *client = timer->data;
    while (!client->is_destroyed && client->cancelled != NULL) {
        struct hy_http_fetch *fetch = client->cancelled;
        DL_DELETE(client->cancelled, fetch);
        hy_http_fetch_report(fetch, HY_CANCELLED);
    }
}

/* --- curl's sockets and its timer --- */

static void on_watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    struct hy_http_client *client = watch->client;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(client, watch->fd, flags);
}

static struct watch *watch_create(struct hy_http_client *client, curl_socket_t fd)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    if (uv_poll_init_socket(hy_loop_uv(client->loop), &watch->poll, fd) != 0) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    watch->fd = fd;
    watch->client = client;
    (void)hy_curl.multi_assign(client->multi, fd, watch);
    return watch;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    (void)easy;
    struct watch *watch = socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        }
        return 0;
    }
    if (watch == NULL && (watch = watch_create(ctx, fd)) == NULL) {
        return -1; /* curl fails the transfer */
    }
    int events = (what & CURL_POLL_IN) != 0 ? UV_READABLE : 0;
    events |= (what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0;
    return uv_poll_start(&watch->poll, events, on_event) == 0 ? 0 : -1;
}

static void on_timeout(uv_timer_t *timer)
{
    struct hy_http_client *client = timer->data;
    act(client, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    (void)multi;
    struct hy_http_client *client = ctx;
    if (timeout_ms < 0) {
        (void)uv_timer_stop(&client->timeout);
    } else {
        uv_update_time(client->timeout.loop);
        (void)uv_timer_start(&client->timeout, on_timeout, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void check_finished(struct hy_http_client *client)
{
    int left;
    CURLMsg *message;
    while (!client->is_destroyed &&
           (message = hy_curl.multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            char *fetch = NULL;
            CURLcode result = message->data.result; /* dies with curl_multi_remove_handle */
            (void)hy_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
            finish(client, (struct hy_http_fetch *)(void *)fetch, result);
        }
    }
}

/* One of our own callbacks had no memory: curl has given up the multi handle for good. */
static void start_over(struct hy_http_client *client)
{
    while (!client->is_destroyed && client->under_way != NULL) {
        finish(client, client->under_way, CURLE_OUT_OF_MEMORY);
    }
    if (!client->is_destroyed) {
        stop_curl(client);
    }
}

static void act(struct hy_http_client *client, curl_socket_t fd, int flags)
{
    int running;
    if (hy_curl.multi_socket_action(client->multi, fd, flags, &running) == CURLM_OK) {
        check_finished(client);
    } else {
        start_over(client);
    }
}

/* --- the client --- */

static void on_handle_closed(uv_handle_t *handle)
{
    struct hy_http_client *client = handle->data;
    assert(client->open_handles > 0);
    if (--client->open_handles == 0) {
        free(client);
    }
}

struct hy_http_client *hy_http_client_create(struct hy_loop *loop)
{
    struct hy_http_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        return NULL;
    }
    client->loop = loop;
    (void)uv_timer_init(hy_loop_uv(loop), &client->timeout);
    (void)uv_timer_init(hy_loop_uv(loop), &client->later);
    client->timeout.data = client->later.data = client;
    client->open_handles = 2;
    return client;
}

static bool start_curl(struct hy_http_client *client, unsigned connections_max)
{
    if (client->multi != NULL) {
        return true;
    }
    if (!hy_curl_load() || hy_curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return false;
    }
    client->multi = hy_curl.multi_init();
    if (client->multi == NULL) {
        hy_curl.global_cleanup();
        return false;
    }
    (void)hy_curl.multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    (void)hy_curl.multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    (void)hy_curl.multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    (void)hy_curl.multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    (void)hy_curl.multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections_max);
    return true;
}

static void report_all(struct hy_http_client *client)
{
    while (client->under_way != NULL) {
        struct hy_http_fetch *fetch = client->under_way;
        DL_DELETE(client->under_way, fetch);
        (void)hy_curl.multi_remove_handle(client->multi, fetch->easy);
        hy_http_fetch_report(fetch, HY_CANCELLED);
    }
    while (client->cancelled != NULL) {
        struct hy_http_fetch *fetch = client->cancelled;
        DL_DELETE(client->cancelled, fetch);
        hy_http_fetch_report(fetch, HY_CANCELLED);
    }
}

void hy_http_client_destroy(struct hy_http_client *client)
{
    if (client == NULL) {
        return;
    }
    assert(!client->is_destroyed);
    client->is_destroyed = true;
    report_all(client);
    stop_curl(client);
    uv_close((uv_handle_t *)&client->timeout, on_handle_closed);
    uv_close((uv_handle_t *)&client->later, on_handle_closed);
}

struct hy_http_fetch *hy_http_fetch(struct hy_http_client *client,
                                    const struct hy_http_fetch_options *options,
                                    hy_http_fetch_fn *fn, void *ctx)
{
    assert(options->response_max > 0);
    if (client->is_destroyed || !start_curl(client, options->connections_max)) {
        return NULL;
    }
    struct hy_http_fetch *fetch = hy_http_fetch_create(client, options, fn, ctx);
    if (fetch == NULL) {
        return NULL;
    }
    if (hy_curl.multi_add_handle(client->multi, fetch->easy) != CURLM_OK) {
        hy_http_fetch_destroy(fetch);
        return NULL;
    }
    DL_APPEND(client->under_way, fetch);
    return fetch;
}

void hy_http_fetch_cancel(struct hy_http_fetch *fetch)
{
    struct hy_http_client *client = fetch->client;
    if (fetch->is_cancelled) {
        return;
    }
    fetch->is_cancelled = true;
    DL_DELETE(client->under_way, fetch);
    (void)hy_curl.multi_remove_handle(client->multi, fetch->easy);
    DL_APPEND(client->cancelled, fetch);
    (void)uv_timer_start(&client->later, on_later, 0, 0);
}
