#include "services/firehose/processors.h"

#include "base/base64.h"
#include "pipeline/stream/stream.h"
#include "services/firehose/errors.h"
#include "services/firehose/pattern.h"
#include "services/firehose/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PROCESSORS_MAX = 5, LAMBDA_RETRIES_MAX = 300, LAMBDA_BUFFER_SECONDS_MAX = 900 };

const char *hy_processor_parameter(const cJSON *processor, const char *name)
{
    const cJSON *parameter = NULL;
    cJSON_ArrayForEach(parameter, hy_tree_get(processor, "Parameters"))
    {
        if (strcmp(hy_tree_text(parameter, "ParameterName"), name) == 0) {
            return hy_tree_text(parameter, "ParameterValue");
        }
    }
    return NULL;
}

static size_t count_of_type(const cJSON *processing, const char *type)
{
    size_t count = 0;
    const cJSON *processor = NULL;
    cJSON_ArrayForEach(processor, hy_tree_get(processing, "Processors"))
    {
        count += strcmp(hy_tree_text(processor, "Type"), type) == 0 ? 1 : 0;
    }
    return count;
}

const cJSON *hy_processors_find(const cJSON *processing, const char *type)
{
    const cJSON *processor = NULL;
    cJSON_ArrayForEach(processor, hy_tree_get(processing, "Processors"))
    {
        if (strcmp(hy_tree_text(processor, "Type"), type) == 0) {
            return processor;
        }
    }
    return NULL;
}

/* --- rules --------------------------------------------------------------------------------- */

/* Is the text a number, all of it, between the two? */
static bool is_number_within(const char *text, double least, double most)
{
    char *end = NULL;
    const double number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(number) && number >= least && number <= most;
}

static bool is_integer_within(const char *text, double least, double most)
{
    return strspn(text, "0123456789") == strlen(text) && is_number_within(text, least, most);
}

static enum hy_code check_lambda_arn(const char *arn, struct hy_err *err)
{
    if (arn == NULL) {
        return hy_refuse(err, &hy_invalid_argument,
                         "LambdaArn is required when Lambda processor is used.");
    }
    const enum hy_code code = hy_pattern_match(HY_PATTERN_LAMBDA_ARN, hy_sv_of(arn));
    return code == HY_INVALID ? hy_refuse(err, &hy_invalid_argument, "Invalid lambda ARN.")
                              : code;
}

static enum hy_code check_lambda_buffer(const char *size, const char *seconds,
                                        struct hy_err *err)
{
    if ((size == NULL) != (seconds == NULL)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Both BufferSizeInMBs and BufferIntervalInSeconds are required to "
                         "configure buffering for lambda processor.");
    }
    if (size != NULL && !is_number_within(size, 0.2, 3)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "BufferSizeInMBs for lambda processor must be between 0.2 and 3.");
    }
    if (seconds != NULL && !is_integer_within(seconds, 0, LAMBDA_BUFFER_SECONDS_MAX)) {
        return hy_refuse(err, &hy_invalid_argument, "BufferIntervalInSeconds for lambda "
                         "processor must be between 0 and 900.");
    }
    return HY_OK;
}

static enum hy_code check_lambda(const cJSON *processor, struct hy_err *err)
{
    enum hy_code code = check_lambda_arn(hy_processor_parameter(processor, "LambdaArn"), err);
    if (code != HY_OK) {
        return code;
    }
    const char *retries = hy_processor_parameter(processor, "NumberOfRetries");
    if (retries != NULL && !is_integer_within(retries, 0, LAMBDA_RETRIES_MAX)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Number of retries for lambda must be between 0 and 300.");
    }
    return check_lambda_buffer(hy_processor_parameter(processor, "BufferSizeInMBs"),
                               hy_processor_parameter(processor, "BufferIntervalInSeconds"), err);
}

