#include "harness/form.h"

#include <stdio.h>
#include <string.h>

struct check {
    const char *file;
    struct hy_err *err;
};

/* "a string or a list" */
static void print_kinds(unsigned kinds, char *out, size_t size)
{
    static const struct kind_name {
        unsigned kind;
        const char *name;
    } names[] = {
        { HY_NODE_NULL, "null" }, { HY_NODE_BOOL, "true or false" },
        { HY_NODE_NUMBER, "a number" }, { HY_NODE_STRING, "a string" },
        { HY_NODE_ARRAY, "a list" }, { HY_NODE_OBJECT, "an object" },
    };
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((kinds & names[i].kind) != 0 && len < size) {
            len += (size_t)snprintf(out + len, size - len, "%s%s", len > 0 ? " or " : "",
                                    names[i].name);
        }
    }
}

static void print_known(const struct hy_form *form, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < form->count && len < size; i++) {
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "",
                                form->members[i].name);
    }
}

static const struct hy_form_member *find(const struct hy_form *form, hy_sv name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (hy_sv_equal(hy_sv_of(form->members[i].name), name)) {
            return &form->members[i];
        }
    }
    return NULL;
}

HY_MUST_CHECK
static enum hy_code check_object(const struct check *check, const struct hy_form *form,
                                 const struct hy_node *node);

HY_MUST_CHECK
static enum hy_code check_kind(const struct check *check, const struct hy_node *node, hy_sv name,
                               unsigned kinds, const char *prefix)
{
    char allowed[128];
    if ((node->kind & kinds) != 0) {
        return HY_OK;
    }
    print_kinds(kinds, allowed, sizeof allowed);
    return hy_fail(check->err, HY_INVALID, "%s:%zu: member \"%.*s\": must %s%s", check->file,
                   node->line, HY_SV_ARG(name), prefix, allowed);
}

HY_MUST_CHECK
static enum hy_code check_elements(const struct check *check, const struct hy_form_member *member,
                                   const struct hy_node *list)
{
    enum hy_code code = HY_OK;
    for (const struct hy_node *item = list->first; item != NULL && code == HY_OK;
         item = item->next) {
        if (member->elements != 0) {
            code = check_kind(check, item, list->name, member->elements, "hold only ");
        }
        if (code == HY_OK && item->kind == HY_NODE_OBJECT && member->form != NULL) {
            code = check_object(check, member->form, item);
        }
    }
    return code;
}

static bool is_one_of(hy_sv text, const char *words)
{
    hy_sv rest = hy_sv_of(words);
    while (rest.len > 0) {
        if (hy_sv_equal(hy_sv_cut(&rest, ' '), text)) {
            return true;
        }
    }
    return false;
}

HY_MUST_CHECK
static enum hy_code check_member(const struct check *check, const struct hy_form_member *member,
                                 const struct hy_node *node)
{
    enum hy_code code = check_kind(check, node, node->name, member->kinds, "be ");
    uint64_t ms;
    if (code != HY_OK) {
        return code;
    }
    if (member->is_duration && (node->kind & (HY_NODE_NUMBER | HY_NODE_STRING)) != 0 &&
        !hy_node_duration(node, &ms)) {
        return hy_fail(check->err, HY_INVALID,
                       "%s:%zu: member \"%s\": must be whole milliseconds, or \"250ms\", \"60s\", "
                       "\"5m\", \"1h\"", check->file, node->line, member->name);
    }
    if (member->words != NULL && !is_one_of(node->text, member->words)) {
        return hy_fail(check->err, HY_INVALID, "%s:%zu: member \"%s\": must be one of: %s",
                       check->file, node->line, member->name, member->words);
    }
    if (node->kind == HY_NODE_ARRAY) {
        return check_elements(check, member, node);
    }
    return node->kind == HY_NODE_OBJECT && member->form != NULL
        ? check_object(check, member->form, node) : HY_OK;
}

HY_MUST_CHECK
static enum hy_code check_values(const struct check *check, const struct hy_form *form,
                                 const struct hy_node *node)
{
    enum hy_code code = HY_OK;
    for (const struct hy_node *item = node->first; item != NULL && code == HY_OK;
         item = item->next) {
        code = check_kind(check, item, item->name, HY_NODE_OBJECT, "be ");
        if (code == HY_OK) {
            code = check_object(check, form->values, item);
        }
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code check_missing(const struct check *check, const struct hy_form *form,
                                  const struct hy_node *node)
{
    char known[512];
    if (form->takes_one && node->count != 1) {
        print_known(form, known, sizeof known);
        return hy_fail(check->err, HY_INVALID, "%s:%zu: %s has exactly one of %s", check->file,
                       node->line, form->what, known);
    }
    for (size_t i = 0; i < form->count; i++) {
        if (form->members[i].is_required && hy_node_find(node, form->members[i].name) == NULL) {
            return hy_fail(check->err, HY_INVALID, "%s:%zu: %s needs the member \"%s\"",
                           check->file, node->line, form->what, form->members[i].name);
        }
    }
    return HY_OK;
}

static enum hy_code check_object(const struct check *check, const struct hy_form *form,
                                 const struct hy_node *node)
{
    char known[512];
    if (form->values != NULL) {
        return check_values(check, form, node);
    }
    for (const struct hy_node *item = node->first; item != NULL; item = item->next) {
        const struct hy_form_member *member = find(form, item->name);
        if (member == NULL) {
            print_known(form, known, sizeof known);
            return hy_fail(check->err, HY_INVALID,
                           "%s:%zu: unknown member \"%.*s\" of %s; known are %s", check->file,
                           item->line, HY_SV_ARG(item->name), form->what, known);
        }
        if (hy_node_member(node, item->name) != item) {
            return hy_fail(check->err, HY_INVALID, "%s:%zu: member \"%s\" stands there twice",
                           check->file, item->line, member->name);
        }
        enum hy_code code = check_member(check, member, item);
        if (code != HY_OK) {
            return code;
        }
    }
    return check_missing(check, form, node);
}

enum hy_code hy_form_check(const struct hy_form *form, const struct hy_node *node,
                           const char *file, struct hy_err *err)
{
    struct check check = { .file = file, .err = err };
    if (node == NULL || node->kind != HY_NODE_OBJECT) {
        return hy_fail(err, HY_INVALID, "%s:%zu: %s is an object", file,
                       node != NULL ? node->line : 1, form->what);
    }
    return check_object(&check, form, node);
}
