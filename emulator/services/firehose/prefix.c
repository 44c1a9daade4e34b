#include "services/firehose/prefix.h"

#include "base/sv.h"
#include "model/limits.h"
#include "services/firehose/errors.h"

#include <ctype.h>
#include <string.h>

enum { RANDOM_STRING_CHARS = 11 };

/* "Ths" is how the service spells it. */
#define WRAPPED "Ths supplied prefix(es) do not satisfy the following constraint: "

/* What one prefix says, once it has been read. */
struct prefix {
    const char *member; /* "Prefix" or "ErrorOutputPrefix": for messages */
    bool has_expressions, has_error_type, has_partition_keys;
    size_t evaluated_length; /* about: a timestamp counts as long as its pattern */
};

bool hy_prefix_has_expressions(const char *prefix)
{
    return prefix != NULL && strstr(prefix, "!{") != NULL;
}

/* Letters outside quotes that Java's formatter has no use for. V must come in pairs, p must be
 * followed by what it pads. */
static bool is_timestamp_pattern(hy_sv pattern)
{
    bool is_quoted = false;
    for (size_t i = 0; i < pattern.len; i++) {
        const char letter = pattern.ptr[i];
        if (letter == '\'') {
            is_quoted = !is_quoted;
        }
        if (is_quoted) {
            continue;
        }
        size_t run = 1;
        while (i + run < pattern.len && pattern.ptr[i + run] == letter) {
            run++;
        }
        const bool is_bad = letter != '\0' && strchr("CIJPRTUbfijlort{}#", letter) != NULL;
        if (is_bad || (letter == 'V' && run != 2) || (letter == 'p' && i + run == pattern.len)) {
            return false;
        }
        i += isalpha((unsigned char)letter) ? run - 1 : 0;
    }
    return !is_quoted;
}

static enum hy_code read_firehose_value(hy_sv value, struct prefix *prefix, struct hy_err *err)
{
    if (hy_sv_equal(value, HY_SV("random-string"))) {
        prefix->evaluated_length += RANDOM_STRING_CHARS;
        return HY_OK;
    }
    if (hy_sv_equal(value, HY_SV("error-output-type"))) {
        prefix->has_error_type = true;
        prefix->evaluated_length += sizeof "processing-failed" - 1;
        return HY_OK;
    }
    return hy_refuse(err, &hy_invalid_argument, WRAPPED "Invalid expression usage");
}

static enum hy_code read_expression(hy_sv expression, struct prefix *prefix, struct hy_err *err)
{
    hy_sv value = expression;
    const hy_sv name_space = hy_sv_cut(&value, ':');
    if (name_space.len == expression.len || value.len == 0) {
        return hy_refuse(err, &hy_invalid_argument, WRAPPED "Invalid expression usage");
    }
    if (hy_sv_equal(name_space, HY_SV("firehose"))) {
        return read_firehose_value(value, prefix, err);
    }
    prefix->evaluated_length += value.len;
    if (hy_sv_equal(name_space, HY_SV("timestamp"))) {
        return is_timestamp_pattern(value) ? HY_OK
            : hy_refuse(err, &hy_invalid_argument,
                        WRAPPED "Invalid conversion character used in the value of the "
                        "expression in %s", prefix->member);
    }
    if (hy_sv_equal(name_space, HY_SV("partitionKeyFromQuery")) ||
        hy_sv_equal(name_space, HY_SV("partitionKeyFromLambda"))) {
        prefix->has_partition_keys = true;
        return HY_OK;
    }
    return hy_refuse(err, &hy_invalid_argument,
                     WRAPPED "Namespace to the left of colon (%.*s) is an invalid keyword!",
                     HY_SV_ARG(name_space));
}

static enum hy_code read_prefix(const char *text, struct prefix *prefix, struct hy_err *err)
{
    hy_sv rest = hy_sv_of(text);
    enum hy_code code = HY_OK;
    while (rest.len > 0 && code == HY_OK) {
        if (!hy_sv_starts_with(rest, HY_SV("!{"))) {
            rest.ptr++;
            rest.len--;
            prefix->evaluated_length++;
            continue;
        }
        const hy_sv opened = { rest.ptr + 2, rest.len - 2 };
        const size_t end = hy_sv_find(opened, '}');
        if (end == opened.len) {
            return hy_refuse(err, &hy_invalid_argument, WRAPPED "Invalid expression usage");
        }
        prefix->has_expressions = true;
        code = read_expression((hy_sv){ opened.ptr, end }, prefix, err);
        rest = (hy_sv){ opened.ptr + end + 1, opened.len - end - 1 };
    }
    return code;
}

/* The rules of firehose.md 3.6 that look at both prefixes, in its order. */
static const char *broken_rule(const struct prefix *prefix, const struct prefix *error_prefix,
                               bool is_partitioned)
{
    if (prefix->has_expressions && error_prefix->evaluated_length == 0) {
        return "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions";
    }
    if (prefix->has_error_type) {
        return "Prefix must not contain any occurrence of !{firehose:error-output-type}";
    }
    if (error_prefix->has_expressions && !error_prefix->has_error_type) {
        return "ErrorOutputPrefix must contain at least one occurrence of "
               "!{firehose:error-output-type}";
    }
    if (prefix->evaluated_length > HY_PREFIX_EVALUATED_MAX) {
        return "Length of evaluated prefix cannot be greater than 512";
    }
    if (error_prefix->evaluated_length > HY_PREFIX_EVALUATED_MAX) {
        return "Length of evaluated ErrorOutputPrefix cannot be greater than 512";
    }
    if (error_prefix->has_partition_keys) {
        return "Dynamic Partitioning Namespaces can't be part of an error prefix expression";
    }
    if (is_partitioned && !prefix->has_partition_keys) {
        return "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic "
               "Partitioning is enabled";
    }
    return NULL;
}

enum hy_code hy_firehose_prefix_check(const char *prefix, const char *error_prefix,
                                      bool is_partitioned, struct hy_err *err)
{
    struct prefix data = { .member = "Prefix" };
    struct prefix error = { .member = "ErrorOutputPrefix" };
    enum hy_code code = read_prefix(prefix, &data, err);
    if (code == HY_OK) {
        code = read_prefix(error_prefix, &error, err);
    }
    if (code != HY_OK) {
        return code;
    }
    const char *rule = broken_rule(&data, &error, is_partitioned);
    return rule == NULL ? HY_OK : hy_refuse(err, &hy_invalid_argument, WRAPPED "%s", rule);
}