static enum hy_code check_metadata_extraction(const cJSON *processor, struct hy_err *err)
{
    const char *engine = hy_processor_parameter(processor, "JsonParsingEngine");
    if (engine == NULL || strcmp(engine, "JQ-1.6") != 0) {
        return hy_refuse(err, &hy_invalid_argument,
                         "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6");
    }
    const char *query = hy_processor_parameter(processor, "MetadataExtractionQuery");
    struct hy_err why;
    if (query == NULL) { /* this sentence and the next are ours */
        return hy_refuse(err, &hy_invalid_argument, "MetadataExtractionQuery is required when "
                         "MetadataExtraction processor is used.");
    }
    const enum hy_code code = hy_stream_check_query(query, &why);
    return code != HY_INVALID ? code
                              : hy_refuse(err, &hy_invalid_argument, "MetaDataExtraction JQ "
                                          "Query cannot be compiled. %s", why.text);
}

static enum hy_code check_delimiter(const char *delimiter, struct hy_err *err)
{
    const hy_sv text = hy_sv_of(delimiter);
    size_t len;
    size_t bad_at;
    if (text.len == 0) {
        return hy_refuse(err, &hy_invalid_argument, "Delimiter should be present for DELIMITED");
    }
    char *bytes = malloc(HY_BASE64_DECODED_MAX(text.len) + 1); /* one more: it may be zero */
    if (bytes == NULL) {
        return HY_NO_MEMORY;
    }
    const bool is_good = hy_base64_decode(text, bytes, &len, &bad_at) && len > 0;
    free(bytes);
    return is_good ? HY_OK /* the rule is known, its sentence is ours */
                   : hy_refuse(err, &hy_invalid_argument, "Delimiter has to be base64-encoded");
}

static enum hy_code check_de_aggregation(const cJSON *processor, struct hy_err *err)
{
    const char *type = hy_processor_parameter(processor, "SubRecordType");
    if (type == NULL || (strcmp(type, "JSON") != 0 && strcmp(type, "DELIMITED") != 0)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "SubRecordType has to be one of JSON, DELIMITED");
    }
    return strcmp(type, "DELIMITED") == 0
               ? check_delimiter(hy_processor_parameter(processor, "Delimiter"), err)
               : HY_OK;
}

static enum hy_code check_decompression(const cJSON *processor, struct hy_err *err)
{
    const char *format = hy_processor_parameter(processor, "CompressionFormat");
    return format == NULL || strcmp(format, "GZIP") == 0
        ? HY_OK : hy_refuse(err, &hy_invalid_argument, "CompressionFormat has to be GZIP");
}

static enum hy_code check_log_processing(const cJSON *processor, struct hy_err *err)
{
    const char *wanted = hy_processor_parameter(processor, "DataMessageExtraction");
    if (wanted == NULL || (strcasecmp(wanted, "true") != 0 && strcasecmp(wanted, "false") != 0)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Invalid parameter value for DataMessageExtraction. Allowed values are "
                         "True and False.");
    }
    return HY_OK;
}

static const struct {
    const char *type;
    enum hy_code (*check)(const cJSON *processor, struct hy_err *err);
} types[] = {
    { "Lambda", check_lambda },
    { "MetadataExtraction", check_metadata_extraction },
    { "RecordDeAggregation", check_de_aggregation },
    { "Decompression", check_decompression },
    { "CloudWatchLogProcessing", check_log_processing },
};

static enum hy_code check_duplicates(const cJSON *processor, struct hy_err *err)
{
    const cJSON *parameter = NULL;
    cJSON_ArrayForEach(parameter, hy_tree_get(processor, "Parameters"))
    {
        const char *name = hy_tree_text(parameter, "ParameterName");
        for (const cJSON *later = parameter->next; later != NULL; later = later->next) {
            if (strcmp(hy_tree_text(later, "ParameterName"), name) == 0) {
                return hy_refuse(err, &hy_invalid_argument, "Duplicate ProcessorParameter passed "
                                 "to ProcessingConfiguration.");
            }
        }
    }
    return HY_OK;
}

