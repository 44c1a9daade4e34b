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
