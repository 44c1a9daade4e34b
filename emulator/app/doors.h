/* doors.h - which services there are behind the front door, in which protocols. */
#ifndef HY_APP_DOORS_H
#define HY_APP_DOORS_H

#include "services/cloudwatch/cloudwatch.h"
#include "services/firehose/firehose.h"
#include "wire/json11.h"
#include "wire/query.h"

struct hy_cwlogs; /* services/logs */

struct hy_doors {
    struct hy_cloudwatch cloudwatch;
    struct hy_json11_service json11_services[3];
    struct hy_json11 json11;
    struct hy_query_service query_services[1];
    struct hy_query query;
};

/* All of it must outlive the doors, which may not move afterwards. */
void hy_doors_init(struct hy_doors *doors, struct hy_firehose *firehose,
                   struct hy_registry *registry, struct hy_cwlogs *logs, struct hy_random *random,
                   const char *region);

#endif
