#include "services/firehose/shape.h"

#include "base/base64.h"
#include "services/refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_EXACT_MAX 9007199254740992.0 /* 2^53 */

/* --- types --------------------------------------------------------------------------------- */

static enum hy_code refuse_scalar(const cJSON *value, const char *article, const char *type,
                                  struct hy_err *err)
{
    if (cJSON_IsArray(value)) {
        return hy_refuse(err, &hy_serialization, "Start of list found where not expected");
    }
    if (cJSON_IsObject(value)) {
        return hy_refuse(err, &hy_serialization,
                         "Start of structure or map found where not expected.");
    }
    const char *found = cJSON_IsString(value) ? "java.lang.String"
                      : cJSON_IsBool(value) ? "java.lang.Boolean"
                      : "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
    return hy_refuse(err, &hy_serialization, "class %s can not be converted to %s %s", found,
                     article, type);
}

static enum hy_code refuse_container(const cJSON *value, const char *expected,
                                     struct hy_err *err)
{
    if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        return refuse_scalar(value, "a", "", err);
    }
    return hy_refuse(err, &hy_serialization, "Expected %s", expected);
}

static const struct hy_member *find_member(const struct hy_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->member_count; i++) {
        if (strcmp(shape->members[i].name, name) == 0) {
            return &shape->members[i];
        }
    }
    return NULL;
}

static bool is_overruled(const cJSON *member)
{
    for (const cJSON *later = member->next; later != NULL; later = later->next) {
        if (strcmp(later->string, member->string) == 0) {
            return true;
        }
    }
    return false;
}

/* Removes what does not count: unknown members (with a shape), nulls, overruled members. */
static void tidy_members(const struct hy_shape *shape, cJSON *object)
{
    cJSON *next = NULL;
    for (cJSON *member = object->child; member != NULL; member = next) {
        next = member->next;
        const bool is_known =
            shape->kind == HY_SHAPE_MAP || find_member(shape, member->string) != NULL;
        /* Overruled first: a null that comes last overrules as well. */
        if (!is_known || is_overruled(member) || cJSON_IsNull(member)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
        }
    }
}

static enum hy_code check_structure_types(const struct hy_shape *shape, cJSON *value,
                                          struct hy_err *err)
{
    if (!cJSON_IsObject(value)) {
        return refuse_container(value, shape->kind == HY_SHAPE_MAP ? "map or null" : "null", err);
    }
    tidy_members(shape, value);
    enum hy_code code = HY_OK;
    for (cJSON *item = value->child; item != NULL && code == HY_OK; item = item->next) {
        const struct hy_shape *inner = shape->kind == HY_SHAPE_MAP
            ? shape->element : find_member(shape, item->string)->shape;
        code = hy_shape_check_types(inner, item, err);
    }
    return code;
}

static enum hy_code check_list_types(const struct hy_shape *shape, cJSON *value,
                                     struct hy_err *err)
{
    if (!cJSON_IsArray(value)) {
        return refuse_container(value, "list or null", err);
    }
    enum hy_code code = HY_OK;
    for (cJSON *item = value->child; item != NULL && code == HY_OK; item = item->next) {
        code = cJSON_IsNull(item) ? HY_OK : hy_shape_check_types(shape->element, item, err);
    }
    return code;
}

/* The text that is not base64 is told, but not all of a megabyte. */
static enum hy_code refuse_base64(hy_sv text, size_t bad_at, struct hy_err *err)
{
    enum { SHOWN_MAX = 1024 };
    const hy_sv shown = { text.ptr, text.len < SHOWN_MAX ? text.len : SHOWN_MAX };
    const char *more = shown.len < text.len ? "..." : "";
    if (bad_at == text.len) {
        return hy_refuse(err, &hy_serialization,
                         "'%.*s%s' can not be converted to a Blob: Base64 encoded length is "
                         "expected a multiple of 4 bytes but found: %zu",
                         HY_SV_ARG(shown), more, text.len);
    }
    return hy_refuse(err, &hy_serialization,
                     "'%.*s%s' can not be converted to a Blob: Invalid Base64 character: '%c'",
                     HY_SV_ARG(shown), more, text.ptr[bad_at]);
}

