#include "runtime/function.h"

#include "base/log.h"
#include "runtime/code_stamp.h"
#include "runtime/package.h"
#include "runtime/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MS_MAX = 5000,
};

static void pump(void *ctx);

/* Made and freed. */

static void destroy(struct hy_function *function)
{
    hy_timer_destroy(function->retry);
    hy_launch_finish(&function->launch);
    hy_function_spec_destroy(function->spec);
    free(function->folder);
    free(function->program);
    free(function->arn);
    free(function);
}

static void destroy_when_over(struct hy_function *function)
{
    if (function->removed && function->environments == NULL && function->fetching == NULL &&
        !function->pump_is_due) {
        destroy(function);
    }
}

static char *make_arn(const struct hy_host *host, const char *name)
{
    static const char format[] = "arn:aws:lambda:%s:%s:function:%s";
    int len = snprintf(NULL, 0, format, host->region, host->account, name);
    char *arn = len < 0 ? NULL : malloc((size_t)len + 1);
    if (arn != NULL) {
        (void)snprintf(arn, (size_t)len + 1, format, host->region, host->account, name);
    }
    return arn;
}

/* The folder that the code is in: itself, or where the zip has been unpacked to. */
static enum hy_code open_code(struct hy_function *function, struct hy_err *err)
{
    const struct hy_function_spec *spec = function->spec;
    struct stat st;
    if (spec->code == NULL) {
        return HY_OK;
    }
    if (stat(spec->code, &st) != 0) {
        return hy_fail(err, HY_INVALID, "Code of function %s: there is no %s", spec->name,
                       spec->code);
    }
    if (!S_ISDIR(st.st_mode)) {
        return hy_package_unpack(spec->code, function->host->work_dir, HY_PACKAGE_BYTES_MAX,
                                 &function->folder, err);
    }
    function->folder = hy_sv_dup(hy_sv_of(spec->code));
    return function->folder != NULL ? HY_OK : hy_fail(err, HY_NO_MEMORY, "out of memory");
}

static const struct hy_environment_kind *kind_of(const struct hy_function *function)
{
    switch (function->spec->protocol) {
    case HY_PROTOCOL_RUNTIME_API:
        return &hy_kind_polling;
    case HY_PROTOCOL_STDIO:
        return &hy_kind_stdio;
    case HY_PROTOCOL_NDJSON:
        return &hy_kind_ndjson;
    case HY_PROTOCOL_AUTO:
        break;
    }
    bool certain = function->spec->command == NULL || function->launch.is_bootstrap;
    return certain ? &hy_kind_polling : &hy_kind_dual;
}

static void find_program(struct hy_function *function)
{
    const char *word = function->launch.argv[0];
    function->program = strchr(word, '/') != NULL
                            ? NULL /* code_stamp finds it as a word of the command */
                            : hy_find_program(function->host->inherited, word);
}

