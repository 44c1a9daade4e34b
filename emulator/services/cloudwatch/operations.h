/* operations.h - what the operations share: the errors, and a metric as a request names it. For
 * this folder only. */
#ifndef HY_SERVICES_CLOUDWATCH_OPERATIONS_H
#define HY_SERVICES_CLOUDWATCH_OPERATIONS_H

#include "base/json_write.h"
#include "pipeline/metrics.h"
#include "services/cloudwatch/cloudwatch.h"
#include "services/params.h"

extern const struct hy_refusal hy_cloudwatch_invalid_value;
extern const struct hy_refusal hy_cloudwatch_invalid_combination;
extern const struct hy_refusal hy_cloudwatch_missing;
extern const struct hy_refusal hy_cloudwatch_invalid_next_token;

void hy_list_metrics(void *cloudwatch, struct hy_call *call);
void hy_get_metric_statistics(void *cloudwatch, struct hy_call *call);
void hy_get_metric_data(void *cloudwatch, struct hy_call *call);

enum { HY_CLOUDWATCH_REPLY_MAX = 64 * 1024 * 1024 };

/* HY_OK when it is GOOD; refuses otherwise in CloudWatch's words. */
HY_MUST_CHECK
enum hy_code hy_cloudwatch_require(enum hy_param found, const char *name, struct hy_err *err);

/* Namespace, MetricName and Dimensions of `metric`. *series is NULL when there is no such one. */
HY_MUST_CHECK
enum hy_code hy_cloudwatch_find(const struct hy_cloudwatch *cloudwatch, const cJSON *metric,
                                const struct hy_series **series, const struct hy_metric_row **row,
                                struct hy_err *err);

/* StartTime and EndTime. */
HY_MUST_CHECK
enum hy_code hy_cloudwatch_range(const cJSON *params, uint64_t *start_ms, uint64_t *end_ms,
                                 struct hy_err *err);
/* Period, in milliseconds. */
HY_MUST_CHECK
enum hy_code hy_cloudwatch_period(const cJSON *params, uint64_t *period_ms, struct hy_err *err);

void hy_cloudwatch_number(struct hy_json_write *json, double number);
/* {"Name":"DeliveryStreamName","Value":name} in a list; an empty list for NULL. */
void hy_cloudwatch_dimensions(struct hy_json_write *json, const char *stream_name);
/* Answers with what is in the buffer, and finishes it. */
void hy_cloudwatch_reply(struct hy_call *call, struct hy_buf *body);

#endif
