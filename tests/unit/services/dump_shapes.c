/* dump_shapes.c - prints our tables of shapes as one JSON object, for
 * test_shapes_against_botocore.py. */
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

#include <stdio.h>
#include <stdlib.h>

static cJSON *dump(const struct hy_shape *shape);

static cJSON *dump_members(const struct hy_shape *shape)
{
    cJSON *members = cJSON_CreateObject();
    for (size_t i = 0; i < shape->member_count; i++) {
        cJSON *member = dump(shape->members[i].shape);
        cJSON_AddBoolToObject(member, "required", shape->members[i].required);
        cJSON_AddItemToObject(members, shape->members[i].name, member);
    }
    return members;
}

static void dump_limits(cJSON *out, const struct hy_shape *shape)
{
    if (shape->min != HY_SHAPE_NO_MIN) {
        cJSON_AddNumberToObject(out, "min", (double)shape->min);
    }
    if (shape->max != HY_SHAPE_NO_MAX) {
        cJSON_AddNumberToObject(out, "max", (double)shape->max);
    }
    if (shape->pattern != HY_PATTERN_NONE) {
        cJSON_AddStringToObject(out, "pattern", hy_pattern_text(shape->pattern));
    }
    if (shape->values != NULL) {
        cJSON *values = cJSON_AddArrayToObject(out, "enum");
        for (const char *const *value = shape->values; *value != NULL; value++) {
            cJSON_AddItemToArray(values, cJSON_CreateString(*value));
        }
    }
}

static cJSON *dump(const struct hy_shape *shape)
{
    static const char *const kinds[] = {
        [HY_SHAPE_STRUCTURE] = "structure", [HY_SHAPE_LIST] = "list",
        [HY_SHAPE_MAP] = "map",             [HY_SHAPE_STRING] = "string",
        [HY_SHAPE_INTEGER] = "integer",     [HY_SHAPE_DOUBLE] = "double",
        [HY_SHAPE_BOOLEAN] = "boolean",     [HY_SHAPE_TIMESTAMP] = "timestamp",
        [HY_SHAPE_BLOB] = "blob",
    };
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", kinds[shape->kind]);
    dump_limits(out, shape);
    if (shape->kind == HY_SHAPE_STRUCTURE) {
        cJSON_AddItemToObject(out, "members", dump_members(shape));
    }
    if (shape->element != NULL) {
        cJSON_AddItemToObject(out, shape->kind == HY_SHAPE_MAP ? "value" : "member",
                              dump(shape->element));
    }
    if (shape->key != NULL) {
        cJSON_AddItemToObject(out, "key", dump(shape->key));
    }
    return out;
}

int main(void)
{
    cJSON *all = cJSON_CreateObject();
    for (size_t i = 0; i < HY_INPUT_SHAPE_COUNT; i++) {
        cJSON_AddItemToObject(all, hy_input_shapes[i].operation, dump(hy_input_shapes[i].shape));
    }
    char *text = NULL;
    if (hy_tree_print(all, &text) != HY_OK) {
        return 1;
    }
    (void)puts(text);
    cJSON_free(text);
    cJSON_Delete(all);
    return 0;
}
