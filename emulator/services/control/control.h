/* control.h - the control API under /_hydrant/: what tests and people need and AWS does not have.
 *
 * Answers only to loopback callers with a loopback Host and no foreign Origin, so that a web
 * page cannot drive it. JSON; DESIGN section 4 lists the calls, control.c the table.
 */
#ifndef HY_SERVICES_CONTROL_CONTROL_H
#define HY_SERVICES_CONTROL_CONTROL_H

#include "base/clock.h"
#include "io/http_server.h"
#include "pipeline/pipeline.h"
#include "pipeline/stream/registry.h"

struct hy_firehose;

/* The clock as the control API sees it; app/ implements it. */
struct hy_control_clock {
    void *ctx;
    const char *kind; /* "real", "manual", "x60" */
    /* Moves a manual clock to `to_ms`, passing every due time on the way, and calls done(ctx)
     * when everything that became due has settled. HY_INVALID: not a manual clock, or backwards. */
    enum hy_code (*advance)(void *ctx, uint64_t to_ms, hy_loop_fn *done, void *done_ctx,
                            struct hy_err *err);
};

struct hy_control_options {
    struct hy_pipeline_env *env;
    struct hy_registry *registry;
    struct hy_firehose *firehose;
    struct hy_control_clock clock;
    const char *version;
    /* POST reset: back to the state after start. */
    void (*reset)(void *ctx, void (*done)(void *done_ctx, enum hy_code code), void *done_ctx);
    void *reset_ctx;
};

struct hy_control; /* opaque */

struct hy_control *hy_control_create(const struct hy_control_options *options);
/* Before the server is stopped: parked calls are answered with 503. */
void hy_control_stop(struct hy_control *control);
void hy_control_destroy(struct hy_control *control);

bool hy_control_wants(const struct hy_http_request *request); /* by its path */
void hy_control_handle(struct hy_control *control, struct hy_http_exchange *exchange,
                       uint64_t now_ms);

#endif
