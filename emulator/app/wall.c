#include "app/wall.h"

#include "io/loop.h"

#include <math.h>
#include <stdio.h>

static uint64_t now_ms(void *ctx)
{
    struct hy_wall *wall = ctx;
    if (wall->kind == HY_CLOCK_MANUAL) {
        return wall->now_ms;
    }
    uint64_t real_ms = hy_loop_wall_ms();
    uint64_t shown_ms = real_ms;
    if (wall->kind == HY_CLOCK_SCALED && real_ms > wall->started_ms) {
        double passed = (double)(real_ms - wall->started_ms) * wall->factor;
        shown_ms = wall->started_ms + (uint64_t)passed;
    }
    if (shown_ms > wall->now_ms) {
        wall->now_ms = shown_ms;
    }
    return wall->now_ms;
}

void hy_wall_init(struct hy_wall *wall, const struct hy_options *options)
{
    *wall = (struct hy_wall){
        .kind = options->clock,
        .factor = options->clock_factor,
        .started_ms = hy_loop_wall_ms(),
    };
    wall->now_ms = wall->kind == HY_CLOCK_MANUAL ? HY_MANUAL_START_MS : wall->started_ms;
    if (wall->kind == HY_CLOCK_SCALED) {
        (void)snprintf(wall->name, sizeof wall->name, "x%g", wall->factor);
    } else {
        (void)snprintf(wall->name, sizeof wall->name, "%s",
                       wall->kind == HY_CLOCK_MANUAL ? "manual" : "real");
    }
}

void hy_wall_reset(struct hy_wall *wall)
{
    if (wall->kind == HY_CLOCK_MANUAL) {
        wall->now_ms = HY_MANUAL_START_MS;
    }
}

struct hy_clock hy_wall_clock(struct hy_wall *wall)
{
    return (struct hy_clock){ .now_ms = now_ms, .ctx = wall };
}

uint64_t hy_wall_real_delay_ms(struct hy_wall *wall, uint64_t due_ms)
{
    if (wall->kind == HY_CLOCK_MANUAL || due_ms == HY_NEVER_MS) {
        return HY_NEVER_MS;
    }
    uint64_t current_ms = now_ms(wall);
    if (due_ms <= current_ms) {
        return 0;
    }
    double wait = (double)(due_ms - current_ms);
    return (uint64_t)ceil(wall->kind == HY_CLOCK_SCALED ? wait / wall->factor : wait);
}
