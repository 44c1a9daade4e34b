/* node.h - a JSON text as a tree that remembers where everything stood.
 *
 * For drill files and records: what is wrong in them is told with its line. All nodes and texts
 * are the arena's, except `source`, which points into the text that was parsed.
 */
#ifndef HY_HARNESS_NODE_H
#define HY_HARNESS_NODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum hy_node_kind { /* bits: a form says which of them may stand somewhere */
    HY_NODE_NULL = 1,
    HY_NODE_BOOL = 2,
    HY_NODE_NUMBER = 4,
    HY_NODE_STRING = 8,
    HY_NODE_ARRAY = 16,
    HY_NODE_OBJECT = 32,
    HY_NODE_ANY = 63,
};

struct hy_node {
    enum hy_node_kind kind;
    size_t line;   /* from 1 */
    hy_sv name;    /* of a member; empty in arrays */
    hy_sv text;    /* STRING: decoded, a NUL follows; NUMBER, BOOL: its characters */
    hy_sv source;  /* the value as it stands in the text */
    struct hy_node *first, *last, *next;
    size_t count;  /* of members or elements */
};

/* HY_MALFORMED: not one JSON value; err has "NAME:LINE: not JSON: ...". */
HY_MUST_CHECK
enum hy_code hy_node_parse(hy_sv json, const char *name, struct hy_arena *arena,
                           struct hy_node **out, struct hy_err *err);

/* All of these take NULL, and nodes of any kind. */
const struct hy_node *hy_node_find(const struct hy_node *object, const char *name);
const struct hy_node *hy_node_member(const struct hy_node *object, hy_sv name);
hy_sv hy_node_string(const struct hy_node *object, const char *name); /* ptr NULL: not there */
uint64_t hy_node_number(const struct hy_node *object, const char *name, uint64_t preset);
bool hy_node_is_true(const struct hy_node *object, const char *name);

bool hy_node_u64(const struct hy_node *node, uint64_t *out);
/* Whole milliseconds: a number, or "250ms", "60s", "5m", "1h". */
bool hy_node_duration(const struct hy_node *node, uint64_t *out_ms);
double hy_node_double(const struct hy_node *node); /* of a NUMBER */
/* Numbers by value, objects in any order of members. */
bool hy_node_equal(const struct hy_node *a, const struct hy_node *b);

/* Compact JSON. `expand` (may be NULL) is given each string value and appends what shall stand
 * there instead. */
typedef void hy_node_expand_fn(void *ctx, hy_sv text, struct hy_buf *out);
void hy_node_write(const struct hy_node *node, struct hy_buf *out, hy_node_expand_fn *expand,
                   void *ctx);

#endif
