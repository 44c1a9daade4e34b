/* pattern.h - the regular expressions of the service's model, each by name.
 *
 * Printed as the service prints them; matched by a POSIX expression that accepts the same texts
 * or, where POSIX cannot say it (look-ahead, Unicode classes), by hand. Always the whole text.
 * Compiled at first use and kept: there are about thirty, and most runs need five.
 */
#ifndef HY_SERVICES_FIREHOSE_PATTERN_H
#define HY_SERVICES_FIREHOSE_PATTERN_H

#include "base/err.h"
#include "base/sv.h"

enum hy_pattern {
    HY_PATTERN_NONE,
    HY_PATTERN_ARN,
    HY_PATTERN_BASE64,
    HY_PATTERN_BUCKET_ARN,
    HY_PATTERN_DESTINATION_ID,
    HY_PATTERN_DIGITS,
    HY_PATTERN_DOMAIN_ARN,
    HY_PATTERN_FILE_EXTENSION,
    HY_PATTERN_GLUE_CATALOG_ARN,
    HY_PATTERN_HTTPS,
    HY_PATTERN_HTTPS_URL,
    HY_PATTERN_JDBC_URL,
    HY_PATTERN_KINESIS_STREAM_ARN,
    HY_PATTERN_KMS_KEY_ARN,
    HY_PATTERN_KMS_KEY_ARN_FOR_SSE,
    HY_PATTERN_LETTERS_DIGITS_DOTS,
    HY_PATTERN_LINE,
    HY_PATTERN_LOG_GROUP,
    HY_PATTERN_LOG_STREAM,
    HY_PATTERN_NOT_BLANK,
    HY_PATTERN_NO_NUL,
    HY_PATTERN_NO_SPACE,
    HY_PATTERN_ROLE_ARN,
    HY_PATTERN_S3_URL,
    HY_PATTERN_SECRET_ARN,
    HY_PATTERN_SNOWFLAKE_URL,
    HY_PATTERN_STREAM_NAME,
    HY_PATTERN_TAG_KEY,
    HY_PATTERN_TAG_VALUE,
    HY_PATTERN_TIME_ZONE,
    HY_PATTERN_TOPIC_NAME,
    HY_PATTERN_VPC_ENDPOINT,
    HY_PATTERN_LAMBDA_ARN, /* not of the model: a processor's parameter */
    HY_PATTERN_COUNT,
};

const char *hy_pattern_text(enum hy_pattern pattern); /* as the service prints it */

/* HY_OK: matches; HY_INVALID: does not; HY_NO_MEMORY. `text` holds no NUL. */
HY_MUST_CHECK
enum hy_code hy_pattern_match(enum hy_pattern pattern, hy_sv text);

#endif
