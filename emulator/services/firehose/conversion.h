/* conversion.h - the tables that records are converted by, and who needs which.
 *
 * On AWS they are Glue's; here the config file has them. A stream's spec gets the text of its
 * table, so a table that changes is used by streams that are made or updated later, and by all
 * after a new start.
 */
#ifndef HY_SERVICES_FIREHOSE_CONVERSION_H
#define HY_SERVICES_FIREHOSE_CONVERSION_H

#include "model/stream_spec.h"

#include <cjson/cJSON.h>

struct hy_firehose;

struct hy_firehose_table {
    char *database, *name;
    char *json;
    struct hy_firehose_table *next;
};

void hy_firehose_tables_destroy(struct hy_firehose_table *tables);

/* Is there the table that this S3 description asks for, if any? HY_REFUSED with Glue's sentence. */
HY_MUST_CHECK
enum hy_code hy_conversion_check(const struct hy_firehose *firehose, const cJSON *s3,
                                 struct hy_err *err);

/* Sets both texts when the description asks for a conversion. False when out of memory, or the
 * table is not there. */
HY_MUST_CHECK
bool hy_conversion_fill(const struct hy_firehose *firehose, const cJSON *s3,
                        struct hy_conversion_spec *spec);

#endif
