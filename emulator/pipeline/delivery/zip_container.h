/* zip_container.h - a ZIP archive with one deflated entry (firehose.md 3.3). */
#ifndef HY_PIPELINE_DELIVERY_ZIP_CONTAINER_H
#define HY_PIPELINE_DELIVERY_ZIP_CONTAINER_H

#include "pipeline/delivery/packing.h"

/* The entry's name and time are given, so that the same object is the same bytes again. ZIP knows
 * no time before 1980: that is then what it says. The archive is in memory until it is whole. */
HY_MUST_CHECK
enum hy_code hy_zip_container(const struct hy_packing *packing);

#endif
