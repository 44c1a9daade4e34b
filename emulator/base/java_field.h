/* java_field.h - the letters of java_date.h's patterns: which there are, and what they print. */
#ifndef HY_BASE_JAVA_FIELD_H
#define HY_BASE_JAVA_FIELD_H

#include "base/buf.h"
#include "base/time_zone.h"

struct hy_java_field; /* a row of the table of letters */

/* NULL: there is no such letter, or it may not be written so often in a row. */
const struct hy_java_field *hy_java_field_find(char letter, size_t count);

void hy_java_field_write(const struct hy_java_field *field, size_t count,
                         const struct hy_local_time *at, struct hy_buf *out);

#endif
