/* process.c - handles of one child: SIGCHLD, the drain timer, up to four pipes.
 *
 * Reaping: on SIGCHLD each process looks whether it is its own child that has ended, first
 * without taking it (WNOWAIT): as long as the leader is a zombie its group's number cannot be
 * given to somebody else, so the rest of the group is killed before it is reaped.
 *
 * The memory goes in the close callback of the last handle, after on_end.
 */
#define _GNU_SOURCE /* pipe2, F_SETPIPE_SZ */

#include "io/process.h"

#include "io/spawn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum {
    READ_BYTES = 64 * 1024,
    PIPE_BYTES = 1024 * 1024, /* a 6 MB event costs a quarter less than with 64 KiB */
    DRAIN_DEFAULT_MS = 200,
    IN = 0,
    RESULT = 3,
};

struct write {
    uv_write_t request;
    struct hy_process *process;
    struct write *next; /* among the late ones */
    hy_loop_fn *done;
    void *ctx;
};

struct hy_process {
    uv_signal_t child_signal;
    uv_timer_t drain;
    uv_pipe_t pipes[HY_SPAWN_FDS]; /* our ends, by the child's descriptor */
    bool is_open[HY_SPAWN_FDS];    /* pipes: not closed by us, for outputs also not ended */
    unsigned open_handles;         /* and a deferred call, while there is one */
    struct hy_loop *loop;
    struct hy_process_options options;
    pid_t pid;
    size_t writes;      /* under way */
    struct write *late; /* dones to be called although nothing is written */
    bool has_started;
    bool is_reaped;
    bool is_closing;
    bool closes_stdin; /* when nothing is left to be written */
    struct hy_process_end end;
    char read_buffer[READ_BYTES];
};

/* --- the end --- */

static void release(struct hy_process *process)
{
    assert(process->open_handles > 0);
    if (--process->open_handles > 0) {
        return;
    }
    if (process->has_started) {
        process->options.on_end(process->options.ctx, &process->end);
    }
    free(process);
}

static void on_handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, on_handle_closed);
    }
}

static bool has_pipe(const struct hy_process *process, int fd)
{
    return (fd != IN || process->options.with_stdin) &&
           (fd != RESULT || process->options.with_result);
}

static void close_all(struct hy_process *process)
{
    if (process->is_closing) {
        return;
    }
    process->is_closing = true;
    close_handle((uv_handle_t *)&process->child_signal);
    close_handle((uv_handle_t *)&process->drain);
    for (int fd = 0; fd < HY_SPAWN_FDS; fd++) {
        process->is_open[fd] = false;
        if (has_pipe(process, fd)) {
            close_handle((uv_handle_t *)&process->pipes[fd]);
        }
    }
}

static bool outputs_are_open(const struct hy_process *process)
{
    return process->is_open[STDOUT_FILENO] || process->is_open[STDERR_FILENO] ||
           process->is_open[RESULT];
}

static void maybe_end(struct hy_process *process)
{
    if (process->is_reaped && !outputs_are_open(process)) {
        close_all(process);
    }
}

/* --- outputs --- */

static void give(struct hy_process *process, int fd, hy_sv bytes)
{
    static const enum hy_process_stream streams[HY_SPAWN_FDS] = {
        [STDOUT_FILENO] = HY_PROCESS_STDOUT,
        [STDERR_FILENO] = HY_PROCESS_STDERR,
        [RESULT] = HY_PROCESS_RESULT,
    };
    if (process->options.on_output != NULL) {
        process->options.on_output(process->options.ctx, streams[fd], bytes);
    }
}

static void end_output(struct hy_process *process, int fd)
{
    if (process->is_open[fd]) {
        process->is_open[fd] = false;
        (void)uv_read_stop((uv_stream_t *)&process->pipes[fd]);
        give(process, fd, (hy_sv){ NULL, 0 });
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct hy_process *process = handle->data;
    *buf = uv_buf_init(process->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct hy_process *process = stream->data;
    int fd = (int)((uv_pipe_t *)stream - process->pipes);
    if (nread > 0) {
        give(process, fd, (hy_sv){ buf->base, (size_t)nread });
    } else if (nread < 0) {
        end_output(process, fd);
        maybe_end(process);
    }
}

/* Somebody outside the group still holds a pipe: we have waited long enough. */
static void on_drained(uv_timer_t *timer)
{
    struct hy_process *process = timer->data;
    for (int fd = STDOUT_FILENO; fd < HY_SPAWN_FDS; fd++) {
        end_output(process, fd);
    }
    maybe_end(process);
}

/* --- the child's end --- */

static void reap(struct hy_process *process)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int rc = waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    if (rc != 0 || info.si_pid == 0) {
        return; /* somebody else's child */
    }
    (void)kill(-process->pid, SIGKILL);
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
    }
    process->is_reaped = true;
    if (WIFSIGNALED(status)) {
        process->end.signal = WTERMSIG(status);
    } else {
        process->end.exit_status = WEXITSTATUS(status);
    }
}