static enum hy_code check_blob(const cJSON *value, struct hy_err *err)
{
    if (!cJSON_IsString(value)) {
        return refuse_scalar(value, "a", "Blob", err);
    }
    const hy_sv text = hy_sv_of(value->valuestring);
    char *decoded = malloc(HY_BASE64_DECODED_MAX(text.len) + 1);
    if (decoded == NULL) {
        return HY_NO_MEMORY;
    }
    size_t len = 0;
    size_t bad_at = 0;
    const bool is_base64 = hy_base64_decode(text, decoded, &len, &bad_at);
    free(decoded);
    return is_base64 ? HY_OK : refuse_base64(text, bad_at, err);
}

enum hy_code hy_shape_check_types(const struct hy_shape *shape, cJSON *value, struct hy_err *err)
{
    switch (shape->kind) {
    case HY_SHAPE_STRUCTURE:
    case HY_SHAPE_MAP:
        return check_structure_types(shape, value, err);
    case HY_SHAPE_LIST:
        return check_list_types(shape, value, err);
    case HY_SHAPE_STRING:
        return cJSON_IsString(value) ? HY_OK : refuse_scalar(value, "an", "String", err);
    case HY_SHAPE_BLOB:
        return check_blob(value, err);
    case HY_SHAPE_BOOLEAN:
        return cJSON_IsBool(value) ? HY_OK : refuse_scalar(value, "an", "Boolean", err);
    case HY_SHAPE_DOUBLE:
    case HY_SHAPE_TIMESTAMP:
        return cJSON_IsNumber(value) ? HY_OK : refuse_scalar(value, "an", "Double", err);
    case HY_SHAPE_INTEGER:
        break;
    }
    if (!cJSON_IsNumber(value)) {
        return refuse_scalar(value, "an", "Integer", err);
    }
    if (value->valuedouble > -INTEGER_EXACT_MAX && value->valuedouble < INTEGER_EXACT_MAX) {
        (void)cJSON_SetNumberHelper(value, (double)(int64_t)value->valuedouble);
    } /* else it has no fraction */
    return HY_OK;
}

/* --- constraints --------------------------------------------------------------------------- */

enum { VIOLATIONS_BYTES_MAX = HY_ERR_TEXT_MAX };

void hy_violations_init(struct hy_violations *violations)
{
    violations->count = 0;
    hy_buf_init(&violations->text, VIOLATIONS_BYTES_MAX);
}

void hy_violations_finish(struct hy_violations *violations)
{
    hy_buf_finish(&violations->text);
}

/* Past the end of the text violations are still counted, but no longer told. */
void hy_violations_add(struct hy_violations *violations, const char *path, const char *format,
                       ...)
{
    char constraint[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(constraint, sizeof constraint, format, args);
    va_end(args);
    hy_buf_printf(&violations->text, "%sValue at '%s' failed to satisfy constraint: %s",
                  violations->count == 0 ? "" : "; ", path, constraint);
    violations->count++;
}

enum hy_code hy_violations_refuse(const struct hy_violations *violations, struct hy_err *err)
{
    if (violations->count == 0) {
        return HY_OK;
    }
    const hy_sv text = hy_buf_sv(&violations->text);
    return hy_refuse(err, &hy_validation, "%zu validation error%s detected: %.*s",
                     violations->count, violations->count == 1 ? "" : "s", HY_SV_ARG(text));
}

/* Where in the request we are: "records.3.member.data". */
struct path {
    char text[512];
    size_t len;
};

/* Both return the length to go back to. */
static size_t path_enter_member(struct path *path, const char *name)
{
    const size_t before = path->len;
    const int added = snprintf(path->text + before, sizeof path->text - before, "%s%c%s",
                               before == 0 ? "" : ".",
                               name[0] >= 'A' && name[0] <= 'Z' ? name[0] + 'a' - 'A' : name[0],
                               name + 1);
    path->len = before + (size_t)added < sizeof path->text ? before + (size_t)added : before;
    return before;
}

static size_t path_enter_element(struct path *path, size_t index)
{
    const size_t before = path->len;
    const int added = snprintf(path->text + before, sizeof path->text - before, ".%zu.member",
                               index + 1);
    path->len = before + (size_t)added < sizeof path->text ? before + (size_t)added : before;
    return before;
}

static void path_leave(struct path *path, size_t before)
{
    path->len = before;
    path->text[before] = '\0';
}

/* As Java counts: UTF-16 units. */
static size_t utf16_length(hy_sv text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.ptr[i];
        units += (byte & 0xc0) != 0x80 ? 1 : 0;
        units += byte >= 0xf0 ? 1 : 0;
    }
    return units;
}

