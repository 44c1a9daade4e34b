/* stage.h - what a drill is given, set up: its folder, stubs, the config and hydrant's words. */
#ifndef HY_HARNESS_STAGE_H
#define HY_HARNESS_STAGE_H

#include "harness/scene.h"

/* Sets scene->folder, buckets, stubs and emulator. On failure err says why; hy_stage_clear is due
 * in any case. */
HY_MUST_CHECK
enum hy_code hy_stage_set(struct hy_scene *scene,
                          void (*on_changed)(void *ctx, enum hy_code code, const char *sentence),
                          void (*on_gone)(void *ctx, const char *sentence), struct hy_err *err);

/* Stops the stubs; done(scene) once, later or at once. */
void hy_stage_stop(struct hy_scene *scene, void (*done)(struct hy_scene *scene));
void hy_stage_clear(struct hy_scene *scene);

#endif
