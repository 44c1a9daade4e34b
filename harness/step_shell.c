/* step_shell.c - shell: a command of the user's, in the drill's folder.
 *
 * It finds HYDRANT_URL, HYDRANT_BUCKETS and DRILL_FOLDER in its environment.
 */
#include "harness/step.h"

#include "io/process.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 16 * 1024 * 1024, SHOWN_MAX = 2000 };

struct shell {
    struct hy_scene *scene;
    struct hy_buf output;
    const char **env;
};

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
    if (end->signal != 0 || (uint64_t)end->exit_status != wanted) {
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
    const char **env = calloc(count + 4, sizeof *env);
    if (env == NULL) {
        return NULL;
    }
    memcpy(env, scene->options.env, count * sizeof *env);
    env[count++] = hy_arena_printf(&scene->arena, "HYDRANT_URL=%s",
                                   hy_emulator_url(scene->emulator));
    env[count++] = hy_arena_printf(&scene->arena, "HYDRANT_BUCKETS=%s", scene->buckets);
    env[count++] = hy_arena_printf(&scene->arena, "DRILL_FOLDER=%s", scene->folder);
    return env;
}

static bool start(struct hy_scene *scene, const char *command, struct hy_err *err)
{
    struct shell *shell = calloc(1, sizeof *shell);
    const char **env = shell != NULL ? make_env(scene) : NULL;
    if (env == NULL) {
        free(shell);
        return hy_fail(err, HY_NO_MEMORY, "out of memory") == HY_OK;
    }
    shell->scene = scene;
    shell->env = env;
    hy_buf_init(&shell->output, OUTPUT_MAX);
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    const struct hy_process_options options = {
        .argv = argv, .env = env, .cwd = scene->drill->folder,
        .on_output = on_output, .on_end = on_end, .ctx = shell,
    };
    struct hy_process *process;
    if (hy_process_start(scene->loop, &options, &process, err) == HY_OK) {
        return true;
    }
    destroy(shell);
    return false;
}

void hy_step_shell(struct hy_scene *scene)
{
    hy_sv command = scene->step->kind == HY_NODE_STRING ? scene->step->text
                                                        : hy_node_string(scene->step, "command");
    struct hy_err err;
    if (!start(scene, command.ptr, &err)) {
        hy_scene_fail(scene, scene->step, "%s", err.text);
        hy_scene_next(scene);
    }
}
