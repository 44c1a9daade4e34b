/* spec.h - what the pipeline is told of a stream, made from its description. */
#ifndef HY_SERVICES_FIREHOSE_SPEC_H
#define HY_SERVICES_FIREHOSE_SPEC_H

#include "model/stream_spec.h"

#include <cjson/cJSON.h>

/* One holder: the caller. NULL when out of memory. */
struct hy_stream_spec *hy_spec_create(uint64_t id, const char *region, const cJSON *description);

#endif
