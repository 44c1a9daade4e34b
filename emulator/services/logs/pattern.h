/* pattern.h - CloudWatch Logs' filter patterns, the two kinds that people write by hand. Pure.
 *
 *   Lambda "timed out" -retried     all the terms, none of those with a minus
 *   ?Lambda ?S3                     any of the terms with a question mark
 *   { $.errorCode = "S3.*" }        a member of a message that is a JSON object: = or !=, the
 *                                   value may begin or end with *
 *
 * A term is found anywhere in the message, case counts. Regular expressions, space-delimited
 * patterns and compound conditions are refused.
 */
#ifndef HY_SERVICES_LOGS_PATTERN_H
#define HY_SERVICES_LOGS_PATTERN_H

#include "base/sv.h"

enum { HY_LOG_TERMS_MAX = 64 };

struct hy_log_term {
    hy_sv text;
    char sign; /* '+', '-' or '?' */
};

struct hy_log_pattern { /* views into the pattern's text */
    struct hy_log_term terms[HY_LOG_TERMS_MAX];
    size_t count;
    bool is_json, is_not;
    hy_sv member, value; /* of the JSON condition */
};

bool hy_log_pattern_parse(struct hy_log_pattern *pattern, hy_sv text); /* false: not one of ours */
bool hy_log_pattern_matches(const struct hy_log_pattern *pattern, hy_sv message);

#endif
