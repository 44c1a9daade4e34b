#include "services/firehose/prefix.h"

#include "model/limits.h"
#include "model/naming.h"
#include "services/firehose/errors.h"
#include "services/firehose/query_keys.h"

#include <string.h>

/* "Ths" is how the service spells it. */
#define WRAPPED "Ths supplied prefix(es) do not satisfy the following constraint: "

/* Long values of most letters: 2026-09-30T23:59:59.999Z, a Wednesday in September. */
static const uint64_t long_instant_ms = UINT64_C(1790812799999);

enum { EVALUATED_BYTES_MAX = 64 * 1024 }; /* pad modifiers make much of few letters */

static enum hy_code refuse(struct hy_err *err, const char *rule)
{
    return hy_refuse(err, &hy_invalid_argument, WRAPPED "%s", rule);
}

/* A key's value is not known yet: it counts for nothing. */
static bool no_value(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    (void)ctx;
    (void)source;
    (void)name;
    *value = HY_SV("");
    return true;
}

static enum hy_code check_value(const struct hy_naming *naming, bool is_error,
                                struct hy_err *err)
{
    const struct hy_local_time at = hy_local_time_of(long_instant_ms, naming->zone);
    struct hy_random random = hy_random_from_seed(0);
    const struct hy_expression_inputs inputs = {
        .at = &at,
        .random = &random,
        .error_type = HY_SV("processing-failed"),
        .key = no_value,
    };
    struct hy_buf value;
    hy_buf_init(&value, EVALUATED_BYTES_MAX);
    if (hy_buf_reserve(&value, EVALUATED_BYTES_MAX) == NULL) {
        return HY_NO_MEMORY; /* all at once, so that `failed` can only mean too long */
    }
    enum hy_code code = hy_expression_evaluate(
        is_error ? &naming->error_prefix : &naming->prefix, &inputs, &value);
    if (code == HY_INVALID) { /* our sentence: what the service does then is not known */
        code = refuse(err, "A timestamp is wider than the pad modifier before it allows");
    } else if (value.failed || value.len > HY_PREFIX_EVALUATED_MAX) {
        code = refuse(err, is_error
                               ? "Length of evaluated ErrorOutputPrefix cannot be greater than 512"
                               : "Length of evaluated prefix cannot be greater than 512");
    }
    hy_buf_finish(&value);
    return code;
}

/* Rules of firehose.md 3.6 that look at which expressions there are, in its order. */
static const char *broken_rule(const struct hy_naming *naming)
{
    const struct hy_expression *prefix = &naming->prefix;
    const struct hy_expression *error_prefix = &naming->error_prefix;
    if (prefix->has_expressions && error_prefix->count == 0) {
        return "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions";
    }
    if (prefix->has_error_type) {
        return "Prefix must not contain any occurrence of !{firehose:error-output-type}";
    }
    if (error_prefix->has_expressions && !error_prefix->has_error_type) {
        return "ErrorOutputPrefix must contain at least one occurrence of "
               "!{firehose:error-output-type}";
    }
    return NULL;
}

/* Those that come after the lengths. */
static const char *broken_key_rule(const struct hy_naming *naming, bool is_partitioned)
{
    if (naming->error_prefix.has_keys) {
        return "Dynamic Partitioning Namespaces can't be part of an error prefix expression";
    }
    if (is_partitioned && !naming->prefix.has_keys) {
        return "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic "
               "Partitioning is enabled";
    }
    if (!is_partitioned && naming->prefix.has_keys) { /* the sentence is ours */
        return "S3 Prefix should not contain Dynamic Partitioning namespaces when Dynamic "
               "Partitioning is not enabled";
    }
    return NULL;
}

static bool has_query_key(const struct hy_expression *prefix, hy_sv name)
{
    for (size_t i = 0; i < prefix->count; i++) {
        const struct hy_piece *piece = &prefix->pieces[i];
        if (piece->kind == HY_PIECE_QUERY_KEY && hy_sv_equal(piece->text, name)) {
            return true;
        }
    }
    return false;
}

static const char *broken_query_rule(const struct hy_expression *prefix, const char *query)
{
    struct hy_query_keys keys;
    if (query == NULL || !hy_query_keys_read(hy_sv_of(query), &keys)) {
        return NULL;
    }
    if (keys.count > HY_QUERY_KEYS_MAX) { /* the number is known, the sentence is ours */
        return "MetaDataExtraction JQ Query can't contain more than 50 keys";
    }
    for (size_t i = 0; i < keys.count; i++) {
        if (!has_query_key(prefix, keys.names[i])) {
            return "MetaDataExtraction JQ Query can't contain keys that are not present in the "
                   "S3 Prefix expression";
        }
    }
    return NULL;
}

static enum hy_code check_rules(const struct hy_naming *naming,
                                const struct hy_prefix_settings *settings, struct hy_err *err)
{
    const char *rule = broken_rule(naming);
    if (rule != NULL) {
        return refuse(err, rule);
    }
    enum hy_code code = check_value(naming, false, err);
    if (code == HY_OK) {
        code = check_value(naming, true, err);
    }
    rule = broken_key_rule(naming, settings->is_partitioned);
    if (rule == NULL && settings->is_partitioned) {
        rule = broken_query_rule(&naming->prefix, settings->query);
    }
    return code != HY_OK || rule == NULL ? code : refuse(err, rule);
}

static enum hy_code check_zone(const char *name, struct hy_err *err)
{
    struct hy_time_zone *zone = NULL;
    struct hy_err why;
    const enum hy_code code = hy_naming_open_zone(hy_sv_of(name), &zone, &why);
    hy_time_zone_destroy(zone);
    return code != HY_INVALID ? code : hy_refuse(err, &hy_invalid_argument, "%s", why.text);
}

enum hy_code hy_firehose_prefix_check(const struct hy_prefix_settings *settings,
                                      struct hy_err *err)
{
    struct hy_err why;
    struct hy_naming *naming = NULL;
    enum hy_code code = check_zone(settings->time_zone, err);
    if (code != HY_OK) {
        return code;
    }
    code = hy_naming_create(hy_sv_of(settings->prefix), hy_sv_of(settings->error_prefix),
                            hy_sv_of(settings->time_zone), &naming, &why);
    if (code == HY_INVALID) {
        return refuse(err, why.text);
    }
    if (code == HY_OK) {
        code = check_rules(naming, settings, err);
    }
    hy_naming_destroy(naming);
    return code;
}

bool hy_prefix_has_expressions(const char *prefix)
{
    return prefix != NULL && strstr(prefix, "!{") != NULL;
}
