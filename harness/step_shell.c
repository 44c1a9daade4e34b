/* step_shell.c - shell: a command of the user's, in the drill's folder.
 *
 * It finds HYDRANT_URL, HYDRANT_BUCKETS, HYDRANT_PID and DRILL_FOLDER in its environment.
 */
#include "harness/step.h"

#include "io/process.h"
#include "io/timer.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 16 * 1024 * 1024, SHOWN_MAX = 2000, TIMEOUT_MS = 60 * 1000 };

struct shell {
    struct hy_scene *scene;
    struct hy_process *process;
    struct hy_timer *timer;
    uint64_t timeout_ms;
    bool is_late;
    struct hy_buf output;
    const char **env;
};

static void on_timeout(void *ctx)
{
    struct shell *shell = ctx;
    shell->is_late = true;
    hy_process_kill(shell->process, SIGKILL);
}

static void on_output(void *ctx, enum hy_process_stream stream, hy_sv bytes)
{
    struct shell *shell = ctx;
    (void)stream;
    hy_buf_append(&shell->output, bytes);
}

static void check(struct shell *shell, const struct hy_process_end *end)
{
    struct hy_scene *scene = shell->scene;
    uint64_t wanted = hy_node_number(scene->step, "exit", 0);
    hy_buf_append_byte(&shell->output, '\0');
    const char *output = shell->output.failed ? "" : shell->output.data;
    hy_sv pattern = hy_node_string(scene->step, "output");
    if (shell->is_late) {
        hy_scene_fail(scene, scene->step, "the command took longer than %llu ms: %.*s",
                      (unsigned long long)shell->timeout_ms, SHOWN_MAX, output);
    } else if (end->signal != 0 || (uint64_t)end->exit_status != wanted) {
        hy_scene_fail(scene, scene->step, "the command ended with %s %d, not with status %llu: "
                                          "%.*s",
                      end->signal != 0 ? "signal" : "status",
                      end->signal != 0 ? end->signal : end->exit_status,
                      (unsigned long long)wanted, SHOWN_MAX, output);
    } else if (pattern.ptr != NULL && fnmatch(pattern.ptr, output, 0) != 0) {
        hy_scene_fail(scene, scene->step, "output: expected \"%s\", got \"%.*s\"", pattern.ptr,
                      SHOWN_MAX, output);
    }
}

static void destroy(struct shell *shell)
{
    hy_timer_destroy(shell->timer);
    hy_buf_finish(&shell->output);
    free(shell->env);
    free(shell);
}

static void on_end(void *ctx, const struct hy_process_end *end)
{
    struct shell *shell = ctx;
    struct hy_scene *scene = shell->scene;
    check(shell, end);
    destroy(shell);
    hy_scene_next(scene);
}

/* The caller's environment and ours. NULL when out of memory. */
static const char **make_env(struct hy_scene *scene)
{
    size_t count = 0;
    while (scene->options.env[count] != NULL) {
        count++;
    }
    const char **env = calloc(count + 5, sizeof *env);
    if (env == NULL) {
        return NULL;
    }
    memcpy(env, scene->options.env, count * sizeof *env);
    env[count++] = hy_arena_printf(&scene->arena, "HYDRANT_URL=%s",
                                   hy_emulator_url(scene->emulator));
    env[count++] = hy_arena_printf(&scene->arena, "HYDRANT_BUCKETS=%s", scene->buckets);
    env[count++] = hy_arena_printf(&scene->arena, "HYDRANT_PID=%d",
                                   hy_emulator_pid(scene->emulator));
    env[count++] = hy_arena_printf(&scene->arena, "DRILL_FOLDER=%s", scene->folder);
    return env;
}

static struct shell *create(struct hy_scene *scene)
{
    struct shell *shell = calloc(1, sizeof *shell);
    if (shell == NULL) {
        return NULL;
    }
    shell->scene = scene;
    shell->timeout_ms = TIMEOUT_MS;
    hy_buf_init(&shell->output, OUTPUT_MAX);
    shell->env = make_env(scene);
    shell->timer = hy_timer_create(scene->loop, on_timeout, shell);
    if (shell->env == NULL || shell->timer == NULL) {
        destroy(shell);
        return NULL;
    }
    (void)hy_node_duration(hy_node_find(scene->step, "timeout"), &shell->timeout_ms);
    return shell;
}

HY_MUST_CHECK
static enum hy_code start(struct hy_scene *scene, const char *command, struct hy_err *err)
{
    struct shell *shell = create(scene);
    if (shell == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    const struct hy_process_options options = {
        .argv = argv, .env = shell->env, .cwd = scene->drill->folder,
        .on_output = on_output, .on_end = on_end, .ctx = shell,
    };
    enum hy_code code = hy_process_start(scene->loop, &options, &shell->process, err);
    if (code != HY_OK) {
        destroy(shell);
        return code;
    }
    hy_timer_start(shell->timer, shell->timeout_ms);
    return HY_OK;
}

void hy_step_shell(struct hy_scene *scene)
{
    hy_sv command = scene->step->kind == HY_NODE_STRING ? scene->step->text
                                                        : hy_node_string(scene->step, "command");
    struct hy_err err;
    if (start(scene, command.ptr, &err) != HY_OK) {
        hy_scene_fail(scene, scene->step, "%s", err.text);
        hy_scene_next(scene);
    }
}
