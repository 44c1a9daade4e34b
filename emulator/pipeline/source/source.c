#include "pipeline/source/inside.h"

#include "base/log.h"
#include "pipeline/kinesis_note.h"

#include <stdlib.h>
#include <utlist.h>

enum { LIST_BYTES_MAX = 16 * 1024, SCRATCH_BYTES_MAX = 64 * 1024 * 1024 };

void hy_source_ended(struct hy_source *source)
{
    if (source->closing) {
        source->channel->on_ended(source->channel->ctx);
    }
}

/* --- the poll ------------------------------------------------------------------------------ */

void hy_source_poll_shards(struct hy_source *source)
{
    struct hy_shard *shard;
    DL_FOREACH(source->shards.list, shard)
    {
        if (shard->is_unsaved) {
            hy_shard_save(shard);
        }
        if (shard->fetch != NULL || shard->is_committing ||
            !hy_shards_is_readable(&source->shards, shard)) {
            continue;
        }
        if (shard->pause > 0) {
            shard->pause--;
        } else {
            hy_shard_look_at(shard);
        }
    }
}

static void on_poll(void *ctx)
{
    struct hy_source *source = ctx;
    hy_timer_start(source->timer, hy_kinesis_poll_ms(source->channel->env->kinesis));
    hy_source_poll_shards(source);
    if (source->list_fetch == NULL && source->list_pause > 0) {
        source->list_pause--;
    } else if (source->list_fetch == NULL) {
        hy_source_list(source);
    }
}

/* --- the face ------------------------------------------------------------------------------ */

struct loading {
    struct hy_source *source;
    enum hy_code code;
};

static void on_checkpoint(void *ctx, const struct hy_ledger_checkpoint *row)
{
    struct loading *loading = ctx;
    struct hy_source *source = loading->source;
    struct hy_shard *shard = hy_shards_get(&source->shards, source, row->shard);
    if (shard == NULL) {
        loading->code = HY_NO_MEMORY;
    } else if (!hy_position_read(row->position, &shard->position)) {
        loading->code = HY_IO;
    }
}

/* arn:aws:kinesis:REGION:ACCOUNT:stream/NAME */
static void read_arn(struct hy_source *source)
{
    hy_sv rest = hy_sv_of(source->spec->source.stream_arn);
    for (int i = 0; i < 3; i++) {
        (void)hy_sv_cut(&rest, ':');
    }
    source->region = hy_sv_cut(&rest, ':');
    (void)hy_sv_cut(&rest, '/');
    source->stream_name = rest;
}

enum hy_code hy_source_create(struct hy_channel *channel, struct hy_stream_spec *spec,
                              struct hy_source **out)
{
    struct hy_source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        return HY_NO_MEMORY;
    }
    source->channel = channel;
    source->spec = hy_stream_spec_hold(spec);
    read_arn(source);
    hy_buf_init(&source->list_body, LIST_BYTES_MAX);
    hy_buf_init(&source->scratch, SCRATCH_BYTES_MAX);
    struct loading loading = { source, HY_OK };
    enum hy_code code = hy_ledger_load_checkpoints(channel->env->ledger, channel->stream_id,
                                                   on_checkpoint, &loading);
    code = code == HY_OK ? loading.code : code;
    if (code != HY_OK) {
        hy_source_destroy(source);
        return code;
    }
    *out = source;
    return HY_OK;
}

enum hy_code hy_source_recover(struct hy_source *source, const struct hy_frame *frame)
{
    struct hy_kinesis_note note;
    struct hy_position position;
    if (!hy_kinesis_note_read(frame->note, &note) || !hy_sequence_is_valid(note.sequence)) {
        return HY_OK;
    }
    struct hy_shard *shard = hy_shards_get(&source->shards, source, note.shard);
    if (shard == NULL) {
        return HY_NO_MEMORY;
    }
    hy_position_set(&position, note.sequence, note.is_last ? 0 : note.sub + 1);
    if (hy_position_is_further(&position, &shard->position)) {
        shard->position = position;
        shard->is_unsaved = true;
    }
    return HY_OK;
}

enum hy_code hy_source_start(struct hy_source *source, struct hy_journal *journal)
{
    struct hy_channel *channel = source->channel;
    struct hy_shard *shard;
    source->journal = journal;
    DL_FOREACH(source->shards.list, shard)
    {
        if (shard->is_unsaved) {
            hy_shard_save(shard); /* before these frames can be delivered and forgotten */
        }
    }
    if (channel->env->kinesis == NULL) {
        hy_log(HY_LOG_WARN, "source", channel->subject,
               "%s is not read: the config file names no Kinesis endpoint",
               source->spec->source.stream_arn);
        return HY_OK;
    }
    source->timer = hy_timer_create(channel->env->loop, on_poll, source);
    if (source->timer == NULL) {
        return HY_NO_MEMORY;
    }
    hy_timer_start(source->timer, 0);
    return HY_OK;
}

void hy_source_stop(struct hy_source *source)
{
    struct hy_shard *shard;
    source->closing = true;
    hy_timer_destroy(source->timer);
    source->timer = NULL;
    if (source->list_fetch != NULL) {
        hy_http_fetch_cancel(source->list_fetch);
    }
    DL_FOREACH(source->shards.list, shard)
    {
        if (shard->fetch != NULL) {
            hy_http_fetch_cancel(shard->fetch);
        }
    }
}

bool hy_source_is_idle(const struct hy_source *source)
{
    const struct hy_shard *shard;
    DL_FOREACH(source->shards.list, shard)
    {
        if (shard->fetch != NULL || shard->is_committing || shard->saving > 0) {
            return false;
        }
    }
    return source->list_fetch == NULL;
}

void hy_source_destroy(struct hy_source *source)
{
    if (source == NULL) {
        return;
    }
    hy_timer_destroy(source->timer);
    hy_shards_finish(&source->shards);
    hy_buf_finish(&source->list_body);
    hy_buf_finish(&source->scratch);
    free(source->list_next);
    hy_stream_spec_release(source->spec);
    free(source);
}