static void on_child_signal(uv_signal_t *handle, int number)
{
    (void)number;
    struct hy_process *process = handle->data;
    if (process->is_reaped) {
        return;
    }
    reap(process);
    if (process->is_reaped) {
        uint64_t drain_ms = process->options.drain_ms;
        uv_update_time(handle->loop);
        (void)uv_timer_start(&process->drain, on_drained,
                             drain_ms == 0 ? DRAIN_DEFAULT_MS : drain_ms, 0);
        maybe_end(process);
    }
}

/* --- the beginning --- */

static void close_fds(int fds[HY_SPAWN_FDS])
{
    for (int i = 0; i < HY_SPAWN_FDS; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
}

/* The child's end goes to *child_fd, ours into the pipe handle. */
static int open_pipe(struct hy_process *process, int fd, int *child_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -errno;
    }
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* may be over the user's quota: fine */
    int ours = fd == IN ? ends[1] : ends[0];
    *child_fd = fd == IN ? ends[0] : ends[1];
    int rc = uv_pipe_open(&process->pipes[fd], ours);
    if (rc != 0) {
        (void)close(ours);
        return rc;
    }
    process->is_open[fd] = true;
    return 0;
}

static int open_fds(struct hy_process *process, int fds[HY_SPAWN_FDS])
{
    int rc = 0;
    for (int fd = 0; fd < HY_SPAWN_FDS && rc == 0; fd++) {
        if (has_pipe(process, fd)) {
            rc = open_pipe(process, fd, &fds[fd]);
        } else if (fd == IN) {
            fds[fd] = open("/dev/null", O_RDONLY | O_CLOEXEC);
            rc = fds[fd] < 0 ? -errno : 0;
        }
    }
    return rc;
}

/* On failure nothing is left open. */
static int init_handles(struct hy_process *process)
{
    uv_loop_t *uv = hy_loop_uv(process->loop);
    int rc = uv_signal_init(uv, &process->child_signal);
    if (rc != 0) {
        return rc;
    }
    (void)uv_timer_init(uv, &process->drain); /* cannot fail, nor can the pipes */
    process->drain.data = process->child_signal.data = process;
    process->open_handles = 2;
    for (int fd = 0; fd < HY_SPAWN_FDS; fd++) {
        if (has_pipe(process, fd)) {
            (void)uv_pipe_init(uv, &process->pipes[fd], 0);
            process->pipes[fd].data = process;
            process->open_handles++;
        }
    }
    return 0;
}

static enum hy_code say(const struct hy_process_options *options, enum hy_spawn_step step,
                        int error, struct hy_err *err)
{
    const char *why = strerror(error);
    bool is_missing = error == ENOENT || error == ENOTDIR;
    enum hy_code code = is_missing ? HY_NOT_FOUND : error == ENOMEM ? HY_NO_MEMORY : HY_IO;
    if (step == HY_SPAWN_CHDIR) {
        return hy_fail(err, code, "cannot enter the folder %s: %s", options->cwd, why);
    }
    return hy_fail(err, code, "cannot start %s: %s", options->argv[0], why);
}

static void read_outputs(struct hy_process *process)
{
    for (int fd = STDOUT_FILENO; fd < HY_SPAWN_FDS; fd++) {
        if (has_pipe(process, fd)) {
            /* Fails only for a stream that is closing or not readable; ours are neither. */
            int rc = uv_read_start((uv_stream_t *)&process->pipes[fd], on_alloc, on_read);
            assert(rc == 0);
            (void)rc;
        }
    }
}

