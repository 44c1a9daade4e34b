/* step_life.c - restart and kill: hydrant ends, by request or by force, and starts on its data.
 *
 * A manual clock starts at the same time each time. It is put back to where it was: for the
 * stream no time has passed.
 */
#include "harness/step.h"

#include "harness/answer.h"

#include <signal.h>

static void on_clock_set(struct hy_scene *scene, const struct hy_http_response *response)
{
    hy_answer_check(scene, NULL, response);
    hy_scene_next(scene);
}

static void on_up(struct hy_scene *scene)
{
    if (scene->clock_ms == 0) {
        hy_scene_next(scene);
        return;
    }
    hy_buf_clear(&scene->request);
    hy_buf_printf(&scene->request, "{\"now_ms\":%llu}", (unsigned long long)scene->clock_ms);
    hy_scene_ask(scene, "POST", "/_hydrant/clock", (struct hy_http_headers){ NULL, 0 },
                 on_clock_set);
}

static void on_down(struct hy_scene *scene)
{
    hy_scene_change(scene, 0, on_up);
}

void hy_step_restart(struct hy_scene *scene)
{
    hy_scene_change(scene, SIGTERM, on_down);
}

void hy_step_kill(struct hy_scene *scene)
{
    hy_scene_change(scene, SIGKILL, on_down);
}
