/* replay_command.c - `firedrill replay`: options, progress on a terminal, the end. */
#include "harness/commands.h"
#include "harness/replay.h"

#include "io/timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PROGRESS_MS = 250,
    TEXT_MAX = 4096,
    FAILURES_SHOWN = 20, /* the rest is only counted */
};

struct fields {
    const char *endpoint, *stream, *speed, *region, *access_key, *secret_key, *session_token;
    uint64_t batch, window, retries;
    bool quiet;
};

struct session {
    const struct fields *fields;
    struct hy_loop *loop;
    struct hy_replay *replay;
    struct hy_timer *progress; /* NULL: nobody watches */
    uint64_t started_ns;
    uint64_t files_bytes;      /* 0: unknown */
    uint64_t failures;
    enum hy_code code;
    struct hy_err err;
};

enum { STATUS_FAILED = 1, STATUS_WRONG = 2, STATUS_UNREACHABLE = 3 };

static double seconds(const struct session *session)
{
    return (double)(hy_loop_nanoseconds() - session->started_ns) / 1e9;
}

/* ---- what people see ---- */

static void clear_progress(const struct session *session)
{
    if (session->progress != NULL) {
        (void)fputs("\r\033[K", stderr);
    }
}

static void on_progress(void *ctx)
{
    struct session *session = ctx;
    struct hy_buf line;
    hy_buf_init(&line, TEXT_MAX);
    double done = session->files_bytes == 0 ? 0
        : (double)hy_replay_offset(session->replay) / (double)session->files_bytes;
    hy_tally_progress(hy_replay_tally(session->replay), seconds(session), done, &line);
    clear_progress(session);
    (void)fprintf(stderr, "%.*s", HY_SV_ARG(hy_buf_sv(&line)));
    (void)fflush(stderr);
    hy_buf_finish(&line);
    hy_timer_start(session->progress, PROGRESS_MS);
}

static void on_failed(void *ctx, struct hy_fixture_place place, size_t count, const char *why)
{
    struct session *session = ctx;
    if (session->failures++ >= FAILURES_SHOWN) {
        return;
    }
    clear_progress(session);
    (void)fprintf(stderr, "firedrill: %s:%zu: ", place.file, place.line);
    if (count > 1) {
        (void)fprintf(stderr, "and %zu more: ", count - 1);
    }
    (void)fprintf(stderr, "%s\n", why);
}

static void print_end(const struct session *session)
{
    struct hy_buf text;
    hy_buf_init(&text, TEXT_MAX);
    clear_progress(session);
    if (session->failures > FAILURES_SHOWN) {
        (void)fprintf(stderr, "firedrill: and %llu more failures like these\n",
                      (unsigned long long)(session->failures - FAILURES_SHOWN));
    }
    if (!session->fields->quiet) {
        hy_tally_summary(hy_replay_tally(session->replay), seconds(session), &text);
        printf("%.*s", HY_SV_ARG(hy_buf_sv(&text)));
        (void)fflush(stdout);
    }
    hy_buf_finish(&text);
}

/* ---- the run ---- */

static void on_end(void *ctx, enum hy_code code, const struct hy_err *err)
{
    struct session *session = ctx;
    session->code = code;
    session->err = *err;
    if (session->progress != NULL) {
        hy_timer_stop(session->progress);
    }
    hy_loop_stop(session->loop);
}

static int status_of(const struct session *session)
{
    if (session->code == HY_IO && session->err.text[0] == '\0') {
        (void)fprintf(stderr, "firedrill: nobody answers at %s\n", session->fields->endpoint);
        return STATUS_UNREACHABLE;
    }
    if (session->code != HY_OK) {
        (void)fprintf(stderr, "firedrill: %s\n", session->err.text);
        return session->code == HY_NO_MEMORY ? STATUS_FAILED : STATUS_WRONG;
    }
    return hy_replay_tally(session->replay)->failed > 0 ? STATUS_FAILED : 0;
}

static uint64_t size_of(const struct hy_arguments *files)
{
    uint64_t size = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct stat status;
        if (stat(files->items[i], &status) != 0 || !S_ISREG(status.st_mode)) {
            return 0;
        }
        size += (uint64_t)status.st_size;
    }
    return size;
}

static struct hy_replay *begin(struct session *session, const struct hy_arguments *files,
                               struct hy_pace pace)
{
    const struct fields *fields = session->fields;
    const struct hy_replay_options options = {
        .files = (const char *const *)files->items,
        .file_count = files->count,
        .stream = fields->stream,
        .pace = pace,
        .batch = (size_t)fields->batch,
        .sender = {
            .loop = session->loop,
            .endpoint = fields->endpoint,
            .region = fields->region,
            .access_key = fields->access_key,
            .secret_key = fields->secret_key,
            .session_token = fields->session_token,
            .retries = fields->retries,
            .window = (unsigned)fields->window,
            .on_failed = on_failed,
            .ctx = session,
        },
        .on_end = on_end,
        .ctx = session,
    };
    return hy_replay_create(&options);
}

static int replay(struct session *session, const struct hy_arguments *files, struct hy_pace pace)
{
    session->replay = begin(session, files, pace);
    if (session->replay == NULL) {
        (void)fprintf(stderr, "firedrill: out of memory\n");
        return STATUS_FAILED;
    }
    session->started_ns = hy_loop_nanoseconds();
    session->files_bytes = size_of(files);
    if (!session->fields->quiet && isatty(STDERR_FILENO)) {
        session->progress = hy_timer_create(session->loop, on_progress, session);
    }
    if (session->progress != NULL) {
        hy_timer_start(session->progress, PROGRESS_MS);
    }
    hy_loop_run(session->loop);
    print_end(session);
    int status = status_of(session);
    hy_timer_destroy(session->progress);
    hy_replay_destroy(session->replay);
    return status;
}

