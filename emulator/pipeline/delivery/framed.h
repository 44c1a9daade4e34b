/* framed.h - records in a spool that are wanted back one by one: those that will be converted.
 *
 * Other spools hold nothing but an object's bytes. Here each record has a header in front.
 */
#ifndef HY_PIPELINE_DELIVERY_FRAMED_H
#define HY_PIPELINE_DELIVERY_FRAMED_H

#include "base/sv.h"

enum { HY_FRAMED_HEADER_BYTES = 32 };

struct hy_framed {
    uint64_t seq;
    uint64_t arrived_ms;
    uint32_t place, places; /* as hy_parts_add takes them */
    uint32_t bytes;         /* that follow */
};

void hy_framed_write(const struct hy_framed *framed, char out[HY_FRAMED_HEADER_BYTES]);
struct hy_framed hy_framed_read(const char in[HY_FRAMED_HEADER_BYTES]);

#endif
