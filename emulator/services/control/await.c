/* await.c - POST await: answered when so many records of a stream are settled, or in time with
 * what is missing.
 *
 * The timeout is real time: whoever waits, waits for real.
 */
#include "services/control/routes.h"

#include "io/timer.h"

#include <stdlib.h>
#include <utlist.h>

struct hy_await_call {
    struct hy_control *control;
    struct hy_http_exchange *exchange;
    struct hy_stream *stream;
    struct hy_await *await;
    struct hy_timer *timer;
    uint64_t settled; /* asked for */
    struct hy_await_call *prev, *next;
};

enum { TIMEOUT_DEFAULT_MS = 30 * 1000 };

static void end(struct hy_await_call *parked)
{
    DL_DELETE(parked->control->awaits, parked);
    hy_timer_destroy(parked->timer);
    free(parked);
}

static void reply(struct hy_http_exchange *exchange, uint64_t settled)
{
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("settled"));
    hy_json_u64(&write, settled);
    hy_json_end_object(&write);
    hy_control_reply(exchange, &body);
}

static void on_settled(void *ctx, enum hy_code code)
{
    struct hy_await_call *parked = ctx;
    if (code == HY_OK) {
        reply(parked->exchange, hy_stream_counters(parked->stream)->settled_records);
    } else {
        hy_control_fail(parked->exchange, 503, "the stream went away");
    }
    end(parked);
}

static void on_timeout(void *ctx)
{
    struct hy_await_call *parked = ctx;
    struct hy_stream_waiting waiting;
    uint64_t settled = hy_stream_counters(parked->stream)->settled_records;
    hy_stream_waiting(parked->stream, &waiting);
    hy_await_cancel(parked->await);
    hy_control_fail(parked->exchange, 408,
                    "%llu of %llu records are settled, %llu accepted ones are on their way",
                    (unsigned long long)settled, (unsigned long long)parked->settled,
                    (unsigned long long)waiting.unsettled_records);
    end(parked);
}

/* False: answered. */
static bool read(struct hy_control_call *call, uint64_t *settled, uint64_t *timeout_ms)
{
    bool answered;
    *timeout_ms = TIMEOUT_DEFAULT_MS;
    if (!hy_control_number(call, "settled", settled, &answered)) {
        if (!answered) {
            hy_control_fail(call->exchange, 400, "settled is missing");
        }
        return false;
    }
    (void)hy_control_number(call, "timeout_ms", timeout_ms, &answered);
    return !answered;
}

static struct hy_await_call *park(struct hy_control_call *call, struct hy_stream *stream,
                                  uint64_t settled)
{
    struct hy_await_call *parked = calloc(1, sizeof *parked);
    if (parked == NULL) {
        return NULL;
    }
    *parked = (struct hy_await_call){
        .control = call->control,
        .exchange = call->exchange,
        .stream = stream,
        .settled = settled,
        .timer = hy_timer_create(call->control->options.env->loop, on_timeout, parked),
        .await = hy_stream_await(stream, settled, on_settled, parked),
    };
    if (parked->timer == NULL || parked->await == NULL) {
        if (parked->await != NULL) {
            hy_await_cancel(parked->await);
        }
        hy_timer_destroy(parked->timer);
        free(parked);
        return NULL;
    }
    DL_APPEND(call->control->awaits, parked);
    return parked;
}

void hy_control_await(struct hy_control_call *call)
{
    uint64_t settled = 0;
    uint64_t timeout_ms;
    struct hy_stream *stream = hy_control_find_stream(call);
    if (stream == NULL || !read(call, &settled, &timeout_ms)) {
        return;
    }
    struct hy_await_call *parked = park(call, stream, settled);
    if (parked == NULL) {
        hy_control_fail(call->exchange, 503, "out of memory");
        return;
    }
    hy_timer_start(parked->timer, timeout_ms);
}

void hy_control_cancel_awaits(struct hy_control *control)
{
    struct hy_await_call *parked;
    struct hy_await_call *next;
    DL_FOREACH_SAFE(control->awaits, parked, next)
    {
        hy_await_cancel(parked->await);
        hy_control_fail(parked->exchange, 503, "hydrant is stopping");
        end(parked);
    }
}
