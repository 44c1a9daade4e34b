/* clock.h - the only way this program learns what time it is.
 *
 * Time is milliseconds since the Unix epoch, UTC, in a uint64_t called *_ms. It is read
 * once at the edge: when a request is complete (http/), or when the ticker wakes (app/).
 * Everybody further down takes now_ms as an argument and says when they next want to be
 * asked. That is what lets --clock manual, --clock xN and the tests rule over time.
 */
#ifndef HY_BASE_CLOCK_H
#define HY_BASE_CLOCK_H

#include <stdint.h>

#define HY_NEVER_MS UINT64_MAX

struct hy_clock {
    uint64_t (*now_ms)(void *ctx);
    void *ctx;
};

#endif
