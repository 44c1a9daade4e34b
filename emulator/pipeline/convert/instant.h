/* instant.h - timestamps and dates from text, as Firehose's JSON readers take them. Pure.
 *
 * UTC throughout: the text has no zone, or Z. Years have four digits.
 */
#ifndef HY_PIPELINE_CONVERT_INSTANT_H
#define HY_PIPELINE_CONVERT_INSTANT_H

#include "base/sv.h"

struct hy_instant {
    int64_t seconds; /* since 1970 */
    uint32_t nanos;
};

/* A date and a time of day, before they are known to exist. */
struct hy_civil {
    int year, month, day, hour, minute, second;
    uint32_t nanos;
};

/* False: there is no such day or time. */
bool hy_instant_of_civil(const struct hy_civil *civil, struct hy_instant *out);

/* Takes up to `max` digits, at least one; false without any. */
bool hy_instant_take_digits(hy_sv *rest, size_t max, int *out);
/* Takes up to nine digits of a fraction. */
bool hy_instant_take_fraction(hy_sv *rest, uint32_t *nanos);

/* yyyy-[M]M-[d]d, in days since 1970. */
bool hy_instant_parse_date(hy_sv text, int32_t *days);

/* java.sql.Timestamp.valueOf: yyyy-[M]M-[d]d HH:mm:ss[.S] */
bool hy_instant_parse_java(hy_sv text, struct hy_instant *out);

/* The OpenX reader's (firehose.md 3.10): the above, yyyy-MM-dd'T'HH:mm:ss[.S]'Z', seconds with or
 * without a fraction, and milliseconds (13 digits or more). */
bool hy_instant_parse_openx(hy_sv text, struct hy_instant *out);

/* A number of milliseconds, with or without a fraction: "millis" of the Hive reader. */
bool hy_instant_parse_millis(hy_sv text, struct hy_instant *out);

/* As INT96: nanoseconds of the day, then the Julian day. */
void hy_instant_write(const struct hy_instant *instant, char out[12]);

#endif
