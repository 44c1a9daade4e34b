/* decimal.h - decimal(p,s) from text to the bytes Parquet keeps it in. Pure.
 *
 * Up to 9 digits it is an INT32, up to 18 an INT64, both little end first; more are fixed bytes
 * of two's complement, big end first, as few as hold the precision.
 */
#ifndef HY_PIPELINE_CONVERT_DECIMAL_H
#define HY_PIPELINE_CONVERT_DECIMAL_H

#include "base/sv.h"

enum {
    HY_DECIMAL_INT32_PRECISION_MAX = 9,
    HY_DECIMAL_INT64_PRECISION_MAX = 18,
    HY_DECIMAL_BYTES_MAX = 16,
};

unsigned hy_decimal_bytes(unsigned precision);

/* Rounds half up to the scale, as Hive. False: not a number, or too great for the precision. */
bool hy_decimal_parse(hy_sv text, unsigned precision, unsigned scale,
                      char out[HY_DECIMAL_BYTES_MAX]);

#endif
