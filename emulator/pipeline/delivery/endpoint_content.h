/* endpoint_content.h - a parcel's records one by one: from the journal, or from its spool. */
#ifndef HY_PIPELINE_DELIVERY_ENDPOINT_CONTENT_H
#define HY_PIPELINE_DELIVERY_ENDPOINT_CONTENT_H

#include "pipeline/delivery/endpoint_body.h"
#include "pipeline/delivery/parcel.h"

/* Anything but HY_OK ends the walk. The record lives until the call returns. */
typedef enum hy_code hy_endpoint_each_fn(void *ctx, const struct hy_endpoint_record *record);

/* Calls each for all records, in order. Any thread, while nobody changes the parcel. HY_IO: the
 * content cannot be read back, or is not what the parcel counts. */
HY_MUST_CHECK
enum hy_code hy_endpoint_content_each(const struct hy_parcel *parcel,
                                      const struct hy_journal *journal, hy_endpoint_each_fn *each,
                                      void *ctx);

#endif
