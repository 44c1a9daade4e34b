/* pace.h - when each event of a replay is due: at_ms of the file into nanoseconds of the replay.
 *
 * Every time is counted from the start, never from the event before, so nothing drifts. Files are
 * played one after the other; within a file a time that falls begins a new recording (a recorder
 * that was started again appends), which is played behind the one before it.
 */
#ifndef HY_HARNESS_PACE_H
#define HY_HARNESS_PACE_H

#include "base/sv.h"

struct hy_pace {
    double factor;    /* 1: as recorded; 60: sixty times faster; 0: as fast as answers come */
    uint64_t base_ms; /* of the recording that is played, from the start */
    uint64_t last_ms; /* of the last event, in its recording */
};

/* "original", "x60", "max". False for anything else. */
bool hy_pace_parse(hy_sv text, struct hy_pace *pace);

/* Events in their order, each once. Nanoseconds from the start of the replay. */
uint64_t hy_pace_due_ns(struct hy_pace *pace, uint64_t at_ms);
void hy_pace_next_file(struct hy_pace *pace);

#endif
