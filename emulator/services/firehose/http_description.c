#include "services/firehose/http_description.h"

#include "model/limits.h"
#include "services/firehose/processors.h"
#include "services/firehose/s3_description.h"
#include "services/firehose/semantics.h"
#include "services/firehose/tree.h"
#include "services/firehose/unsupported.h"

#include <string.h>

/* --- defaults: each returns a new item, or NULL when out of memory ------------------------- */

static cJSON *filled_request(const cJSON *http)
{
    const cJSON *given = hy_tree_get(http, "RequestConfiguration");
    cJSON *request = cJSON_CreateObject();
    const char *encoding = hy_tree_text(given, "ContentEncoding");
    if (hy_tree_set_text(request, "ContentEncoding", encoding != NULL ? encoding : "NONE") &&
        hy_tree_copy(request, given, "CommonAttributes")) {
        return request;
    }
    cJSON_Delete(request);
    return NULL;
}

/* A destination of this type may have no role of its own. */
static cJSON *filled_processing(const cJSON *http)
{
    const char *role = hy_tree_text(http, "RoleARN");
    if (role == NULL) {
        role = hy_tree_text(hy_tree_get(http, "S3DestinationDescription"), "RoleARN");
    }
    return hy_processors_filled(hy_tree_get(http, "ProcessingConfiguration"), role);
}

static cJSON *filled_retry(const cJSON *http)
{
    cJSON *retry = cJSON_CreateObject();
    const double seconds = hy_tree_number(hy_tree_get(http, "RetryOptions"), "DurationInSeconds",
                                          HY_ENDPOINT_RETRY_SECONDS_DEFAULT);
    if (hy_tree_set(retry, "DurationInSeconds", cJSON_CreateNumber(seconds))) {
        return retry;
    }
    cJSON_Delete(retry);
    return NULL;
}

static cJSON *filled_backup_mode(const cJSON *http)
{
    const char *given = hy_tree_text(http, "S3BackupMode");
    return cJSON_CreateString(given != NULL ? given : "FailedDataOnly");
}

/* --- the members, in the order in which they are shown ------------------------------------- */

static const struct part {
    const char *member;
    bool always;                         /* there also when it was not given */
    cJSON *(*filled)(const cJSON *http); /* NULL: as given */
} parts[] = {
    { "EndpointConfiguration", true, NULL },
    { "BufferingHints", true, hy_s3_description_hints },
    { "CloudWatchLoggingOptions", true, hy_s3_description_logging },
    { "RequestConfiguration", true, filled_request },
    { "ProcessingConfiguration", false, filled_processing },
    { "RoleARN", false, NULL },
    { "RetryOptions", true, filled_retry },
    { "S3BackupMode", true, filled_backup_mode },
    { "S3DestinationDescription", true, NULL },
    { "SecretsManagerConfiguration", false, NULL },
};

static cJSON *filled(const cJSON *http)
{
    cJSON *description = cJSON_CreateObject();
    bool good = description != NULL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && good; i++) {
        const cJSON *given = hy_tree_get(http, parts[i].member);
        if (given != NULL || parts[i].always) {
            good = hy_tree_set(description, parts[i].member,
                               parts[i].filled != NULL ? parts[i].filled(http)
                                                       : cJSON_Duplicate(given, true));
        }
    }
    if (!good) {
        cJSON_Delete(description);
        return NULL;
    }
    return description;
}

/* --- making one ---------------------------------------------------------------------------- */

/* Takes the candidate and its S3 part: an S3 description, of which the plain half is kept. */
static enum hy_code finish(cJSON *candidate, cJSON *s3, cJSON **out, struct hy_err *err)
{
    cJSON *plain = hy_s3_description_plain(s3);
    cJSON_Delete(s3);
    enum hy_code code = HY_NO_MEMORY;
    if (hy_tree_set(candidate, "S3DestinationDescription", plain)) {
        /* Rules of an S3 destination that are those of any: logging, processors. */
        code = hy_semantics_check_s3(candidate, err);
    }
    if (code == HY_OK) {
        code = hy_unsupported_check_s3(candidate, err);
    }
    if (code == HY_OK) {
        *out = filled(candidate);
        code = *out == NULL ? HY_NO_MEMORY : HY_OK;
    }
    cJSON_Delete(candidate);
    return code;
}

enum hy_code hy_http_description_create(const cJSON *configuration, cJSON **out,
                                        struct hy_err *err)
{
    cJSON *s3 = NULL;
    const enum hy_code code =
        hy_s3_description_create(hy_tree_get(configuration, "S3Configuration"), &s3, err);
    if (code != HY_OK) {
        return code;
    }
    return finish(cJSON_Duplicate(configuration, true), s3, out, err);
}

/* Objects merge member by member, the list of processors does not. NULL when out of memory. */
static cJSON *merged(const cJSON *old, const cJSON *update)
{
    cJSON *both = cJSON_Duplicate(old, true);
    if (hy_tree_merge(both, update) && hy_tree_copy(both, update, "ProcessingConfiguration")) {
        return both;
    }
    cJSON_Delete(both);
    return NULL;
}

enum hy_code hy_http_description_update(const cJSON *old, const cJSON *update, cJSON **out,
                                        struct hy_err *err)
{
    static const cJSON nothing = { .type = cJSON_Object };
    const cJSON *s3_update = hy_tree_get(update, "S3Update");
    cJSON *s3 = NULL;
    const enum hy_code code =
        hy_s3_description_update(hy_tree_get(old, "S3DestinationDescription"),
                                 s3_update != NULL ? s3_update : &nothing, &s3, err);
    if (code != HY_OK) {
        return code;
    }
    return finish(merged(old, update), s3, out, err);
}

bool hy_http_description_is_whole(const cJSON *description)
{
    const cJSON *s3 = hy_tree_get(description, "S3DestinationDescription");
    return hy_tree_text(hy_tree_get(description, "EndpointConfiguration"), "Url") != NULL &&
           hy_tree_text(hy_tree_get(description, "RequestConfiguration"), "ContentEncoding") !=
               NULL &&
           hy_tree_text(description, "S3BackupMode") != NULL &&
           hy_tree_text(s3, "BucketARN") != NULL && hy_tree_text(s3, "CompressionFormat") != NULL;
}

cJSON *hy_http_description_shown(const cJSON *description)
{
    cJSON *shown = cJSON_Duplicate(description, true);
    cJSON_DeleteItemFromObjectCaseSensitive(hy_tree_get(shown, "EndpointConfiguration"),
                                            "AccessKey");
    return shown;
}

bool hy_http_description_attributes(const cJSON *description, char **text)
{
    const cJSON *list =
        hy_tree_get(hy_tree_get(description, "RequestConfiguration"), "CommonAttributes");
    const cJSON *attribute = NULL;
    *text = NULL;
    if (cJSON_GetArraySize(list) == 0) {
        return true;
    }
    cJSON *object = cJSON_CreateObject();
    bool good = hy_tree_set(object, "commonAttributes", cJSON_CreateObject());
    cJSON *attributes = hy_tree_get(object, "commonAttributes");
    cJSON_ArrayForEach(attribute, list)
    {
        good = good && hy_tree_set_text(attributes, hy_tree_text(attribute, "AttributeName"),
                                        hy_tree_text(attribute, "AttributeValue"));
    }
    *text = good ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    return *text != NULL;
}
