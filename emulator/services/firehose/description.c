#include "services/firehose/description.h"

#include "services/firehose/http_description.h"
#include "services/firehose/kinesis_source.h"
#include "services/firehose/s3_description.h"
#include "services/firehose/semantics.h"
#include "services/firehose/tree.h"
#include "services/firehose/unsupported.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARN_BYTES_MAX = 512 + 1, VERSION_BYTES_MAX = 50 + 1 };

const char *hy_description_name(const cJSON *description)
{
    return hy_tree_text(description, "DeliveryStreamName");
}

const char *hy_description_arn(const cJSON *description)
{
    return hy_tree_text(description, "DeliveryStreamARN");
}

const char *hy_description_type(const cJSON *description)
{
    return hy_tree_text(description, "DeliveryStreamType");
}

const char *hy_description_version(const cJSON *description)
{
    return hy_tree_text(description, "VersionId");
}

const cJSON *hy_description_s3(const cJSON *description)
{
    return hy_tree_get(hy_tree_get(description, "Destination"), "ExtendedS3DestinationDescription");
}

const cJSON *hy_description_http(const cJSON *description)
{
    return hy_tree_get(hy_tree_get(description, "Destination"),
                       "HttpEndpointDestinationDescription");
}

cJSON *hy_description_tags(const cJSON *description)
{
    return hy_tree_get(description, "Tags");
}

bool hy_description_is_encrypted(const cJSON *description)
{
    const char *status =
        hy_tree_text(hy_tree_get(description, "DeliveryStreamEncryptionConfiguration"), "Status");
    return status != NULL && strcmp(status, "ENABLED") == 0;
}

bool hy_description_is_whole(const cJSON *description)
{
    static const char *const of_stream[] = { "DeliveryStreamName", "DeliveryStreamARN",
                                             "DeliveryStreamType", "VersionId" };
    static const char *const of_s3[] = { "RoleARN", "BucketARN", "CompressionFormat",
                                         "S3BackupMode" };
    bool is_whole = true;
    for (size_t i = 0; i < sizeof of_stream / sizeof of_stream[0]; i++) {
        is_whole = is_whole && hy_tree_text(description, of_stream[i]) != NULL;
    }
    const cJSON *http = hy_description_http(description);
    if (http != NULL) {
        return is_whole && hy_http_description_is_whole(http);
    }
    for (size_t i = 0; i < sizeof of_s3 / sizeof of_s3[0]; i++) {
        is_whole = is_whole && hy_tree_text(hy_description_s3(description), of_s3[i]) != NULL;
    }
    return is_whole;
}

/* --- making one ---------------------------------------------------------------------------- */

static bool set_identity(cJSON *description, const struct hy_description_origin *origin,
                         const cJSON *request)
{
    const char *name = hy_tree_text(request, "DeliveryStreamName");
    const char *type = hy_tree_text(request, "DeliveryStreamType");
    char arn[ARN_BYTES_MAX];
    (void)snprintf(arn, sizeof arn, "arn:aws:firehose:%s:%s:deliverystream/%s", origin->region,
                   origin->account, name);
    return hy_tree_set_text(description, "DeliveryStreamName", name) &&
           hy_tree_set_text(description, "DeliveryStreamARN", arn) &&
           hy_tree_set_text(description, "DeliveryStreamType",
                            type != NULL ? type
                            : hy_kinesis_source_is_asked(request) ? HY_KINESIS_SOURCE_TYPE
                                                                  : "DirectPut") &&
           hy_tree_set_text(description, "VersionId", "1") &&
           hy_tree_set(description, "CreateTimestamp",
                       cJSON_CreateNumber((double)origin->now_ms));
}

static bool set_source(cJSON *description, const struct hy_description_origin *origin,
                       const cJSON *request)
{
    if (hy_kinesis_source_is_asked(request)) {
        return hy_kinesis_source_set(description, request, origin->kinesis);
    }
    const cJSON *direct = hy_tree_get(request, "DirectPutSourceConfiguration");
    if (direct == NULL) {
        return true;
    }
    return hy_tree_set(description, "Source", cJSON_CreateObject()) &&
           hy_tree_set(hy_tree_get(description, "Source"), "DirectPutSourceDescription",
                       cJSON_Duplicate(direct, true));
}

cJSON *hy_description_destination(const char *member, cJSON *description)
{
    cJSON *destination = cJSON_CreateObject();
    if (hy_tree_set(destination, member, description)) {
        return destination;
    }
    cJSON_Delete(destination);
    return NULL;
}

static enum hy_code create_destination(const cJSON *request, cJSON **out, struct hy_err *err)
{
    const cJSON *http = hy_tree_get(request, "HttpEndpointDestinationConfiguration");
    const cJSON *s3 = hy_tree_get(request, "ExtendedS3DestinationConfiguration");
    if (s3 == NULL) {
        s3 = hy_tree_get(request, "S3DestinationConfiguration");
    }
    cJSON *filled = NULL;
    const enum hy_code code = http != NULL ? hy_http_description_create(http, &filled, err)
                                           : hy_s3_description_create(s3, &filled, err);
    if (code != HY_OK) {
        return code;
    }
    *out = hy_description_destination(http != NULL ? "HttpEndpointDestinationDescription"
                                                   : "ExtendedS3DestinationDescription", filled);
    return *out == NULL ? HY_NO_MEMORY : HY_OK;
}

