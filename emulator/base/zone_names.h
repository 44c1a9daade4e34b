/* zone_names.h - what time zones are called in English, as Java says it.
 *
 * The tz database has abbreviations only, and for many zones just "-03"; Java's names come from
 * Unicode's locale data. A table, for zones whose names CustomTimeZone's pattern allows.
 */
#ifndef HY_BASE_ZONE_NAMES_H
#define HY_BASE_ZONE_NAMES_H

#include "base/sv.h"

enum hy_zone_name {
    HY_ZONE_SHORT_STANDARD, /* "CET" */
    HY_ZONE_SHORT_SUMMER,   /* "CEST" */
    HY_ZONE_SHORT_GENERIC,  /* "CET" */
    HY_ZONE_LONG_STANDARD,  /* "Central European Standard Time" */
    HY_ZONE_LONG_SUMMER,    /* "Central European Summer Time" */
    HY_ZONE_LONG_GENERIC,   /* "Central European Time" */
};

/* Empty when the zone has none. Static storage. */
hy_sv hy_zone_name(hy_sv zone, enum hy_zone_name which);

#endif
