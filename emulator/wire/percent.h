/* percent.h - percent encoding as AWS wants it: A-Z a-z 0-9 - . _ ~ stand for themselves, every
 * other byte is %XX with capital digits.
 */
#ifndef HY_WIRE_PERCENT_H
#define HY_WIRE_PERCENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/sv.h"

/* Of a query: '+' is a blank, too. What only looks like an escape stands for itself. The text
 * lies in the arena; ptr NULL when that is full. */
hy_sv hy_percent_decode(hy_sv text, struct hy_arena *arena);

/* Appends the text; bytes of `kept` stand for themselves, too. */
void hy_percent_encode(struct hy_buf *out, hy_sv text, const char *kept);

#endif
