#include "harness/emulator.h"

#include "io/process.h"
#include "io/timer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_LINE_MAX = 1024,
    LOG_MAX = 64 * 1024 * 1024,
    ANSWER_MAX = 256 * 1024 * 1024,
    CALL_TIMEOUT_MS = 120 * 1000,
    START_MS = 30 * 1000, /* after that it is killed */
    STOP_MS = 20 * 1000,  /* likewise */
};

enum state { DOWN, STARTING, UP, ENDING };

struct hy_emulator {
    struct hy_emulator_options options;
    enum state state;
    struct hy_process *process; /* not DOWN */
    struct hy_timer *patience;  /* STARTING and ENDING */
    struct hy_http_client *client;
    struct hy_buf first_line;
    struct hy_buf log;
    FILE *log_file;
    char *url;
    int end_signal; /* ENDING: as it was asked for */
};

struct hy_emulator *hy_emulator_create(const struct hy_emulator_options *options)
{
    struct hy_emulator *emulator = calloc(1, sizeof *emulator);
    if (emulator == NULL) {
        return NULL;
    }
    emulator->options = *options;
    hy_buf_init(&emulator->first_line, FIRST_LINE_MAX);
    hy_buf_init(&emulator->log, LOG_MAX);
    return emulator;
}

static void drop_client(struct hy_emulator *emulator)
{
    hy_http_client_destroy(emulator->client);
    emulator->client = NULL;
}

void hy_emulator_destroy(struct hy_emulator *emulator)
{
    if (emulator == NULL) {
        return;
    }
    drop_client(emulator);
    hy_timer_destroy(emulator->patience);
    if (emulator->log_file != NULL) {
        (void)fclose(emulator->log_file);
    }
    hy_buf_finish(&emulator->first_line);
    hy_buf_finish(&emulator->log);
    free(emulator->url);
    free(emulator);
}

/* ---- changes ---- */

static void changed(struct hy_emulator *emulator, enum hy_code code, const char *sentence)
{
    emulator->options.on_changed(emulator->options.ctx, code, sentence);
}

static void on_impatient(void *ctx)
{
    struct hy_emulator *emulator = ctx;
    hy_process_kill(emulator->process, SIGKILL);
}

/* False when out of memory. */
static bool have_patience(struct hy_emulator *emulator, uint64_t ms)
{
    hy_timer_destroy(emulator->patience);
    emulator->patience = hy_timer_create(emulator->options.loop, on_impatient, emulator);
    if (emulator->patience != NULL) {
        hy_timer_start(emulator->patience, ms);
    }
    return emulator->patience != NULL;
}

static void lose_patience(struct hy_emulator *emulator)
{
    hy_timer_destroy(emulator->patience);
    emulator->patience = NULL;
}

static void is_up(struct hy_emulator *emulator, hy_sv url)
{
    lose_patience(emulator);
    emulator->url = hy_sv_dup(url);
    emulator->client = hy_http_client_create(emulator->options.loop);
    if (emulator->url == NULL || emulator->client == NULL) {
        changed(emulator, HY_NO_MEMORY, "out of memory");
        return;
    }
    emulator->state = UP;
    changed(emulator, HY_OK, "");
}

static void read_first_line(struct hy_emulator *emulator, hy_sv bytes)
{
    static const hy_sv greeting = HY_SV_INIT("listening on ");
    hy_buf_append(&emulator->first_line, bytes);
    hy_sv line = hy_buf_sv(&emulator->first_line);
    size_t end = hy_sv_find(line, '\n');
    if (end == line.len || !hy_sv_starts_with(line, greeting)) {
        return; /* not whole yet, or not hydrant: it will end, or nothing comes at all */
    }
    is_up(emulator, (hy_sv){ line.ptr + greeting.len, end - greeting.len });
}

static void on_output(void *ctx, enum hy_process_stream stream, hy_sv bytes)
{
    struct hy_emulator *emulator = ctx;
    if (stream == HY_PROCESS_STDOUT && emulator->state == STARTING) {
        read_first_line(emulator, bytes);
    } else if (stream == HY_PROCESS_STDERR && bytes.len > 0) {
        hy_buf_append(&emulator->log, bytes);
        if (emulator->log_file != NULL) {
            (void)fwrite(bytes.ptr, 1, bytes.len, emulator->log_file);
        }
    }
}

static hy_sv last_line(hy_sv text)
{
    size_t end = text.len;
    while (end > 0 && text.ptr[end - 1] == '\n') {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && text.ptr[begin - 1] != '\n') {
        begin--;
    }
    return (hy_sv){ text.len > 0 ? text.ptr + begin : "", end - begin };
}

