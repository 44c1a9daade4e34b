#include "services/firehose/tree.h"

cJSON *hy_tree_get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *hy_tree_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(hy_tree_get(object, name));
}

bool hy_tree_flag(const cJSON *object, const char *name, bool absent)
{
    const cJSON *item = hy_tree_get(object, name);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : absent;
}

double hy_tree_number(const cJSON *object, const char *name, double absent)
{
    const cJSON *item = hy_tree_get(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : absent;
}

/* Not by cJSON_ReplaceItemInObject: out of memory, that leaves a member without a name. */
bool hy_tree_set(cJSON *object, const char *name, cJSON *item)
{
    cJSON *old = hy_tree_get(object, name);
    if (object == NULL || item == NULL || !cJSON_AddItemToObject(object, name, item)) {
        cJSON_Delete(item);
        return false;
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(object, old)); /* NULL is fine for both */
    return true;
}

bool hy_tree_set_text(cJSON *object, const char *name, const char *text)
{
    return hy_tree_set(object, name, cJSON_CreateString(text));
}

bool hy_tree_copy(cJSON *object, const cJSON *from, const char *name)
{
    const cJSON *item = hy_tree_get(from, name);
    return item == NULL || hy_tree_set(object, name, cJSON_Duplicate(item, true));
}

bool hy_tree_merge(cJSON *object, const cJSON *from)
{
    for (const cJSON *item = from->child; item != NULL; item = item->next) {
        cJSON *old = hy_tree_get(object, item->string);
        const bool is_merged = cJSON_IsObject(item) && cJSON_IsObject(old)
            ? hy_tree_merge(old, item)
            : hy_tree_set(object, item->string, cJSON_Duplicate(item, true));
        if (!is_merged) {
            return false;
        }
    }
    return true;
}

enum hy_code hy_tree_print(const cJSON *tree, char **text)
{
    *text = cJSON_PrintUnformatted(tree);
    return *text == NULL ? HY_NO_MEMORY : HY_OK;
}
