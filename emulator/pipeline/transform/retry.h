/* retry.h - which failures of an invocation are tried again, and what they are called in error
 * records (firehose.md 4.6, 4.8). Pure. */
#ifndef HY_PIPELINE_TRANSFORM_RETRY_H
#define HY_PIPELINE_TRANSFORM_RETRY_H

#include "pipeline/partition/error_record.h"
#include "runtime/functions.h"

/* Failures of a reply that came: never tried again (Appendix A 2). */
extern const struct hy_failure hy_failure_json;            /* the whole batch */
extern const struct hy_failure hy_failure_missing_id;
extern const struct hy_failure hy_failure_duplicated_id;
extern const struct hy_failure hy_failure_status;          /* ProcessingFailed */
extern const struct hy_failure hy_failure_null_data;
extern const struct hy_failure hy_failure_bad_data;
extern const struct hy_failure hy_failure_bad_result;
extern const struct hy_failure hy_failure_too_large;       /* for an event: never sent */

/* A reply that is over the limit is the function's error, as Lambda itself would have said. */
enum hy_invoke_outcome hy_retry_outcome(const struct hy_invoke_result *result);

/* NULL for OK and CANCELLED: they are not failures. */
const struct hy_failure *hy_retry_failure(enum hy_invoke_outcome outcome);

/* After `attempts_made` that failed: is there another? */
bool hy_retry_again(unsigned attempts_made, unsigned retries);

#endif
