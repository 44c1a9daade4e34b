#include "runtime/environ.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a function may see of the environment that hydrant was started in. */
static const hy_sv inherited_names[] = {
    HY_SV_INIT("PATH"),          HY_SV_INIT("LANG"),        HY_SV_INIT("LANGUAGE"),
    HY_SV_INIT("SSL_CERT_FILE"), HY_SV_INIT("SSL_CERT_DIR"),
};

static hy_sv name_of(const char *variable)
{
    hy_sv rest = hy_sv_of(variable);
    return hy_sv_cut(&rest, '=');
}

static char **slot_of(const struct hy_environ *environment, hy_sv name)
{
    for (size_t i = 0; i < environment->count; i++) {
        if (hy_sv_equal(name_of(environment->variables[i]), name)) {
            return &environment->variables[i];
        }
    }
    return NULL;
}

static bool grow(struct hy_environ *environment)
{
    if (environment->count + 1 < environment->cap) { /* one more for the NULL */
        return true;
    }
    size_t cap = environment->cap == 0 ? 64 : environment->cap * 2;
    char **variables = realloc(environment->variables, cap * sizeof *variables);
    if (variables == NULL) {
        return false;
    }
    environment->variables = variables;
    environment->cap = cap;
    return true;
}

/* Takes the variable; a name is there once. */
static void put(struct hy_environ *environment, char *variable)
{
    if (variable == NULL) {
        environment->failed = true;
        return;
    }
    char **slot = slot_of(environment, name_of(variable));
    if (slot != NULL) {
        free(*slot);
        *slot = variable;
    } else if (grow(environment)) {
        environment->variables[environment->count++] = variable;
        environment->variables[environment->count] = NULL;
    } else {
        free(variable);
        environment->failed = true;
    }
}

HY_PRINTF(2, 3)
static void set(struct hy_environ *environment, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *variable = NULL;
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len >= 0) {
        variable = malloc((size_t)len + 1);
    }
    if (variable != NULL) {
        va_start(args, format);
        (void)vsnprintf(variable, (size_t)len + 1, format, args);
        va_end(args);
    }
    put(environment, variable);
}

static bool may_be_inherited(hy_sv name)
{
    for (size_t i = 0; i < sizeof inherited_names / sizeof inherited_names[0]; i++) {
        if (hy_sv_equal(name, inherited_names[i])) {
            return true;
        }
    }
    return hy_sv_starts_with(name, HY_SV("LC_"));
}

static void add_inherited(struct hy_environ *environment, const struct hy_host *host)
{
    set(environment, "PATH=%s", hy_default_path);
    set(environment, "LANG=C.UTF-8");
    const char *const *variable = host->inherited;
    for (; variable != NULL && *variable != NULL; variable++) {
        if (may_be_inherited(name_of(*variable))) {
            set(environment, "%s", *variable);
        }
    }
}

/* What a local emulator may let its users overrule. */
static void add_suggested(struct hy_environ *environment, const struct hy_environ_facts *facts)
{
    const struct hy_host *host = facts->host;
    set(environment, "HOME=%s", facts->scratch);
    set(environment, "TMPDIR=%s", facts->scratch);
    set(environment, "TZ=:UTC");
    set(environment, "AWS_REGION=%s", host->region);
    set(environment, "AWS_DEFAULT_REGION=%s", host->region);
    set(environment, "AWS_ACCESS_KEY_ID=hydrant");
    set(environment, "AWS_SECRET_ACCESS_KEY=hydrant");
    set(environment, "AWS_SESSION_TOKEN=hydrant");
    set(environment, "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR");
    if (host->endpoint != NULL) {
        set(environment, "AWS_ENDPOINT_URL=%s", host->endpoint);
    }
    const char *root = facts->launch->task_root;
    if (facts->spec->command == NULL) {
        set(environment, "LD_LIBRARY_PATH=%s:%s/lib", root, root);
    }
    switch (facts->launch->language) {
    case HY_LANGUAGE_PYTHON:
        set(environment, "LC_CTYPE=C.UTF-8");
        /* Not beside the sources: that would look like a change of the code. */
        set(environment, "PYTHONPYCACHEPREFIX=%s/pycache", host->work_dir);
        break;
    case HY_LANGUAGE_NODE:
        set(environment, "NODE_PATH=%s/node_modules:%s", root, root);
        break;
    case HY_LANGUAGE_RUBY:
    case HY_LANGUAGE_NONE:
        break;
    }
}

static void add_users(struct hy_environ *environment, const struct hy_function_spec *spec)
{
    char **variable = spec->environment;
    for (; variable != NULL && *variable != NULL; variable++) {
        if (strchr(*variable, '=') != NULL) {
            set(environment, "%s", *variable);
        }
    }
}

static void add_reserved(struct hy_environ *environment, const struct hy_environ_facts *facts)
{
    const struct hy_function_spec *spec = facts->spec;
    set(environment, "_HANDLER=%s", spec->handler == NULL ? "" : spec->handler);
    set(environment, "LAMBDA_TASK_ROOT=%s", facts->launch->task_root);
    set(environment, "PWD=%s", facts->launch->task_root);
    set(environment, "LAMBDA_RUNTIME_DIR=%s", facts->host->runtime_dir);
    set(environment, "AWS_LAMBDA_FUNCTION_NAME=%s", spec->name);
    set(environment, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST");
    set(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%u", spec->memory_mib);
    set(environment, "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/%s", spec->name);
    set(environment, "AWS_LAMBDA_LOG_STREAM_NAME=%s", facts->log_stream);
    set(environment, "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand");
    if (facts->launch->language != HY_LANGUAGE_NONE) {
        set(environment, "AWS_EXECUTION_ENV=AWS_Lambda_%s", spec->runtime);
    }
    if (facts->api_port != 0) {
        set(environment, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:%u", facts->api_port);
    }
    if (facts->trace_id != NULL) {
        set(environment, "_X_AMZN_TRACE_ID=%s", facts->trace_id);
    }
    if (facts->request_id != NULL) {
        set(environment, "HYDRANT_REQUEST_ID=%s", facts->request_id);
        set(environment, "HYDRANT_DEADLINE_MS=%" PRIu64, facts->deadline_ms);
    }
}

enum hy_code hy_environ_make(struct hy_environ *environment, const struct hy_environ_facts *facts)
{
    *environment = (struct hy_environ){ 0 };
    add_inherited(environment, facts->host);
    add_suggested(environment, facts);
    add_users(environment, facts->spec);
    add_reserved(environment, facts);
    if (environment->failed) {
        hy_environ_finish(environment);
        return HY_NO_MEMORY;
    }
    return HY_OK;
}

void hy_environ_finish(struct hy_environ *environment)
{
    for (size_t i = 0; i < environment->count; i++) {
        free(environment->variables[i]);
    }
    free(environment->variables);
    *environment = (struct hy_environ){ 0 };
}

const char *hy_environ_get(const struct hy_environ *environment, const char *name)
{
    char **slot = slot_of(environment, hy_sv_of(name));
    return slot == NULL ? NULL : strchr(*slot, '=') + 1;
}
