/* stub_command.c - `firedrill stub`: serves the routes of a file until it is told to stop. */
#include "harness/commands.h"
#include "harness/files.h"
#include "harness/upstream.h"

#include "io/loop.h"
#include "io/work.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024, STOP_GRACE_MS = 1000 };

struct fields {
    const char *listen;
};

struct service {
    struct hy_loop *loop;
    struct hy_stub *stub;
    struct hy_upstream *upstream;
    sigset_t stop_signals;
};

/* ---- what ends it ---- */

/* On a pool thread. The signals are blocked in all threads, so one of them is taken here; a
 * handler could not reach the loop without knowing what the loop is made of. */
static void wait_for_signal(void *ctx)
{
    const struct service *service = ctx;
    int signal;
    (void)sigwait(&service->stop_signals, &signal);
}

static void on_stopped(void *ctx)
{
    struct service *service = ctx;
    hy_loop_stop(service->loop);
}

static void on_signal(void *ctx)
{
    struct service *service = ctx;
    hy_upstream_stop(service->upstream, STOP_GRACE_MS, on_stopped, service);
}

/* ---- how it starts ---- */

static enum hy_code load(const char *path, struct hy_stub **out, struct hy_err *err)
{
    struct hy_buf text;
    hy_buf_init(&text, FILE_BYTES_MAX);
    enum hy_code code = hy_file_read(path, &text, err);
    if (code == HY_OK) {
        code = hy_stub_create(hy_buf_sv(&text), path, out, err);
    }
    hy_buf_finish(&text);
    return code;
}

/* "HOST:PORT", "[::1]:PORT". */
static enum hy_code split_listen(const char *listen, char host[256], unsigned *port,
                                 struct hy_err *err)
{
    hy_sv text = hy_sv_of(listen), name;
    const char *colon = strrchr(listen, ':');
    uint64_t number;
    name = (hy_sv){ text.ptr, colon != NULL ? (size_t)(colon - listen) : 0 };
    if (name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']') {
        name = (hy_sv){ name.ptr + 1, name.len - 2 };
    }
    if (name.len == 0 || name.len > 255 || !hy_sv_to_u64(hy_sv_of(colon + 1), &number) ||
        number > 65535) {
        return hy_fail(err, HY_INVALID, "--listen must be HOST:PORT, not '%s'", listen);
    }
    memcpy(host, name.ptr, name.len);
    host[name.len] = '\0';
    *port = (unsigned)number;
    return HY_OK;
}

static enum hy_code listen_on(struct service *service, const char *host, unsigned port,
                              struct hy_err *err)
{
    const struct hy_upstream_options options = {
        .loop = service->loop, .stub = service->stub, .host = host, .port = port,
    };
    enum hy_code code = hy_upstream_create(&options, &service->upstream, err);
    if (code != HY_OK) {
        return code;
    }
    if (!hy_work(service->loop, wait_for_signal, on_signal, service)) {
        hy_upstream_stop(service->upstream, 0, on_stopped, service);
        hy_loop_run(service->loop);
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    bool is_v6 = strchr(host, ':') != NULL;
    printf("listening on http://%s%s%s:%u\n", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
           hy_upstream_port(service->upstream));
    (void)fflush(stdout);
    return HY_OK;
}

static int fail(const struct hy_err *err, int status)
{
    (void)fprintf(stderr, "firedrill: %s\n", err->text);
    return status;
}

static int serve(struct service *service, const char *host, unsigned port)
{
    struct hy_err err;
    /* Before the loop: its threads inherit what is blocked. */
    (void)sigemptyset(&service->stop_signals);
    (void)sigaddset(&service->stop_signals, SIGTERM);
    (void)sigaddset(&service->stop_signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &service->stop_signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);

    service->loop = hy_loop_create();
    enum hy_code code = service->loop != NULL ? listen_on(service, host, port, &err)
                                              : hy_fail(&err, HY_NO_MEMORY, "out of memory");
    if (code == HY_OK) {
        hy_loop_run(service->loop);
    }
    if (service->loop != NULL) {
        hy_loop_destroy(service->loop);
    }
    return code == HY_OK ? 0 : fail(&err, 1);
}

static int run(const struct hy_command *command, int argc, char **argv)
{
    struct fields fields;
    struct hy_arguments arguments;
    int status;
    if (!hy_command_begin(command, argc, argv, &fields, &arguments, &status)) {
        return status;
    }
    struct hy_err err;
    struct service service = { .stub = NULL };
    char host[256];
    unsigned port = 0;
    if (split_listen(fields.listen, host, &port, &err) != HY_OK ||
        load(arguments.items[0], &service.stub, &err) != HY_OK) {
        return fail(&err, 2);
    }
    status = serve(&service, host, port);
    hy_stub_destroy(service.stub);
    return status;
}

static const struct hy_option options[] = {
    { .name = "--listen", .arg = "HOST:PORT", .preset = "127.0.0.1:0",
      .help = "where to answer; port 0 picks a free one", .kind = HY_OPTION_TEXT,
      .offset = offsetof(struct fields, listen) },
};

const struct hy_command hy_stub_command = {
    .name = "stub",
    .arguments = "FILE",
    .summary = "answer like another HTTP service, from a file of routes",
    .help = "Answers HTTP requests with what FILE says, e.g. fixtures/clicks/creatures.json:\n\n"
            "  {\"routes\":[{\"method\":\"GET\",\"path\":\"/mysfits/{id}\",\"status\":200,\n"
            "              \"headers\":{\"Server\":\"me\"},\"body\":{\"name\":\"Dervla\"}}]}\n\n"
            "A segment {name} of a path stands for any one segment; the first route that fits\n"
            "is taken. The first line on stdout is `listening on http://HOST:PORT`.\n",
    .notes = "exit status: 0 stopped by SIGTERM or SIGINT, 1 could not start, 2 wrong usage\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run,
};
