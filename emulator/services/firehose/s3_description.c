#include "services/firehose/s3_description.h"

#include "model/limits.h"
#include "services/firehose/errors.h"
#include "services/firehose/processors.h"
#include "services/firehose/semantics.h"
#include "services/firehose/shape.h"
#include "services/firehose/tree.h"
#include "services/firehose/unsupported.h"

#include <string.h>

enum {
    BIG_BUFFER_MIB_DEFAULT = 128, /* with dynamic partitioning or format conversion; 3.2 */
    PARTITIONING_RETRY_SECONDS_DEFAULT = 300,
};

/* --- defaults: each returns a new item, or NULL when out of memory ------------------------- */

static bool needs_big_buffer(const cJSON *s3)
{
    const cJSON *conversion = hy_tree_get(s3, "DataFormatConversionConfiguration");
    return (conversion != NULL && hy_tree_flag(conversion, "Enabled", true)) ||
           hy_tree_flag(hy_tree_get(s3, "DynamicPartitioningConfiguration"), "Enabled", false);
}

/* One of the two members may be missing: it gets its default (Appendix A 5). */
cJSON *hy_s3_description_hints(const cJSON *s3)
{
    const cJSON *given = hy_tree_get(s3, "BufferingHints");
    const double size = hy_tree_number(
        given, "SizeInMBs",
        needs_big_buffer(s3) ? BIG_BUFFER_MIB_DEFAULT : HY_S3_BUFFER_MIB_DEFAULT);
    const double seconds =
        hy_tree_number(given, "IntervalInSeconds", HY_S3_BUFFER_SECONDS_DEFAULT);
    cJSON *hints = cJSON_CreateObject();
    if (hy_tree_set(hints, "SizeInMBs", cJSON_CreateNumber(size)) &&
        hy_tree_set(hints, "IntervalInSeconds", cJSON_CreateNumber(seconds))) {
        return hints;
    }
    cJSON_Delete(hints);
    return NULL;
}

static cJSON *filled_encryption(const cJSON *s3)
{
    const cJSON *given = hy_tree_get(s3, "EncryptionConfiguration");
    if (given != NULL && given->child != NULL) {
        return cJSON_Duplicate(given, true);
    }
    cJSON *encryption = cJSON_CreateObject();
    if (hy_tree_set_text(encryption, "NoEncryptionConfig", "NoEncryption")) {
        return encryption;
    }
    cJSON_Delete(encryption);
    return NULL;
}

cJSON *hy_s3_description_logging(const cJSON *s3)
{
    const cJSON *given = hy_tree_get(s3, "CloudWatchLoggingOptions");
    cJSON *logging = cJSON_CreateObject();
    if (hy_tree_set(logging, "Enabled", cJSON_CreateBool(hy_tree_flag(given, "Enabled", false))) &&
        hy_tree_copy(logging, given, "LogGroupName") &&
        hy_tree_copy(logging, given, "LogStreamName")) {
        return logging;
    }
    cJSON_Delete(logging);
    return NULL;
}

static cJSON *filled_compression(const cJSON *s3)
{
    const char *given = hy_tree_text(s3, "CompressionFormat");
    return cJSON_CreateString(given != NULL ? given : "UNCOMPRESSED");
}

static cJSON *filled_backup_mode(const cJSON *s3)
{
    const char *given = hy_tree_text(s3, "S3BackupMode");
    return cJSON_CreateString(given != NULL ? given : "Disabled");
}

static cJSON *filled_processing(const cJSON *s3)
{
    return hy_processors_filled(hy_tree_get(s3, "ProcessingConfiguration"),
                                hy_tree_text(s3, "RoleARN"));
}

static cJSON *filled_partitioning(const cJSON *s3)
{
    cJSON *partitioning =
        cJSON_Duplicate(hy_tree_get(s3, "DynamicPartitioningConfiguration"), true);
    if (!hy_tree_flag(partitioning, "Enabled", false) ||
        hy_tree_get(hy_tree_get(partitioning, "RetryOptions"), "DurationInSeconds") != NULL) {
        return partitioning;
    }
    cJSON *retry = cJSON_CreateObject();
    if (!hy_tree_set(retry, "DurationInSeconds",
                     cJSON_CreateNumber(PARTITIONING_RETRY_SECONDS_DEFAULT))) {
        cJSON_Delete(retry);
        retry = NULL;
    }
    if (hy_tree_set(partitioning, "RetryOptions", retry)) {
        return partitioning;
    }
    cJSON_Delete(partitioning);
    return NULL;
}

