/* time_zone.h - an IANA time zone: how far its clocks are from UTC at an instant.
 *
 * Our own reader of the system's tz database (TZif, RFC 8536, versions 1 to 4): libc's would
 * need the zone of the whole process to be changed. Transitions first, and after the last one
 * the POSIX TZ rule of the file's footer, for ever.
 *
 * A zone never changes once it is read, so any thread may ask it. NULL is a zone as well: UTC,
 * which needs no file.
 */
#ifndef HY_BASE_TIME_ZONE_H
#define HY_BASE_TIME_ZONE_H

#include "base/date.h"
#include "base/err.h"
#include "base/sv.h"

enum {
    HY_TIME_ZONE_NAME_MAX = 50, /* of CustomTimeZone */
    HY_TZIF_BYTES_MAX = 65536,  /* the largest of the database has a few thousand */
};

struct hy_time_zone; /* opaque */

/* By name, from the system's database; "UTC" gives NULL. HY_NOT_FOUND: there is no such zone,
 * or the database is not installed. HY_MALFORMED: its file is not one. */
HY_MUST_CHECK
enum hy_code hy_time_zone_open(hy_sv name, struct hy_time_zone **out);

/* The bytes of a TZif file. HY_MALFORMED, HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_time_zone_parse(hy_sv name, hy_sv tzif, struct hy_time_zone **out);
void hy_time_zone_destroy(struct hy_time_zone *zone); /* NULL is fine */

const char *hy_time_zone_name(const struct hy_time_zone *zone);

struct hy_zone_clock {
    int offset_s;             /* east of Greenwich is positive */
    bool is_summer;           /* ahead of the zone's other clock, whichever tz calls standard */
    const char *abbreviation; /* "CEST", "-03"; the zone's */
};
struct hy_zone_clock hy_time_zone_at(const struct hy_time_zone *zone, int64_t unix_s);

/* An instant on the zone's wall clock and calendar. */
struct hy_local_time {
    struct hy_date date;
    struct hy_zone_clock clock;
    const struct hy_time_zone *zone;
};
struct hy_local_time hy_local_time_of(uint64_t ms, const struct hy_time_zone *zone);

#endif
