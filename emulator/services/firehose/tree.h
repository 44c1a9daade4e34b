/* tree.h - small helpers over cJSON trees. Names are case-sensitive; NULL trees read as empty. */
#ifndef HY_SERVICES_FIREHOSE_TREE_H
#define HY_SERVICES_FIREHOSE_TREE_H

#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

cJSON *hy_tree_get(const cJSON *object, const char *name);        /* NULL when absent */
const char *hy_tree_text(const cJSON *object, const char *name);  /* NULL when absent */
bool hy_tree_flag(const cJSON *object, const char *name, bool absent);
double hy_tree_number(const cJSON *object, const char *name, double absent);

/* All of these are false when out of memory. */
HY_MUST_CHECK /* takes the item, in any case; a member of that name is replaced, at the end */
bool hy_tree_set(cJSON *object, const char *name, cJSON *item);
HY_MUST_CHECK
bool hy_tree_set_text(cJSON *object, const char *name, const char *text);
HY_MUST_CHECK /* a copy of that member of `from`, if it has one */
bool hy_tree_copy(cJSON *object, const cJSON *from, const char *name);
HY_MUST_CHECK /* copies all members of `from` over; objects are merged, lists replaced */
bool hy_tree_merge(cJSON *object, const cJSON *from);

/* Compact text; HY_NO_MEMORY. Free with cJSON_free. */
HY_MUST_CHECK
enum hy_code hy_tree_print(const cJSON *tree, char **text);

#endif
