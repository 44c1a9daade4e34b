#include "pipeline/pipeline.h"

#include <assert.h>

void hy_pipeline_begin(struct hy_pipeline_env *env)
{
    env->under_way++;
}

void hy_pipeline_end(struct hy_pipeline_env *env)
{
    assert(env->under_way > 0);
    if (--env->under_way == 0 && env->on_quiet != NULL) {
        env->on_quiet(env->on_quiet_ctx);
    }
}

void hy_pipeline_tell_failure(const struct hy_pipeline_env *env,
                              const struct hy_failure_event *event)
{
    if (env->on_failure != NULL) {
        env->on_failure(env->on_failure_ctx, event);
    }
}
