#include "harness/node.h"

#include "base/json_scan.h"
#include "base/json_write.h"

#include <stdlib.h>
#include <string.h>

enum { EXPANDED_MAX = 16 * 1024 * 1024 };

struct parser {
    struct hy_json_scan scan;
    hy_sv json;
    const char *file;
    struct hy_arena *arena;
    struct hy_err *err;
    size_t line, counted; /* line of the byte at `counted` */
    struct hy_node *open[HY_JSON_DEPTH_MAX];
    size_t depth;
    hy_sv name;           /* of the member whose value comes next */
};

static size_t line_here(struct parser *parser)
{
    for (; parser->counted < parser->scan.offset; parser->counted++) {
        parser->line += parser->json.ptr[parser->counted] == '\n';
    }
    return parser->line;
}

HY_MUST_CHECK
static enum hy_code no_memory(struct parser *parser)
{
    return hy_fail(parser->err, HY_NO_MEMORY, "%s: too large, or out of memory", parser->file);
}

/* False when out of memory. */
static bool decode(struct parser *parser, hy_sv *out)
{
    hy_sv raw = parser->scan.text;
    char *text = hy_arena_alloc(parser->arena, raw.len + 1);
    if (text == NULL) {
        return false;
    }
    size_t len = hy_json_unescape(raw, text);
    text[len] = '\0';
    *out = (hy_sv){ text, len };
    return true;
}

static enum hy_node_kind kind_of(enum hy_json_token token)
{
    switch (token) {
    case HY_JSON_OBJECT_BEGIN:
        return HY_NODE_OBJECT;
    case HY_JSON_ARRAY_BEGIN:
        return HY_NODE_ARRAY;
    case HY_JSON_STRING:
        return HY_NODE_STRING;
    case HY_JSON_NUMBER:
        return HY_NODE_NUMBER;
    case HY_JSON_TRUE:
    case HY_JSON_FALSE:
        return HY_NODE_BOOL;
    default:
        return HY_NODE_NULL;
    }
}

static void attach(struct parser *parser, struct hy_node *node)
{
    if (parser->depth == 0) {
        return;
    }
    struct hy_node *parent = parser->open[parser->depth - 1];
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    parent->count++;
}

