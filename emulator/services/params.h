/* params.h - a call's body as a tree, read leniently: in the query protocol every leaf is a text,
 * in JSON it has its type. The three answers to "is it there?" are for whoever writes the
 * refusal, which every service words in its own way.
 */
#ifndef HY_SERVICES_PARAMS_H
#define HY_SERVICES_PARAMS_H

#include "services/service.h"

#include <cjson/cJSON.h>

enum hy_param { HY_PARAM_ABSENT, HY_PARAM_GOOD, HY_PARAM_WRONG };

/* An object; an empty body is an empty one. Freed by the caller, on HY_OK. Otherwise refused. */
HY_MUST_CHECK
enum hy_code hy_params_parse(struct hy_call *call, cJSON **params);

/* `params` may be NULL; null counts as absent. */
const cJSON *hy_params_get(const cJSON *params, const char *name);
enum hy_param hy_params_text(const cJSON *params, const char *name, const char **out);
enum hy_param hy_params_number(const cJSON *params, const char *name, double *out);
enum hy_param hy_params_flag(const cJSON *params, const char *name, bool *out);
/* Seconds since 1970, or ISO 8601 in UTC, with a fraction or without. */
enum hy_param hy_params_instant_ms(const cJSON *params, const char *name, uint64_t *out);
/* A list; in the query protocol an empty one is an empty text. */
enum hy_param hy_params_list(const cJSON *params, const char *name, const cJSON **out);

#endif
