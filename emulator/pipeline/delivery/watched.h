/* watched.h - what CloudWatch is told of each attempt to deliver: metrics and failures
 * (firehose.md 5.4, 4.8). */
#ifndef HY_PIPELINE_DELIVERY_WATCHED_H
#define HY_PIPELINE_DELIVERY_WATCHED_H

#include "pipeline/delivery/parcel.h"

/* An attempt to put an object is over. Error objects have no metrics. */
void hy_watched_put(const struct hy_parcel *parcel, struct hy_channel *channel, bool success);
/* Its records have been through format conversion; before it is split. */
void hy_watched_conversion(const struct hy_parcel *parcel, struct hy_channel *channel);
/* It could not be put, and will be tried again. Logs that. */
void hy_watched_put_failure(const struct hy_parcel *parcel, const struct hy_channel *channel,
                            enum hy_code code);

/* An attempt to send it to `url` is over; `error_code` is NULL when it was taken. */
void hy_watched_send(const struct hy_parcel *parcel, struct hy_channel *channel, const char *url,
                     const char *error_code, hy_sv message);

#endif