static enum hy_code check_processor(const cJSON *processor, struct hy_err *err)
{
    enum hy_code code = check_duplicates(processor, err);
    const char *type = hy_tree_text(processor, "Type");
    for (size_t i = 0; i < sizeof types / sizeof types[0] && code == HY_OK; i++) {
        if (strcmp(types[i].type, type) == 0) {
            code = types[i].check(processor, err);
        }
    }
    return code;
}

enum hy_code hy_processors_check(const cJSON *processing, struct hy_err *err)
{
    const cJSON *processors = hy_tree_get(processing, "Processors");
    const int count = cJSON_GetArraySize(processors);
    if (hy_tree_flag(processing, "Enabled", false) && (count < 1 || count > PROCESSORS_MAX)) {
        return hy_refuse(err, &hy_invalid_argument,
                         "A maximum of 5 and a minimum of 1 processor needs to be supplied when "
                         "processing is enabled.");
    }
    if (count_of_type(processing, "Lambda") > 1) {
        return hy_refuse(err, &hy_invalid_argument, "Cannot have more than 1 Lambda processor.");
    }
    enum hy_code code = HY_OK;
    const cJSON *processor = NULL;
    cJSON_ArrayForEach(processor, processors)
    {
        code = check_processor(processor, err);
        if (code != HY_OK) {
            return code;
        }
    }
    if (hy_processors_find(processing, "CloudWatchLogProcessing") != NULL &&
        hy_processors_find(processing, "Decompression") == NULL) {
        return hy_refuse(err, &hy_invalid_argument, "CloudWatchLogProcessingProcessor can only "
                         "be enabled with DecompressionProcessor");
    }
    return HY_OK;
}

/* --- reading back -------------------------------------------------------------------------- */

static bool add_parameter(cJSON *list, const char *name, const char *value)
{
    cJSON *parameter = cJSON_CreateObject();
    if (hy_tree_set_text(parameter, "ParameterName", name) &&
        hy_tree_set_text(parameter, "ParameterValue", value) &&
        cJSON_AddItemToArray(list, parameter)) {
        return true;
    }
    cJSON_Delete(parameter);
    return false;
}

/* All five, in the order in which the service reads them back, given or not. */
static cJSON *filled_lambda_parameters(const cJSON *processor, const char *role_arn)
{
    const struct {
        const char *name, *preset;
    } parameters[] = {
        { "LambdaArn", "" },
        { "NumberOfRetries", "3" },
        { "RoleArn", role_arn },
        { "BufferSizeInMBs", "1" },
        { "BufferIntervalInSeconds", "60" },
    };
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const char *given = hy_processor_parameter(processor, parameters[i].name);
        if (!add_parameter(list, parameters[i].name,
                           given != NULL ? given : parameters[i].preset)) {
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

static bool fill_processor(cJSON *processor, const char *role_arn)
{
    if (strcmp(hy_tree_text(processor, "Type"), "Lambda") == 0) {
        return hy_tree_set(processor, "Parameters",
                           filled_lambda_parameters(processor, role_arn));
    }
    if (strcmp(hy_tree_text(processor, "Type"), "AppendDelimiterToRecord") == 0) {
        /* Whatever was given, LF is what is appended, and nothing is read back. */
        return hy_tree_set(processor, "Parameters", cJSON_CreateArray());
    }
    return hy_tree_get(processor, "Parameters") != NULL ||
           hy_tree_set(processor, "Parameters", cJSON_CreateArray());
}

cJSON *hy_processors_filled(const cJSON *processing, const char *destination_role_arn)
{
    cJSON *filled = cJSON_CreateObject();
    const bool is_enabled = hy_tree_flag(processing, "Enabled", false);
    bool good = hy_tree_set(filled, "Enabled", cJSON_CreateBool(is_enabled)) &&
                hy_tree_copy(filled, processing, "Processors");
    cJSON *processor = NULL;
    cJSON_ArrayForEach(processor, hy_tree_get(filled, "Processors"))
    {
        good = good && fill_processor(processor, destination_role_arn);
    }
    if (!good) {
        cJSON_Delete(filled);
        return NULL;
    }
    return filled;
}
