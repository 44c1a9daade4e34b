/* semantics.h - what the model cannot say: the rules of firehose.md 2.3 and 3.2 to 3.11.
 *
 * Pure: they see the request, not the emulator. All of them are InvalidArgumentException.
 */
#ifndef HY_SERVICES_FIREHOSE_SEMANTICS_H
#define HY_SERVICES_FIREHOSE_SEMANTICS_H

#include "base/err.h"

#include <cjson/cJSON.h>

/* The request as a whole: how many destinations, source, encryption. */
HY_MUST_CHECK
enum hy_code hy_semantics_check_create(const cJSON *request, const char *region,
                                       struct hy_err *err);

/* DeliveryStreamEncryptionConfigurationInput; NULL is fine. */
HY_MUST_CHECK
enum hy_code hy_semantics_check_encryption(const cJSON *encryption, const char *region,
                                           struct hy_err *err);

/* An S3 destination, with the names of its description (S3BackupDescription), before defaults
 * are filled in. */
HY_MUST_CHECK
enum hy_code hy_semantics_check_s3(const cJSON *destination, struct hy_err *err);

#endif
