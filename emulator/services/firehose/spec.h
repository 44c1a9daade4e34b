/* spec.h - what the pipeline is told of a stream, made from its description. */
#ifndef HY_SERVICES_FIREHOSE_SPEC_H
#define HY_SERVICES_FIREHOSE_SPEC_H

#include "model/stream_spec.h"

#include <cjson/cJSON.h>

struct hy_firehose;

/* One holder: the caller. NULL when out of memory. The description has been checked, and the
 * table is there that it converts by (conversion.h). */
struct hy_stream_spec *hy_spec_create(const struct hy_firehose *firehose, uint64_t id,
                                      const cJSON *description);

#endif
