#include "app/app.h"

#include "app/doors.h"
#include "app/paths.h"
#include "app/signals.h"
#include "app/start.h"
#include "app/ticker.h"
#include "app/wall.h"
#include "http/auth.h"
#include "http/front.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "io/timer.h"
#include "pipeline/delivery/sweep.h"
#include "pipeline/source/kinesis.h"
#include "services/control/control.h"
#include "services/logs/logs.h"
#include "store/journal.h"
#include "store/ledger.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

extern char **environ;

static const char region[] = "us-east-1";
static const char account[] = "123456789012";

enum {
    STOP_GRACE_MS = 500, /* after it what is not answered is cut */
    STOP_PUTS_MS = 150   /* so long functions and streams stay for requests under way */
};

/* Everything there is, in the order in which it is built. */
struct app {
    const struct hy_options *options;
    struct hy_paths paths;
    struct hy_wall wall;
    struct hy_random random, pipeline_random, request_random;
    struct hy_loop *loop;
    struct hy_worker *disk;
    struct hy_ledger *ledger;
    struct hy_buckets *buckets;
    struct hy_journals *journals;
    struct hy_functions *functions;
    struct hy_http_client *http;
    struct hy_kinesis *kinesis; /* NULL: no endpoint is configured */
    struct hy_agenda agenda;
    struct hy_pipeline_env env;
    struct hy_ticker ticker;
    struct hy_registry *registry;
    struct hy_cwlogs *logs;
    struct hy_firehose *firehose;
    struct hy_start start;
    struct hy_control *control;
    struct hy_auth *auth;
    struct hy_doors doors;
    struct hy_front front;
    struct hy_http_server *server;
    struct hy_signals *signals;

    bool resetting;
    void (*reset_done)(void *ctx, enum hy_code code);
    void *reset_ctx;
};

/* Numbers of the streams that the ledger has. */
struct known {
    struct hy_seqset ids;
    enum hy_code code;
};

/* ---- helpers ----------------------------------------------------------------------------- */

static uint64_t now(struct app *app)
{
    struct hy_clock clock = hy_wall_clock(&app->wall);
    return clock.now_ms(clock.ctx);
}

static uint64_t real_now_ms(void *ctx)
{
    (void)ctx;
    return hy_loop_wall_ms();
}

/* Whatever clock Firehose goes by: log lines tell real time, clients sign with it, and functions
 * compare their deadline with it. */
