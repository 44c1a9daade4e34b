/* description.h - a delivery stream's truth, as one JSON tree.
 *
 * What the ledger stores and what DescribeDeliveryStream shows is nearly the same text: the
 * stored tree has the output's members (times as milliseconds, the one destination's description
 * without its id) and Tags beside them. The tree's owner is struct hy_delivery_stream.
 */
#ifndef HY_SERVICES_FIREHOSE_DESCRIPTION_H
#define HY_SERVICES_FIREHOSE_DESCRIPTION_H

#include "base/err.h"
#include "base/sv.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct hy_kinesis;

#define HY_DESTINATION_ID "destinationId-000000000001" /* there is only ever one; 2.1 */

struct hy_description_origin {
    const char *region, *account;
    uint64_t now_ms;
    const struct hy_kinesis *kinesis; /* NULL: no such source can be read */
};

/* From a CreateDeliveryStream request whose model constraints hold: checks all that can be
 * checked without the emulator's state, fills in defaults. */
HY_MUST_CHECK
enum hy_code hy_description_create(const struct hy_description_origin *origin,
                                   const cJSON *request, cJSON **out, struct hy_err *err);

/* {"DeliveryStreamDescription":...} with that status; NULL when out of memory. */
cJSON *hy_description_output(const cJSON *description, const char *status);

const char *hy_description_name(const cJSON *description);
const char *hy_description_arn(const cJSON *description);
const char *hy_description_type(const cJSON *description);
const char *hy_description_version(const cJSON *description);
/* One of these is there, the other is NULL. */
const cJSON *hy_description_s3(const cJSON *description); /* the extended S3 description */
const cJSON *hy_description_http(const cJSON *description);
cJSON *hy_description_tags(const cJSON *description);     /* [{"Key","Value"}], sorted by key */
bool hy_description_is_encrypted(const cJSON *description);

/* Has it what everybody relies on? For a tree that comes from the disk. */
bool hy_description_is_whole(const cJSON *description);

/* {"<Type>DestinationDescription":...}, as it is stored. NULL when out of memory; takes the
 * description, also then. */
cJSON *hy_description_destination(const char *member, cJSON *description);

/* A copy with another destination, the next version and the time of the update; NULL when out of
 * memory. Takes `destination`, also then. */
cJSON *hy_description_with_destination(const cJSON *description, cJSON *destination,
                                       uint64_t now_ms);

/* Encryption as `{"KeyType","KeyARN"}`, NULL to end it. False when out of memory: unchanged. */
HY_MUST_CHECK
bool hy_description_set_encryption(cJSON *description, const cJSON *input);

/* Remembers a call to start or stop encryption, and forgets those of more than a day ago. Returns
 * how many are left, this one included; 0 when out of memory. */
size_t hy_description_count_encryption_call(cJSON *description, uint64_t now_ms);

/* Adds tags or replaces their values. False when out of memory: maybe some. */
HY_MUST_CHECK
bool hy_description_add_tags(cJSON *description, const cJSON *tags);
void hy_description_remove_tag(cJSON *description, const char *key);

/* Do the two say the same about what a stream does? Times and versions are left out. */
bool hy_description_same(const cJSON *a, const cJSON *b);

#endif
