#include "pipeline/delivery/endpoint_backoff.h"

enum { FIRST_PAUSE_MS = 1000, PAUSE_MAX_MS = 120 * 1000, JITTER_PERCENT = 15 };

static uint64_t planned_ms(unsigned failures)
{
    uint64_t pause_ms = FIRST_PAUSE_MS;
    for (unsigned i = 1; i < failures && pause_ms < PAUSE_MAX_MS; i++) {
        pause_ms *= 2;
    }
    return pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
}

bool hy_endpoint_backoff_next(struct hy_endpoint_backoff *backoff, uint64_t duration_ms,
                              struct hy_random *random, uint64_t *pause_ms)
{
    backoff->failures++;
    if (backoff->spent_ms >= duration_ms) {
        return false;
    }
    const double jitter = (2 * hy_random_unit(random) - 1) * JITTER_PERCENT / 100;
    uint64_t pause = (uint64_t)((double)planned_ms(backoff->failures) * (1 + jitter));
    if (pause > PAUSE_MAX_MS) {
        pause = PAUSE_MAX_MS;
    }
    if (pause > duration_ms - backoff->spent_ms) {
        pause = duration_ms - backoff->spent_ms;
    }
    backoff->spent_ms += pause;
    *pause_ms = pause;
    return true;
}
