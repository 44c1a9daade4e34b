/* upstream.h - a stub with a socket: an upstream HTTP service for `firedrill stub` and drills. */
#ifndef HY_HARNESS_UPSTREAM_H
#define HY_HARNESS_UPSTREAM_H

#include "harness/stub.h"
#include "io/http_server.h"

struct hy_upstream; /* opaque */

struct hy_upstream_request {
    hy_sv method, target, body;
};

struct hy_upstream_options {
    struct hy_loop *loop;
    struct hy_stub *stub; /* must outlive the upstream */
    const char *host;
    unsigned port;        /* 0 picks a free one */
    bool remembers;       /* keep the requests, up to 64 MiB of them */
};

HY_MUST_CHECK
enum hy_code hy_upstream_create(const struct hy_upstream_options *options,
                                struct hy_upstream **out, struct hy_err *err);
/* Answers that wait are given at once. done(ctx) later, then it is gone. */
void hy_upstream_stop(struct hy_upstream *upstream, uint64_t grace_ms, hy_loop_fn *done,
                      void *ctx);

unsigned hy_upstream_port(const struct hy_upstream *upstream);

/* What was asked so far, in order. */
size_t hy_upstream_count(const struct hy_upstream *upstream);
const struct hy_upstream_request *hy_upstream_request(const struct hy_upstream *upstream,
                                                      size_t index);

#endif
