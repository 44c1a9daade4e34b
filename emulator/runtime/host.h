/* host.h - what all functions share: the loop, the folders, who we say we are.
 *
 * `live` counts environments and invocations that are not over yet; when it reaches zero
 * on_quiet runs, from a callback of the loop. That is how a stop learns that it is done.
 */
#ifndef HY_RUNTIME_HOST_H
#define HY_RUNTIME_HOST_H

#include "base/clock.h"
#include "base/random.h"
#include "io/http_client.h"
#include "io/loop.h"

struct hy_host {
    struct hy_loop *loop;
    char *work_dir;    /* absolute */
    char *runtime_dir; /* absolute */
    char *region;
    char *account;
    char *endpoint;    /* or NULL */
    char *launch_dir;  /* where we run: where a command without a code folder runs, too */
    const char *const *inherited; /* "K=V", what we were started with */
    uint64_t start_ms_max;        /* for the start of a process, before its own timeout counts */
    uint64_t idle_ms_max;         /* of environments beyond a function's first */
    uint64_t settle_ms_max;       /* for one that has replied to ask for more */
    struct hy_clock clock;
    struct hy_random random;
    struct hy_http_client *client; /* NULL until a function behind a URL is called */
    unsigned live;
    void (*on_quiet)(void *ctx);
    void *ctx;
};

static inline void hy_host_hold(struct hy_host *host)
{
    host->live++;
}

static inline void hy_host_release(struct hy_host *host)
{
    if (--host->live == 0) {
        host->on_quiet(host->ctx);
    }
}

static inline uint64_t hy_host_now_ms(const struct hy_host *host)
{
    return host->clock.now_ms(host->clock.ctx);
}

#endif
