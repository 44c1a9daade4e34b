#include "harness/step.h"

#include "harness/expect.h"

static const struct verb {
    hy_sv name;
    hy_step_fn *run;
} verbs[] = {
    { HY_SV_INIT("replay"), hy_step_replay }, { HY_SV_INIT("put"), hy_step_put },
    { HY_SV_INIT("call"), hy_step_call },     { HY_SV_INIT("http"), hy_step_http },
    { HY_SV_INIT("advance"), hy_step_advance }, { HY_SV_INIT("flush"), hy_step_flush },
    { HY_SV_INIT("await"), hy_step_await },   { HY_SV_INIT("restart"), hy_step_restart },
    { HY_SV_INIT("kill"), hy_step_kill },     { HY_SV_INIT("shell"), hy_step_shell },
    { HY_SV_INIT("expect"), hy_step_expect },
};

hy_step_fn *hy_step_find(hy_sv verb)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (hy_sv_equal(verbs[i].name, verb)) {
            return verbs[i].run;
        }
    }
    return NULL;
}

void hy_step_expect(struct hy_scene *scene)
{
    hy_expect(scene, scene->step, hy_scene_next);
}
