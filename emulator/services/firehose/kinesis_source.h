/* kinesis_source.h - a Kinesis data stream as source: what requests say of it, and descriptions.
 *
 * A request with the source and no type means it, as CloudFormation sends it (firehose.md
 * Appendix A 6). The description shows DeliveryStartTimestamp by the clock that Firehose goes by;
 * what is read from Kinesis begins at the same moment of real time, which is kept beside it.
 */
#ifndef HY_SERVICES_FIREHOSE_KINESIS_SOURCE_H
#define HY_SERVICES_FIREHOSE_KINESIS_SOURCE_H

#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#define HY_KINESIS_SOURCE_TYPE "KinesisStreamAsSource"

struct hy_kinesis;

bool hy_kinesis_source_is_asked(const cJSON *request);
/* HY_REFUSED when there is no endpoint to read from. */
HY_MUST_CHECK
enum hy_code hy_kinesis_source_check(const cJSON *request, const struct hy_kinesis *kinesis,
                                     struct hy_err *err);
/* False when out of memory. */
HY_MUST_CHECK
bool hy_kinesis_source_set(cJSON *description, const cJSON *request,
                           const struct hy_kinesis *kinesis);

/* NULL: records are put. */
const char *hy_kinesis_source_arn(const cJSON *description);
uint64_t hy_kinesis_source_start_ms(const cJSON *description);
bool hy_kinesis_source_same(const cJSON *a, const cJSON *b);
/* Adds DeliveryStartTimestamp to a Source that is shown; false when out of memory. */
HY_MUST_CHECK
bool hy_kinesis_source_show(cJSON *output, const cJSON *description);

#endif
