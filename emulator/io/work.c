/* work.c - libuv's thread pool, one allocation a piece of work. */
#include "io/work.h"

#include <stdlib.h>
#include <uv.h>

struct work {
    uv_work_t uv;
    hy_loop_fn *run;
    hy_loop_fn *done;
    void *ctx;
};

static void on_run(uv_work_t *request)
{
    struct work *work = request->data;
    work->run(work->ctx);
}

static void on_done(uv_work_t *request, int status)
{
    (void)status; /* only uv_cancel makes it anything but 0, and we never cancel */
    struct work *work = request->data;
    hy_loop_fn *done = work->done;
    void *ctx = work->ctx;
    free(work);
    done(ctx);
}

bool hy_work(struct hy_loop *loop, hy_loop_fn *run, hy_loop_fn *done, void *ctx)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return false;
    }
    work->run = run;
    work->done = done;
    work->ctx = ctx;
    work->uv.data = work;
    if (uv_queue_work(hy_loop_uv(loop), &work->uv, on_run, on_done) != 0) {
        free(work);
        return false;
    }
    return true;
}
