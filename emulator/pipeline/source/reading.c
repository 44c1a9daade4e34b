#include "pipeline/source/inside.h"

#include "base/log.h"
#include "pipeline/source/intake.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_TIMEOUT_MS = 3000, /* of AT_TIMESTAMP: some endpoints never answer it */
    RECORDS_MAX = 10000,     /* what GetRecords gives at most */
};

static void drop_iterator(struct hy_shard *shard)
{
    free(shard->iterator);
    shard->iterator = NULL;
}

static void pause_shard(struct hy_shard *shard)
{
    shard->pause = hy_source_pause_after(shard->failures++);
}

/* --- positions ----------------------------------------------------------------------------- */

static void on_saved(void *ctx, enum hy_code code)
{
    struct hy_shard *shard = ctx;
    struct hy_source *source = shard->source;
    shard->saving--;
    if (code != HY_OK) {
        shard->is_unsaved = true;
        hy_log(HY_LOG_ERROR, "source", source->channel->subject,
               "how far %s has been read was not written: %s; will be repeated", shard->id,
               hy_code_name(code));
    }
    hy_source_ended(source);
}

void hy_shard_save(struct hy_shard *shard)
{
    struct hy_channel *channel = shard->source->channel;
    char text[HY_POSITION_TEXT_BYTES];
    const struct hy_ledger_checkpoint row = {
        .stream_id = channel->stream_id,
        .shard = hy_sv_of(shard->id),
        .position = { text, hy_position_write(&shard->position, text) },
    };
    shard->is_unsaved = false;
    shard->saving++;
    hy_ledger_put_checkpoint(channel->env->ledger, &row, on_saved, shard);
}

/* --- records ------------------------------------------------------------------------------- */

static void on_read(struct hy_shard *shard)
{
    struct hy_source *source = shard->source;
    struct hy_counters *counters = &source->channel->counters;
    const bool has_moved = hy_position_is_further(&shard->next_position, &shard->position);
    counters->data_read_records += shard->records;
    counters->data_read_bytes += shard->bytes;
    hy_channel_sample(source->channel, HY_METRIC_READ_RECORDS, (double)shard->records);
    hy_channel_sample(source->channel, HY_METRIC_READ_BYTES, (double)shard->bytes);
    if (has_moved) {
        shard->position = shard->next_position;
        hy_shard_save(shard);
    }
    drop_iterator(shard);
    shard->iterator = shard->next_iterator;
    shard->next_iterator = NULL;
    shard->failures = 0;
    source->said[0] = '\0';
    if (shard->position.is_end) {
        source->list_pause = 0; /* its children */
    }
}

static void on_committed(void *ctx, enum hy_code code)
{
    struct hy_shard *shard = ctx;
    struct hy_source *source = shard->source;
    shard->is_committing = false;
    if (code == HY_OK) {
        on_read(shard);
    } else { /* none of it is there: again, from the old position */
        free(shard->next_iterator);
        shard->next_iterator = NULL;
        drop_iterator(shard);
        pause_shard(shard);
    }
    hy_source_ended(source);
}

/* What the intake has appended is to be kept. */
static void commit(struct hy_shard *shard, const struct hy_intake *intake,
                   struct hy_records_answer *answer, size_t mark)
{
    shard->next_position = intake->position;
    shard->next_iterator = answer->next_iterator;
    shard->records = intake->records;
    shard->bytes = intake->bytes;
    if (!intake->is_full && answer->next_iterator == NULL) {
        shard->next_position.is_end = true;
    }
    if (intake->appended == 0) {
        on_read(shard);
        return;
    }
    shard->is_committing = true;
    if (!hy_journal_commit(intake->journal, on_committed, shard)) {
        hy_journal_rollback(intake->journal, mark);
        on_committed(shard, HY_NO_MEMORY);
    }
}

static void take_records(struct hy_shard *shard, hy_sv body)
{
    struct hy_source *source = shard->source;
    struct hy_journal *journal = source->journal;
    const size_t mark = hy_journal_mark(journal);
    struct hy_records_answer answer;
    struct hy_intake intake = {
        .journal = journal,
        .shard = hy_sv_of(shard->id),
        .now_ms = hy_channel_now_ms(source->channel),
        .not_before_ms = source->no_timestamp ? source->spec->source.start_ms : 0,
        .position = shard->position,
    };
    const enum hy_code code =
        hy_answers_read_records(body, &source->scratch, hy_intake_take, &intake, &answer);
    const bool is_usable = code == HY_OK || (code == HY_CANCELLED && intake.is_full);
    if (!is_usable || (intake.is_full && intake.appended == 0)) {
        hy_source_say(source, "GetRecords",
                      intake.is_full ? "the journal is full" : hy_code_name(code),
                      "what it answered is not kept");
        hy_journal_rollback(journal, mark);
        drop_iterator(shard);
        pause_shard(shard);
        free(answer.next_iterator);
        return;
    }
    if (code == HY_OK) {
        source->channel->counters.kinesis_millis_behind = answer.millis_behind;
        hy_channel_sample(source->channel, HY_METRIC_MILLIS_BEHIND, (double)answer.millis_behind);
    }
    commit(shard, &intake, &answer, mark);
}