enum hy_code hy_description_create(const struct hy_description_origin *origin,
                                   const cJSON *request, cJSON **out, struct hy_err *err)
{
    enum hy_code code = hy_semantics_check_create(request, origin->region, err);
    if (code == HY_OK) {
        code = hy_unsupported_check_request(request, err);
    }
    if (code == HY_OK) {
        code = hy_kinesis_source_check(request, origin->kinesis, err);
    }
    cJSON *destination = NULL;
    if (code == HY_OK) {
        code = create_destination(request, &destination, err);
    }
    if (code != HY_OK) {
        return code;
    }
    cJSON *description = cJSON_CreateObject();
    const cJSON *encryption = hy_tree_get(request, "DeliveryStreamEncryptionConfigurationInput");
    const cJSON *tags = hy_tree_get(request, "Tags");
    /* The destination first, because it is taken in any case. */
    if (!hy_tree_set(description, "Destination", destination) ||
        !set_identity(description, origin, request) ||
        !set_source(description, origin, request) ||
        (!hy_kinesis_source_is_asked(request) &&
         !hy_description_set_encryption(description, encryption)) ||
        (tags != NULL && !hy_description_add_tags(description, tags))) {
        cJSON_Delete(description);
        return HY_NO_MEMORY;
    }
    *out = description;
    return HY_OK;
}

bool hy_description_set_encryption(cJSON *description, const cJSON *input)
{
    cJSON *encryption = cJSON_CreateObject();
    if (hy_tree_copy(encryption, input, "KeyARN") && hy_tree_copy(encryption, input, "KeyType") &&
        hy_tree_set_text(encryption, "Status", input != NULL ? "ENABLED" : "DISABLED")) {
        return hy_tree_set(description, "DeliveryStreamEncryptionConfiguration", encryption);
    }
    cJSON_Delete(encryption);
    return false;
}

size_t hy_description_count_encryption_call(cJSON *description, uint64_t now_ms)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    static const char member[] = "EncryptionCalls"; /* not shown */
    cJSON *calls = cJSON_CreateArray();
    cJSON *now = cJSON_CreateNumber((double)now_ms);
    if (calls == NULL || now == NULL) {
        cJSON_Delete(calls);
        cJSON_Delete(now);
        return 0;
    }
    const cJSON *call = NULL;
    cJSON_ArrayForEach(call, hy_tree_get(description, member))
    {
        if (call->valuedouble + DAY_MS > (double)now_ms &&
            !cJSON_AddItemToArray(calls, cJSON_CreateNumber(call->valuedouble))) {
            cJSON_Delete(calls);
            cJSON_Delete(now);
            return 0;
        }
    }
    (void)cJSON_AddItemToArray(calls, now); /* cannot fail: neither is NULL */
    const size_t count = (size_t)cJSON_GetArraySize(calls);
    return hy_tree_set(description, member, calls) ? count : 0;
}

cJSON *hy_description_with_destination(const cJSON *description, cJSON *destination,
                                       uint64_t now_ms)
{
    cJSON *changed = cJSON_Duplicate(description, true);
    char version[VERSION_BYTES_MAX];
    (void)snprintf(version, sizeof version, "%llu",
                   strtoull(hy_description_version(description), NULL, 10) + 1);
    if (hy_tree_set(changed, "Destination", destination) &&
        hy_tree_set_text(changed, "VersionId", version) &&
        hy_tree_set(changed, "LastUpdateTimestamp", cJSON_CreateNumber((double)now_ms))) {
        return changed;
    }
    cJSON_Delete(changed);
    return NULL;
}

/* --- tags ---------------------------------------------------------------------------------- */

static cJSON *find_tag(const cJSON *tags, const char *key)
{
    cJSON *tag = NULL;
    cJSON_ArrayForEach(tag, tags)
    {
        if (strcmp(hy_tree_text(tag, "Key"), key) == 0) {
            return tag;
        }
    }
    return NULL;
}

/* A tag without a value has an empty one. */
static cJSON *tag_create(const char *key, const char *value)
{
    cJSON *tag = cJSON_CreateObject();
    if (hy_tree_set_text(tag, "Key", key) &&
        hy_tree_set_text(tag, "Value", value != NULL ? value : "")) {
        return tag;
    }
    cJSON_Delete(tag);
    return NULL;
}

/* Appends it, and then all that come after it again, in their order. (cJSON_InsertItemInArray of
 * cJSON 1.7.15 as Debian patched it refuses any place but the ends.) */
