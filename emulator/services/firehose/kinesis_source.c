#include "services/firehose/kinesis_source.h"

#include "pipeline/source/kinesis.h"
#include "services/firehose/errors.h"
#include "services/firehose/tree.h"

#include <string.h>

static const char configuration[] = "KinesisStreamSourceConfiguration";
static const char shown[] = "KinesisStreamSourceDescription";
static const char start[] = "SourceStartMs"; /* not shown */

bool hy_kinesis_source_is_asked(const cJSON *request)
{
    return hy_tree_get(request, configuration) != NULL;
}

enum hy_code hy_kinesis_source_check(const cJSON *request, const struct hy_kinesis *kinesis,
                                     struct hy_err *err)
{
    if (!hy_kinesis_source_is_asked(request) || kinesis != NULL) {
        return HY_OK;
    }
    return hy_refuse(err, &hy_invalid_argument,
                     "hydrant supports a Kinesis data stream as source (%s) only when its config "
                     "file says where Kinesis is: "
                     "\"kinesis\": {\"Endpoint\": \"http://HOST:PORT\"}", configuration);
}

bool hy_kinesis_source_set(cJSON *description, const cJSON *request,
                           const struct hy_kinesis *kinesis)
{
    cJSON *source = cJSON_CreateObject();
    cJSON *inner = cJSON_CreateObject();
    const cJSON *given = hy_tree_get(request, configuration);
    if (!hy_tree_copy(inner, given, "KinesisStreamARN") ||
        !hy_tree_copy(inner, given, "RoleARN")) {
        cJSON_Delete(inner);
        inner = NULL;
    }
    if (!hy_tree_set(source, shown, inner)) {
        cJSON_Delete(source);
        source = NULL;
    }
    return hy_tree_set(description, "Source", source) &&
           hy_tree_set(description, start, cJSON_CreateNumber((double)hy_kinesis_now_ms(kinesis)));
}

static const cJSON *source_of(const cJSON *description)
{
    return hy_tree_get(hy_tree_get(description, "Source"), shown);
}

const char *hy_kinesis_source_arn(const cJSON *description)
{
    return hy_tree_text(source_of(description), "KinesisStreamARN");
}

uint64_t hy_kinesis_source_start_ms(const cJSON *description)
{
    return (uint64_t)hy_tree_number(description, start, 0);
}

bool hy_kinesis_source_same(const cJSON *a, const cJSON *b)
{
    const char *of_a = hy_kinesis_source_arn(a);
    const char *of_b = hy_kinesis_source_arn(b);
    return of_a == NULL || of_b == NULL ? of_a == of_b : strcmp(of_a, of_b) == 0;
}

bool hy_kinesis_source_show(cJSON *output, const cJSON *description)
{
    cJSON *source = hy_tree_get(hy_tree_get(output, "Source"), shown);
    const cJSON *created = hy_tree_get(description, "CreateTimestamp");
    return source == NULL || created == NULL ||
           hy_tree_set(source, "DeliveryStartTimestamp",
                       cJSON_CreateNumber(created->valuedouble / 1000));
}
