/* http_description.h - an HTTP endpoint destination as it is stored and described: firehose.md 6.1.
 *
 * Stored is an HttpEndpointDestinationDescription with every default filled in, and the access
 * key beside it in EndpointConfiguration: that is never shown.
 */
#ifndef HY_SERVICES_FIREHOSE_HTTP_DESCRIPTION_H
#define HY_SERVICES_FIREHOSE_HTTP_DESCRIPTION_H

#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* From the configuration of a CreateDeliveryStream: renamed, checked, filled in. */
HY_MUST_CHECK
enum hy_code hy_http_description_create(const cJSON *configuration, cJSON **out,
                                        struct hy_err *err);

/* `old` merged with an update: a new tree, checked and filled in. */
HY_MUST_CHECK
enum hy_code hy_http_description_update(const cJSON *old, const cJSON *update, cJSON **out,
                                        struct hy_err *err);

/* Has it what everybody relies on? For a tree that comes from the disk. */
bool hy_http_description_is_whole(const cJSON *description);

/* A copy that may be shown; NULL when out of memory. */
cJSON *hy_http_description_shown(const cJSON *description);

/* The value of X-Amz-Firehose-Common-Attributes (firehose.md 6.2), to be freed with cJSON_free;
 * NULL without attributes. False when out of memory. */
HY_MUST_CHECK
bool hy_http_description_attributes(const cJSON *description, char **text);

#endif