static void on_records(void *ctx, const struct hy_http_response *response)
{
    struct hy_shard *shard = ctx;
    struct hy_source *source = shard->source;
    struct hy_answer_error error;
    shard->fetch = NULL;
    if (source->closing) {
        hy_source_ended(source);
        return;
    }
    if (hy_source_is_good(response, &error)) {
        take_records(shard, response->body);
    } else if (strcmp(error.type, "ExpiredIteratorException") == 0) {
        drop_iterator(shard); /* asked for again at the next poll */
    } else if (hy_source_is_throttle(&error)) {
        source->channel->counters.throttled_get_records++;
        hy_channel_sample(source->channel, HY_METRIC_THROTTLED_GET_RECORDS, 1);
        pause_shard(shard);
    } else {
        hy_source_say(source, "GetRecords", error.type, error.message);
        drop_iterator(shard);
        pause_shard(shard);
    }
}

/* --- asking -------------------------------------------------------------------------------- */

static void get_records(struct hy_shard *shard)
{
    struct hy_json_write json;
    hy_source_begin_body(shard->source, false, &shard->body, &json);
    hy_json_name(&json, HY_SV("ShardIterator"));
    hy_json_string(&json, hy_sv_of(shard->iterator));
    hy_json_name(&json, HY_SV("Limit"));
    hy_json_u64(&json, RECORDS_MAX);
    const struct hy_kinesis_call call = { .operation = "GetRecords",
                                          .timeout_ms = HY_KINESIS_TIMEOUT_MS };
    shard->fetch = hy_source_ask(shard->source, &call, &shard->body, on_records, shard);
    if (shard->fetch == NULL) {
        pause_shard(shard);
    }
}

static bool is_first(const struct hy_shard *shard)
{
    return shard->position.sequence[0] == '\0';
}

static void on_iterator(void *ctx, const struct hy_http_response *response)
{
    struct hy_shard *shard = ctx;
    struct hy_source *source = shard->source;
    struct hy_answer_error error;
    shard->fetch = NULL;
    if (source->closing) {
        hy_source_ended(source);
        return;
    }
    if (hy_source_is_good(response, &error)) {
        if (hy_answers_read_iterator(response->body, &shard->iterator) == HY_OK) {
            get_records(shard);
        } else {
            hy_source_say(source, "GetShardIterator", "MalformedAnswer", "it has no iterator");
            pause_shard(shard);
        }
        return;
    }
    if (hy_source_is_throttle(&error)) {
        source->channel->counters.throttled_get_shard_iterator++;
        hy_channel_sample(source->channel, HY_METRIC_THROTTLED_GET_SHARD_ITERATOR, 1);
    } else if (is_first(shard) && !source->no_timestamp &&
               (hy_source_is_not_understood(&error) || response->code == HY_TIMEOUT)) {
        hy_log(HY_LOG_INFO, "source", source->channel->subject,
               "the Kinesis endpoint does not know AT_TIMESTAMP: reading %s from its beginning",
               shard->id);
        source->no_timestamp = true;
        hy_shard_look_at(shard);
        return;
    } else {
        hy_source_say(source, "GetShardIterator", error.type, error.message);
    }
    pause_shard(shard);
}

static void write_place(const struct hy_shard *shard, struct hy_json_write *json)
{
    const struct hy_source *source = shard->source;
    const struct hy_position *position = &shard->position;
    const uint64_t start_ms = source->spec->source.start_ms;
    hy_json_name(json, HY_SV("ShardIteratorType"));
    if (!is_first(shard)) {
        hy_json_string(json, position->next_sub == 0 ? HY_SV("AFTER_SEQUENCE_NUMBER")
                                                     : HY_SV("AT_SEQUENCE_NUMBER"));
        hy_json_name(json, HY_SV("StartingSequenceNumber"));
        hy_json_string(json, hy_sv_of(position->sequence));
    } else if (source->no_timestamp) {
        hy_json_string(json, HY_SV("TRIM_HORIZON"));
    } else {
        hy_json_string(json, HY_SV("AT_TIMESTAMP"));
        hy_buf_printf(json->out, ",\"Timestamp\":%llu.%03u",
                      (unsigned long long)(start_ms / 1000), (unsigned)(start_ms % 1000));
    }
}

static void get_iterator(struct hy_shard *shard)
{
    struct hy_source *source = shard->source;
    struct hy_json_write json;
    const bool is_by_time = is_first(shard) && !source->no_timestamp;
    hy_source_begin_body(source, true, &shard->body, &json);
    hy_json_name(&json, HY_SV("ShardId"));
    hy_json_string(&json, hy_sv_of(shard->id));
    write_place(shard, &json);
    const struct hy_kinesis_call call = {
        .operation = "GetShardIterator",
        .timeout_ms = is_by_time ? FIRST_TIMEOUT_MS : HY_KINESIS_TIMEOUT_MS,
    };
    shard->fetch = hy_source_ask(source, &call, &shard->body, on_iterator, shard);
    if (shard->fetch == NULL) {
        pause_shard(shard);
    }
}

void hy_shard_look_at(struct hy_shard *shard)
{
    if (shard->iterator == NULL) {
        get_iterator(shard);
    } else {
        get_records(shard);
    }
}