static cJSON *filled_backup(const cJSON *s3);

/* --- the members, in the order in which they are shown ------------------------------------- */

struct part {
    const char *member;
    bool always;                      /* there also when it was not given */
    cJSON *(*filled)(const cJSON *s3); /* NULL: as given */
};

static const struct part parts[] = {
    { "RoleARN", false, NULL },
    { "BucketARN", false, NULL },
    { "Prefix", false, NULL },
    { "ErrorOutputPrefix", false, NULL },
    { "BufferingHints", true, hy_s3_description_hints },
    { "CompressionFormat", true, filled_compression },
    { "EncryptionConfiguration", true, filled_encryption },
    { "CloudWatchLoggingOptions", true, hy_s3_description_logging },
    /* from here on of the extended shape only */
    { "ProcessingConfiguration", false, filled_processing },
    { "S3BackupMode", true, filled_backup_mode },
    { "S3BackupDescription", false, filled_backup },
    { "DataFormatConversionConfiguration", false, NULL },
    { "DynamicPartitioningConfiguration", false, filled_partitioning },
    { "FileExtension", false, NULL },
    { "CustomTimeZone", false, NULL },
};
enum { PLAIN_PARTS = 8, ALL_PARTS = sizeof parts / sizeof parts[0] };

static cJSON *filled(const cJSON *s3, size_t part_count)
{
    cJSON *description = cJSON_CreateObject();
    bool good = description != NULL;
    for (size_t i = 0; i < part_count && good; i++) {
        const cJSON *given = hy_tree_get(s3, parts[i].member);
        if (given == NULL && !parts[i].always) {
            continue;
        }
        good = hy_tree_set(description, parts[i].member,
                           parts[i].filled != NULL ? parts[i].filled(s3)
                                                   : cJSON_Duplicate(given, true));
    }
    if (!good) {
        cJSON_Delete(description);
        return NULL;
    }
    return description;
}

static cJSON *filled_backup(const cJSON *s3)
{
    return filled(hy_tree_get(s3, "S3BackupDescription"), PLAIN_PARTS);
}

cJSON *hy_s3_description_plain(const cJSON *description)
{
    return filled(description, PLAIN_PARTS);
}

/* --- making one ---------------------------------------------------------------------------- */

/* A copy with the description's names: S3BackupConfiguration and S3BackupUpdate have another. */
static cJSON *renamed(const cJSON *configuration)
{
    cJSON *copy = cJSON_Duplicate(configuration, true);
    cJSON *backup = cJSON_DetachItemFromObjectCaseSensitive(copy, "S3BackupConfiguration");
    if (backup == NULL) {
        backup = cJSON_DetachItemFromObjectCaseSensitive(copy, "S3BackupUpdate");
    }
    if (backup != NULL && !hy_tree_set(copy, "S3BackupDescription", backup)) {
        cJSON_Delete(copy);
        return NULL;
    }
    return copy;
}

