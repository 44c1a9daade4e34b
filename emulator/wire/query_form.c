#include "wire/query_form.h"

#include "base/json_write.h"
#include "wire/percent.h"

struct node {
    hy_sv name;
    uint64_t number; /* of an element; 0: it is no element */
    hy_sv value;
    struct node *first, *last, *next; /* children; the next sibling */
};

hy_sv hy_query_parameter(hy_sv form, hy_sv name, struct hy_arena *arena)
{
    hy_sv found = { 0 };
    while (form.len > 0) {
        hy_sv value = hy_sv_cut(&form, '&');
        if (hy_sv_equal(hy_sv_cut(&value, '='), name)) {
            found = value;
        }
    }
    return found.ptr == NULL ? found : hy_percent_decode(found, arena);
}

static bool is_name(hy_sv name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-')) {
            return false;
        }
    }
    return name.len > 0;
}

static void insert(struct node *parent, struct node *child)
{
    struct node **at = &parent->first;
    if (parent->last != NULL && parent->last->number <= child->number) {
        at = &parent->last->next;
    } else {
        while (*at != NULL && (*at)->number <= child->number) {
            at = &(*at)->next;
        }
    }
    child->next = *at;
    *at = child;
    if (child->next == NULL) {
        parent->last = child;
    }
}

/* NULL: out of memory. */
static struct node *get_child(struct node *parent, hy_sv name, struct hy_arena *arena)
{
    for (struct node *child = parent->first; child != NULL; child = child->next) {
        if (hy_sv_equal(child->name, name)) {
            return child;
        }
    }
    struct node *child = hy_arena_zalloc(arena, sizeof *child);
    if (child != NULL) {
        child->name = name;
        if (!hy_sv_to_u64(name, &child->number)) {
            child->number = 0;
        }
        insert(parent, child);
    }
    return child;
}

static enum hy_code add(struct node *root, hy_sv path, hy_sv value, struct hy_arena *arena)
{
    struct node *node = root;
    unsigned depth = 0;
    while (path.len > 0) {
        const hy_sv name = hy_sv_cut(&path, '.');
        if (!is_name(name) || ++depth > HY_QUERY_DEPTH_MAX) {
            return HY_MALFORMED;
        }
        node = get_child(node, name, arena);
        if (node == NULL) {
            return HY_NO_MEMORY;
        }
    }
    node->value = value;
    return HY_OK;
}

static bool is_list(const struct node *node)
{
    const struct node *only = node->first;
    return only->next == NULL && only->first != NULL &&
           hy_sv_equal(only->name, HY_SV("member"));
}

/* As deep as HY_QUERY_DEPTH_MAX. */
static void write(struct hy_json_write *json, const struct node *node)
{
    if (node->first == NULL) {
        hy_json_string(json, node->value);
        return;
    }
    const bool list = is_list(node);
    const struct node *child = list ? node->first->first : node->first;
    if (list) {
        hy_json_begin_array(json);
    } else {
        hy_json_begin_object(json);
    }
    for (; child != NULL; child = child->next) {
        if (!list) {
            hy_json_name(json, child->name);
        }
        write(json, child);
    }
    if (list) {
        hy_json_end_array(json);
    } else {
        hy_json_end_object(json);
    }
}

static bool is_for_dispatch(hy_sv name)
{
    return hy_sv_equal(name, HY_SV("Action")) || hy_sv_equal(name, HY_SV("Version"));
}

static enum hy_code read(hy_sv form, struct hy_arena *arena, struct node *root)
{
    size_t count = 0;
    enum hy_code code = HY_OK;
    while (code == HY_OK && form.len > 0) {
        hy_sv value = hy_sv_cut(&form, '&');
        hy_sv name = hy_sv_cut(&value, '=');
        if (name.len == 0) {
            continue;
        }
        if (++count > HY_QUERY_PARAMETERS_MAX) {
            return HY_MALFORMED;
        }
        name = hy_percent_decode(name, arena);
        value = hy_percent_decode(value, arena);
        if (name.ptr == NULL || value.ptr == NULL) {
            return HY_NO_MEMORY;
        }
        code = is_for_dispatch(name) ? HY_OK : add(root, name, value, arena);
    }
    return code;
}

enum hy_code hy_query_form(hy_sv form, struct hy_arena *arena, struct hy_buf *json)
{
    struct node root = { .number = 0 };
    struct hy_json_write writer;
    const enum hy_code code = read(form, arena, &root);
    if (code != HY_OK) {
        return code;
    }
    hy_json_write_init(&writer, json);
    hy_json_begin_object(&writer);
    for (const struct node *child = root.first; child != NULL; child = child->next) {
        hy_json_name(&writer, child->name);
        write(&writer, child);
    }
    hy_json_end_object(&writer);
    return json->failed ? HY_NO_MEMORY : HY_OK;
}
