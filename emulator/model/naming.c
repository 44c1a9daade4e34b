#include "model/naming.h"

#include <stdlib.h>

enum hy_code hy_naming_open_zone(hy_sv name, struct hy_time_zone **out, struct hy_err *err)
{
    if (name.len == 0) {
        *out = NULL;
        return HY_OK;
    }
    const enum hy_code code = hy_time_zone_open(name, out);
    if (code == HY_OK || code == HY_NO_MEMORY) {
        return code;
    }
    return hy_fail(err, HY_INVALID, "CustomTimeZone %.*s is not a time zone of the tz database "
                   "on this machine (Debian package tzdata)", HY_SV_ARG(name));
}

enum hy_code hy_naming_create(hy_sv prefix, hy_sv error_prefix, hy_sv zone,
                              struct hy_naming **out, struct hy_err *err)
{
    struct hy_naming *naming = calloc(1, sizeof *naming);
    if (naming == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = hy_naming_open_zone(zone, &naming->zone, err);
    if (code == HY_OK) {
        code = hy_expression_parse(prefix, "Prefix", &naming->prefix, err);
    }
    if (code == HY_OK) {
        code = hy_expression_parse(error_prefix, "ErrorOutputPrefix", &naming->error_prefix, err);
    }
    if (code != HY_OK) {
        hy_naming_destroy(naming);
        return code;
    }
    *out = naming;
    return HY_OK;
}

void hy_naming_destroy(struct hy_naming *naming)
{
    if (naming == NULL) {
        return;
    }
    hy_expression_finish(&naming->prefix);
    hy_expression_finish(&naming->error_prefix);
    hy_time_zone_destroy(naming->zone);
    free(naming);
}
