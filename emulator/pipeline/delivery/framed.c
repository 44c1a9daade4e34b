#include "pipeline/delivery/framed.h"

#include <string.h>

/* It never leaves the process: the machine's own order, at fixed places. */
void hy_framed_write(const struct hy_framed *framed, char out[HY_FRAMED_HEADER_BYTES])
{
    memset(out, 0, HY_FRAMED_HEADER_BYTES);
    memcpy(out, &framed->seq, 8);
    memcpy(out + 8, &framed->arrived_ms, 8);
    memcpy(out + 16, &framed->place, 4);
    memcpy(out + 20, &framed->places, 4);
    memcpy(out + 24, &framed->bytes, 4);
}

struct hy_framed hy_framed_read(const char in[HY_FRAMED_HEADER_BYTES])
{
    struct hy_framed framed;
    memcpy(&framed.seq, in, 8);
    memcpy(&framed.arrived_ms, in + 8, 8);
    memcpy(&framed.place, in + 16, 4);
    memcpy(&framed.places, in + 20, 4);
    memcpy(&framed.bytes, in + 24, 4);
    return framed;
}