/* A value begins. NULL when out of memory. */
static struct hy_node *begin(struct parser *parser, enum hy_json_token token)
{
    struct hy_node *node = hy_arena_zalloc(parser->arena, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->kind = kind_of(token);
    node->line = line_here(parser);
    node->name = parser->name;
    parser->name = (hy_sv){ "", 0 };
    const char *at = parser->json.ptr + parser->scan.offset;
    if (node->kind == HY_NODE_STRING) {
        node->source = (hy_sv){ at, parser->scan.text.len + 2 };
        if (!decode(parser, &node->text)) {
            return NULL;
        }
    } else {
        static const size_t lens[] = {
            [HY_JSON_TRUE] = 4, [HY_JSON_FALSE] = 5, [HY_JSON_NULL] = 4,
        };
        size_t len = node->kind == HY_NODE_NUMBER ? parser->scan.text.len
                   : node->kind == HY_NODE_OBJECT || node->kind == HY_NODE_ARRAY ? 1 : lens[token];
        node->source = node->text = (hy_sv){ at, len };
    }
    attach(parser, node);
    if (node->kind == HY_NODE_OBJECT || node->kind == HY_NODE_ARRAY) {
        parser->open[parser->depth++] = node;
    }
    return node;
}

static void end(struct parser *parser)
{
    struct hy_node *node = parser->open[--parser->depth];
    const char *at = parser->json.ptr + parser->scan.offset;
    node->source.len = (size_t)(at - node->source.ptr) + 1;
}

enum hy_code hy_node_parse(hy_sv json, const char *name, struct hy_arena *arena,
                           struct hy_node **out, struct hy_err *err)
{
    struct parser parser = {
        .json = json, .file = name, .arena = arena, .err = err, .line = 1, .name = { "", 0 },
    };
    hy_json_scan_init(&parser.scan, json);
    *out = NULL;
    for (;;) {
        enum hy_json_token token = hy_json_next(&parser.scan);
        switch (token) {
        case HY_JSON_ERROR:
            return hy_fail(err, HY_MALFORMED, "%s:%zu: not JSON: %s", name, line_here(&parser),
                           parser.scan.error);
        case HY_JSON_END:
            return HY_OK;
        case HY_JSON_NAME:
            if (!decode(&parser, &parser.name)) {
                return no_memory(&parser);
            }
            continue;
        case HY_JSON_OBJECT_END:
        case HY_JSON_ARRAY_END:
            end(&parser);
            continue;
        default:
            break;
        }
        struct hy_node *node = begin(&parser, token);
        if (node == NULL) {
            return no_memory(&parser);
        }
        *out = *out == NULL ? node : *out;
    }
}

/* ---- looking ---- */

const struct hy_node *hy_node_member(const struct hy_node *object, hy_sv name)
{
    if (object == NULL || object->kind != HY_NODE_OBJECT) {
        return NULL;
    }
    const struct hy_node *member = object->first;
    while (member != NULL && !hy_sv_equal(member->name, name)) {
        member = member->next;
    }
    return member;
}

const struct hy_node *hy_node_find(const struct hy_node *object, const char *name)
{
    return hy_node_member(object, hy_sv_of(name));
}

hy_sv hy_node_string(const struct hy_node *object, const char *name)
{
    const struct hy_node *member = hy_node_find(object, name);
    return member != NULL && member->kind == HY_NODE_STRING ? member->text : (hy_sv){ NULL, 0 };
}

bool hy_node_u64(const struct hy_node *node, uint64_t *out)
{
    return node != NULL && node->kind == HY_NODE_NUMBER && hy_sv_to_u64(node->text, out);
}

uint64_t hy_node_number(const struct hy_node *object, const char *name, uint64_t preset)
{
    uint64_t number;
    return hy_node_u64(hy_node_find(object, name), &number) ? number : preset;
}

bool hy_node_is_true(const struct hy_node *object, const char *name)
{
    const struct hy_node *member = hy_node_find(object, name);
    return member != NULL && member->kind == HY_NODE_BOOL && member->text.len == 4;
}

bool hy_node_duration(const struct hy_node *node, uint64_t *out_ms)
{
    static const struct unit {
        hy_sv name;
        uint64_t ms;
    } units[] = { /* "ms" before "s": both end in s */
        { HY_SV_INIT("ms"), 1 }, { HY_SV_INIT("s"), 1000 }, { HY_SV_INIT("m"), 60000 },
        { HY_SV_INIT("h"), 3600000 },
    };
    if (node == NULL || node->kind != HY_NODE_STRING) {
        return hy_node_u64(node, out_ms);
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (hy_sv_ends_with(node->text, units[i].name)) {
            hy_sv digits = { node->text.ptr, node->text.len - units[i].name.len };
            uint64_t number;
            if (!hy_sv_to_u64(digits, &number) || number > UINT64_C(1) << 40) {
                return false;
            }
            *out_ms = number * units[i].ms;
            return true;
        }
    }
    return false;
}

double hy_node_double(const struct hy_node *node)
{
    char digits[64]; /* more of them do not fit into a double anyway; the text has no NUL */
    size_t len = node->text.len < sizeof digits ? node->text.len : sizeof digits - 1;
    memcpy(digits, node->text.ptr, len);
    digits[len] = '\0';
    return strtod(digits, NULL);
}

/* Depth is bounded by the scanner. */
bool hy_node_equal(const struct hy_node *a, const struct hy_node *b)
{
    if (a->kind != b->kind || a->count != b->count) {
        return false;
    }
    if (a->kind == HY_NODE_NUMBER && !hy_sv_equal(a->text, b->text)) {
        return hy_node_double(a) == hy_node_double(b);
    }
    if (a->kind == HY_NODE_OBJECT) {
        for (const struct hy_node *member = a->first; member != NULL; member = member->next) {
            const struct hy_node *other = hy_node_member(b, member->name);
            if (other == NULL || !hy_node_equal(member, other)) {
                return false;
            }
        }
        return true;
    }
    if (a->kind == HY_NODE_ARRAY) {
        const struct hy_node *other = b->first;
        for (const struct hy_node *item = a->first; item != NULL; item = item->next) {
            if (!hy_node_equal(item, other)) {
                return false;
            }
            other = other->next;
        }
        return true;
    }
    return hy_sv_equal(a->text, b->text);
}

/* ---- writing ---- */

static void write_string(struct hy_json_write *write, hy_sv text, hy_node_expand_fn *expand,
                         void *ctx)
{
    if (expand == NULL) {
        hy_json_string(write, text);
        return;
    }
    struct hy_buf expanded;
    hy_buf_init(&expanded, EXPANDED_MAX);
    expand(ctx, text, &expanded);
    hy_json_string(write, hy_buf_sv(&expanded));
    write->out->failed = write->out->failed || expanded.failed;
    hy_buf_finish(&expanded);
}

static void write_name(struct hy_json_write *write, hy_sv name)
{
    hy_json_string(write, name);
    hy_buf_append_byte(write->out, ':');
    write->needs_comma = false;
}

static void write_node(const struct hy_node *node, struct hy_json_write *write,
                       hy_node_expand_fn *expand, void *ctx)
{
    switch (node->kind) {
    case HY_NODE_OBJECT:
        hy_json_begin_object(write);
        for (const struct hy_node *member = node->first; member != NULL; member = member->next) {
            write_name(write, member->name);
            write_node(member, write, expand, ctx);
        }
        hy_json_end_object(write);
        return;
    case HY_NODE_ARRAY:
        hy_json_begin_array(write);
        for (const struct hy_node *item = node->first; item != NULL; item = item->next) {
            write_node(item, write, expand, ctx);
        }
        hy_json_end_array(write);
        return;
    case HY_NODE_STRING:
        write_string(write, node->text, expand, ctx);
        return;
    default:
        hy_json_raw(write, node->source);
        return;
    }
}

void hy_node_write(const struct hy_node *node, struct hy_buf *out, hy_node_expand_fn *expand,
                   void *ctx)
{
    struct hy_json_write write;
    hy_json_write_init(&write, out);
    write_node(node, &write, expand, ctx);
}
