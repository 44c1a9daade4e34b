/* wall.h - the clock that rules everything Firehose decides: real, manual, or N times faster.
 *
 * It never runs backwards, whatever the system's clock does. A scaled clock starts at the real
 * time. A manual clock starts at 2026-01-01T00:00:00Z, always, so that two runs are alike.
 */
#ifndef HY_APP_WALL_H
#define HY_APP_WALL_H

#include "base/clock.h"
#include "cli/options.h"

#define HY_MANUAL_START_MS UINT64_C(1767225600000)

struct hy_wall {
    enum hy_clock_kind kind;
    double factor;
    uint64_t started_ms; /* of the system's clock */
    uint64_t now_ms;     /* the last answer; with a manual clock: the time */
    char name[24];       /* "real", "manual", "x60" */
};

void hy_wall_init(struct hy_wall *wall, const struct hy_options *options);
void hy_wall_reset(struct hy_wall *wall); /* a manual clock goes back to its start */
struct hy_clock hy_wall_clock(struct hy_wall *wall);

/* How long really to wait until the clock shows `due_ms`; HY_NEVER_MS with a manual clock. */
uint64_t hy_wall_real_delay_ms(struct hy_wall *wall, uint64_t due_ms);

#endif
