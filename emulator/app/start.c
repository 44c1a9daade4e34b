#include "app/start.h"

#include "base/json_write.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUEST_BYTES_MAX = 64 * 1024, ONE_LINE_TIMEOUT_S = 60 };

enum hy_code hy_start_read(struct hy_start *start, struct hy_err *err)
{
    const char *path = start->options->config;
    return path == NULL ? HY_OK : hy_config_read(path, &start->config, err);
}

/* ---- functions --------------------------------------------------------------------------- */

/* The one-line stream's function has the stream's name. */
HY_MUST_CHECK
static enum hy_code add_one_line_function(struct hy_start *start, struct hy_err *err)
{
    const struct hy_options *options = start->options;
    struct hy_function_spec *spec = hy_function_spec_create(hy_sv_of(options->stream));
    if (spec == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    spec->timeout_s = ONE_LINE_TIMEOUT_S;
    enum hy_code code = hy_function_spec_from_word(spec, hy_sv_of(options->transform), err);
    if (code != HY_OK) {
        hy_function_spec_destroy(spec);
        return code;
    }
    return hy_functions_add(start->functions, spec, err);
}

enum hy_code hy_start_functions(struct hy_start *start, struct hy_err *err)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < start->config.function_count; i++) {
        struct hy_function_spec *spec = start->config.functions[i];
        start->config.functions[i] = NULL; /* add takes it */
        code = hy_functions_add(start->functions, spec, err);
    }
    if (code == HY_OK && start->options->transform != NULL) {
        code = add_one_line_function(start, err);
    }
    return code;
}

/* ---- buckets ----------------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code make_bucket(struct hy_start *start, const char *name, struct hy_err *err)
{
    if (!hy_bucket_name_is_valid(hy_sv_of(name))) {
        return hy_fail(err, HY_INVALID, "%s is not a bucket name", name);
    }
    enum hy_code code = hy_bucket_create(start->buckets, hy_sv_of(name));
    return code == HY_OK ? HY_OK
                         : hy_fail(err, code, "bucket %s cannot be made in %s", name,
                                   hy_buckets_root(start->buckets));
}

enum hy_code hy_start_buckets(struct hy_start *start, struct hy_err *err)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < start->config.bucket_count; i++) {
        code = make_bucket(start, start->config.buckets[i], err);
    }
    if (code == HY_OK && start->options->bucket != NULL) {
        code = make_bucket(start, start->options->bucket, err);
    }
    return code;
}

/* ---- tables ------------------------------------------------------------------------------ */

enum hy_code hy_start_tables(struct hy_start *start, struct hy_err *err)
{
    for (size_t i = 0; i < start->config.table_count; i++) {
        const struct hy_config_table *table = &start->config.tables[i];
        struct hy_err inner = { 0 };
        const enum hy_code code =
            hy_firehose_add_table(start->firehose, hy_sv_of(table->json), &inner);
        if (code != HY_OK) {
            return hy_fail(err, code == HY_NO_MEMORY ? code : HY_INVALID, "%s:%zu: tables: %s",
                           start->config.path, table->line, inner.text);
        }
    }
    return HY_OK;
}

/* ---- streams ----------------------------------------------------------------------------- */

static void write_role(struct hy_json_write *write, const struct hy_start *start)
{
    char arn[128];
    (void)snprintf(arn, sizeof arn, "arn:aws:iam::%s:role/hydrant", start->account);
    hy_json_name(write, HY_SV("RoleARN"));
    hy_json_string(write, hy_sv_of(arn));
}

/* Whether the numbers are in range, the service says. */
static void write_hints(struct hy_json_write *write, const struct hy_options *options)
{
    const char *seconds = options->buffer_interval == NULL ? "300" : options->buffer_interval;
    const char *mib = options->buffer_size == NULL ? "5" : options->buffer_size;
    hy_json_name(write, HY_SV("BufferingHints"));
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("SizeInMBs"));
    hy_json_raw(write, hy_sv_of(mib));
    hy_json_name(write, HY_SV("IntervalInSeconds"));
    hy_json_raw(write, hy_sv_of(seconds));
    hy_json_end_object(write);
}

