#include "harness/pace.h"

#include <stdlib.h>
#include <string.h>

enum { FACTOR_MAX = 1000000, NUMBER_MAX = 32 };

bool hy_pace_parse(hy_sv text, struct hy_pace *pace)
{
    *pace = (struct hy_pace){ .factor = 1 };
    if (hy_sv_equal(text, HY_SV("original"))) {
        return true;
    }
    if (hy_sv_equal(text, HY_SV("max"))) {
        pace->factor = 0;
        return true;
    }
    char number[NUMBER_MAX], *end;
    if (text.len < 2 || text.len >= sizeof number || text.ptr[0] != 'x') {
        return false;
    }
    memcpy(number, text.ptr + 1, text.len - 1);
    number[text.len - 1] = '\0';
    pace->factor = strtod(number, &end);
    return *end == '\0' && pace->factor > 0 && pace->factor <= FACTOR_MAX;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void hy_pace_next_file(struct hy_pace *pace)
{
    pace->base_ms = add(pace->base_ms, pace->last_ms);
    pace->last_ms = 0;
}

uint64_t hy_pace_due_ns(struct hy_pace *pace, uint64_t at_ms)
{
    if (at_ms < pace->last_ms) {
        hy_pace_next_file(pace);
    }
    pace->last_ms = at_ms;
    if (pace->factor == 0) {
        return 0;
    }
    double ns = (double)add(pace->base_ms, at_ms) * 1e6 / pace->factor;
    return ns < 9e18 ? (uint64_t)ns : UINT64_MAX; /* centuries: never, but no overflow either */
}
