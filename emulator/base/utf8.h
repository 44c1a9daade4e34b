/* utf8.h - is this UTF-8? (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF) */
#ifndef HY_BASE_UTF8_H
#define HY_BASE_UTF8_H

#include "base/sv.h"

/* Length of the character that `text` (not empty) begins with, 1 to 4; 0 when it does not begin
 * with a whole valid one. */
size_t hy_utf8_char(hy_sv text);

bool hy_utf8_is_valid(hy_sv text);

#endif
