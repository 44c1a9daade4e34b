#include "runtime/interpreter.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char hy_default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* A runtime's name is `prefix` and a version; without one, whichever is installed will do. */
static const struct runtime {
    hy_sv prefix;
    enum hy_language language;
    const char *program;   /* NULL: the code's own bootstrap */
    const char *bootstrap; /* in runtime_dir */
    bool has_versioned_program; /* python3.12 is the name of a program as well */
} runtimes[] = {
    { HY_SV_INIT("python3"), HY_LANGUAGE_PYTHON, "python3", "bootstrap.py", true },
    { HY_SV_INIT("nodejs"), HY_LANGUAGE_NODE, "node", "bootstrap.cjs", false },
    { HY_SV_INIT("ruby"), HY_LANGUAGE_RUBY, "ruby", "bootstrap.rb", false },
    { HY_SV_INIT("provided"), HY_LANGUAGE_NONE, NULL, NULL, false },
};

static const struct runtime *runtime_of(const char *name)
{
    for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
        if (hy_sv_starts_with(hy_sv_of(name), runtimes[i].prefix)) {
            const char *version = name + runtimes[i].prefix.len;
            bool fits = version[0] == '\0' || strchr(".0123456789", version[0]) != NULL;
            return fits || runtimes[i].program == NULL ? &runtimes[i] : NULL;
        }
    }
    return NULL;
}

static hy_sv variable(const char *const *environment, hy_sv name)
{
    for (; environment != NULL && *environment != NULL; environment++) {
        hy_sv rest = hy_sv_of(*environment);
        if (hy_sv_equal(hy_sv_cut(&rest, '='), name)) {
            return rest;
        }
    }
    return (hy_sv){ NULL, 0 };
}

static char *join(hy_sv folder, const char *name)
{
    size_t size = folder.len + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%.*s/%s", HY_SV_ARG(folder), name);
    }
    return path;
}

char *hy_find_program(const char *const *environment, const char *name)
{
    hy_sv path = variable(environment, HY_SV("PATH"));
    if (path.len == 0) {
        path = hy_sv_of(hy_default_path);
    }
    while (path.len > 0) {
        hy_sv folder = hy_sv_cut(&path, ':');
        char *candidate = join(folder.len == 0 ? HY_SV(".") : folder, name);
        struct stat st;
        if (candidate != NULL && stat(candidate, &st) == 0 && S_ISREG(st.st_mode) &&
            access(candidate, X_OK) == 0) {
            return candidate;
        }
        free(candidate);
    }
    return NULL;
}

static char *find_interpreter(const struct hy_host *host, const struct hy_function_spec *spec,
                              const struct runtime *runtime)
{
    char *found = runtime->has_versioned_program
                      ? hy_find_program(host->inherited, spec->runtime) : NULL;
    if (found == NULL) {
        found = hy_find_program(host->inherited, runtime->program);
        if (found != NULL && runtime->has_versioned_program) {
            hy_log(HY_LOG_WARN, "runtime", NULL, "%s is not on PATH: %s is run by %s",
                   spec->runtime, spec->name, found);
        }
    }
    return found;
}

/* Appends to argv, which has room. Takes the word. */
static bool add_word(char **argv, size_t *count, char *word)
{
    argv[*count] = word;
    *count += word != NULL;
    return word != NULL;
}

static bool add_copy(char **argv, size_t *count, hy_sv word)
{
    return add_word(argv, count, hy_sv_dup(word));
}

static enum hy_code plan_interpreter(struct hy_launch *launch, const struct hy_host *host,
                                     const struct hy_function_spec *spec,
                                     const struct runtime *runtime, struct hy_err *err)
{
    if (spec->handler == NULL || spec->handler[0] == '\0') {
        return hy_fail(err, HY_INVALID, "Function %s has the runtime %s and no handler",
                       spec->name, spec->runtime);
    }
    char *program = find_interpreter(host, spec, runtime);
    if (program == NULL) {
        return hy_fail(err, HY_INVALID, "Runtime %s of function %s needs %s on PATH",
                       spec->runtime, spec->name, runtime->program);
    }
    hy_sv wrapper = variable((const char *const *)spec->environment,
                             HY_SV("AWS_LAMBDA_EXEC_WRAPPER"));
    size_t count = 0;
    bool complete = wrapper.len == 0 || add_copy(launch->argv, &count, wrapper);
    complete = add_word(launch->argv, &count, program) && complete;
    if (runtime->language == HY_LANGUAGE_PYTHON) {
        complete = complete && add_copy(launch->argv, &count, HY_SV("-u"));
    }
    complete = complete &&
               add_word(launch->argv, &count,
                        join(hy_sv_of(host->runtime_dir), runtime->bootstrap)) &&
               add_copy(launch->argv, &count, hy_sv_of(spec->handler));
    launch->language = runtime->language;
    return complete ? HY_OK : hy_fail(err, HY_NO_MEMORY, "out of memory");
}

