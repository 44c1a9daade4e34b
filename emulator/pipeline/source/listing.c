#include "pipeline/source/inside.h"

#include <stdlib.h>

enum { LIST_EVERY = 30 }; /* polls */

static bool note_shard(void *ctx, const struct hy_shard_answer *answer)
{
    struct hy_source *source = ctx;
    if (source->no_list_shards) { /* the next page begins after the last shard of this one */
        free(source->list_next);
        source->list_next = hy_sv_dup(answer->id);
        if (source->list_next == NULL) {
            return false;
        }
    }
    return hy_shards_note(&source->shards, source, answer);
}

static void end_list(struct hy_source *source, bool is_whole)
{
    if (is_whole) {
        source->shards.generation++;
        source->list_failures = 0;
        source->list_pause = LIST_EVERY;
    } else {
        source->list_pause = hy_source_pause_after(source->list_failures++);
    }
    free(source->list_next);
    source->list_next = NULL;
}

static void take_list(struct hy_source *source, hy_sv body)
{
    char *token = NULL;
    bool has_more = false;
    const bool was_empty = source->shards.generation == 0;
    enum hy_code code = hy_answers_read_shards(body, note_shard, source, &token, &has_more);
    if (code == HY_OK && !source->no_list_shards) {
        free(source->list_next);
        source->list_next = token;
        has_more = token != NULL;
        token = NULL;
    }
    free(token);
    if (code == HY_OK && has_more && source->list_next != NULL) {
        hy_source_list(source);
        return;
    }
    if (code != HY_OK) {
        hy_source_say(source, "ListShards", hy_code_name(code), "its answer is no list");
    }
    end_list(source, code == HY_OK);
    if (code == HY_OK && was_empty) {
        hy_source_poll_shards(source);
    }
}

static void on_list(void *ctx, const struct hy_http_response *response)
{
    struct hy_source *source = ctx;
    struct hy_answer_error error;
    source->list_fetch = NULL;
    if (source->closing) {
        hy_source_ended(source);
        return;
    }
    if (hy_source_is_good(response, &error)) {
        take_list(source, response->body);
        return;
    }
    end_list(source, false);
    if (hy_source_is_throttle(&error)) {
        source->channel->counters.throttled_describe_stream++;
        hy_channel_sample(source->channel, HY_METRIC_THROTTLED_DESCRIBE_STREAM, 1);
    } else if (hy_source_is_not_understood(&error) && !source->no_list_shards) {
        source->no_list_shards = true;
        hy_source_list(source);
    } else {
        hy_source_say(source, source->no_list_shards ? "DescribeStream" : "ListShards", error.type,
            error.message);
    }
}

/* ListShards' token stands for the stream's name, too. */
void hy_source_list(struct hy_source *source)
{
    struct hy_json_write json;
    const bool is_first_page = source->list_next == NULL;
    hy_source_begin_body(source, is_first_page || source->no_list_shards, &source->list_body,
                         &json);
    if (!is_first_page) {
        hy_json_name(&json, source->no_list_shards ? HY_SV("ExclusiveStartShardId")
                                                   : HY_SV("NextToken"));
        hy_json_string(&json, hy_sv_of(source->list_next));
    }
    const struct hy_kinesis_call call = {
        .operation = source->no_list_shards ? "DescribeStream" : "ListShards",
        .timeout_ms = HY_KINESIS_TIMEOUT_MS,
    };
    source->list_fetch = hy_source_ask(source, &call, &source->list_body, on_list, source);
    if (source->list_fetch == NULL) {
        end_list(source, false);
    }
}