static void on_end(void *ctx, const struct hy_process_end *end)
{
    struct hy_emulator *emulator = ctx;
    enum state state = emulator->state;
    char how[64], sentence[1024];
    (void)snprintf(how, sizeof how, end->signal != 0 ? "by signal %d" : "with status %d",
                   end->signal != 0 ? end->signal : end->exit_status);
    hy_sv line = last_line(hy_buf_sv(&emulator->log));
    (void)snprintf(sentence, sizeof sentence, "hydrant ended %s; it said: %.*s", how,
                   HY_SV_ARG(line));
    if (emulator->log_file != NULL) {
        (void)fflush(emulator->log_file);
    }
    emulator->state = DOWN;
    emulator->process = NULL;
    lose_patience(emulator);
    free(emulator->url);
    emulator->url = NULL;
    if (state == UP) {
        emulator->options.on_gone(emulator->options.ctx, sentence);
        drop_client(emulator); /* a call under way is told after the reason */
        return;
    }
    bool is_well = state == ENDING &&
                   (emulator->end_signal == SIGKILL || (end->signal == 0 && end->exit_status == 0));
    changed(emulator, is_well ? HY_OK : HY_IO, is_well ? "" : sentence);
}

/* ---- asking for changes ---- */

static void on_attached(void *ctx)
{
    struct hy_emulator *emulator = ctx;
    is_up(emulator, hy_sv_of(emulator->options.url));
}

static void on_cannot_start(void *ctx)
{
    changed(ctx, HY_IO, "hydrant cannot be started; is it beside firedrill, or does --hydrant "
                        "name it?");
}

static void open_log(struct hy_emulator *emulator)
{
    if (emulator->log_file == NULL && emulator->options.log_path != NULL) {
        emulator->log_file = fopen(emulator->options.log_path, "ae");
    }
}

void hy_emulator_start(struct hy_emulator *emulator)
{
    const struct hy_emulator_options *options = &emulator->options;
    hy_loop_fn *later = on_attached;
    if (options->url == NULL) {
        struct hy_process_options process = {
            .argv = options->argv, .env = options->env, .cwd = options->cwd,
            .on_output = on_output, .on_end = on_end, .ctx = emulator,
        };
        struct hy_err err;
        open_log(emulator);
        hy_buf_clear(&emulator->first_line);
        emulator->state = STARTING;
        if (hy_process_start(options->loop, &process, &emulator->process, &err) == HY_OK) {
            (void)have_patience(emulator, START_MS);
            return;
        }
        emulator->state = DOWN;
        later = on_cannot_start;
    }
    if (!hy_loop_defer(options->loop, later, emulator)) {
        changed(emulator, HY_NO_MEMORY, "out of memory");
    }
}

void hy_emulator_end(struct hy_emulator *emulator, int signal)
{
    emulator->state = ENDING;
    emulator->end_signal = signal;
    drop_client(emulator);
    hy_process_kill(emulator->process, have_patience(emulator, STOP_MS) ? signal : SIGKILL);
}

bool hy_emulator_is_up(const struct hy_emulator *emulator)
{
    return emulator->state == UP;
}

bool hy_emulator_is_ours(const struct hy_emulator *emulator)
{
    return emulator->options.url == NULL;
}

int hy_emulator_pid(const struct hy_emulator *emulator)
{
    return emulator->process != NULL ? hy_process_pid(emulator->process) : 0;
}

const char *hy_emulator_url(const struct hy_emulator *emulator)
{
    return emulator->url != NULL ? emulator->url : "";
}

hy_sv hy_emulator_log(const struct hy_emulator *emulator)
{
    return hy_buf_sv(&emulator->log);
}

/* ---- calls ---- */

enum hy_code hy_emulator_call(struct hy_emulator *emulator, const struct hy_emulator_call *call,
                              hy_http_fetch_fn *fn, void *ctx)
{
    if (emulator->state != UP) {
        return HY_IO;
    }
    int len = snprintf(NULL, 0, "%s%s", emulator->url, call->path);
    char *url = len < 0 ? NULL : malloc((size_t)len + 1);
    if (url == NULL) {
        return HY_NO_MEMORY;
    }
    (void)snprintf(url, (size_t)len + 1, "%s%s", emulator->url, call->path);
    struct hy_http_fetch_options options = {
        .method = call->method, .url = url, .headers = call->headers, .body = call->body,
        .timeout_ms = CALL_TIMEOUT_MS, .response_max = ANSWER_MAX,
    };
    bool is_sent = hy_http_fetch(emulator->client, &options, fn, ctx) != NULL;
    free(url);
    return is_sent ? HY_OK : HY_NO_MEMORY;
}
