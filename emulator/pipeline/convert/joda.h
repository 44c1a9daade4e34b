/* joda.h - timestamps by a pattern of Joda's: TimestampFormats of the Hive reader. Pure.
 *
 * Known letters: y Y u (year), M (month: number, or from three on its English name), d, H, h, K,
 * k, a, m, s, S (fraction), E (English weekday, passed over), Z (offset); text in quotes, '' is
 * a quote. What a pattern does not say is 1970-01-01 00:00 UTC's.
 */
#ifndef HY_PIPELINE_CONVERT_JODA_H
#define HY_PIPELINE_CONVERT_JODA_H

#include "pipeline/convert/instant.h"

/* Can texts be read by it? Quotes must be closed, letters known. */
bool hy_joda_is_valid(hy_sv pattern);

/* Of a valid pattern; all of the text. */
bool hy_joda_parse(hy_sv pattern, hy_sv text, struct hy_instant *out);

#endif