static void write_processing(struct hy_json_write *write, const struct hy_start *start)
{
    char arn[256];
    (void)snprintf(arn, sizeof arn, "arn:aws:lambda:%s:%s:function:%s", start->region,
                   start->account, start->options->stream);
    hy_json_name(write, HY_SV("ProcessingConfiguration"));
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("Enabled"));
    hy_json_bool(write, true);
    hy_json_name(write, HY_SV("Processors"));
    hy_json_begin_array(write);
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("Type"));
    hy_json_string(write, HY_SV("Lambda"));
    hy_json_name(write, HY_SV("Parameters"));
    hy_json_begin_array(write);
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("ParameterName"));
    hy_json_string(write, HY_SV("LambdaArn"));
    hy_json_name(write, HY_SV("ParameterValue"));
    hy_json_string(write, hy_sv_of(arn));
    hy_json_end_object(write);
    hy_json_end_array(write);
    hy_json_end_object(write);
    hy_json_end_array(write);
    hy_json_end_object(write);
}

static void write_one_line_stream(struct hy_json_write *write, const struct hy_start *start)
{
    const struct hy_options *options = start->options;
    char arn[256];
    (void)snprintf(arn, sizeof arn, "arn:aws:s3:::%s", options->bucket);
    hy_json_begin_object(write);
    hy_json_name(write, HY_SV("DeliveryStreamName"));
    hy_json_string(write, hy_sv_of(options->stream));
    hy_json_name(write, HY_SV("ExtendedS3DestinationConfiguration"));
    hy_json_begin_object(write);
    write_role(write, start);
    hy_json_name(write, HY_SV("BucketARN"));
    hy_json_string(write, hy_sv_of(arn));
    if (options->prefix != NULL) {
        hy_json_name(write, HY_SV("Prefix"));
        hy_json_string(write, hy_sv_of(options->prefix));
    }
    write_hints(write, options);
    if (options->transform != NULL) {
        write_processing(write, start);
    }
    hy_json_end_object(write);
    hy_json_end_object(write);
}

static void count_down(struct hy_start *start)
{
    if (--start->waiting_for == 0) {
        start->done(start->done_ctx, start->code);
    }
}

static void on_ensured(void *ctx, enum hy_code code)
{
    struct hy_start *start = ctx;
    start->code = start->code == HY_OK ? code : start->code;
    count_down(start);
}

HY_MUST_CHECK
static enum hy_code ensure(struct hy_start *start, hy_sv request, uint64_t now_ms,
                           struct hy_err *err)
{
    start->waiting_for++;
    enum hy_code code = hy_firehose_ensure(start->firehose, request, now_ms, on_ensured, start,
                                           err);
    start->waiting_for -= code != HY_OK;
    return code;
}

HY_MUST_CHECK
static enum hy_code ensure_configured(struct hy_start *start, uint64_t now_ms, struct hy_err *err)
{
    for (size_t i = 0; i < start->config.stream_count; i++) {
        const struct hy_config_stream *stream = &start->config.streams[i];
        struct hy_err inner = { 0 };
        enum hy_code code = ensure(start, hy_sv_of(stream->request), now_ms, &inner);
        if (code != HY_OK) {
            return hy_fail(err, HY_INVALID, "%s:%zu: streams: %s", start->config.path,
                           stream->line, inner.text);
        }
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code ensure_one_line(struct hy_start *start, uint64_t now_ms, struct hy_err *err)
{
    struct hy_buf request;
    struct hy_json_write write;
    struct hy_err inner = { 0 };
    if (start->options->stream == NULL) {
        return HY_OK;
    }
    hy_buf_init(&request, REQUEST_BYTES_MAX);
    hy_json_write_init(&write, &request);
    write_one_line_stream(&write, start);
    enum hy_code code = request.failed
                            ? hy_fail(&inner, HY_INVALID, "its options are too long")
                            : ensure(start, hy_buf_sv(&request), now_ms, &inner);
    hy_buf_finish(&request);
    return code == HY_OK ? HY_OK
                         : hy_fail(err, HY_INVALID, "--stream %s: %s", start->options->stream,
                                   inner.text);
}

enum hy_code hy_start_streams(struct hy_start *start, uint64_t now_ms,
                              void (*done)(void *ctx, enum hy_code code), void *ctx,
                              struct hy_err *err)
{
    start->waiting_for = 1; /* ourselves, until all are asked for */
    start->code = HY_OK;
    start->done = done;
    start->done_ctx = ctx;
    enum hy_code code = ensure_configured(start, now_ms, err);
    if (code == HY_OK) {
        code = ensure_one_line(start, now_ms, err);
    }
    if (code == HY_OK) {
        count_down(start);
    }
    return code;
}

void hy_start_finish(struct hy_start *start)
{
    hy_config_finish(&start->config);
}
