/* zip_container.h - a ZIP archive with one deflated entry (firehose.md 3.3). */
#ifndef HY_PIPELINE_DELIVERY_ZIP_CONTAINER_H
#define HY_PIPELINE_DELIVERY_ZIP_CONTAINER_H

#include "base/err.h"
#include "base/sv.h"

/* The entry's name and time are arguments, so that the same object is the same bytes again. ZIP
 * knows no time before 1980: that is then what it says. The caller frees *out. */
HY_MUST_CHECK
enum hy_code hy_zip_container(hy_sv bytes, const char *entry, uint64_t entry_ms, char **out,
                              size_t *out_len);

#endif
