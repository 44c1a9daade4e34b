/* worker.c - a thread, its queue, and the way back to the loop.
 *
 * A job moves from `queue` to `finished`, both lists in order and under the mutex; the thread
 * then wakes the loop (uv_async), which takes the whole list of finished jobs and calls their
 * dones without the mutex. The async handle keeps the loop alive only while jobs are out.
 */
#include "io/worker.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <uv.h>

struct job {
    hy_loop_fn *run;
    hy_loop_fn *done;
    void *ctx;
    struct job *next;
};

struct jobs {
    struct job *first, *last;
};

struct hy_worker {
    uv_async_t wake_loop;
    uv_thread_t thread;
    const char *name;
    size_t out; /* pushed and not done; loop thread only */

    uv_mutex_t mutex; /* of all below */
    uv_cond_t wake_thread;
    uv_cond_t wake_destroyer;
    struct jobs queue;
    struct jobs finished;
    bool is_stopping;
};

static void jobs_append(struct jobs *jobs, struct job *job)
{
    job->next = NULL;
    if (jobs->last == NULL) {
        jobs->first = job;
    } else {
        jobs->last->next = job;
    }
    jobs->last = job;
}

static struct job *jobs_take_first(struct jobs *jobs)
{
    struct job *job = jobs->first;
    if (job != NULL) {
        jobs->first = job->next;
        if (jobs->first == NULL) {
            jobs->last = NULL;
        }
    }
    return job;
}

/* The next job; NULL when the thread is to end, which is after the last one. */
static struct job *wait_for_job(struct hy_worker *worker)
{
    while (worker->queue.first == NULL && !worker->is_stopping) {
        uv_cond_wait(&worker->wake_thread, &worker->mutex);
    }
    return jobs_take_first(&worker->queue);
}

static void thread_main(void *arg)
{
    struct hy_worker *worker = arg;
    (void)prctl(PR_SET_NAME, worker->name);
    uv_mutex_lock(&worker->mutex);
    for (struct job *job; (job = wait_for_job(worker)) != NULL;) {
        uv_mutex_unlock(&worker->mutex);
        job->run(job->ctx);
        uv_mutex_lock(&worker->mutex);
        jobs_append(&worker->finished, job);
        uv_cond_signal(&worker->wake_destroyer);
        (void)uv_async_send(&worker->wake_loop);
    }
    uv_mutex_unlock(&worker->mutex);
}

static void call_dones(struct hy_worker *worker)
{
    uv_mutex_lock(&worker->mutex);
    struct job *job = worker->finished.first;
    worker->finished = (struct jobs){ NULL, NULL };
    uv_mutex_unlock(&worker->mutex);

    while (job != NULL) {
        struct job done = *job;
        free(job);
        job = done.next;
        worker->out--;
        if (done.done != NULL) {
            done.done(done.ctx);
        }
    }
    if (worker->out == 0) {
        uv_unref((uv_handle_t *)&worker->wake_loop);
    }
}

static void on_wake_loop(uv_async_t *handle)
{
    call_dones(handle->data);
}

static void on_closed(uv_handle_t *handle)
{
    struct hy_worker *worker = handle->data;
    uv_cond_destroy(&worker->wake_destroyer);
    uv_cond_destroy(&worker->wake_thread);
    uv_mutex_destroy(&worker->mutex);
    free(worker);
}

/* Mutex, condition and the async handle, or nothing of it. */
static bool init_parts(struct hy_worker *worker, struct hy_loop *loop)
{
    if (uv_mutex_init(&worker->mutex) != 0) {
        return false;
    }
    if (uv_cond_init(&worker->wake_thread) != 0) {
        uv_mutex_destroy(&worker->mutex);
        return false;
    }
    if (uv_cond_init(&worker->wake_destroyer) != 0) {
        uv_cond_destroy(&worker->wake_thread);
        uv_mutex_destroy(&worker->mutex);
        return false;
    }
    if (uv_async_init(hy_loop_uv(loop), &worker->wake_loop, on_wake_loop) != 0) {
        uv_cond_destroy(&worker->wake_destroyer);
        uv_cond_destroy(&worker->wake_thread);
        uv_mutex_destroy(&worker->mutex);
        return false;
    }
    worker->wake_loop.data = worker;
    uv_unref((uv_handle_t *)&worker->wake_loop);
    return true;
}

struct hy_worker *hy_worker_create(struct hy_loop *loop, const char *name)
{
    struct hy_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    worker->name = name;
    if (!init_parts(worker, loop)) {
        free(worker);
        return NULL;
    }
    if (uv_thread_create(&worker->thread, thread_main, worker) != 0) {
        uv_close((uv_handle_t *)&worker->wake_loop, on_closed);
        return NULL;
    }
    return worker;
}

bool hy_worker_push(struct hy_worker *worker, hy_loop_fn *run, hy_loop_fn *done, void *ctx)
{
    struct job *job = malloc(sizeof *job);
    if (job == NULL) {
        return false;
    }
    *job = (struct job){ .run = run, .done = done, .ctx = ctx };
    if (worker->out++ == 0) {
        uv_ref((uv_handle_t *)&worker->wake_loop);
    }
    uv_mutex_lock(&worker->mutex);
    assert(!worker->is_stopping);
    jobs_append(&worker->queue, job);
    uv_cond_signal(&worker->wake_thread);
    uv_mutex_unlock(&worker->mutex);
    return true;
}

static void wait_for_finished(struct hy_worker *worker)
{
    uv_mutex_lock(&worker->mutex);
    while (worker->finished.first == NULL) {
        uv_cond_wait(&worker->wake_destroyer, &worker->mutex);
    }
    uv_mutex_unlock(&worker->mutex);
}

void hy_worker_destroy(struct hy_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    while (worker->out > 0) {
        wait_for_finished(worker);
        call_dones(worker); /* may push more */
    }
    uv_mutex_lock(&worker->mutex);
    worker->is_stopping = true;
    uv_cond_signal(&worker->wake_thread);
    uv_mutex_unlock(&worker->mutex);
    (void)uv_thread_join(&worker->thread);
    uv_close((uv_handle_t *)&worker->wake_loop, on_closed);
}
