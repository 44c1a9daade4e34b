/* inside.h - what the operations share. For this folder only. */
#ifndef HY_SERVICES_LOGS_INSIDE_H
#define HY_SERVICES_LOGS_INSIDE_H

#include "base/json_write.h"
#include "services/logs/logs.h"
#include "services/logs/store.h"
#include "services/params.h"

struct hy_cwlogs {
    struct hy_pipeline_env *env;
    struct hy_registry *registry;
    char *dir, *region, *account;
    struct hy_log_store store;
};

extern const struct hy_refusal hy_cwlogs_invalid_parameter;
extern const struct hy_refusal hy_cwlogs_not_found;

enum { HY_CWLOGS_REPLY_MAX = 64 * 1024 * 1024 };

void hy_describe_log_groups(void *logs, struct hy_call *call);
void hy_describe_log_streams(void *logs, struct hy_call *call);
void hy_filter_log_events(void *logs, struct hy_call *call);
void hy_get_log_events(void *logs, struct hy_call *call);

/* The body, and log streams for all that delivery streams are configured to use, sorted. */
HY_MUST_CHECK
enum hy_code hy_cwlogs_begin(struct hy_cwlogs *logs, struct hy_call *call, cJSON **params);

/* A text that may be absent: NULL then. */
HY_MUST_CHECK
enum hy_code hy_cwlogs_text(const cJSON *params, const char *name, const char **out,
                          struct hy_err *err);
/* A whole number from min to max; *out stays as it is when it is absent. */
HY_MUST_CHECK
enum hy_code hy_cwlogs_number(const cJSON *params, const char *name, uint64_t min, uint64_t max,
                            uint64_t *out, struct hy_err *err);
HY_MUST_CHECK
enum hy_code hy_cwlogs_flag(const cJSON *params, const char *name, bool *out, struct hy_err *err);
/* logGroupName or logGroupIdentifier (a name, or an ARN), of a group that is there. A view into
 * params or the store. */
HY_MUST_CHECK
enum hy_code hy_cwlogs_group(const struct hy_cwlogs *logs, const cJSON *params, const char **out,
                           struct hy_err *err);

/* "arn:aws:logs:us-east-1:123456789012:log-group:NAME" and `rest`. */
void hy_cwlogs_arn(struct hy_json_write *json, const struct hy_cwlogs *logs, const char *group,
                 const char *rest);
void hy_cwlogs_member(struct hy_json_write *json, hy_sv name, uint64_t number);
/* Answers with what is in the buffer, and finishes it. */
void hy_cwlogs_reply(struct hy_call *call, struct hy_buf *body);

#endif