static struct hy_clock real_clock(void)
{
    return (struct hy_clock){ .now_ms = real_now_ms };
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

/* At start and at the end, when nothing else is to happen meanwhile. */
static void run_until(struct app *app, const bool *flag)
{
    while (!*flag && hy_loop_turn(app->loop)) {
    }
}

HY_MUST_CHECK
static enum hy_code no_memory(struct hy_err *err)
{
    return hy_fail(err, HY_NO_MEMORY, "out of memory");
}

/* Streams hold a segment each, functions and connections theirs. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* ---- reset ------------------------------------------------------------------------------- */

static void end_reset(struct app *app, enum hy_code code)
{
    app->resetting = false;
    app->reset_done(app->reset_ctx, code);
}

static void on_reset_streams(void *ctx, enum hy_code code)
{
    end_reset(ctx, code);
}

static bool empty_bucket(void *ctx, hy_sv bucket)
{
    struct app *app = ctx;
    return hy_bucket_empty(app->buckets, bucket) == HY_OK;
}

static void on_all_deleted(void *ctx)
{
    struct app *app = ctx;
    struct hy_err err = { 0 };
    enum hy_code code = hy_buckets_each(app->buckets, empty_bucket, app);
    if (code == HY_OK) {
        code = hy_start_buckets(&app->start, &err);
    }
    hy_cwlogs_forget(app->logs);
    hy_wall_reset(&app->wall);
    if (code == HY_OK) {
        code = hy_start_streams(&app->start, now(app), on_reset_streams, app, &err);
    }
    if (code != HY_OK) {
        hy_log(HY_LOG_ERROR, "app", NULL, "reset: %s", err.text);
        end_reset(app, code);
    }
}

static void reset(void *ctx, void (*done)(void *done_ctx, enum hy_code code), void *done_ctx)
{
    struct app *app = ctx;
    if (app->resetting) {
        done(done_ctx, HY_BUSY);
        return;
    }
    app->resetting = true;
    app->reset_done = done;
    app->reset_ctx = done_ctx;
    hy_firehose_delete_all(app->firehose, on_all_deleted, app);
}

/* ---- building, from the bottom up --------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code open_ground(struct app *app, struct hy_err *err)
{
    const struct hy_options *options = app->options;
    hy_wall_init(&app->wall, options);
    app->random = options->has_seed ? hy_random_from_seed(options->seed)
                                    : hy_random_from_system();
    app->pipeline_random = hy_random_fork(&app->random, HY_SV("pipeline"));
    app->request_random = hy_random_fork(&app->random, HY_SV("requests"));
    hy_agenda_init(&app->agenda);

    app->loop = hy_loop_create();
    app->disk = app->loop == NULL ? NULL : hy_worker_create(app->loop, "disk");
    if (app->disk == NULL) {
        return no_memory(err);
    }
    return hy_ledger_open(app->paths.database, options->power, app->disk, &app->ledger, err);
}

HY_MUST_CHECK
static enum hy_code open_stores(struct app *app, struct hy_err *err)
{
    const struct hy_journals_options journals = {
        .dir = app->paths.journal,
        .durability = app->options->power ? HY_DURABILITY_POWER : HY_DURABILITY_PROCESS,
        .disk = app->disk,
    };
    const struct hy_functions_options functions = {
        .work_dir = app->paths.functions,
        .runtime_dir = app->paths.runtime,
        .region = region,
        .account = account,
        .inherited = (const char *const *)environ,
        .clock = real_clock(),
        .random = hy_random_fork(&app->random, HY_SV("functions")),
    };
    enum hy_code code = hy_buckets_open(app->paths.buckets, &app->buckets, err);
    if (code == HY_OK) {
        code = hy_journals_create(app->loop, &journals, &app->journals, err);
    }
    if (code != HY_OK) {
        return code;
    }
    app->functions = hy_functions_create(app->loop, &functions);
    return app->functions == NULL ? no_memory(err) : HY_OK;
}

HY_MUST_CHECK
static enum hy_code open_pipeline(struct app *app, struct hy_err *err)
{
    const struct hy_kinesis_options kinesis = { .spec = &app->start.config.kinesis,
                                                .real = real_clock() };
    app->http = hy_http_client_create(app->loop);
    if (app->http == NULL) {
        return no_memory(err);
    }
    if (kinesis.spec->endpoint != NULL) {
        app->kinesis = hy_kinesis_create(app->loop, &kinesis);
        if (app->kinesis == NULL) {
            return no_memory(err);
        }
    }
    app->env = (struct hy_pipeline_env){
        .loop = app->loop,
        .disk = app->disk,
        .journals = app->journals,
        .ledger = app->ledger,
        .buckets = app->buckets,
        .functions = app->functions,
        .http = app->http,
        .kinesis = app->kinesis,
        .spool_dir = app->paths.spool,
        .sync_objects = app->options->power,
        .clock = hy_wall_clock(&app->wall),
        .random = &app->pipeline_random,
        .agenda = &app->agenda,
    };
    if (!hy_ticker_init(&app->ticker, &app->env, &app->wall)) {
        return no_memory(err);
    }
    app->registry = hy_registry_create();
    const struct hy_firehose_options firehose = {
        .env = &app->env, .registry = app->registry, .region = region, .account = account,
        .has_quotas = app->options->quotas,
    };
    app->firehose = app->registry == NULL ? NULL : hy_firehose_create(&firehose);
    const struct hy_cwlogs_options logs = {
        .env = &app->env, .registry = app->registry, .dir = app->paths.logs, .region = region,
        .account = account,
    };
    app->logs = app->firehose == NULL ? NULL : hy_cwlogs_create(&logs);
    app->env.on_failure = hy_cwlogs_on_failure;
    app->env.on_failure_ctx = app->logs;
    return app->logs == NULL ? no_memory(err) : HY_OK;
}

static void note_stream(void *ctx, const struct hy_ledger_stream *row)
{
    struct known *known = ctx;
    if (known->code == HY_OK) {
        known->code = hy_seqset_add(&known->ids, row->id, row->id);
    }
}

static bool is_known(void *ctx, uint64_t id)
{
    const struct known *known = ctx;
    return hy_seqset_has(&known->ids, id);
}

/* What a crash in the middle of creating or deleting a stream left behind. */
HY_MUST_CHECK
static enum hy_code sweep_journals(struct app *app, struct hy_err *err)
{
    struct known known = { .code = HY_OK };
    hy_seqset_init(&known.ids);
    enum hy_code code = hy_ledger_load_streams(app->ledger, note_stream, &known);
    code = code == HY_OK ? known.code : code;
    if (code == HY_OK) {
        hy_journals_sweep(app->journals, is_known, &known);
    }
    hy_seqset_finish(&known.ids);
    return code == HY_OK ? HY_OK : hy_fail(err, code, "%s cannot be read", app->paths.database);
}

static void on_streams(void *ctx, enum hy_code code)
{
    *(int *)ctx = (int)code;
}

/* The user's functions come first: streams from the last run may need them at once. */
HY_MUST_CHECK
static enum hy_code open_state(struct app *app, struct hy_err *err)
{
    enum { NOT_YET = -1 };
    int started = NOT_YET;
    app->start.functions = app->functions;
    app->start.buckets = app->buckets;
    app->start.firehose = app->firehose;
    enum hy_code code = hy_start_functions(&app->start, err);
    if (code == HY_OK) {
        code = hy_start_buckets(&app->start, err);
    }
    /* What a crash has left; before there are streams, which make new ones at once. */
    if (code == HY_OK && (code = hy_delivery_sweep(&app->env)) != HY_OK) {
        code = hy_fail(err, code, "the ledger in %s cannot be read", app->paths.data);
    }
    if (code == HY_OK) {
        code = sweep_journals(app, err);
    }
    if (code == HY_OK) {
        code = hy_start_tables(&app->start, err);
    }
    if (code == HY_OK) {
        code = hy_firehose_load(app->firehose, err);
    }
    if (code == HY_OK) {
        code = hy_start_streams(&app->start, now(app), on_streams, &started, err);
    }
    while (code == HY_OK && started == NOT_YET && hy_loop_turn(app->loop)) {
    }
    if (code == HY_OK && started != (int)HY_OK) {
        code = hy_fail(err, HY_IO, "the streams could not be stored in %s", app->paths.data);
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code open_auth(struct app *app, struct hy_err *err)
{
    const struct hy_auth_options auth = {
        .is_signed = app->options->auth == HY_AUTH_SIGN,
        .credentials = app->start.config.credentials,
        .credential_count = app->start.config.credential_count,
        .real = real_clock(),
    };
    app->auth = hy_auth_create(&auth);
    return app->auth == NULL ? no_memory(err) : HY_OK;
}

/* Where we listen; `to_call`: where we are called at, which is nowhere at 0.0.0.0. */
static void write_url(const struct app *app, bool to_call, char *out, size_t size)
{
    const char *host = app->options->listen_host;
    if (to_call && strcmp(host, "0.0.0.0") == 0) {
        host = "127.0.0.1";
    } else if (to_call && strcmp(host, "::") == 0) {
        host = "::1";
    }
    bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(out, size, "http://%s%s%s:%u", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                   hy_http_server_port(app->server));
}

HY_MUST_CHECK
static enum hy_code open_doors(struct app *app, struct hy_err *err)
{
    const struct hy_control_options control = {
        .env = &app->env,
        .registry = app->registry,
        .firehose = app->firehose,
        .clock = { .ctx = &app->ticker, .kind = app->wall.name, .advance = hy_ticker_advance },
        .version = HY_VERSION,
        .reset = reset,
        .reset_ctx = app,
    };
    app->control = app->options->no_control ? NULL : hy_control_create(&control);
    if (app->control == NULL && !app->options->no_control) {
        return no_memory(err);
    }
    hy_doors_init(&app->doors, app->firehose, app->registry, app->logs, &app->request_random,
                  region);
    app->front = (struct hy_front){ .clock = app->env.clock,
                                    .auth = app->auth,
                                    .json11 = &app->doors.json11,
                                    .query = &app->doors.query,
                                    .control = app->control };
    const struct hy_http_server_options server = {
        .host = app->options->listen_host,
        .port = app->options->listen_port,
        .on_head = hy_front_on_head,
        .on_request = hy_front_on_request,
        .ctx = &app->front,
    };
    enum hy_code code = hy_http_server_create(app->loop, &server, &app->server, err);
    if (code == HY_OK) {
        char endpoint[320];
        write_url(app, true, endpoint, sizeof endpoint);
        hy_functions_set_endpoint(app->functions, endpoint);
    }
    return code;
}

static void on_signal(void *ctx)
{
    struct app *app = ctx;
    hy_loop_stop(app->loop);
}

HY_MUST_CHECK
static enum hy_code open_all(struct app *app, struct hy_err *err)
{
    static enum hy_code (*const steps[])(struct app *app, struct hy_err *err) = {
        open_ground, open_stores, open_pipeline, open_state, open_auth, open_doors,
    };
    app->start = (struct hy_start){ .options = app->options, .region = region,
                                    .account = account };
    enum hy_code code = hy_start_read(&app->start, err);
    if (code == HY_OK && app->options->auth == HY_AUTH_SIGN &&
        app->start.config.credential_count == 0) {
        code = hy_fail(err, HY_INVALID, "--auth sign needs credentials in the config file");
    }
    if (code == HY_OK) {
        code = hy_paths_open(&app->paths, app->options, err);
    }
    for (size_t i = 0; code == HY_OK && i < sizeof steps / sizeof steps[0]; i++) {
        code = steps[i](app, err);
    }
    if (code == HY_OK) {
        app->signals = hy_signals_create(app->loop, on_signal, app);
        code = app->signals == NULL ? no_memory(err) : HY_OK;
    }
    return code;
}

/* ---- taking down, from the top ------------------------------------------------------------ */

/* Requests under way are answered while there still are streams to put to; what takes longer (a
 * flush whose transform hangs) is told that the stream goes away. */
static void answer_requests(struct app *app, const bool *stopped)
{
    bool over = false;
    struct hy_timer *timer = hy_timer_create(app->loop, set_flag, &over);
    if (timer != NULL) {
        hy_timer_start(timer, STOP_PUTS_MS);
        while (!*stopped && !over && hy_loop_turn(app->loop)) {
        }
        hy_timer_destroy(timer);
    }
}

/* Puts in flight are answered, functions killed, streams closed: what waits stays in the journal
 * and goes on its way at the next start. */
static void close_doors(struct app *app)
{
    bool stopped = app->server == NULL;
    bool functions_stopped = app->functions == NULL;
    bool closed = app->firehose == NULL;
    if (app->server != NULL) {
        hy_http_server_stop(app->server, STOP_GRACE_MS, set_flag, &stopped);
    }
    if (app->control != NULL) {
        hy_control_stop(app->control);
    }
    if (app->server != NULL) {
        answer_requests(app, &stopped);
    }
    if (app->functions != NULL) {
        hy_functions_stop(app->functions, set_flag, &functions_stopped);
    }
    if (app->loop != NULL) {
        run_until(app, &functions_stopped);
    }
    if (app->firehose != NULL) {
        hy_firehose_close_all(app->firehose, set_flag, &closed);
        run_until(app, &closed);
    }
    if (app->loop != NULL) {
        run_until(app, &stopped);
    }
}

static void close_all(struct app *app)
{
    close_doors(app);
    hy_signals_destroy(app->signals);
    hy_auth_destroy(app->auth);
    hy_control_destroy(app->control);
    hy_firehose_destroy(app->firehose);
    hy_cwlogs_destroy(app->logs);
    hy_registry_destroy(app->registry);
    hy_ticker_finish(&app->ticker);
    hy_kinesis_destroy(app->kinesis);
    hy_functions_destroy(app->functions);
    hy_http_client_destroy(app->http);
    hy_journals_destroy(app->journals);
    hy_worker_destroy(app->disk);
    hy_ledger_close(app->ledger);
    hy_buckets_close(app->buckets);
    hy_agenda_finish(&app->agenda);
    hy_loop_destroy(app->loop);
    hy_start_finish(&app->start);
}

static void setup_log(const struct hy_options *options)
{
    hy_log_setup(&(struct hy_log_options){ .level = options->log_level,
                                           .json = options->log_json,
                                           .fd = 2,
                                           .clock = real_clock() });
}

/* Whoever started us reads this line to learn the port. */
static void announce(const struct app *app)
{
    char url[320];
    write_url(app, false, url, sizeof url);
    printf("listening on %s\n", url);
    (void)fflush(stdout);
}

int hy_app_run(const struct hy_options *options)
{
    struct app app = { .options = options };
    struct hy_err err = { 0 };
    setup_log(options);
    raise_file_limit();

    enum hy_code code = open_all(&app, &err);
    if (code == HY_OK) {
        announce(&app);
        hy_loop_run(app.loop);
    } else {
        fprintf(stderr, "hydrant: %s\n", err.text);
    }
    close_all(&app);
    return code == HY_OK ? 0 : code == HY_INVALID ? 2 : 1;
}
