/* shape.h - what a request may look like, as tables, and the engine that checks it.
 *
 * The tables (shapes*.c) say what the service's model says: members, types, limits, patterns,
 * value sets. A request is checked in two steps, as the service does it (firehose.md 1.5):
 *   types        the first value of a wrong JSON type ends it: SerializationException
 *   constraints  all violations are collected into one sentence: ValidationException, in the
 *                grammar of firehose.md 1.6 (the form without the value)
 *
 * Checking types also tidies the tree: members that the shape does not know, null members and
 * all but the last of members with the same name are removed, and fractions of integers are cut.
 * Afterwards a tree holds nothing but what its shape names.
 */
#ifndef HY_SERVICES_FIREHOSE_SHAPE_H
#define HY_SERVICES_FIREHOSE_SHAPE_H

#include "base/buf.h"
#include "base/err.h"
#include "services/firehose/pattern.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hy_shape_kind {
    HY_SHAPE_STRUCTURE,
    HY_SHAPE_LIST,
    HY_SHAPE_MAP,
    HY_SHAPE_STRING,
    HY_SHAPE_INTEGER,
    HY_SHAPE_DOUBLE,
    HY_SHAPE_BOOLEAN,
    HY_SHAPE_TIMESTAMP,
    HY_SHAPE_BLOB,
};

#define HY_SHAPE_NO_MIN INT64_MIN
#define HY_SHAPE_NO_MAX INT64_MAX

struct hy_member;

struct hy_shape {
    enum hy_shape_kind kind;
    enum hy_pattern pattern;         /* of a STRING */
    int64_t min, max;                /* of a number, of a text's or list's length */
    const char *const *values;       /* of a STRING: one of these, in the order they are printed */
    const struct hy_member *members; /* of a STRUCTURE, in the order they are checked */
    size_t member_count;
    const struct hy_shape *element;  /* of a LIST; the values of a MAP */
    const struct hy_shape *key;      /* of a MAP */
};

struct hy_member {
    const char *name;
    const struct hy_shape *shape;
    bool required;
};

/* Types, and tidying. HY_REFUSED (SerializationException) or HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_shape_check_types(const struct hy_shape *shape, cJSON *value, struct hy_err *err);

/* Constraints, of a tree whose types are right. HY_REFUSED (ValidationException), HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_shape_check(const struct hy_shape *shape, const cJSON *value, struct hy_err *err);

/* The violations under way: for those who check a request without a tree. */
struct hy_violations {
    size_t count;
    struct hy_buf text;
};

void hy_violations_init(struct hy_violations *violations);
void hy_violations_finish(struct hy_violations *violations);
HY_PRINTF(3, 4)
void hy_violations_add(struct hy_violations *violations, const char *path, const char *format,
                       ...);
/* HY_OK when there are none, otherwise the refusal. */
HY_MUST_CHECK
enum hy_code hy_violations_refuse(const struct hy_violations *violations, struct hy_err *err);

/* The checks of one text that a shape describes, at `path`. HY_NO_MEMORY when it cannot be told. */
HY_MUST_CHECK
enum hy_code hy_shape_check_text(const struct hy_shape *shape, hy_sv text, const char *path,
                                 struct hy_violations *violations);

/* Is there a text in the tree whose shape has this pattern, not empty, and does not match it?
 * HY_OK: no; HY_INVALID: yes; HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_shape_find_mismatch(const struct hy_shape *shape, const cJSON *value,
                                    enum hy_pattern pattern);

#endif