static const char *mistake(const struct fields *fields, struct hy_pace *pace)
{
    hy_sv endpoint = hy_sv_of(fields->endpoint);
    if (!hy_sv_starts_with(endpoint, HY_SV("http://")) &&
        !hy_sv_starts_with(endpoint, HY_SV("https://"))) {
        return "--endpoint must be a URL that begins with http:// or https://";
    }
    if (!hy_pace_parse(hy_sv_of(fields->speed), pace)) {
        return "--speed must be original, max or xN, e.g. x60";
    }
    if ((fields->access_key == NULL) != (fields->secret_key == NULL)) {
        return "--access-key and --secret-key go together";
    }
    return NULL;
}

static int run(const struct hy_command *command, int argc, char **argv)
{
    struct fields fields;
    struct hy_arguments files;
    struct hy_pace pace;
    int status;
    if (!hy_command_begin(command, argc, argv, &fields, &files, &status)) {
        return status;
    }
    const char *wrong = mistake(&fields, &pace);
    if (wrong != NULL) {
        (void)fprintf(stderr, "firedrill: %s\n", wrong);
        return STATUS_WRONG;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    struct session session = { .fields = &fields, .loop = hy_loop_create() };
    if (session.loop == NULL) {
        (void)fprintf(stderr, "firedrill: out of memory\n");
        return STATUS_FAILED;
    }
    status = replay(&session, &files, pace);
    hy_loop_destroy(session.loop);
    return status;
}

static const struct hy_option options[] = {
#define FIELD(f) offsetof(struct fields, f)
    { .name = "--endpoint", .arg = "URL", .preset = "http://127.0.0.1:4573",
      .help = "where to send to", .kind = HY_OPTION_TEXT, .offset = FIELD(endpoint),
      .env = "AWS_ENDPOINT_URL_FIREHOSE", .env_else = "AWS_ENDPOINT_URL" },
    { .name = "--stream", .arg = "NAME",
      .help = "send all records to this stream, whatever the events say",
      .kind = HY_OPTION_TEXT, .offset = FIELD(stream) },
    { .name = "--speed", .arg = "S", .preset = "original",
      .help = "original: as recorded; xN: N times faster; max: as answers come",
      .kind = HY_OPTION_TEXT, .offset = FIELD(speed) },
    { .name = "--batch", .arg = "N", .preset = "1",
      .help = "1: PutRecord; up to 500: PutRecordBatch of what is due",
      .kind = HY_OPTION_NUMBER, .offset = FIELD(batch), .least = 1, .most = HY_PUT_RECORDS_MAX },
    { .name = "--window", .arg = "N", .preset = "16",
      .help = "requests in flight; 1 keeps the order", .kind = HY_OPTION_NUMBER,
      .offset = FIELD(window), .least = 1, .most = 1000 },
    { .name = "--retries", .arg = "N", .preset = "5",
      .help = "how often a request, or a failed entry of a batch, is sent again",
      .kind = HY_OPTION_NUMBER, .offset = FIELD(retries), .least = 0, .most = 1000 },
    { .name = "--region", .arg = "R", .preset = "us-east-1", .help = "for the signature",
      .kind = HY_OPTION_TEXT, .offset = FIELD(region), .env = "AWS_REGION",
      .env_else = "AWS_DEFAULT_REGION" },
    { .name = "--access-key", .arg = "ID", .help = "sign Firehose calls with this key",
      .kind = HY_OPTION_TEXT, .offset = FIELD(access_key), .env = "AWS_ACCESS_KEY_ID" },
    { .name = "--secret-key", .arg = "KEY", .help = "its secret", .kind = HY_OPTION_TEXT,
      .offset = FIELD(secret_key), .env = "AWS_SECRET_ACCESS_KEY" },
    { .name = "--session-token", .arg = "T", .help = "of temporary keys", .kind = HY_OPTION_TEXT,
      .offset = FIELD(session_token), .env = "AWS_SESSION_TOKEN" },
    { .name = "--quiet", .arg = "", .help = "no progress and no summary",
      .kind = HY_OPTION_SWITCH, .offset = FIELD(quiet) },
#undef FIELD
};

const struct hy_command hy_replay_command = {
    .name = "replay",
    .arguments = "FILE...",
    .summary = "send recorded events to a delivery stream or an API",
    .help = "Sends the events of fixture files (- is standard input), one file after the other:\n"
            "records by PutRecord or PutRecordBatch, http events as plain requests to the\n"
            "endpoint. Recorded times are kept unless --speed says otherwise.\n\n"
            "With more than one request in flight, requests may overtake each other. What is\n"
            "refused for the moment, and what gets no answer, is sent again after 50 ms, 100 ms\n"
            "and so on up to 5 s; of a batch only the entries that failed. An answer that was\n"
            "lost on its way may so make a record arrive twice.\n",
    .notes = "exit status: 0 everything was acknowledged, 1 something failed, 2 wrong usage or\n"
             "a mistake in a file, 3 nobody answers at the endpoint\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .arguments_min = 1,
    .arguments_max = SIZE_MAX,
    .run = run,
};
