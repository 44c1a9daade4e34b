/* schema.h - a table's definition, as Glue gives it (firehose.md 3.10).
 *
 *   { "DatabaseName": "web", "Name": "clicks",
 *     "StorageDescriptor": { "Columns": [ { "Name": "user", "Type": "string" }, ... ] } }
 *
 * TableName is accepted for Name, and Columns beside it without a StorageDescriptor. Whatever
 * else Glue has in a table is passed over; partition keys are no columns of the objects.
 *
 * Owned by who parsed it; never changed, so threads may share it.
 */
#ifndef HY_PIPELINE_CONVERT_SCHEMA_H
#define HY_PIPELINE_CONVERT_SCHEMA_H

#include "pipeline/convert/type.h"

enum { HY_COLUMNS_MAX = 4096 };

struct hy_schema {
    char *database;
    char *table;
    struct hy_type *row; /* a struct; its fields are the columns */
};

/* HY_INVALID: it is JSON but not a table; HY_MALFORMED: it is not JSON. err says what and where. */
HY_MUST_CHECK
enum hy_code hy_schema_parse(hy_sv json, struct hy_schema **out, struct hy_err *err);
void hy_schema_destroy(struct hy_schema *schema); /* NULL is fine */

#endif
