#include "services/firehose/errors.h"

const struct hy_refusal hy_invalid_argument = { "InvalidArgumentException", 400 };
const struct hy_refusal hy_invalid_parameter_value = { "InvalidParameterValueException", 400 };
const struct hy_refusal hy_resource_not_found = { "ResourceNotFoundException", 400 };
const struct hy_refusal hy_resource_in_use = { "ResourceInUseException", 400 };
const struct hy_refusal hy_limit_exceeded = { "LimitExceededException", 400 };
const struct hy_refusal hy_concurrent_modification = { "ConcurrentModificationException", 400 };
/* 503 rather than 500: firehose.md Appendix A 7. */
const struct hy_refusal hy_service_unavailable = { "ServiceUnavailableException", 503 };
