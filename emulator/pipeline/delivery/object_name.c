#include "pipeline/delivery/object_name.h"

#include <stdio.h>

enum hy_code hy_object_name_write(const struct hy_object_name *name,
                                  char key[HY_OBJECT_KEY_MAX + 1], size_t *key_len)
{
    const struct hy_date at = hy_local_time_of(name->oldest_ms, name->zone).date;
    const int len = snprintf(key, HY_OBJECT_KEY_MAX + 1,
                             "%.*s%.*s-%.*s-%04d-%02d-%02d-%02d-%02d-%02d-%.*s%.*s",
                             HY_SV_ARG(name->prefix), HY_SV_ARG(name->stream),
                             HY_SV_ARG(name->version), at.year, at.month, at.day, at.hour,
                             at.minute, at.second, HY_SV_ARG(name->uuid),
                             HY_SV_ARG(name->extension));
    if (len < 0 || len > HY_OBJECT_KEY_MAX) {
        return HY_LIMIT;
    }
    *key_len = (size_t)len;
    return HY_OK;
}