static void check_length(const struct hy_shape *shape, size_t length, const char *path,
                         struct hy_violations *violations)
{
    if (shape->max != HY_SHAPE_NO_MAX && length > (size_t)shape->max) {
        hy_violations_add(violations, path, "Member must have length less than or equal to %lld",
                          (long long)shape->max);
    }
    if (shape->min > 0 && length < (size_t)shape->min) {
        hy_violations_add(violations, path,
                          "Member must have length greater than or equal to %lld",
                          (long long)shape->min);
    }
}

static void check_range(const struct hy_shape *shape, double value, const char *path,
                        struct hy_violations *violations)
{
    if (shape->max != HY_SHAPE_NO_MAX && value > (double)shape->max) {
        hy_violations_add(violations, path, "Member must have value less than or equal to %lld",
                          (long long)shape->max);
    }
    if (shape->min != HY_SHAPE_NO_MIN && value < (double)shape->min) {
        hy_violations_add(violations, path,
                          "Member must have value greater than or equal to %lld",
                          (long long)shape->min);
    }
}

static void check_values(const struct hy_shape *shape, hy_sv text, const char *path,
                         struct hy_violations *violations)
{
    char printed[512] = "";
    size_t len = 0;
    for (const char *const *value = shape->values; *value != NULL; value++) {
        if (hy_sv_equal(text, hy_sv_of(*value))) {
            return;
        }
        const int added = snprintf(printed + len, sizeof printed - len, "%s%s",
                                   len == 0 ? "" : ", ", *value);
        len += len + (size_t)added < sizeof printed ? (size_t)added : 0;
    }
    hy_violations_add(violations, path, "Member must satisfy enum value set: [%s]", printed);
}

enum hy_code hy_shape_check_text(const struct hy_shape *shape, hy_sv text, const char *path,
                                 struct hy_violations *violations)
{
    if (shape->values != NULL) {
        check_values(shape, text, path, violations);
        return HY_OK;
    }
    check_length(shape, utf16_length(text), path, violations);
    const enum hy_code code = hy_pattern_match(shape->pattern, text);
    if (code == HY_INVALID) {
        hy_violations_add(violations, path, "Member must satisfy regular expression pattern: %s",
                          hy_pattern_text(shape->pattern));
        return HY_OK;
    }
    return code;
}

/* Of text that is base64: its length says nearly all. */
static size_t decoded_length(hy_sv text)
{
    size_t len = HY_BASE64_DECODED_MAX(text.len);
    while (text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
        len--;
    }
    return len;
}

static enum hy_code check_value(const struct hy_shape *shape, const cJSON *value,
                                struct path *path, struct hy_violations *violations);

static enum hy_code check_structure(const struct hy_shape *shape, const cJSON *value,
                                    struct path *path, struct hy_violations *violations)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < shape->member_count && code == HY_OK; i++) {
        const struct hy_member *member = &shape->members[i];
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(value, member->name);
        const size_t before = path_enter_member(path, member->name);
        if (item != NULL) {
            code = check_value(member->shape, item, path, violations);
        } else if (member->required) {
            hy_violations_add(violations, path->text, "Member must not be null");
        }
        path_leave(path, before);
    }
    return code;
}

