#include "services/logs/logs.h"

#include "base/log.h"
#include "model/stream_spec.h"
#include "services/logs/inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BYTES_MAX = 64 * 1024, PATH_BYTES = 4096 };

const struct hy_refusal hy_cwlogs_invalid_parameter = { "InvalidParameterException", 400 };
const struct hy_refusal hy_cwlogs_not_found = { "ResourceNotFoundException", 400 };

static const struct hy_operation operations[] = {
    { HY_SV_INIT("DescribeLogGroups"), hy_describe_log_groups },
    { HY_SV_INIT("DescribeLogStreams"), hy_describe_log_streams },
    { HY_SV_INIT("FilterLogEvents"), hy_filter_log_events },
    { HY_SV_INIT("GetLogEvents"), hy_get_log_events },
};

const struct hy_operation *hy_cwlogs_operations(size_t *count)
{
    *count = sizeof operations / sizeof operations[0];
    return operations;
}

struct hy_cwlogs *hy_cwlogs_create(const struct hy_cwlogs_options *options)
{
    struct hy_cwlogs *logs = calloc(1, sizeof *logs);
    if (logs == NULL) {
        return NULL;
    }
    logs->env = options->env;
    logs->registry = options->registry;
    logs->dir = strdup(options->dir);
    logs->region = strdup(options->region);
    logs->account = strdup(options->account);
    if (logs->dir == NULL || logs->region == NULL || logs->account == NULL) {
        hy_cwlogs_destroy(logs);
        return NULL;
    }
    return logs;
}

void hy_cwlogs_forget(struct hy_cwlogs *logs)
{
    hy_log_store_finish(&logs->store);
}

void hy_cwlogs_destroy(struct hy_cwlogs *logs)
{
    if (logs == NULL) {
        return;
    }
    hy_log_store_finish(&logs->store);
    free(logs->dir);
    free(logs->region);
    free(logs->account);
    free(logs);
}

/* --- the file ------------------------------------------------------------------------------ */

/* On the disk thread. */
struct line {
    char path[PATH_BYTES];
    char *dir;
    char *text; /* with its LF */
    struct hy_pipeline_env *env; /* the loop's */
};

static void line_destroy(struct line *line)
{
    if (line != NULL) {
        free(line->dir);
        free(line->text);
        free(line);
    }
}

static void begin_anew(const char *path)
{
    char old[PATH_BYTES + 8];
    struct stat status;
    if (stat(path, &status) == 0 && status.st_size >= HY_LOG_FILE_BYTES_MAX) {
        (void)snprintf(old, sizeof old, "%s.old", path);
        (void)rename(path, old);
    }
}

static void run_write(void *ctx)
{
    struct line *line = ctx;
    (void)mkdir(line->dir, 0777); /* mostly there; otherwise fopen says what is wrong */
    begin_anew(line->path);
    FILE *file = fopen(line->path, "a");
    bool good = file != NULL;
    if (file != NULL) {
        good = fputs(line->text, file) >= 0;
        good = fclose(file) == 0 && good;
    }
    if (good) {
        line->path[0] = '\0';
    }
}

static void on_written(void *ctx)
{
    struct line *line = ctx;
    if (line->path[0] != '\0') {
        hy_log(HY_LOG_ERROR, "logs", NULL, "%s cannot be written", line->path);
    }
    struct hy_pipeline_env *env = line->env;
    line_destroy(line);
    hy_pipeline_end(env);
}

/* Counted as under way: who has moved a manual clock finds the line in the file. */
static void write_file(const struct hy_cwlogs *logs, const char *stream, hy_sv text)
{
    struct line *line = calloc(1, sizeof *line);
    bool good = line != NULL;
    if (good) {
        const int len = snprintf(line->path, sizeof line->path, "%s/%s.log", logs->dir, stream);
        line->dir = strdup(logs->dir);
        line->text = malloc(text.len + 2);
        good = line->dir != NULL && line->text != NULL && len > 0 &&
               (size_t)len < sizeof line->path;
    }
    if (good) {
        memcpy(line->text, text.ptr, text.len);
        memcpy(line->text + text.len, "\n", 2);
        line->env = logs->env;
        good = hy_worker_push(logs->env->disk, run_write, on_written, line);
    }
    if (good) {
        hy_pipeline_begin(logs->env);
    } else {
        line_destroy(line);
        hy_log(HY_LOG_ERROR, "logs", NULL, "out of memory: a line is not in %s.log", stream);
    }
}

