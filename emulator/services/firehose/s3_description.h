/* s3_description.h - an S3 destination as it is stored and described: firehose.md 2.5, 3.1.
 *
 * Both configuration shapes and both update shapes end as one: an ExtendedS3DestinationDescription
 * with every default filled in.
 */
#ifndef HY_SERVICES_FIREHOSE_S3_DESCRIPTION_H
#define HY_SERVICES_FIREHOSE_S3_DESCRIPTION_H

#include "base/err.h"

#include <cjson/cJSON.h>

/* From the configuration of a CreateDeliveryStream: renamed, checked, filled in. */
HY_MUST_CHECK
enum hy_code hy_s3_description_create(const cJSON *configuration, cJSON **out,
                                      struct hy_err *err);

/* `old` merged with an update (firehose.md 2.9): a new tree, checked and filled in. */
HY_MUST_CHECK
enum hy_code hy_s3_description_update(const cJSON *old, const cJSON *update, cJSON **out,
                                      struct hy_err *err);

/* The S3DestinationDescription that is shown beside it; NULL when out of memory. */
cJSON *hy_s3_description_plain(const cJSON *description);

/* BufferingHints and CloudWatchLoggingOptions of any destination, filled in; NULL when out of
 * memory. */
cJSON *hy_s3_description_hints(const cJSON *destination);
cJSON *hy_s3_description_logging(const cJSON *destination);

#endif
