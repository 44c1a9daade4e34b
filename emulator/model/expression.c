#include "model/expression.h"

#include "base/java_date.h"

#include <stdlib.h>
#include <string.h>

static const hy_sv opening = HY_SV_INIT("!{");

/* ---- parsing ---- */

static const struct {
    hy_sv name_space, value; /* no value: any that is not empty */
    enum hy_piece_kind kind;
} kinds[] = {
    { HY_SV_INIT("timestamp"), HY_SV_INIT(""), HY_PIECE_TIMESTAMP },
    { HY_SV_INIT("firehose"), HY_SV_INIT("random-string"), HY_PIECE_RANDOM },
    { HY_SV_INIT("firehose"), HY_SV_INIT("error-output-type"), HY_PIECE_ERROR_TYPE },
    { HY_SV_INIT("partitionKeyFromQuery"), HY_SV_INIT(""), HY_PIECE_QUERY_KEY },
    { HY_SV_INIT("partitionKeyFromLambda"), HY_SV_INIT(""), HY_PIECE_LAMBDA_KEY },
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool is_name_space(hy_sv name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (hy_sv_equal(kinds[i].name_space, name)) {
            return true;
        }
    }
    return false;
}

static size_t find_opening(hy_sv text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] == '!' && text.ptr[i + 1] == '{') {
            return i;
        }
    }
    return text.len;
}

/* What stands between !{ and }. */
static enum hy_code classify(hy_sv inside, const char *member, struct hy_piece *piece,
                             struct hy_err *err)
{
    hy_sv value = inside;
    const hy_sv name_space = hy_sv_cut(&value, ':');
    if (name_space.len == inside.len || value.len == 0 ||
        find_opening(inside) < inside.len) {
        return hy_fail(err, HY_INVALID, "Invalid expression usage");
    }
    if (!is_name_space(name_space)) {
        return hy_fail(err, HY_INVALID,
                       "Namespace to the left of colon (%.*s) is an invalid keyword!",
                       HY_SV_ARG(name_space));
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (hy_sv_equal(kinds[i].name_space, name_space) &&
            (kinds[i].value.len == 0 || hy_sv_equal(kinds[i].value, value))) {
            *piece = (struct hy_piece){ kinds[i].kind, value };
            if (piece->kind == HY_PIECE_TIMESTAMP && !hy_java_date_is_pattern(value)) {
                return hy_fail(err, HY_INVALID,
                               "Invalid conversion character used in the value of the "
                               "expression in %s", member);
            }
            return HY_OK;
        }
    }
    return hy_fail(err, HY_INVALID, "Invalid expression usage");
}

static enum hy_code next_piece(hy_sv *rest, const char *member, struct hy_piece *piece,
                               struct hy_err *err)
{
    if (!hy_sv_starts_with(*rest, opening)) {
        const size_t len = find_opening(*rest);
        *piece = (struct hy_piece){ HY_PIECE_TEXT, { rest->ptr, len } };
        *rest = (hy_sv){ rest->ptr + len, rest->len - len };
        return HY_OK;
    }
    hy_sv inside = { rest->ptr + opening.len, rest->len - opening.len };
    const size_t end = hy_sv_find(inside, '}');
    if (end == inside.len) {
        return hy_fail(err, HY_INVALID, "Invalid expression usage");
    }
    inside.len = end;
    *rest = (hy_sv){ inside.ptr + end + 1, rest->len - opening.len - end - 1 };
    return classify(inside, member, piece, err);
}

/* An expression and the text before it make two pieces; the text after the last is one. */
static size_t pieces_max(hy_sv text)
{
    size_t count = 1;
    for (size_t at; (at = find_opening(text)) < text.len; count += 2) {
        text = (hy_sv){ text.ptr + at + opening.len, text.len - at - opening.len };
    }
    return count;
}

static void note(struct hy_expression *expression, enum hy_piece_kind kind)
{
    expression->has_expressions |= kind != HY_PIECE_TEXT;
    expression->has_error_type |= kind == HY_PIECE_ERROR_TYPE;
    expression->has_keys |= kind == HY_PIECE_QUERY_KEY || kind == HY_PIECE_LAMBDA_KEY;
}

enum hy_code hy_expression_parse(hy_sv text, const char *member, struct hy_expression *out,
                                 struct hy_err *err)
{
    *out = (struct hy_expression){
        .pieces = calloc(pieces_max(text), sizeof *out->pieces),
        .source = hy_sv_dup(text),
    };
    enum hy_code code = out->pieces != NULL && out->source != NULL ? HY_OK : HY_NO_MEMORY;
    hy_sv rest = { out->source, text.len };
    while (code == HY_OK && rest.len > 0) {
        struct hy_piece *piece = &out->pieces[out->count];
        code = next_piece(&rest, member, piece, err);
        if (code == HY_OK) {
            note(out, piece->kind);
            out->count++;
        }
    }
    if (code != HY_OK) {
        hy_expression_finish(out);
    }
    return code;
}

void hy_expression_finish(struct hy_expression *expression)
{
    free(expression->pieces);
    free(expression->source);
    *expression = (struct hy_expression){ 0 };
}

/* ---- evaluating ---- */

static void append_random(struct hy_random *random, struct hy_buf *out)
{
    char text[HY_RANDOM_STRING_CHARS];
    hy_random_chars(random,
                    HY_SV("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
                    text, sizeof text);
    hy_buf_append(out, (hy_sv){ text, sizeof text });
}

static bool append_key(const struct hy_expression_inputs *inputs, const struct hy_piece *piece,
                       struct hy_buf *out)
{
    hy_sv value;
    if (inputs->key == NULL || !inputs->key(inputs->key_ctx, piece->kind, piece->text, &value)) {
        return false;
    }
    hy_buf_append(out, value);
    return true;
}

enum hy_code hy_expression_evaluate(const struct hy_expression *expression,
                                    const struct hy_expression_inputs *inputs,
                                    struct hy_buf *out)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < expression->count; i++) {
        const struct hy_piece *piece = &expression->pieces[i];
        switch (piece->kind) {
        case HY_PIECE_TEXT:
            hy_buf_append(out, piece->text);
            break;
        case HY_PIECE_TIMESTAMP:
            if (!hy_java_date_write(piece->text, inputs->at, out)) {
                code = HY_INVALID;
            }
            break;
        case HY_PIECE_RANDOM:
            append_random(inputs->random, out);
            break;
        case HY_PIECE_ERROR_TYPE:
            hy_buf_append(out, inputs->error_type);
            break;
        case HY_PIECE_QUERY_KEY:
        case HY_PIECE_LAMBDA_KEY:
            if (!append_key(inputs, piece, out)) {
                return HY_NOT_FOUND;
            }
            break;
        }
    }
    return code;
}
