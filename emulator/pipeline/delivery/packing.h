/* packing.h - what a compression is given: an object's content, and where to write. */
#ifndef HY_PIPELINE_DELIVERY_PACKING_H
#define HY_PIPELINE_DELIVERY_PACKING_H

#include "base/err.h"
#include "base/sv.h"

struct hy_packing {
    hy_sv bytes;        /* all of the content */
    const char *entry;  /* name of the one entry of a ZIP archive */
    uint64_t entry_ms;  /* and its time */
    /* Takes the packed bytes, piece by piece; a failure ends the packing. */
    enum hy_code (*write)(void *ctx, hy_sv bytes);
    void *ctx;
};

#endif