static enum hy_code run(struct hy_process *process, struct hy_err *err)
{
    const struct hy_process_options *options = &process->options;
    struct hy_spawn spawn = {
        .argv = options->argv, .env = options->env, .cwd = options->cwd,
        .fds = { -1, -1, -1, -1 },
    };
    enum hy_spawn_step step = HY_SPAWN_PREPARE;
    int error = -uv_signal_start(&process->child_signal, on_child_signal, SIGCHLD);
    if (error == 0) {
        error = -open_fds(process, spawn.fds);
    }
    if (error == 0) {
        error = hy_spawn(&spawn, &process->pid, &step);
    }
    close_fds(spawn.fds);
    if (error != 0) {
        return say(options, step, error, err);
    }
    process->has_started = true;
    read_outputs(process);
    return HY_OK;
}

enum hy_code hy_process_start(struct hy_loop *loop, const struct hy_process_options *options,
                              struct hy_process **out, struct hy_err *err)
{
    struct hy_process *process = calloc(1, sizeof *process);
    if (process == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "cannot start %s: out of memory", options->argv[0]);
    }
    process->loop = loop;
    process->options = *options;
    int rc = init_handles(process);
    if (rc != 0) {
        free(process);
        return say(options, HY_SPAWN_PREPARE, -rc, err);
    }
    enum hy_code code = run(process, err);
    process->options.argv = process->options.env = NULL; /* the caller's, and used up */
    process->options.cwd = NULL;
    if (code != HY_OK) {
        close_all(process);
        return code;
    }
    *out = process;
    return HY_OK;
}

int hy_process_pid(const struct hy_process *process)
{
    return process->pid;
}

/* --- stdin --- */

static void close_stdin_now(struct hy_process *process)
{
    process->is_open[IN] = false;
    close_handle((uv_handle_t *)&process->pipes[IN]);
}

static void on_written(uv_write_t *request, int status)
{
    struct write *write = (struct write *)request;
    struct hy_process *process = write->process; /* alive: writes end before the handle does */
    hy_loop_fn *done = write->done;
    void *ctx = write->ctx;
    free(write);
    process->writes--;
    bool is_over = status < 0 || (process->closes_stdin && process->writes == 0);
    if (is_over && process->is_open[IN]) {
        close_stdin_now(process); /* EPIPE: the child does not want the rest; not an error */
    }
    if (done != NULL) {
        done(ctx);
    }
}

static void call_late(void *ctx)
{
    struct hy_process *process = ctx;
    while (process->late != NULL) {
        struct write *write = process->late;
        process->late = write->next;
        hy_loop_fn *done = write->done;
        void *done_ctx = write->ctx;
        free(write);
        done(done_ctx);
    }
    release(process);
}

/* Nothing is written: done comes all the same, later, and before on_end. */
static bool add_late(struct hy_process *process, struct write *write)
{
    if (process->late == NULL) {
        if (!hy_loop_defer(process->loop, call_late, process)) {
            return false;
        }
        process->open_handles++;
    }
    struct write **at = &process->late;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = write;
    return true;
}

static bool start_write(struct hy_process *process, struct write *write, hy_sv bytes)
{
    if (!process->is_open[IN] || process->closes_stdin || bytes.len == 0) {
        return write->done != NULL && add_late(process, write);
    }
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.ptr, (unsigned)bytes.len);
    if (uv_write(&write->request, (uv_stream_t *)&process->pipes[IN], &buf, 1, on_written) != 0) {
        return false;
    }
    process->writes++;
    return true;
}

void hy_process_write(struct hy_process *process, hy_sv bytes, hy_loop_fn *done, void *ctx)
{
    struct write *write = malloc(sizeof *write);
    if (write != NULL) {
        *write = (struct write){ .process = process, .done = done, .ctx = ctx };
        if (start_write(process, write, bytes)) {
            return;
        }
        free(write);
    }
    /* Out of memory: input with a gap would be worse than input that ends, and a done that
     * comes early is better than one that never comes. */
    hy_process_close_stdin(process);
    if (done != NULL) {
        done(ctx);
    }
}

void hy_process_close_stdin(struct hy_process *process)
{
    if (!process->is_open[IN]) {
        return;
    }
    process->closes_stdin = true;
    if (process->writes == 0) {
        close_stdin_now(process);
    }
}

void hy_process_kill(struct hy_process *process, int signal)
{
    if (!process->is_reaped) {
        (void)kill(-process->pid, signal);
    }
}
