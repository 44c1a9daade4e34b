/* tz_rule.h - a POSIX TZ string as it stands at the end of TZif files (RFC 8536 3.3.1): pure.
 *
 *   "CET-1CEST,M3.5.0,M10.5.0/3"   "<-03>3"   "IST-1GMT0,M10.5.0,M3.5.0/1"
 */
#ifndef HY_BASE_TZ_RULE_H
#define HY_BASE_TZ_RULE_H

#include "base/sv.h"

enum { HY_TZ_ABBREVIATION_BYTES = 16 };

struct hy_tz_day {    /* when, on the wall clock, the clocks are changed */
    char form;        /* 'M' month.week.day, 'J' 1..365 without 29 February, '0' 0..365 */
    int month, week;  /* of 'M'; week 5 is the last */
    int day;          /* 0..6, Sunday is 0; or the day of the year */
    int time_s;       /* -167 to 167 hours from midnight */
};

struct hy_tz_clock {
    char abbreviation[HY_TZ_ABBREVIATION_BYTES];
    int offset_s;     /* east is positive, unlike in the text */
};

struct hy_tz_rule {
    struct hy_tz_clock standard, daylight;
    bool has_daylight;
    struct hy_tz_day start, end; /* of daylight time */
};

bool hy_tz_rule_parse(hy_sv text, struct hy_tz_rule *out);
bool hy_tz_rule_is_daylight(const struct hy_tz_rule *rule, int64_t unix_s);

#endif