static void append_in_order(cJSON *tags, cJSON *tag)
{
    (void)cJSON_AddItemToArray(tags, tag); /* cannot fail: neither is NULL */
    cJSON *next = NULL;
    for (cJSON *other = tags->child; other != tag; other = next) {
        next = other->next;
        if (strcmp(hy_tree_text(other, "Key"), hy_tree_text(tag, "Key")) > 0) {
            (void)cJSON_AddItemToArray(tags, cJSON_DetachItemViaPointer(tags, other));
        }
    }
}

static bool insert_tag(cJSON *tags, const cJSON *given)
{
    const char *key = hy_tree_text(given, "Key");
    cJSON *tag = tag_create(key, hy_tree_text(given, "Value"));
    if (tags == NULL || tag == NULL) {
        cJSON_Delete(tag);
        return false;
    }
    cJSON *old = find_tag(tags, key);
    if (old != NULL) {
        (void)cJSON_ReplaceItemViaPointer(tags, old, tag);
        return true;
    }
    append_in_order(tags, tag);
    return true;
}

bool hy_description_add_tags(cJSON *description, const cJSON *tags)
{
    if (hy_description_tags(description) == NULL &&
        !hy_tree_set(description, "Tags", cJSON_CreateArray())) {
        return false;
    }
    const cJSON *tag = NULL;
    cJSON_ArrayForEach(tag, tags)
    {
        if (!insert_tag(hy_description_tags(description), tag)) {
            return false;
        }
    }
    return true;
}

void hy_description_remove_tag(cJSON *description, const char *key)
{
    cJSON *tags = hy_description_tags(description);
    cJSON *tag = find_tag(tags, key);
    if (tag != NULL) {
        cJSON_Delete(cJSON_DetachItemViaPointer(tags, tag));
    }
}

bool hy_description_same(const cJSON *a, const cJSON *b)
{
    static const char *const members[] = { "DeliveryStreamType", "Source", "Destination",
                                           "DeliveryStreamEncryptionConfiguration", "Tags" };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const cJSON *of_a = hy_tree_get(a, members[i]);
        const cJSON *of_b = hy_tree_get(b, members[i]);
        const bool is_in_both = of_a != NULL && of_b != NULL;
        if (is_in_both ? !cJSON_Compare(of_a, of_b, true)
                       : cJSON_GetArraySize(of_a) + cJSON_GetArraySize(of_b) > 0) {
            return false;
        }
    }
    return true;
}

/* --- DescribeDeliveryStream ---------------------------------------------------------------- */

/* Epoch seconds with a fraction (firehose.md 1.2), from milliseconds. */
static bool set_time(cJSON *output, const cJSON *description, const char *name)
{
    const cJSON *ms = hy_tree_get(description, name);
    return ms == NULL || hy_tree_set(output, name, cJSON_CreateNumber(ms->valuedouble / 1000));
}

static bool fill_destination(cJSON *destination, const cJSON *description)
{
    const cJSON *http = hy_description_http(description);
    if (http != NULL) {
        return hy_tree_set(destination, "HttpEndpointDestinationDescription",
                           hy_http_description_shown(http));
    }
    const cJSON *s3 = hy_description_s3(description);
    return hy_tree_set(destination, "S3DestinationDescription", hy_s3_description_plain(s3)) &&
           hy_tree_set(destination, "ExtendedS3DestinationDescription", cJSON_Duplicate(s3, true));
}

static cJSON *output_destinations(const cJSON *description)
{
    cJSON *list = cJSON_CreateArray();
    cJSON *destination = cJSON_CreateObject();
    if (hy_tree_set_text(destination, "DestinationId", HY_DESTINATION_ID) &&
        fill_destination(destination, description) && cJSON_AddItemToArray(list, destination)) {
        return list;
    }
    cJSON_Delete(destination);
    cJSON_Delete(list);
    return NULL;
}

static bool fill_output(cJSON *output, const cJSON *description, const char *status)
{
    return hy_tree_copy(output, description, "DeliveryStreamName") &&
           hy_tree_copy(output, description, "DeliveryStreamARN") &&
           hy_tree_set_text(output, "DeliveryStreamStatus", status) &&
           hy_tree_copy(output, description, "DeliveryStreamEncryptionConfiguration") &&
           hy_tree_copy(output, description, "DeliveryStreamType") &&
           hy_tree_copy(output, description, "VersionId") &&
           set_time(output, description, "CreateTimestamp") &&
           set_time(output, description, "LastUpdateTimestamp") &&
           hy_tree_copy(output, description, "Source") &&
           hy_kinesis_source_show(output, description) &&
           hy_tree_set(output, "Destinations", output_destinations(description)) &&
           hy_tree_set(output, "HasMoreDestinations", cJSON_CreateFalse());
}

cJSON *hy_description_output(const cJSON *description, const char *status)
{
    cJSON *reply = cJSON_CreateObject();
    cJSON *output = cJSON_CreateObject();
    if (!fill_output(output, description, status)) {
        cJSON_Delete(output);
        output = NULL;
    }
    if (hy_tree_set(reply, "DeliveryStreamDescription", output)) {
        return reply;
    }
    cJSON_Delete(reply);
    return NULL;
}
