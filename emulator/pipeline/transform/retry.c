#include "pipeline/transform/retry.h"

#include "model/limits.h"

const struct hy_failure hy_failure_json = {
    "Lambda.JsonProcessingException",
    "There was an error parsing returned records from the Lambda function. Ensure that the "
    "returned records follow the status model required by Kinesis Data Firehose.",
};
const struct hy_failure hy_failure_missing_id = {
    "Lambda.MissingRecordId",
    "One or more record Ids were not returned. Ensure that the Lambda function returns all "
    "received record Ids.",
};
const struct hy_failure hy_failure_duplicated_id = {
    "Lambda.DuplicatedRecordId",
    "Multiple records were returned with the same record Id. Ensure that the Lambda function "
    "returns a unique record Id for each record.",
};
const struct hy_failure hy_failure_status = {
    "Lambda.ProcessingFailedStatus",
    "ProcessingFailed status set for record",
};
const struct hy_failure hy_failure_null_data = {
    "Lambda.InvalidReturnFormat",
    "The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and "
    "processing result is Ok. The value field cannot be null when the SourceType is MSKAsSource "
    "and processing result is Ok.",
};
/* The service's words for these two are not known; ours say what is wrong. */
const struct hy_failure hy_failure_bad_data = {
    "Lambda.InvalidReturnFormat",
    "The data field must be a base64-encoded string when processing result is Ok.",
};
const struct hy_failure hy_failure_bad_result = {
    "Lambda.InvalidReturnFormat",
    "The result field must be Ok, Dropped or ProcessingFailed.",
};

/* Lambda itself refuses such a request; how the service tells of that is not known. */
const struct hy_failure hy_failure_too_large = {
    "Lambda.RequestTooLarge",
    "The record is larger than what a Lambda function can be invoked with.",
};

/* By outcome. */
static const struct hy_failure failures[] = {
    [HY_INVOKE_FUNCTION_ERROR] = {
        "Lambda.FunctionError",
        "The Lambda function was successfully invoked but it returned an error result.",
    },
    [HY_INVOKE_TIMED_OUT] = {
        "Lambda.FunctionTimedOut",
        "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda "
        "function.",
    },
    [HY_INVOKE_THROTTLED] = {
        "Lambda.InvokeLimitExceeded",
        "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution "
        "limit.",
    },
    [HY_INVOKE_NOT_FOUND] = {
        "Lambda.ResourceNotFound",
        "The specified Lambda function does not exist. Use a different function that does exist.",
    },
    [HY_INVOKE_ACCESS_DENIED] = {
        "Lambda.InvokeAccessDenied",
        "Access was denied. Ensure that the access policy allows access to the Lambda function.",
    },
    [HY_INVOKE_TRANSPORT] = { /* text not known; ours */
        "Lambda.FunctionRequestTimedOut",
        "The request to the Lambda function failed or timed out.",
    },
};

enum hy_invoke_outcome hy_retry_outcome(const struct hy_invoke_result *result)
{
    const bool is_too_large =
        result->outcome == HY_INVOKE_OK && result->payload.len > HY_LAMBDA_PAYLOAD_MAX;
    return is_too_large ? HY_INVOKE_FUNCTION_ERROR : result->outcome;
}

const struct hy_failure *hy_retry_failure(enum hy_invoke_outcome outcome)
{
    const size_t at = (size_t)outcome;
    if (at >= sizeof failures / sizeof failures[0] || failures[at].code == NULL) {
        return NULL;
    }
    return &failures[at];
}

bool hy_retry_again(unsigned attempts_made, unsigned retries)
{
    return attempts_made <= retries; /* 1 + retries attempts in all */
}
