/* processors.h - a ProcessingConfiguration's rules and what is read back of it: firehose.md 3.8. */
#ifndef HY_SERVICES_FIREHOSE_PROCESSORS_H
#define HY_SERVICES_FIREHOSE_PROCESSORS_H

#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* As given by the client: parameters have not been filled in. NULL is fine. */
HY_MUST_CHECK
enum hy_code hy_processors_check(const cJSON *processing, struct hy_err *err);

/* As it is stored and described: Enabled is there, a Lambda processor has all five parameters.
 * A new tree; NULL when out of memory. */
cJSON *hy_processors_filled(const cJSON *processing, const char *destination_role_arn);

/* The processor of that type, or NULL. */
const cJSON *hy_processors_find(const cJSON *processing, const char *type);
/* The value of that parameter, or NULL. */
const char *hy_processor_parameter(const cJSON *processor, const char *name);

#endif
