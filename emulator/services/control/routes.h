/* routes.h - the control API's calls: a table of them, and what a call's function works with.
 *
 * Each call answers its exchange exactly once, now or later, by one of the functions below.
 */
#ifndef HY_SERVICES_CONTROL_ROUTES_H
#define HY_SERVICES_CONTROL_ROUTES_H

#include "base/json_write.h"
#include "services/control/control.h"
#include "services/firehose/firehose.h"

#include <cjson/cJSON.h>

struct hy_await_call; /* await.c */

struct hy_control {
    struct hy_control_options options;
    struct hy_await_call *awaits; /* parked; answered when we stop */
};

struct hy_control_call {
    struct hy_control *control;
    struct hy_http_exchange *exchange;
    uint64_t now_ms;
    hy_sv name;  /* what stands for NAME in "streams/NAME", as sent; else empty */
    cJSON *body; /* an object; NULL when there was no body. Freed by the dispatcher */
};

/* 200 with the JSON in `buf` (or 500 when it failed to grow); finishes the buffer. */
void hy_control_reply(struct hy_http_exchange *exchange, struct hy_buf *buf);
/* {"error": sentence} */
HY_PRINTF(3, 4)
void hy_control_fail(struct hy_http_exchange *exchange, int status, const char *format, ...);

/* The stream that "stream" in the body names; answers 400 or 404 and returns NULL otherwise. */
struct hy_stream *hy_control_find_stream(struct hy_control_call *call);
/* A member that is a whole number >= 0. False when it is absent; wrong types answer 400 and set
 * *answered. */
bool hy_control_number(struct hy_control_call *call, const char *member, uint64_t *out,
                       bool *answered);

enum { HY_CONTROL_REPLY_MAX = 64 * 1024 * 1024 };

/* One function a call; health.c, streams.c, ... */
void hy_control_health(struct hy_control_call *call);
void hy_control_streams(struct hy_control_call *call);
void hy_control_stream(struct hy_control_call *call);
void hy_control_flush(struct hy_control_call *call);
void hy_control_await(struct hy_control_call *call);
void hy_control_clock_get(struct hy_control_call *call);
void hy_control_clock_set(struct hy_control_call *call);
void hy_control_metrics(struct hy_control_call *call);
void hy_control_reset(struct hy_control_call *call);

void hy_control_cancel_awaits(struct hy_control *control);

#endif