/* --- the line ------------------------------------------------------------------------------ */

static const struct hy_s3_spec *s3_of(const struct hy_failure_event *event)
{
    return event->is_backup ? &event->spec->backup : &event->spec->s3;
}

/* Members in the order that was seen (firehose.md 5.5). */
static void write_line(struct hy_buf *out, const struct hy_failure_event *event)
{
    const struct hy_stream_spec *spec = event->spec;
    struct hy_json_write json;
    char destination[128];
    (void)snprintf(destination, sizeof destination, "arn:aws:s3:::%s", s3_of(event)->bucket);
    const char *where = event->url != NULL ? event->url : destination;
    hy_json_write_init(&json, out);
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("deliveryStreamARN"));
    hy_json_string(&json, hy_sv_of(spec->arn));
    hy_json_name(&json, HY_SV("destination"));
    hy_json_string(&json, hy_sv_of(where));
    hy_json_name(&json, HY_SV("deliveryStreamVersionId"));
    hy_json_raw(&json, hy_sv_of(spec->version));
    hy_json_name(&json, HY_SV("message"));
    hy_json_string(&json, event->message);
    hy_json_name(&json, HY_SV("errorCode"));
    hy_json_string(&json, hy_sv_of(event->code));
    if (spec->transform.lambda_arn != NULL) {
        hy_json_name(&json, HY_SV("processor"));
        hy_json_string(&json, hy_sv_of(spec->transform.lambda_arn));
    }
    hy_json_end_object(&json);
}

static enum hy_code keep(struct hy_cwlogs *logs, const struct hy_s3_spec *s3, hy_sv line)
{
    const uint64_t now_ms = logs->env->clock.now_ms(logs->env->clock.ctx);
    if (s3->log_group == NULL) {
        return HY_OK;
    }
    struct hy_log_stream *stream =
        hy_log_stream_get(&logs->store, s3->log_group, s3->log_stream, now_ms);
    return stream == NULL ? HY_NO_MEMORY : hy_log_append(&logs->store, stream, line, now_ms);
}

void hy_cwlogs_on_failure(void *ctx, const struct hy_failure_event *event)
{
    struct hy_cwlogs *logs = ctx;
    struct hy_buf line;
    hy_buf_init(&line, LINE_BYTES_MAX);
    write_line(&line, event);
    if (line.failed || keep(logs, s3_of(event), hy_buf_sv(&line)) != HY_OK) {
        hy_log(HY_LOG_ERROR, "logs", NULL, "out of memory: an error of %s is not in its log",
               event->spec->name);
    }
    if (!line.failed) {
        write_file(logs, event->spec->name, hy_buf_sv(&line));
    }
    hy_buf_finish(&line);
}

/* --- what the operations share ------------------------------------------------------------- */

struct ensuring {
    struct hy_cwlogs *logs;
    uint64_t now_ms;
    bool failed;
};

static void ensure(void *ctx, struct hy_stream *stream)
{
    struct ensuring *ensuring = ctx;
    const struct hy_stream_spec *spec = hy_stream_spec_of(stream);
    const struct hy_s3_spec *const both[] = { &spec->s3, &spec->backup };
    for (size_t i = 0; i < 2; i++) {
        if (both[i]->log_group != NULL &&
            hy_log_stream_get(&ensuring->logs->store, both[i]->log_group, both[i]->log_stream,
                              ensuring->now_ms) == NULL) {
            ensuring->failed = true;
        }
    }
}

