#include "pipeline/process/metadata.h"

#include "pipeline/process/jq_guard.h"

#include <jq.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define CODE "DynamicPartitioning.MetadataExtractionFailed"

const struct hy_failure hy_failure_not_json = { CODE, "Non JSON record provided" };
const struct hy_failure hy_failure_keys = {
    CODE, "partitionKeys values must not be null or empty"
};
/* The service's words for these two are not known; ours say what is wrong. */
const struct hy_failure hy_failure_query = {
    CODE, "MetaDataExtraction JQ Query cannot be applied to the record"
};
const struct hy_failure hy_failure_long_prefix = {
    CODE, "Length of evaluated prefix cannot be greater than 512"
};

struct hy_extractor {
    jq_state *jq; /* NULL after an assertion of jq's: it is made again */
    char *query;
    jv keys;      /* of the last record: an object, or invalid */
    jv held;      /* the text of the last key that was asked for */
    /* arguments and results of guarded calls */
    hy_sv input;
    const struct hy_failure *failure;
    bool is_good;
};

/* The first thing that jq says, without its own line ends, is the sentence. */
static void on_message(void *ctx, jv message)
{
    struct hy_err *err = ctx;
    if (err != NULL && err->text[0] == '\0') {
        jv text = jq_format_error(jv_copy(message));
        if (jv_get_kind(text) == JV_KIND_STRING) {
            const char *line = jv_string_value(text);
            const enum hy_code code =
                hy_fail(err, HY_INVALID, "%.*s", (int)strcspn(line, "\n"), line);
            (void)code;
        }
        jv_free(text);
    }
    jv_free(message);
}

static void on_debug(void *ctx, jv message) /* "debug" in a query is for nobody to see */
{
    (void)ctx;
    jv_free(message);
}

static jv on_input(jq_state *jq, void *ctx) /* "input" in a query: there is no more */
{
    (void)jq;
    (void)ctx;
    return jv_invalid();
}

static void compile(void *ctx)
{
    struct hy_extractor *extractor = ctx;
    /* Without a list of folders an import would be an assertion within jq. */
    jq_set_attr(extractor->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
    extractor->is_good = jq_compile(extractor->jq, extractor->query) != 0;
}

static enum hy_code prepare(struct hy_extractor *extractor, struct hy_err *err)
{
    err->text[0] = '\0';
    extractor->jq = jq_init();
    if (extractor->jq == NULL) {
        return HY_NO_MEMORY;
    }
    jq_set_error_cb(extractor->jq, on_message, err);
    jq_set_debug_cb(extractor->jq, on_debug, NULL);
    jq_set_input_cb(extractor->jq, on_input, NULL);
    if (!hy_jq_guard(compile, extractor)) {
        extractor->jq = NULL;
        return hy_fail(err, HY_INVALID, "jq fails over it");
    }
    jq_set_error_cb(extractor->jq, on_message, NULL);
    return extractor->is_good ? HY_OK : HY_INVALID;
}

enum hy_code hy_extractor_create(const char *query, struct hy_extractor **out,
                                 struct hy_err *err)
{
    struct hy_extractor *extractor = calloc(1, sizeof *extractor);
    if (extractor == NULL) {
        return HY_NO_MEMORY;
    }
    extractor->keys = jv_invalid();
    extractor->held = jv_invalid();
    extractor->query = strdup(query);
    const enum hy_code code = extractor->query == NULL ? HY_NO_MEMORY : prepare(extractor, err);
    if (code != HY_OK) {
        hy_extractor_destroy(extractor);
        return code;
    }
    *out = extractor;
    return HY_OK;
}

void hy_extractor_destroy(struct hy_extractor *extractor)
{
    if (extractor == NULL) {
        return;
    }
    jv_free(extractor->keys);
    jv_free(extractor->held);
    if (extractor->jq != NULL) {
        jq_teardown(&extractor->jq);
    }
    free(extractor->query);
    free(extractor);
}

bool hy_extractor_is_for(const struct hy_extractor *extractor, const char *query)
{
    return strcmp(extractor->query, query) == 0;
}

static void run(void *ctx)
{
    struct hy_extractor *extractor = ctx;
    const hy_sv record = extractor->input;
    extractor->failure = &hy_failure_not_json;
    jv input = jv_parse_sized(record.len == 0 ? "" : record.ptr, (int)record.len);
    if (!jv_is_valid(input)) {
        jv_free(input);
        return;
    }
    jq_start(extractor->jq, input, 0);
    jv result = jq_next(extractor->jq);
    if (jv_get_kind(result) == JV_KIND_OBJECT) {
        extractor->keys = result;
        extractor->failure = NULL;
        return;
    }
    const bool is_error = !jv_is_valid(result) && jv_invalid_has_msg(jv_copy(result));
    extractor->failure = is_error ? &hy_failure_query : &hy_failure_keys;
    jv_free(result);
}

const struct hy_failure *hy_extractor_run(struct hy_extractor *extractor, hy_sv record)
{
    struct hy_err err;
    jv_free(extractor->keys);
    extractor->keys = jv_invalid();
    if (record.len > INT_MAX) {
        return &hy_failure_not_json;
    }
    if (extractor->jq == NULL && prepare(extractor, &err) != HY_OK) {
        return &hy_failure_query;
    }
    extractor->input = record;
    if (!hy_jq_guard(run, extractor)) {
        extractor->jq = NULL; /* lost: nobody knows what state it is in */
        return &hy_failure_query;
    }
    return extractor->failure;
}

static void hold(void *ctx)
{
    struct hy_extractor *extractor = ctx;
    extractor->held = jv_object_get(
        jv_copy(extractor->keys),
        jv_string_sized(extractor->input.ptr, (int)extractor->input.len));
    const jv_kind kind = jv_get_kind(extractor->held);
    extractor->is_good = kind != JV_KIND_INVALID && kind != JV_KIND_NULL;
    if (extractor->is_good && kind != JV_KIND_STRING) {
        extractor->held = jv_dump_string(extractor->held, 0);
    }
}

bool hy_extractor_key(struct hy_extractor *extractor, hy_sv name, hy_sv *value)
{
    if (jv_get_kind(extractor->keys) != JV_KIND_OBJECT) {
        return false;
    }
    jv_free(extractor->held);
    extractor->held = jv_invalid();
    extractor->input = name;
    if (!hy_jq_guard(hold, extractor)) {
        extractor->held = jv_invalid();
        return false;
    }
    if (!extractor->is_good) {
        return false;
    }
    *value = (hy_sv){ jv_string_value(extractor->held),
                      (size_t)jv_string_length_bytes(jv_copy(extractor->held)) };
    return true;
}
