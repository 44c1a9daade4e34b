#include "services/params.h"

#include "base/date_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum hy_code hy_params_parse(struct hy_call *call, cJSON **params)
{
    *params = call->body_len == 0 ? cJSON_CreateObject()
                                  : cJSON_ParseWithLength(call->body, call->body_len);
    if (cJSON_IsObject(*params)) {
        return HY_OK;
    }
    cJSON_Delete(*params);
    *params = NULL;
    return hy_refuse(&call->err, &hy_serialization, "The body is not a JSON object");
}

const cJSON *hy_params_get(const cJSON *params, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(params, name);
    return cJSON_IsNull(found) ? NULL : found;
}

enum hy_param hy_params_text(const cJSON *params, const char *name, const char **out)
{
    const cJSON *item = hy_params_get(params, name);
    if (item == NULL) {
        return HY_PARAM_ABSENT;
    }
    if (!cJSON_IsString(item)) {
        return HY_PARAM_WRONG;
    }
    *out = item->valuestring;
    return HY_PARAM_GOOD;
}

static bool read_number(const char *text, double *out)
{
    char *end = NULL;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

enum hy_param hy_params_number(const cJSON *params, const char *name, double *out)
{
    const cJSON *item = hy_params_get(params, name);
    if (item == NULL) {
        return HY_PARAM_ABSENT;
    }
    if (cJSON_IsNumber(item)) {
        *out = item->valuedouble;
        return isfinite(*out) ? HY_PARAM_GOOD : HY_PARAM_WRONG;
    }
    return cJSON_IsString(item) && read_number(item->valuestring, out) ? HY_PARAM_GOOD
                                                                      : HY_PARAM_WRONG;
}

enum hy_param hy_params_flag(const cJSON *params, const char *name, bool *out)
{
    const cJSON *item = hy_params_get(params, name);
    if (item == NULL) {
        return HY_PARAM_ABSENT;
    }
    const bool is_true = cJSON_IsTrue(item) ||
                         (cJSON_IsString(item) && strcmp(item->valuestring, "true") == 0);
    const bool is_false = cJSON_IsFalse(item) ||
                          (cJSON_IsString(item) && strcmp(item->valuestring, "false") == 0);
    *out = is_true;
    return is_true || is_false ? HY_PARAM_GOOD : HY_PARAM_WRONG;
}

/* "2026-01-01T00:00:00.5Z": the seconds, and what follows the point apart. */
static bool read_iso(const char *text, uint64_t *out)
{
    char whole[32];
    double fraction = 0;
    const char *point = strchr(text, '.');
    const size_t len = point != NULL ? (size_t)(point - text) : strlen(text);
    if (len + 2 > sizeof whole) {
        return false;
    }
    memcpy(whole, text, len);
    memcpy(whole + len, point != NULL ? "Z" : "", point != NULL ? 2 : 1);
    if (point != NULL) {
        char *end = NULL;
        fraction = strtod(point, &end);
        if (strcmp(end, "Z") != 0 || !(fraction >= 0 && fraction < 1)) {
            return false;
        }
    }
    if (!hy_date_read_iso(hy_sv_of(whole), out)) {
        return false;
    }
    *out += (uint64_t)(fraction * 1000);
    return true;
}

enum hy_param hy_params_instant_ms(const cJSON *params, const char *name, uint64_t *out)
{
    static const double seconds_max = 253402300800; /* the year 10000 */
    const cJSON *item = hy_params_get(params, name);
    double seconds = 0;
    if (cJSON_IsString(item) && read_iso(item->valuestring, out)) {
        return HY_PARAM_GOOD;
    }
    const enum hy_param found = hy_params_number(params, name, &seconds);
    if (found != HY_PARAM_GOOD) {
        return found;
    }
    if (!(seconds >= 0 && seconds < seconds_max)) {
        return HY_PARAM_WRONG;
    }
    *out = (uint64_t)round(seconds * 1000);
    return HY_PARAM_GOOD;
}

enum hy_param hy_params_list(const cJSON *params, const char *name, const cJSON **out)
{
    const cJSON *item = hy_params_get(params, name);
    const bool is_empty_text = cJSON_IsString(item) && item->valuestring[0] == '\0';
    if (item == NULL || is_empty_text) {
        return HY_PARAM_ABSENT;
    }
    *out = item;
    return cJSON_IsArray(item) ? HY_PARAM_GOOD : HY_PARAM_WRONG;
}