/* Takes the candidate. */
static enum hy_code finish(cJSON *candidate, cJSON **out, struct hy_err *err)
{
    if (candidate == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = hy_semantics_check_s3(candidate, err);
    if (code == HY_OK) {
        code = hy_unsupported_check_s3(candidate, err);
    }
    if (code == HY_OK) {
        *out = filled(candidate, ALL_PARTS);
        code = *out == NULL ? HY_NO_MEMORY : HY_OK;
    }
    cJSON_Delete(candidate);
    return code;
}

enum hy_code hy_s3_description_create(const cJSON *configuration, cJSON **out,
                                      struct hy_err *err)
{
    return finish(renamed(configuration), out, err);
}

/* What an update may not do to a stream that is there: firehose.md 2.9, 3.9. */
static enum hy_code check_transition(const cJSON *old, const cJSON *update, struct hy_err *err)
{
    const char *mode = hy_tree_text(update, "S3BackupMode");
    if (mode != NULL && strcmp(mode, "Disabled") == 0 &&
        strcmp(hy_tree_text(old, "S3BackupMode"), "Enabled") == 0) {
        return hy_refuse(err, &hy_invalid_argument,
                         "Disabling S3 backup is not currently supported.");
    }
    const cJSON *before = hy_tree_get(old, "DynamicPartitioningConfiguration");
    const cJSON *after = hy_tree_get(update, "DynamicPartitioningConfiguration");
    const bool was_enabled = hy_tree_flag(before, "Enabled", false);
    if (hy_tree_flag(after, "Enabled", was_enabled) != was_enabled) { /* the sentence is ours */
        return hy_refuse(err, &hy_invalid_argument, "Dynamic Partitioning can only be enabled "
                         "when a delivery stream is created, and cannot be disabled.");
    }
    const cJSON *processing = hy_tree_get(old, "ProcessingConfiguration");
    if (hy_processors_find(hy_tree_get(update, "ProcessingConfiguration"), "Decompression") &&
        !hy_processors_find(processing, "Decompression") &&
        !hy_processors_find(processing, "Lambda")) {
        return hy_refuse(err, &hy_invalid_argument, "Enabling source decompression is not "
                         "supported for existing stream with no Lambda function attached.");
    }
    return HY_OK;
}

/* Objects merge member by member, but these are replaced as a whole. */
static bool replace_whole(cJSON *merged, const cJSON *update)
{
    static const char *const of_conversion[] = { "InputFormatConfiguration",
                                                 "OutputFormatConfiguration",
                                                 "SchemaConfiguration" };
    const cJSON *conversion = hy_tree_get(update, "DataFormatConversionConfiguration");
    bool good = hy_tree_copy(merged, update, "ProcessingConfiguration") &&
                hy_tree_copy(merged, update, "EncryptionConfiguration") &&
                hy_tree_copy(hy_tree_get(merged, "S3BackupDescription"),
                             hy_tree_get(update, "S3BackupDescription"),
                             "EncryptionConfiguration");
    for (size_t i = 0; i < sizeof of_conversion / sizeof of_conversion[0] && good; i++) {
        good = hy_tree_copy(hy_tree_get(merged, "DataFormatConversionConfiguration"), conversion,
                            of_conversion[i]);
    }
    return good;
}

/* An update shape requires nothing, but a backup that was not there before needs these. */
static enum hy_code check_new_backup(const cJSON *merged, struct hy_err *err)
{
    const cJSON *backup = hy_tree_get(merged, "S3BackupDescription");
    struct hy_violations violations;
    hy_violations_init(&violations);
    if (backup != NULL && hy_tree_get(backup, "RoleARN") == NULL) {
        hy_violations_add(&violations, "extendedS3DestinationUpdate.s3BackupUpdate.roleARN",
                          "Member must not be null");
    }
    if (backup != NULL && hy_tree_get(backup, "BucketARN") == NULL) {
        hy_violations_add(&violations, "extendedS3DestinationUpdate.s3BackupUpdate.bucketARN",
                          "Member must not be null");
    }
    const enum hy_code code = hy_violations_refuse(&violations, err);
    hy_violations_finish(&violations);
    return code;
}

enum hy_code hy_s3_description_update(const cJSON *old, const cJSON *update, cJSON **out,
                                      struct hy_err *err)
{
    enum hy_code code = check_transition(old, update, err);
    if (code != HY_OK) {
        return code;
    }
    cJSON *changes = renamed(update);
    cJSON *merged = cJSON_Duplicate(old, true);
    if (changes == NULL || merged == NULL || !hy_tree_merge(merged, changes) ||
        !replace_whole(merged, changes)) {
        cJSON_Delete(merged);
        merged = NULL;
    }
    cJSON_Delete(changes);
    code = check_new_backup(merged, err);
    if (code != HY_OK) {
        cJSON_Delete(merged);
        return code;
    }
    return finish(merged, out, err);
}
