/* number.h - numbers from text: what JSON calls one, or a string that is one. Pure. */
#ifndef HY_PIPELINE_CONVERT_NUMBER_H
#define HY_PIPELINE_CONVERT_NUMBER_H

#include "base/buf.h"

/* Digits with an optional minus: nothing that has a fraction or an exponent. */
bool hy_number_to_i64(hy_sv text, int64_t *out);

/* HY_MALFORMED: not a number. `scratch` is for those that need the C library's exactness. */
HY_MUST_CHECK
enum hy_code hy_number_to_double(hy_sv text, struct hy_buf *scratch, double *out);

#endif
