/* step.h - the verbs of a drill. */
#ifndef HY_HARNESS_STEP_H
#define HY_HARNESS_STEP_H

#include "harness/scene.h"

/* Starts the step; scene->step is its verb's node. */
typedef void hy_step_fn(struct hy_scene *scene);

/* NULL: there is no such verb (the form of drills does not let one through). */
hy_step_fn *hy_step_find(hy_sv verb);

/* One file for each few of them. */
void hy_step_put(struct hy_scene *scene);     /* step_put.c */
void hy_step_call(struct hy_scene *scene);    /* step_call.c */
void hy_step_http(struct hy_scene *scene);
void hy_step_replay(struct hy_scene *scene);  /* step_replay.c */
void hy_step_advance(struct hy_scene *scene); /* step_time.c */
void hy_step_flush(struct hy_scene *scene);
void hy_step_await(struct hy_scene *scene);
void hy_step_restart(struct hy_scene *scene); /* step_life.c */
void hy_step_kill(struct hy_scene *scene);
void hy_step_shell(struct hy_scene *scene);   /* step_shell.c */
void hy_step_expect(struct hy_scene *scene);  /* step.c */

#endif
