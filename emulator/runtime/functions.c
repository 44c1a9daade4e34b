#define HASH_NONFATAL_OOM 1 /* an element that found no memory has no table */
#include "runtime/functions.h"

#include "runtime/function.h"
#include "runtime/function_name.h"
#include "runtime/scratch.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { START_MS_MAX = 10 * 1000, IDLE_MS_MAX = 5 * 60 * 1000, SETTLE_MS_MAX = 50 };

struct hy_functions {
    struct hy_host host;
    struct hy_function *by_name;
    bool stopping, stopped_is_due;
    hy_loop_fn *done; /* of stop */
    void *done_ctx;
};

/* Stopping. */

static void on_stopped(void *ctx)
{
    struct hy_functions *functions = ctx;
    /* From here on nobody fetches; its handles close before the loop does. */
    hy_http_client_destroy(functions->host.client);
    functions->host.client = NULL;
    functions->done(functions->done_ctx);
}

static void stop_when_quiet(void *ctx)
{
    struct hy_functions *functions = ctx;
    if (!functions->stopping || functions->stopped_is_due || functions->host.live > 0) {
        return;
    }
    functions->stopped_is_due = true;
    if (!hy_loop_defer(functions->host.loop, on_stopped, functions)) {
        on_stopped(functions);
    }
}

void hy_functions_stop(struct hy_functions *functions, hy_loop_fn *done, void *ctx)
{
    assert(!functions->stopping);
    functions->stopping = true;
    functions->done = done;
    functions->done_ctx = ctx;
    struct hy_function *function, *next;
    HASH_ITER(hh, functions->by_name, function, next) {
        HASH_DEL(functions->by_name, function);
        hy_function_remove(function);
    }
    stop_when_quiet(functions);
}

/* Made and freed. */

static void finish_host(struct hy_host *host)
{
    hy_http_client_destroy(host->client);
    free(host->work_dir);
    free(host->runtime_dir);
    free(host->region);
    free(host->account);
    free(host->endpoint);
    free(host->launch_dir);
}

/* Functions run elsewhere: what is relative to us would not be to them. */
static char *absolute(const char *path, const char *launch_dir)
{
    size_t room = strlen(path) + strlen(launch_dir) + 2;
    char *out = malloc(room);
    if (out != NULL) {
        bool is_absolute = path[0] == '/';
        (void)snprintf(out, room, "%s%s%s", is_absolute ? "" : launch_dir,
                       is_absolute ? "" : "/", path);
    }
    return out;
}

static bool init_host(struct hy_host *host, struct hy_loop *loop,
                      const struct hy_functions_options *options)
{
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL) {
        return false;
    }
    *host = (struct hy_host){
        .loop = loop,
        .launch_dir = hy_sv_dup(hy_sv_of(here)),
        .work_dir = absolute(options->work_dir, here),
        .runtime_dir = absolute(options->runtime_dir, here),
        .region = hy_sv_dup(hy_sv_of(options->region)),
        .account = hy_sv_dup(hy_sv_of(options->account)),
        .endpoint = options->endpoint == NULL ? NULL : hy_sv_dup(hy_sv_of(options->endpoint)),
        .inherited = options->inherited,
        .start_ms_max = options->start_ms_max > 0 ? options->start_ms_max : START_MS_MAX,
        .idle_ms_max = options->idle_ms_max > 0 ? options->idle_ms_max : IDLE_MS_MAX,
        .settle_ms_max = options->settle_ms_max > 0 ? options->settle_ms_max : SETTLE_MS_MAX,
        .clock = options->clock,
        .random = options->random,
        .on_quiet = stop_when_quiet,
    };
    return host->launch_dir != NULL && host->work_dir != NULL && host->runtime_dir != NULL &&
           host->region != NULL && host->account != NULL &&
           (host->endpoint != NULL || options->endpoint == NULL);
}

struct hy_functions *hy_functions_create(struct hy_loop *loop,
                                         const struct hy_functions_options *options)
{
    struct hy_functions *functions = calloc(1, sizeof *functions);
    if (functions == NULL || !init_host(&functions->host, loop, options)) {
        if (functions != NULL) {
            finish_host(&functions->host);
        }
        free(functions);
        return NULL;
    }
    functions->host.ctx = functions;
    return functions;
}

void hy_functions_destroy(struct hy_functions *functions)
{
    if (functions == NULL) {
        return;
    }
    assert(functions->by_name == NULL && functions->host.live == 0);
    finish_host(&functions->host);
    free(functions);
}

void hy_functions_set_endpoint(struct hy_functions *functions, const char *endpoint)
{
    char *copy = endpoint == NULL ? NULL : hy_sv_dup(hy_sv_of(endpoint));
    if (copy != NULL || endpoint == NULL) { /* without memory the old one stays */
        free(functions->host.endpoint);
        functions->host.endpoint = copy;
    }
}

/* The registry. */

static struct hy_function *find(const struct hy_functions *functions, hy_sv name_or_arn)
{
    hy_sv name = hy_function_name_of(name_or_arn);
    struct hy_function *function = NULL;
    HASH_FIND(hh, functions->by_name, name.ptr, name.len, function);
    return function;
}

enum hy_code hy_functions_add(struct hy_functions *functions, struct hy_function_spec *spec,
                              struct hy_err *err)
{
    if (functions->stopping || find(functions, hy_sv_of(spec->name)) != NULL) {
        enum hy_code code = functions->stopping
                                ? hy_fail(err, HY_CANCELLED, "hydrant is stopping")
                                : hy_fail(err, HY_EXISTS, "Function already exist: %s",
                                          spec->name);
        hy_function_spec_destroy(spec);
        return code;
    }
    enum hy_code code = hy_scratch_make(functions->host.work_dir, err);
    if (code != HY_OK) {
        hy_function_spec_destroy(spec);
        return code;
    }
    struct hy_function *function;
    code = hy_function_create(&functions->host, spec, &function, err);
    if (code == HY_OK) {
        HASH_ADD_KEYPTR(hh, functions->by_name, function->spec->name,
                        strlen(function->spec->name), function);
        if (function->hh.tbl == NULL) {
            hy_function_remove(function);
            code = hy_fail(err, HY_NO_MEMORY, "out of memory");
        }
    }
    return code;
}

void hy_functions_remove(struct hy_functions *functions, hy_sv name)
{
    struct hy_function *function = find(functions, name);
    if (function != NULL) {
        HASH_DEL(functions->by_name, function);
        hy_function_remove(function);
    }
}

bool hy_functions_has(const struct hy_functions *functions, hy_sv name_or_arn)
{
    return find(functions, name_or_arn) != NULL;
}

struct hy_invocation *hy_invoke(struct hy_functions *functions,
                                const struct hy_invoke_options *options, hy_invoke_fn *fn,
                                void *ctx)
{
    struct hy_invocation *call = hy_invocation_create(&functions->host, options,
                                                      hy_function_on_limit, fn, ctx);
    if (call == NULL) {
        return NULL;
    }
    struct hy_function *function = find(functions, options->function);
    enum hy_invoke_outcome refusal =
        functions->stopping ? HY_INVOKE_CANCELLED : HY_INVOKE_NOT_FOUND;
    bool taken = functions->stopping || function == NULL
                     ? hy_invocation_refuse_later(call, refusal)
                     : hy_function_submit(function, call);
    if (!taken) {
        hy_invocation_destroy(call);
        return NULL;
    }
    return call;
}
