/* expression.h - a prefix with expressions, `a/!{timestamp:yyyy}/`, in pieces (firehose.md 3.6).
 *
 * Parsed once, when a stream is made; evaluated for each of its objects. Pure: everything that
 * the value can depend on is an argument. Which expressions may stand in which prefix, and what
 * is appended to it, is for services/firehose/prefix.h and pipeline/partition/prefix.h to say.
 *
 * Here, and not in one of those, because the one that refuses and the one that evaluates must
 * mean the same, and neither may include the other.
 */
#ifndef HY_MODEL_EXPRESSION_H
#define HY_MODEL_EXPRESSION_H

#include "base/buf.h"
#include "base/random.h"
#include "base/time_zone.h"

enum hy_piece_kind {
    HY_PIECE_TEXT,
    HY_PIECE_TIMESTAMP,  /* text: the pattern */
    HY_PIECE_RANDOM,     /* new at each occurrence */
    HY_PIECE_ERROR_TYPE,
    HY_PIECE_QUERY_KEY,  /* text: the key's name; its value is from MetadataExtraction */
    HY_PIECE_LAMBDA_KEY, /* likewise; from the function's metadata.partitionKeys */
};

struct hy_piece {
    enum hy_piece_kind kind;
    hy_sv text; /* the expression's own memory */
};

struct hy_expression { /* immutable */
    struct hy_piece *pieces;
    size_t count;
    bool has_expressions; /* anything but text */
    bool has_error_type;
    bool has_keys;        /* partition keys, from either */
    char *source;
};

enum { HY_RANDOM_STRING_CHARS = 11 };

/* HY_NO_MEMORY, or HY_INVALID with the service's sentence about `member` ("Prefix"). */
HY_MUST_CHECK
enum hy_code hy_expression_parse(hy_sv text, const char *member, struct hy_expression *out,
                                 struct hy_err *err);
void hy_expression_finish(struct hy_expression *expression); /* fine on a zeroed one */

/* The value of a key, or false when there is none. The view lives until the next call. */
typedef bool hy_key_fn(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value);

struct hy_expression_inputs {
    const struct hy_local_time *at;
    struct hy_random *random;
    hy_sv error_type;
    hy_key_fn *key;  /* NULL: there are no keys */
    void *key_ctx;
};

/* Appends the value; `out`'s maximum is the caller's limit. HY_NOT_FOUND: a key has no value.
 * HY_INVALID: Java would not print a timestamp, because it is wider than its pad modifier; the
 * value is there nevertheless. */
enum hy_code hy_expression_evaluate(const struct hy_expression *expression,
                                    const struct hy_expression_inputs *inputs,
                                    struct hy_buf *out);

#endif
