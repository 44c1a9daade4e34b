/* cloudwatch.h - as much of Amazon CloudWatch, API 2010-08-01, as shows the metrics of the
 * delivery streams: namespace AWS/Firehose, dimension DeliveryStreamName (firehose.md 5.4).
 *
 * Datapoints are pipeline/metrics.h's: a minute each, on the clock that everything goes by, for
 * the last three hours or so; those of a stream go with it. What is not here is refused by name:
 * percentiles, expressions. MaxDatapoints changes nothing: all there is fits one answer.
 *
 * Spoken in the query protocol, and in JSON 1.0 as newer clients do (wire/).
 */
#ifndef HY_SERVICES_CLOUDWATCH_CLOUDWATCH_H
#define HY_SERVICES_CLOUDWATCH_CLOUDWATCH_H

#include "pipeline/stream/registry.h"
#include "services/service.h"

struct hy_firehose;

struct hy_cloudwatch {
    struct hy_registry *registry;
    struct hy_firehose *firehose;
};

/* The operations, sorted by name; their `service` argument is the struct hy_cloudwatch. */
const struct hy_operation *hy_cloudwatch_operations(size_t *count);

#endif
