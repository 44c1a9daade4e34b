/* run.h - a queue of drills, several at a time on one loop. */
#ifndef HY_HARNESS_RUN_H
#define HY_HARNESS_RUN_H

#include "harness/scene.h"

struct hy_run_options {
    struct hy_drill *const *drills;
    size_t count;
    size_t jobs;                    /* at a time, at least 1 */
    struct hy_scene_options scene;  /* of each; drill, loop, on_end and ctx are the run's */
    /* For each drill, in the order of the drills. */
    void (*on_result)(void *ctx, size_t index, const struct hy_scene *scene);
    void *ctx;
};

/* Runs all of them, and returns when the last is over. HY_NO_MEMORY: some were not run. */
HY_MUST_CHECK
enum hy_code hy_run(const struct hy_run_options *options);

#endif