static enum hy_code resolve(struct hy_function *function, struct hy_err *err)
{
    function->arn = make_arn(function->host, function->spec->name);
    if (function->arn == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    if (function->spec->url != NULL) {
        return HY_OK;
    }
    enum hy_code code = open_code(function, err);
    if (code == HY_OK) {
        code = hy_launch_plan(&function->launch, function->host, function->spec,
                              function->folder, err);
    }
    if (code == HY_OK) {
        find_program(function);
        function->kind = kind_of(function);
    }
    return code;
}

enum hy_code hy_function_create(struct hy_host *host, struct hy_function_spec *spec,
                                struct hy_function **out, struct hy_err *err)
{
    struct hy_function *function = calloc(1, sizeof *function);
    if (function == NULL) {
        hy_function_spec_destroy(spec);
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    function->host = host;
    function->spec = spec;
    enum hy_code code = resolve(function, err);
    if (code != HY_OK) {
        destroy(function);
        return code;
    }
    *out = function;
    return HY_OK;
}

/* Its calls. */

static void cancel(struct hy_invocation *call)
{
    call->function = NULL; /* it need not be forgotten any more */
    if (!hy_invocation_refuse_later(call, HY_INVOKE_CANCELLED)) {
        struct hy_function_error error = { .type = "Cancelled" };
        hy_invocation_fail(call, HY_INVOKE_CANCELLED, &error, (hy_sv){ NULL, 0 },
                           (hy_sv){ NULL, 0 });
    }
}

void hy_function_remove(struct hy_function *function)
{
    function->removed = true;
    struct hy_invocation *call, *next_call;
    DL_FOREACH_SAFE(function->waiting, call, next_call) {
        DL_DELETE(function->waiting, call);
        cancel(call);
    }
    DL_FOREACH(function->fetching, call) {
        hy_http_fetch_cancel(call->fetch); /* its callback ends the call */
    }
    struct hy_environment *environment, *next;
    DL_FOREACH_SAFE(function->environments, environment, next) {
        if (environment->call != NULL) {
            cancel(hy_environment_take_call(environment));
        }
        hy_environment_retire(environment);
    }
    destroy_when_over(function);
}

bool hy_function_submit(struct hy_function *function, struct hy_invocation *call)
{
    if (!function->pump_is_due) {
        function->pump_is_due = hy_loop_defer(function->host->loop, pump, function);
    }
    if (!function->pump_is_due) {
        return false;
    }
    call->function = function;
    call->is_waiting = true;
    DL_APPEND(function->waiting, call);
    return true;
}

void hy_function_forget(struct hy_function *function, struct hy_invocation *call)
{
    if (call->is_waiting) {
        DL_DELETE(function->waiting, call);
        call->is_waiting = false;
    }
    if (call->fetch != NULL) {
        DL_DELETE(function->fetching, call);
        function->fetch_count--;
        call->fetch = NULL;
        hy_function_pump_soon(function);
        destroy_when_over(function);
    }
}

void hy_function_on_limit(void *ctx)
{
    struct hy_invocation *call = ctx;
    if (call->environment != NULL) {
        hy_environment_time_out(call->environment, call->limit_ms);
    } else if (call->fetch != NULL) {
        hy_http_fetch_cancel(call->fetch);
    } else if (call->is_waiting) {
        hy_invocation_fail_by_us(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout",
                                 (hy_sv){ NULL, 0 },
                                 "No execution environment became free within %.2f seconds",
                                 (double)call->limit_ms / 1000);
    }
}

/* The pump. */

static unsigned environments_max(const struct hy_function *function)
{
    return function->spec->concurrency > 0 ? function->spec->concurrency : HY_ENVIRONMENTS_MAX;
}

/* False when there is no memory for a timer. */
static bool pump_at(struct hy_function *function, uint64_t at_ns, uint64_t now_ns)
{
    if (function->retry == NULL) {
        function->retry = hy_timer_create(function->host->loop, pump, function);
    }
    if (function->retry == NULL) {
        return false;
    }
    hy_timer_start(function->retry, (at_ns - now_ns) / 1000000 + 1);
    return true;
}

/* When the last of those that have just replied has had its time; 0 when they are fewer than
 * the calls that wait. */
static uint64_t settled_ns(const struct hy_function *function, uint64_t now_ns)
{
    const struct hy_environment *environment;
    const struct hy_invocation *call;
    const uint64_t settle_ns = function->host->settle_ms_max * 1000000;
    uint64_t latest_ns = 0;
    unsigned settling = 0, waiting = 0;
    DL_FOREACH(function->environments, environment) {
        uint64_t until_ns = environment->replied_ns + settle_ns;
        if (environment->state == HY_ENVIRONMENT_BUSY && environment->call == NULL &&
            until_ns > now_ns) {
            settling++;
            latest_ns = until_ns > latest_ns ? until_ns : latest_ns;
        }
    }
    DL_COUNT(function->waiting, call, waiting);
    return waiting <= settling ? latest_ns : 0;
}

static bool may_start(struct hy_function *function)
{
    const struct hy_environment *environment;
    unsigned alive = 0;
    DL_FOREACH(function->environments, environment) {
        alive += environment->state != HY_ENVIRONMENT_DYING;
    }
    if (alive + function->fetch_count >= environments_max(function)) {
        return false; /* whoever becomes free pumps again */
    }
    uint64_t now_ns = hy_loop_nanoseconds();
    uint64_t at_ns = settled_ns(function, now_ns);
    at_ns = function->not_before_ns > at_ns ? function->not_before_ns : at_ns;
    /* Without memory for a timer: rather now than never. */
    return now_ns >= at_ns || !pump_at(function, at_ns, now_ns);
}

/* One that runs this very code; those that run another are retired. */
static struct hy_environment *take_idle(struct hy_function *function, uint64_t stamp)
{
    struct hy_environment *environment, *next;
    DL_FOREACH_SAFE(function->environments, environment, next) {
        if (environment->state != HY_ENVIRONMENT_IDLE) {
            continue;
        }
        if (environment->stamp == stamp && environment->writes == 0) {
            return environment;
        }
        if (environment->stamp != stamp) {
            hy_log(HY_LOG_INFO, "runtime", NULL, "the code of %s has changed: starting anew",
                   function->spec->name);
        } /* else it replied without reading what it was asked: it is out of step */
        hy_environment_retire(environment);
    }
    return NULL;
}

static void start(struct hy_function *function, struct hy_invocation *call, uint64_t stamp)
{
    if (function->spec->protocol == HY_PROTOCOL_AUTO && function->kind_stamp != stamp) {
        function->kind = kind_of(function); /* what was found out was about other files */
    }
    struct hy_err err = { 0 };
    enum hy_code code = hy_environment_start(function, call, stamp, &err);
    if (code != HY_OK) {
        hy_function_note_crash(function);
        hy_invocation_fail_by_us(call, HY_INVOKE_FUNCTION_ERROR, "Runtime.InvalidEntrypoint",
                                 (hy_sv){ NULL, 0 }, "%s", err.text);
    }
}

/* False when no more calls can be given away now. */
static bool give_one(struct hy_function *function)
{
    struct hy_invocation *call = function->waiting;
    bool is_remote = function->spec->url != NULL;
    uint64_t stamp = is_remote ? 0 : hy_code_stamp(function);
    struct hy_environment *idle = is_remote ? NULL : take_idle(function, stamp);
    if (idle == NULL && !may_start(function)) {
        return false;
    }
    DL_DELETE(function->waiting, call);
    call->is_waiting = false;
    if (is_remote) {
        hy_remote_start(function, call);
    } else if (idle != NULL) {
        hy_environment_give(idle, call);
    } else {
        start(function, call, stamp);
    }
    return true;
}

static void pump(void *ctx)
{
    struct hy_function *function = ctx;
    function->pump_is_due = true; /* also when the timer called: nobody frees us meanwhile */
    while (!function->removed && function->waiting != NULL && give_one(function)) {
    }
    function->pump_is_due = false;
    destroy_when_over(function);
}

void hy_function_pump_soon(struct hy_function *function)
{
    if (function->removed || function->waiting == NULL || function->pump_is_due) {
        return;
    }
    function->pump_is_due = hy_loop_defer(function->host->loop, pump, function);
    if (!function->pump_is_due) {
        pump(function);
    }
}

void hy_function_note_crash(struct hy_function *function)
{
    uint64_t pause_ms = BACKOFF_MS_MAX;
    if (function->crashes < 6) { /* 100 ms, 200 ms, ... 3.2 s */
        pause_ms = (uint64_t)BACKOFF_FIRST_MS << function->crashes;
    }
    function->crashes++;
    function->not_before_ns = hy_loop_nanoseconds() + pause_ms * 1000000;
}

void hy_function_note_success(struct hy_function *function)
{
    function->crashes = 0;
    function->not_before_ns = 0;
}

void hy_function_environment_gone(struct hy_function *function,
                                  struct hy_environment *environment)
{
    DL_DELETE(function->environments, environment);
    hy_function_pump_soon(function);
    destroy_when_over(function);
}

bool hy_function_has_other_idle(const struct hy_function *function,
                                const struct hy_environment *environment)
{
    const struct hy_environment *other;
    DL_FOREACH(function->environments, other) {
        if (other != environment && other->state == HY_ENVIRONMENT_IDLE) {
            return true;
        }
    }
    return false;
}
