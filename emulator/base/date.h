/* date.h - an instant as a calendar date and time of day, UTC, and back to text.
 *
 * Pure arithmetic on the proleptic Gregorian calendar; no tz database (that is
 * pipeline/partition's, for CustomTimeZone).
 */
#ifndef HY_BASE_DATE_H
#define HY_BASE_DATE_H

#include <stdint.h>

struct hy_date {
    int year;
    int month;   /* 1..12 */
    int day;     /* 1..31 */
    int hour, minute, second, millisecond;
    int weekday; /* 0 Sunday .. 6 Saturday */
    int yearday; /* 1..366 */
};

struct hy_date hy_date_of(uint64_t ms);

enum { HY_DATE_TEXT_BYTES = 32 };

/* Text has four digits of year: what is later than the year 9999 is shown as its last instant.
 * "2026-01-01T00:03:17.123Z"; NUL-terminated */
void hy_date_iso(uint64_t ms, char out[HY_DATE_TEXT_BYTES]);
/* "Thu, 01 Jan 2026 00:03:17 GMT", for HTTP; NUL-terminated */
void hy_date_http(uint64_t ms, char out[HY_DATE_TEXT_BYTES]);

#endif