static enum hy_code check_list(const struct hy_shape *shape, const cJSON *value,
                               struct path *path, struct hy_violations *violations)
{
    check_length(shape, (size_t)cJSON_GetArraySize(value), path->text, violations);
    enum hy_code code = HY_OK;
    size_t index = 0;
    for (const cJSON *item = value->child; item != NULL && code == HY_OK; item = item->next) {
        const size_t before = path_enter_element(path, index++);
        if (cJSON_IsNull(item)) {
            hy_violations_add(violations, path->text, "Member must not be null");
        } else {
            code = check_value(shape->element, item, path, violations);
        }
        path_leave(path, before);
    }
    return code;
}

/* A map's sentence names all constraints of the side that breaks one (firehose.md 1.6). */
static enum hy_code check_map_side(const struct hy_shape *shape, const char *text,
                                   const char *side, const char *path,
                                   struct hy_violations *violations)
{
    struct hy_violations found;
    hy_violations_init(&found);
    const enum hy_code code = hy_shape_check_text(shape, hy_sv_of(text), path, &found);
    if (found.count > 0) {
        hy_violations_add(violations, path,
                          "%s must satisfy constraint: [Member must have length less than or "
                          "equal to %lld, Member must have length greater than or equal to "
                          "%lld, Member must satisfy regular expression pattern: %s]",
                          side, (long long)shape->max, (long long)shape->min,
                          hy_pattern_text(shape->pattern));
    }
    hy_violations_finish(&found);
    return code;
}

static enum hy_code check_map(const struct hy_shape *shape, const cJSON *value,
                              struct path *path, struct hy_violations *violations)
{
    enum hy_code code = HY_OK;
    for (const cJSON *item = value->child; item != NULL && code == HY_OK; item = item->next) {
        code = check_map_side(shape->key, item->string, "Map keys", path->text, violations);
        if (code == HY_OK) {
            code = check_map_side(shape->element, item->valuestring, "Map value", path->text,
                                  violations);
        }
    }
    return code;
}

static enum hy_code check_value(const struct hy_shape *shape, const cJSON *value,
                                struct path *path, struct hy_violations *violations)
{
    switch (shape->kind) {
    case HY_SHAPE_STRUCTURE:
        return check_structure(shape, value, path, violations);
    case HY_SHAPE_LIST:
        return check_list(shape, value, path, violations);
    case HY_SHAPE_MAP:
        return check_map(shape, value, path, violations);
    case HY_SHAPE_STRING:
        return hy_shape_check_text(shape, hy_sv_of(value->valuestring), path->text, violations);
    case HY_SHAPE_INTEGER:
    case HY_SHAPE_DOUBLE:
        check_range(shape, value->valuedouble, path->text, violations);
        return HY_OK;
    case HY_SHAPE_BLOB:
        check_length(shape, decoded_length(hy_sv_of(value->valuestring)), path->text, violations);
        return HY_OK;
    case HY_SHAPE_BOOLEAN:
    case HY_SHAPE_TIMESTAMP:
        break;
    }
    return HY_OK;
}

enum hy_code hy_shape_check(const struct hy_shape *shape, const cJSON *value, struct hy_err *err)
{
    struct hy_violations violations;
    hy_violations_init(&violations);
    struct path path = { .len = 0 };
    enum hy_code code = check_value(shape, value, &path, &violations);
    if (code == HY_OK) {
        code = hy_violations_refuse(&violations, err);
    }
    hy_violations_finish(&violations);
    return code;
}

enum hy_code hy_shape_find_mismatch(const struct hy_shape *shape, const cJSON *value,
                                    enum hy_pattern pattern)
{
    if (shape->kind == HY_SHAPE_STRING) {
        const hy_sv text = hy_sv_of(value->valuestring);
        return shape->pattern == pattern && text.len > 0 ? hy_pattern_match(pattern, text)
                                                         : HY_OK;
    }
    enum hy_code code = HY_OK;
    for (const cJSON *item = value->child; item != NULL && code == HY_OK; item = item->next) {
        if (shape->kind == HY_SHAPE_STRUCTURE) {
            code = hy_shape_find_mismatch(find_member(shape, item->string)->shape, item, pattern);
        } else if (shape->kind == HY_SHAPE_LIST && !cJSON_IsNull(item)) {
            code = hy_shape_find_mismatch(shape->element, item, pattern);
        }
    }
    return code;
}
