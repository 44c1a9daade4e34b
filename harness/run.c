#include "harness/run.h"

#include <stdlib.h>

struct run {
    const struct hy_run_options *options;
    struct hy_loop *loop;
    struct slot *slots;
    size_t next;     /* to be begun */
    size_t told;     /* results given to the caller, in order */
    size_t playing;
    bool failed;
};

struct slot {
    struct run *run;
    struct hy_scene *scene; /* NULL: not begun, or told already */
    bool is_over;
};

static void fill(struct run *run);

static void tell(struct run *run)
{
    while (run->told < run->options->count && run->slots[run->told].is_over) {
        struct slot *slot = &run->slots[run->told];
        run->options->on_result(run->options->ctx, run->told, slot->scene);
        hy_scene_destroy(slot->scene);
        slot->scene = NULL;
        run->told++;
    }
}

static void after_end(void *ctx)
{
    struct run *run = ctx;
    tell(run);
    fill(run);
}

/* The scene is still on the stack of its own callback: it goes a turn later. */
static void on_end(void *ctx)
{
    struct slot *slot = ctx;
    slot->is_over = true;
    slot->run->playing--;
    if (!hy_loop_defer(slot->run->loop, after_end, slot->run)) {
        slot->run->failed = true;
    }
}

static void fill(struct run *run)
{
    const struct hy_run_options *options = run->options;
    while (!run->failed && run->next < options->count && run->playing < options->jobs) {
        struct slot *slot = &run->slots[run->next];
        struct hy_scene_options scene = options->scene;
        scene.loop = run->loop;
        scene.drill = options->drills[run->next];
        scene.on_end = on_end;
        scene.ctx = slot;
        slot->run = run;
        slot->scene = hy_scene_create(&scene);
        if (slot->scene == NULL) {
            run->failed = true;
            return;
        }
        run->next++;
        run->playing++;
    }
}

enum hy_code hy_run(const struct hy_run_options *options)
{
    struct run run = { .options = options };
    run.slots = calloc(options->count + 1, sizeof *run.slots);
    run.loop = hy_loop_create();
    if (run.slots != NULL && run.loop != NULL) {
        fill(&run);
        hy_loop_run(run.loop);
    }
    for (size_t i = 0; run.slots != NULL && i < options->count; i++) {
        hy_scene_destroy(run.slots[i].scene);
    }
    if (run.loop != NULL) {
        while (hy_loop_turn(run.loop)) { /* what closes in its own time */
        }
        hy_loop_destroy(run.loop);
    }
    free(run.slots);
    return run.told == options->count ? HY_OK : HY_NO_MEMORY;
}