enum hy_code hy_cwlogs_begin(struct hy_cwlogs *logs, struct hy_call *call, cJSON **params)
{
    struct ensuring ensuring = { .logs = logs, .now_ms = call->now_ms };
    hy_registry_each(logs->registry, ensure, &ensuring);
    if (ensuring.failed) {
        return HY_NO_MEMORY;
    }
    hy_log_store_sort(&logs->store);
    return hy_params_parse(call, params);
}

HY_MUST_CHECK
static enum hy_code refuse_wrong(const char *name, struct hy_err *err)
{
    return hy_refuse(err, &hy_cwlogs_invalid_parameter, "Value of parameter %s is invalid.", name);
}

enum hy_code hy_cwlogs_text(const cJSON *params, const char *name, const char **out,
                          struct hy_err *err)
{
    *out = NULL;
    return hy_params_text(params, name, out) == HY_PARAM_WRONG ? refuse_wrong(name, err) : HY_OK;
}

enum hy_code hy_cwlogs_flag(const cJSON *params, const char *name, bool *out, struct hy_err *err)
{
    return hy_params_flag(params, name, out) == HY_PARAM_WRONG ? refuse_wrong(name, err) : HY_OK;
}

enum hy_code hy_cwlogs_number(const cJSON *params, const char *name, uint64_t min, uint64_t max,
                            uint64_t *out, struct hy_err *err)
{
    double number = 0;
    switch (hy_params_number(params, name, &number)) {
    case HY_PARAM_ABSENT:
        return HY_OK;
    case HY_PARAM_WRONG:
        return refuse_wrong(name, err);
    case HY_PARAM_GOOD:
        break;
    }
    if (!(number >= (double)min && number <= (double)max) || number != floor(number)) {
        return hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "1 validation error detected: Value '%.15g' at '%s' failed to satisfy "
                         "constraint: Member must have value %s than or equal to %llu",
                         number, name, number < (double)min ? "greater" : "less",
                         (unsigned long long)(number < (double)min ? min : max));
    }
    *out = (uint64_t)number;
    return HY_OK;
}

static hy_sv name_of_identifier(const char *identifier)
{
    static const char before[] = ":log-group:";
    const char *found = strstr(identifier, before);
    hy_sv rest = hy_sv_of(found == NULL ? identifier : found + sizeof before - 1);
    return hy_sv_cut(&rest, ':');
}

enum hy_code hy_cwlogs_group(const struct hy_cwlogs *logs, const cJSON *params, const char **out,
                           struct hy_err *err)
{
    const char *name = NULL;
    enum hy_code code = hy_cwlogs_text(params, "logGroupName", &name, err);
    if (code == HY_OK && name == NULL) {
        code = hy_cwlogs_text(params, "logGroupIdentifier", &name, err);
    }
    if (code == HY_OK && name == NULL) {
        return hy_refuse(err, &hy_cwlogs_invalid_parameter,
                         "logGroupName or logGroupIdentifier must be given");
    }
    const struct hy_log_stream *stream = logs->store.streams;
    for (; code == HY_OK && stream != NULL; stream = stream->hh.next) {
        if (hy_sv_equal(hy_sv_of(stream->group), name_of_identifier(name))) {
            *out = stream->group;
            return HY_OK;
        }
    }
    return code != HY_OK ? code : hy_refuse(err, &hy_cwlogs_not_found,
                                            "The specified log group does not exist.");
}

void hy_cwlogs_arn(struct hy_json_write *json, const struct hy_cwlogs *logs, const char *group,
                 const char *rest)
{
    char arn[2048];
    (void)snprintf(arn, sizeof arn, "arn:aws:logs:%s:%s:log-group:%s%s", logs->region,
                   logs->account, group, rest);
    hy_json_string(json, hy_sv_of(arn));
}

void hy_cwlogs_member(struct hy_json_write *json, hy_sv name, uint64_t number)
{
    hy_json_name(json, name);
    hy_json_u64(json, number);
}

void hy_cwlogs_reply(struct hy_call *call, struct hy_buf *body)
{
    hy_call_finish(call, body->failed ? HY_NO_MEMORY : HY_OK, hy_buf_sv(body));
    hy_buf_finish(body);
}