static enum hy_code plan_bootstrap(struct hy_launch *launch, const struct hy_function_spec *spec,
                                   struct hy_err *err)
{
    size_t count = 0;
    if (!add_word(launch->argv, &count, join(hy_sv_of(launch->task_root), "bootstrap"))) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    launch->is_bootstrap = true;
    if (access(launch->argv[0], X_OK) != 0) { /* AWS accepts it, and fails each call */
        hy_log(HY_LOG_WARN, "runtime", NULL, "%s of function %s is not an executable file",
               launch->argv[0], spec->name);
    }
    return HY_OK;
}

static enum hy_code plan_command(struct hy_launch *launch, const struct hy_function_spec *spec,
                                 struct hy_err *err)
{
    size_t count = 0;
    for (char **word = spec->command; *word != NULL; word++) {
        if (!add_copy(launch->argv, &count, hy_sv_of(*word))) {
            return hy_fail(err, HY_NO_MEMORY, "out of memory");
        }
    }
    if (count == 0) {
        return hy_fail(err, HY_INVALID, "The command of function %s is empty", spec->name);
    }
    const char *slash = strrchr(launch->argv[0], '/');
    launch->is_bootstrap = slash != NULL && strcmp(slash + 1, "bootstrap") == 0;
    return HY_OK;
}

static size_t words_at_most(const struct hy_function_spec *spec)
{
    size_t count = 0;
    while (spec->command != NULL && spec->command[count] != NULL) {
        count++;
    }
    return count + 8; /* wrapper, interpreter, -u, bootstrap, handler, NULL */
}

static enum hy_code plan_runtime(struct hy_launch *launch, const struct hy_host *host,
                                 const struct hy_function_spec *spec, const char *folder,
                                 struct hy_err *err)
{
    if (spec->runtime == NULL) {
        return hy_fail(err, HY_INVALID, "Function %s has neither a runtime nor a command",
                       spec->name);
    }
    const struct runtime *runtime = runtime_of(spec->runtime);
    if (runtime == NULL) {
        return hy_fail(err, HY_INVALID, "Runtime %s of function %s is not supported here: "
                       "python3.*, nodejs*, ruby* and provided* are; anything else runs as a "
                       "command", spec->runtime, spec->name);
    }
    if (folder == NULL) {
        return hy_fail(err, HY_INVALID, "Function %s has a runtime and no code", spec->name);
    }
    return runtime->program == NULL ? plan_bootstrap(launch, spec, err)
                                    : plan_interpreter(launch, host, spec, runtime, err);
}

enum hy_code hy_launch_plan(struct hy_launch *launch, const struct hy_host *host,
                            const struct hy_function_spec *spec, const char *folder,
                            struct hy_err *err)
{
    *launch = (struct hy_launch){
        .argv = calloc(words_at_most(spec), sizeof(char *)),
        .task_root = hy_sv_dup(hy_sv_of(folder != NULL ? folder : host->launch_dir)),
    };
    enum hy_code code;
    if (launch->argv == NULL || launch->task_root == NULL) {
        code = hy_fail(err, HY_NO_MEMORY, "out of memory");
    } else if (spec->command != NULL) {
        code = plan_command(launch, spec, err);
    } else {
        code = plan_runtime(launch, host, spec, folder, err);
    }
    if (code != HY_OK) {
        hy_launch_finish(launch);
    }
    return code;
}

void hy_launch_finish(struct hy_launch *launch)
{
    for (char **word = launch->argv; word != NULL && *word != NULL; word++) {
        free(*word);
    }
    free(launch->argv);
    free(launch->task_root);
    *launch = (struct hy_launch){ 0 };
}
