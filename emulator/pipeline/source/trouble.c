#include "pipeline/source/inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { PAUSE_MAX = 32 }; /* polls */

unsigned hy_source_pause_after(unsigned failures)
{
    return failures > 5 ? PAUSE_MAX : 1u << failures;
}

/* Once for each kind in a row: everything is tried again for ever. */
void hy_source_say(struct hy_source *source, const char *operation, const char *type,
                   const char *message)
{
    if (strcmp(source->said, type) == 0) {
        return;
    }
    const size_t len = strlen(type);
    memcpy(source->said, type, len < sizeof source->said ? len + 1 : sizeof source->said - 1);
    hy_log(HY_LOG_WARN, "source", source->channel->subject,
           "Firehose failed to read from the stream. %s of %s: %s: %s; will be repeated",
           operation, source->spec->source.stream_arn, type, message);
}

/* Is it an answer? Otherwise *error says what is wrong. */
bool hy_source_is_good(const struct hy_http_response *response, struct hy_answer_error *error)
{
    *error = (struct hy_answer_error){ .type = "" };
    if (response->code == HY_OK && response->status == 200) {
        return true;
    }
    if (response->code == HY_OK) {
        hy_answers_read_error(response->body, error);
    }
    if (error->type[0] == '\0') {
        const char *type = response->code == HY_OK ? hy_http_reason(response->status)
                                                   : hy_code_name(response->code);
        (void)snprintf(error->type, sizeof error->type, "%s", type);
        (void)snprintf(error->message, sizeof error->message, "%s",
                       response->error == NULL ? "" : response->error);
    }
    return false;
}

static bool is_any(const char *type, const char *const *types, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(type, types[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool hy_source_is_throttle(const struct hy_answer_error *error)
{
    static const char *const types[] = { "ProvisionedThroughputExceededException",
                                         "LimitExceededException", "KMSThrottlingException",
                                         "ThrottlingException" };
    return is_any(error->type, types, sizeof types / sizeof types[0]);
}

bool hy_source_is_not_understood(const struct hy_answer_error *error)
{
    static const char *const types[] = { "InvalidArgumentException", "ValidationException",
                                         "SerializationException", "UnknownOperationException",
                                         "InvalidAction" };
    return is_any(error->type, types, sizeof types / sizeof types[0]);
}

/* --- asking -------------------------------------------------------------------------------- */

void hy_source_begin_body(struct hy_source *source, bool with_name, struct hy_buf *body,
                          struct hy_json_write *json)
{
    hy_buf_clear(body);
    hy_json_write_init(json, body);
    hy_json_begin_object(json);
    if (with_name) {
        hy_json_name(json, HY_SV("StreamName"));
        hy_json_string(json, source->stream_name);
    }
}

struct hy_http_fetch *hy_source_ask(struct hy_source *source, const struct hy_kinesis_call *call,
                                    struct hy_buf *body, hy_http_fetch_fn *fn, void *ctx)
{
    struct hy_kinesis_call whole = *call;
    hy_buf_append_byte(body, '}');
    whole.region = source->region;
    whole.body = hy_buf_sv(body);
    struct hy_http_fetch *fetch = body->failed
        ? NULL : hy_kinesis_call(source->channel->env->kinesis, &whole, fn, ctx);
    if (fetch == NULL) {
        hy_source_say(source, call->operation, "it cannot be asked",
                      "out of memory, a bad endpoint, or no libcurl on this system");
    }
    return fetch;
}
