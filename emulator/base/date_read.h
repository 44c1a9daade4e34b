/* date_read.h - text that names an instant, in the forms that AWS's clients write.
 *
 * All of the text must be the date, in UTC; false for anything else, for days that the calendar
 * does not have, and for years before 1970.
 */
#ifndef HY_BASE_DATE_READ_H
#define HY_BASE_DATE_READ_H

#include "base/sv.h"

#include <stdint.h>

bool hy_date_read_basic(hy_sv text, uint64_t *ms); /* "20260101T000317Z" */
bool hy_date_read_iso(hy_sv text, uint64_t *ms);   /* "2026-01-01T00:03:17Z" */
bool hy_date_read_http(hy_sv text, uint64_t *ms);  /* "Thu, 01 Jan 2026 00:03:17 GMT", -0000 */

#endif
