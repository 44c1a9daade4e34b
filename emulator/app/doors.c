#include "app/doors.h"

#include "services/logs/logs.h"

/* What CloudWatch called its errors before it had exceptions. */
static const struct hy_query_code cloudwatch_codes[] = {
    { "InvalidParameterValueException", "InvalidParameterValue" },
    { "InvalidParameterCombinationException", "InvalidParameterCombination" },
    { "MissingRequiredParameterException", "MissingParameter" },
    { "InternalFailure", "InternalServiceError" },
};

static void open_cloudwatch(struct hy_doors *doors, struct hy_json11_service *json10,
                            struct hy_query_service *query)
{
    const struct hy_query_codes codes = {
        cloudwatch_codes, sizeof cloudwatch_codes / sizeof cloudwatch_codes[0]
    };
    *json10 = (struct hy_json11_service){
        .target_prefix = HY_SV("GraniteServiceVersion20100801"),
        .signing_name = HY_SV("monitoring"),
        .service = &doors->cloudwatch,
        .is_json10 = true,
        .codes = codes,
    };
    json10->operations = hy_cloudwatch_operations(&json10->operation_count);
    *query = (struct hy_query_service){
        .version = HY_SV("2010-08-01"),
        .signing_name = HY_SV("monitoring"),
        .xml_namespace = HY_SV("http://monitoring.amazonaws.com/doc/2010-08-01/"),
        .timestamps = " Timestamp Timestamps ",
        .codes = codes,
        .operations = json10->operations,
        .operation_count = json10->operation_count,
        .service = &doors->cloudwatch,
    };
}

void hy_doors_init(struct hy_doors *doors, struct hy_firehose *firehose,
                   struct hy_registry *registry, struct hy_cwlogs *logs, struct hy_random *random,
                   const char *region)
{
    struct hy_json11_service *json11 = doors->json11_services;
    *doors = (struct hy_doors){ .cloudwatch = { .registry = registry, .firehose = firehose } };
    json11[0] = (struct hy_json11_service){
        .target_prefix = HY_SV("Firehose_20150804"),
        .signing_name = HY_SV("firehose"),
        .service = firehose,
    };
    json11[0].operations = hy_firehose_operations(&json11[0].operation_count);
    json11[2] = (struct hy_json11_service){
        .target_prefix = HY_SV("Logs_20140328"),
        .signing_name = HY_SV("logs"),
        .service = logs,
    };
    json11[2].operations = hy_cwlogs_operations(&json11[2].operation_count);
    open_cloudwatch(doors, &json11[1], &doors->query_services[0]);
    doors->json11 = (struct hy_json11){
        .services = json11,
        .count = sizeof doors->json11_services / sizeof doors->json11_services[0],
        .random = random,
        .region = hy_sv_of(region),
    };
    doors->query = (struct hy_query){
        .services = doors->query_services,
        .count = sizeof doors->query_services / sizeof doors->query_services[0],
        .random = random,
        .region = hy_sv_of(region),
    };
}
