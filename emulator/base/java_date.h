/* java_date.h - an instant as Java's DateTimeFormatter prints it: `yyyy/MM/dd`. Pure.
 *
 * The letters of !{timestamp:...} (firehose.md 3.6), with every count that Java 17 allows, in
 * English, weeks from Sunday on, week 1 the one with 1 January. Compared with a JDK, row by row,
 * in tests/unit/base/test_java_date.c.
 */
#ifndef HY_BASE_JAVA_DATE_H
#define HY_BASE_JAVA_DATE_H

#include "base/buf.h"
#include "base/time_zone.h"

/* Would Java accept the pattern? */
bool hy_java_date_is_pattern(hy_sv pattern);

/* Appends; the pattern is one. False where Java would refuse to print, because something is
 * wider than the pad modifier before it says: it is then printed as wide as it is. */
bool hy_java_date_write(hy_sv pattern, const struct hy_local_time *at, struct hy_buf *out);

#endif
