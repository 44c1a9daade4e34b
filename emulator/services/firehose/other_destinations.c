#include "services/firehose/other_destinations.h"

#include "base/sv.h"
#include "services/firehose/errors.h"
#include "services/firehose/prefix.h"
#include "services/firehose/tree.h"

#include <string.h>

/* https://<domain>:<port>, and nothing behind it but a slash. */
static bool is_hec_endpoint(hy_sv url)
{
    if (!hy_sv_starts_with(url, HY_SV("https://"))) {
        return false;
    }
    hy_sv port = { url.ptr + 8, url.len - 8 };
    const hy_sv domain = hy_sv_cut(&port, ':');
    if (hy_sv_ends_with(port, HY_SV("/"))) {
        port.len--;
    }
    uint64_t number = 0;
    return domain.len > 0 && hy_sv_find(domain, '/') == domain.len &&
           hy_sv_to_u64(port, &number) && number > 0 && number <= 65535;
}

static enum hy_code check_splunk(const cJSON *destination, struct hy_err *err)
{
    return is_hec_endpoint(hy_sv_of(hy_tree_text(destination, "HECEndpoint"))) ? HY_OK
        : hy_refuse(err, &hy_invalid_argument, "Invalid HECEndpoint. Supported endpoint format is "
                    "https://<domain>:<port>.");
}

static enum hy_code check_redshift(const cJSON *destination, struct hy_err *err)
{
    const cJSON *s3 = hy_tree_get(destination, "S3Configuration");
    if (hy_prefix_has_expressions(hy_tree_text(s3, "Prefix")) ||
        hy_tree_get(s3, "ErrorOutputPrefix") != NULL) {
        return hy_refuse(err, &hy_invalid_argument, "Prefix Expressions or ErrorOutputPrefix is "
                         "currently not supported for this destination");
    }
    return HY_OK;
}

static enum hy_code check_http(const cJSON *destination, struct hy_err *err)
{
    const cJSON *attribute = NULL;
    cJSON_ArrayForEach(attribute, hy_tree_get(hy_tree_get(destination, "RequestConfiguration"),
                                              "CommonAttributes"))
    {
        const char *name = hy_tree_text(attribute, "AttributeName");
        for (const cJSON *later = attribute->next; later != NULL; later = later->next) {
            if (strcmp(hy_tree_text(later, "AttributeName"), name) == 0) {
                return hy_refuse(err, &hy_invalid_argument,
                                 "Http Endpoint Common Attributes have duplicate name: %s", name);
            }
        }
    }
    return HY_OK;
}

static enum hy_code check_secret(const cJSON *destination, struct hy_err *err)
{
    const cJSON *secrets = hy_tree_get(destination, "SecretsManagerConfiguration");
    if (hy_tree_flag(secrets, "Enabled", false) && hy_tree_get(secrets, "SecretARN") == NULL) {
        return hy_refuse(err, &hy_invalid_argument, "Invalid secret ARN: null");
    }
    return HY_OK;
}

static const struct {
    const char *member;
    enum hy_code (*check)(const cJSON *destination, struct hy_err *err);
} destinations[] = {
    { "SplunkDestinationConfiguration", check_splunk },
    { "RedshiftDestinationConfiguration", check_redshift },
    { "HttpEndpointDestinationConfiguration", check_http },
    { "HttpEndpointDestinationUpdate", check_http },
    { "SplunkDestinationConfiguration", check_secret },
    { "RedshiftDestinationConfiguration", check_secret },
    { "HttpEndpointDestinationConfiguration", check_secret },
    { "HttpEndpointDestinationUpdate", check_secret },
    { "SnowflakeDestinationConfiguration", check_secret },
};

enum hy_code hy_other_destinations_check(const cJSON *request, struct hy_err *err)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < sizeof destinations / sizeof destinations[0] && code == HY_OK; i++) {
        const cJSON *destination = hy_tree_get(request, destinations[i].member);
        code = destination == NULL ? HY_OK : destinations[i].check(destination, err);
    }
    return code;
}
