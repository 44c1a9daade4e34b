/* cloudwatch_logs.h - documents of a CloudWatch Logs subscription (firehose.md 3.8, 7.6). Pure.
 *
 *   {"messageType":"DATA_MESSAGE"|"CONTROL_MESSAGE", ..., "logEvents":[{"message":...}, ...]}
 *
 * A record holds one or several, back to back.
 */
#ifndef HY_PIPELINE_PROCESS_CLOUDWATCH_LOGS_H
#define HY_PIPELINE_PROCESS_CLOUDWATCH_LOGS_H

#include "base/buf.h"

/* Are they such documents, and nothing else? With `messages` (or NULL): appends every message of
 * every DATA_MESSAGE, each followed by LF. HY_MALFORMED: they are not. HY_NO_MEMORY: `messages`
 * has failed. */
HY_MUST_CHECK
enum hy_code hy_cloudwatch_logs_read(hy_sv text, struct hy_buf *messages);

#endif
