#include "pipeline/stream/inside.h"

#include "base/log.h"
#include "model/naming.h"
#include "pipeline/delivery/compression.h"
#include "store/part.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- looking, later ---- */

static void finish_closing(struct hy_stream *stream);

/* The ledger forgets rows, the journal segments, up to where everything is settled. Nobody waits
 * for that but the stream's end: it is not counted as under way. */
static void on_pruned(void *ctx, enum hy_code code);

static void prune(struct hy_stream *stream)
{
    const struct hy_channel *channel = &stream->channel;
    for (size_t i = 0; i < HY_LANE_COUNT && !stream->is_pruning; i++) {
        const uint64_t through = hy_settled_lane_through(&stream->settled, (enum hy_lane)i);
        if (through > stream->pruned[i]) {
            stream->pruned[i] = through;
            stream->is_pruning = true;
            hy_ledger_prune(channel->env->ledger, channel->stream_id, (enum hy_lane)i, through,
                            on_pruned, stream);
        }
    }
    const uint64_t through = hy_settled_through(&stream->settled);
    if (through > stream->released && stream->journal != NULL) {
        stream->released = through;
        hy_journal_release(stream->journal, through);
    }
}

static void on_pruned(void *ctx, enum hy_code code)
{
    struct hy_stream *stream = ctx;
    if (code != HY_OK) { /* the rows stay until the watermark moves again: no harm */
        hy_log(HY_LOG_WARN, "stream", stream->channel.subject, "pruning the ledger: %s",
               hy_code_name(code));
    }
    stream->is_pruning = false;
    if (stream->channel.closing) {
        hy_stream_look_later(stream);
    } else {
        prune(stream);
    }
}

/* Without a function nobody says how long to gather: a batch goes as soon as there is room. */
static void hand_on(struct hy_stream *stream)
{
    const struct hy_batch *open = stream->batcher.open;
    if (open != NULL && open->spec->transform.lambda_arn == NULL &&
        hy_transform_is_hungry(stream->transform)) {
        hy_stream_seal_batch(stream);
    }
}

static void look(void *ctx)
{
    struct hy_stream *stream = ctx;
    struct hy_pipeline_env *env = stream->channel.env;
    stream->is_look_due = false;
    hand_on(stream);
    hy_flushes_look(stream);
    hy_awaits_look(stream);
    if (stream->channel.closing) {
        finish_closing(stream); /* the last use of the stream */
    } else {
        prune(stream);
    }
    hy_pipeline_end(env);
}

void hy_stream_look_later(struct hy_stream *stream)
{
    if (stream->is_look_due || stream->journal == NULL) {
        return; /* while it is opened there is nobody to tell */
    }
    stream->is_look_due = true;
    hy_pipeline_begin(stream->channel.env); /* a clock must not move before we have looked */
    if (!hy_loop_defer(stream->channel.env->loop, look, stream)) {
        stream->is_look_due = false; /* whatever ends next tries again */
        hy_pipeline_end(stream->channel.env);
        hy_log(HY_LOG_ERROR, "stream", stream->channel.subject, "out of memory");
    }
}

/* ---- what comes back up ---- */

static void on_ended(void *ctx)
{
    hy_stream_look_later(ctx);
}

static void on_settled(void *ctx, const struct hy_settlement *settlement)
{
    struct hy_stream *stream = ctx;
    uint64_t fresh = 0;
    const enum hy_code code = hy_settled_add(&stream->settled, hy_parcel_lane(settlement->kind),
                                             settlement->seqs, &fresh);
    if (code != HY_OK) { /* the ledger has it; the next start will know */
        hy_channel_leave(&stream->channel, settlement->records, code);
    }
    stream->channel.counters.settled_records += fresh;
    stream->unsettled_records -= fresh;
    hy_flushes_note(stream, settlement);
    hy_stream_look_later(stream);
    hy_transform_pump(stream->transform); /* it may have waited for room below */
}

/* ---- records in ---- */

void hy_stream_seal_batch(struct hy_stream *stream)
{
    struct hy_batch *batch = hy_batcher_take(&stream->batcher);
    hy_agenda_clear(stream->channel.env->agenda, &stream->batch_due);
    if (batch != NULL) {
        hy_transform_push(stream->transform, batch);
    }
}

static void on_batch_due(void *ctx, uint64_t now_ms)
{
    (void)now_ms;
    hy_stream_seal_batch(ctx);
}

static enum hy_code to_batcher(struct hy_stream *stream, uint64_t segment, uint64_t offset,
                               const struct hy_frame *frame)
{
    struct hy_agenda *agenda = stream->channel.env->agenda;
    if (!hy_batcher_has_room(&stream->batcher, frame)) {
        hy_stream_seal_batch(stream);
    }
    const bool begins = stream->batcher.open == NULL;
    const bool is_timed = stream->spec->transform.lambda_arn != NULL;
    const enum hy_code code =
        hy_batcher_add(&stream->batcher, stream->spec, segment, offset, frame);
    if (code != HY_OK) {
        return code;
    }
    if (hy_batcher_is_full(&stream->batcher) ||
        (begins && is_timed &&
         hy_agenda_set(agenda, &stream->batch_due, hy_batcher_due_ms(&stream->batcher)) !=
             HY_OK)) {
        hy_stream_seal_batch(stream); /* full, or it would never be called */
    }
    return HY_OK;
}

static enum hy_code to_main(struct hy_stream *stream, uint64_t segment, uint64_t offset,
                            const struct hy_frame *frame)
{
    if (hy_stream_spec_has_stages(stream->spec)) {
        return to_batcher(stream, segment, offset, frame);
    }
    return hy_partition_frame(stream->partition, stream->spec, HY_PARCEL_DATA, segment, offset,
                              frame);
}

static bool is_recovered(const struct hy_stream *stream, enum hy_lane lane, uint64_t seq)
{
    return stream->recovered != NULL && hy_parts_has_all(&stream->recovered[lane], seq);
}

/* Numbers up to `seq` that recovery did not find: the journal has said what was damaged. Nobody
 * shall wait for them. */
static void skip_gap(struct hy_stream *stream, uint64_t seq)
{
    for (size_t i = 0; seq > stream->written_seq && i < HY_LANE_COUNT; i++) {
        if (hy_seqset_add(&stream->settled.lanes[i], stream->written_seq + 1, seq) != HY_OK) {
            hy_channel_leave(&stream->channel, seq - stream->written_seq, HY_NO_MEMORY);
        }
    }
}

static void take_frame(struct hy_stream *stream, uint64_t segment, uint64_t offset,
                       const struct hy_frame *frame)
{
    enum hy_code code = HY_OK;
    skip_gap(stream, frame->seq - 1);
    stream->written_seq = frame->seq;
    if (stream->recovered != NULL && hy_settled_has(&stream->settled, frame->seq)) {
        return;
    }
    stream->unsettled_records++;
    if (!is_recovered(stream, HY_LANE_MAIN, frame->seq)) {
        code = to_main(stream, segment, offset, frame);
    }
    if (code == HY_OK && stream->spec->has_backup &&
        !is_recovered(stream, HY_LANE_BACKUP, frame->seq)) {
        code = hy_partition_frame(stream->partition, stream->spec, HY_PARCEL_BACKUP, segment,
                                  offset, frame);
    }
    if (code == HY_OK && stream->settled.has_backup && !stream->spec->has_backup) {
        code = hy_seqset_add(&stream->settled.lanes[HY_LANE_BACKUP], frame->seq, frame->seq);
    }
    if (code != HY_OK) {
        hy_channel_leave(&stream->channel, 1, code);
    }
}

static void note_source(struct hy_stream *stream, const struct hy_frame *frame)
{
    const enum hy_code code = hy_source_recover(stream->source, frame);
    if (code != HY_OK && stream->source_code == HY_OK) {
        stream->source_code = code;
    }
}

static void on_written(void *ctx, const struct hy_extent *extent, hy_sv frames)
{
    struct hy_stream *stream = ctx;
    struct hy_counters *counters = &stream->channel.counters;
    uint64_t offset = extent->offset;
    struct hy_frame frame;
    if (stream->channel.closing) {
        return; /* the journal has it; the next start takes it down */
    }
    while (hy_frame_next(&frames, &frame)) {
        if (stream->recovered != NULL && stream->source != NULL) {
            note_source(stream, &frame);
        }
        if (stream->recovered == NULL) {
            counters->incoming_records++;
            counters->incoming_bytes += frame.data.len;
        }
        take_frame(stream, extent->segment, offset, &frame);
        offset += frame.frame_bytes;
    }
    hand_on(stream);
}

/* ---- opening ---- */

static enum hy_code check_s3(const struct hy_s3_spec *s3, bool may_have_keys,
                             struct hy_err *err)
{
    if (hy_compression_find(s3->compression) == NULL) {
        return hy_fail(err, HY_INVALID, "CompressionFormat number %d is not emulated",
                       (int)s3->compression);
    }
    if ((s3->naming->prefix.has_keys && !may_have_keys) || s3->naming->error_prefix.has_keys) {
        return hy_fail(err, HY_INVALID, "Prefix %s has partition keys, and nobody who knows them",
                       s3->prefix);
    }
    return HY_OK;
}

enum hy_code hy_stream_check(struct hy_stream_spec *spec, struct hy_err *err)
{
    enum hy_code code = hy_stream_spec_prepare(spec, err);
    if (code == HY_OK) {
        code = check_s3(&spec->s3, spec->process.partition, err);
    }
    return code != HY_OK || !spec->has_backup ? code : check_s3(&spec->backup, false, err);
}

/* Names of objects must differ from those of earlier runs with the same seed: what has been
 * settled until now tells the runs apart, because an object that was made has settled more. */
static void fork_random(struct hy_stream *stream)
{
    struct hy_channel *channel = &stream->channel;
    char label[160];
    uint64_t known = 0;
    for (size_t i = 0; i < HY_LANE_COUNT; i++) {
        known += hy_seqset_size(&stream->recovered[i]);
    }
    static const char *const purposes[] = { "objects", "backup objects", "invocations" };
    struct hy_random *const randoms[] = { &channel->object_random[HY_LANE_MAIN],
                                          &channel->object_random[HY_LANE_BACKUP],
                                          &channel->invocation_random };
    for (size_t i = 0; i < sizeof randoms / sizeof randoms[0]; i++) {
        const int len = snprintf(label, sizeof label, "%s %llu %s %llu", purposes[i],
                                 (unsigned long long)channel->stream_id, stream->spec->name,
                                 (unsigned long long)known);
        assert(len > 0 && (size_t)len < sizeof label);
        *randoms[i] = hy_random_fork(channel->env->random, (hy_sv){ label, (size_t)len });
    }
}

static enum hy_code build(struct hy_stream *stream)
{
    struct hy_channel *channel = &stream->channel;
    stream->delivery = hy_delivery_create(channel);
    if (stream->delivery == NULL) {
        return HY_NO_MEMORY;
    }
    stream->partition = hy_partition_create(channel, stream->delivery);
    if (stream->partition == NULL) {
        return HY_NO_MEMORY;
    }
    stream->transform = hy_transform_create(channel, stream->partition, stream->delivery);
    if (stream->transform == NULL) {
        return HY_NO_MEMORY;
    }
    return stream->spec->source.stream_arn == NULL
               ? HY_OK
               : hy_source_create(channel, stream->spec, &stream->source);
}

/* Nothing may be under way. */
static void stream_destroy(struct hy_stream *stream)
{
    hy_batcher_finish(&stream->batcher);
    hy_source_destroy(stream->source);
    hy_transform_destroy(stream->transform);
    hy_partition_destroy(stream->partition);
    hy_delivery_destroy(stream->delivery);
    hy_settled_finish(&stream->settled);
    hy_seqset_finish(&stream->channel.known_parts);
    hy_stream_spec_release(stream->spec);
    hy_metrics_finish(&stream->channel.metrics);
    free(stream);
}

static struct hy_stream *stream_create(struct hy_pipeline_env *env, struct hy_stream_spec *spec)
{
    struct hy_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    stream->spec = hy_stream_spec_hold(spec);
    stream->settled.has_backup = spec->has_backup;
    stream->batch_due.due = on_batch_due;
    stream->batch_due.ctx = stream;
    stream->channel = (struct hy_channel){
        .env = env,
        .stream_id = spec->id,
        .spec = spec,
        .on_settled = on_settled,
        .on_ended = on_ended,
        .ctx = stream,
    };
    (void)snprintf(stream->channel.subject, sizeof stream->channel.subject, "stream=%s",
                   spec->name);
    return stream;
}

/* What was gathered so far stays in the journal. */
static void stop_stages(struct hy_stream *stream, bool discard)
{
    stream->channel.closing = true;
    hy_agenda_clear(stream->channel.env->agenda, &stream->batch_due);
    hy_batcher_finish(&stream->batcher);
    if (stream->source != NULL) {
        hy_source_stop(stream->source);
    }
    if (stream->transform != NULL) {
        hy_transform_cancel(stream->transform);
    }
    hy_partition_destroy(stream->partition);
    stream->partition = NULL;
    if (stream->delivery != NULL) {
        hy_delivery_cancel(stream->delivery, discard);
    }
}

/* After a power cut the ledger may know of records that the journal has lost. */
static uint64_t highest(const struct hy_seqset *lanes)
{
    uint64_t seq = 0;
    for (size_t i = 0; i < HY_LANE_COUNT; i++) {
        const uint64_t last = hy_parts_last_seq(&lanes[i]);
        seq = last > seq ? last : seq;
    }
    return seq;
}

static enum hy_code open_journal(struct hy_stream *stream, struct hy_err *err)
{
    const struct hy_channel *channel = &stream->channel;
    struct hy_journal *journal = NULL;
    stream->released = hy_settled_through(&stream->settled);
    stream->written_seq = stream->released;
    const enum hy_code code = hy_journal_open(channel->env->journals, channel->stream_id,
                                              stream->released, on_written, stream, &journal, err);
    stream->journal = journal;
    stream->channel.journal = journal;
    if (code == HY_OK && stream->source_code != HY_OK) {
        return hy_fail(err, stream->source_code, "out of memory for stream %s",
                       stream->spec->name);
    }
    if (code == HY_OK) {
        hy_journal_skip(journal, highest(stream->recovered));
        skip_gap(stream, hy_journal_next_seq(journal) - 1);
        stream->written_seq = hy_journal_next_seq(journal) - 1;
    }
    return code;
}

static enum hy_code keep_parts(struct hy_stream *stream, struct hy_err *err)
{
    const struct hy_seqset *recovered = &stream->recovered[HY_LANE_MAIN];
    const size_t begin = hy_parts_begin(recovered);
    if (begin == recovered->count) {
        return HY_OK;
    }
    const struct hy_seqset parts = { .ranges = recovered->ranges + begin,
                                     .count = recovered->count - begin };
    const enum hy_code code = hy_seqset_add_all(&stream->channel.known_parts, &parts);
    return code == HY_OK
               ? HY_OK
               : hy_fail(err, code, "out of memory for stream %s", stream->spec->name);
}

static enum hy_code open_all(struct hy_stream *stream, struct hy_err *err)
{
    struct hy_seqset recovered[HY_LANE_COUNT] = { 0 };
    stream->recovered = recovered;
    enum hy_code code = build(stream);
    if (code == HY_OK) {
        code = hy_stream_recover(stream, err);
    } else {
        code = hy_fail(err, code, "out of memory for stream %s", stream->spec->name);
    }
    if (code == HY_OK) {
        code = keep_parts(stream, err);
    }
    if (code == HY_OK) {
        fork_random(stream);
        code = open_journal(stream, err);
    }
    if (code == HY_OK && stream->source != NULL &&
        hy_source_start(stream->source, stream->journal) != HY_OK) {
        code = hy_fail(err, HY_NO_MEMORY, "out of memory for stream %s", stream->spec->name);
    }
    stream->recovered = NULL;
    for (size_t i = 0; i < HY_LANE_COUNT; i++) {
        hy_seqset_finish(&recovered[i]);
    }
    return code;
}

enum hy_code hy_stream_open(struct hy_pipeline_env *env, struct hy_stream_spec *spec,
                            struct hy_stream **out, struct hy_err *err)
{
    enum hy_code code = hy_stream_check(spec, err);
    if (code != HY_OK) {
        return code;
    }
    struct hy_stream *stream = stream_create(env, spec);
    if (stream == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory for stream %s", spec->name);
    }
    code = open_all(stream, err);
    if (code != HY_OK) {
        stop_stages(stream, false);
        stream_destroy(stream);
        return code;
    }
    hy_delivery_start(stream->delivery);
    hy_transform_pump(stream->transform);
    hy_stream_look_later(stream);
    *out = stream;
    return HY_OK;
}

/* ---- closing ---- */

static void end(struct hy_stream *stream)
{
    hy_loop_fn *const closed = stream->closed;
    void *const ctx = stream->closed_ctx;
    if (stream->discard) {
        hy_journal_discard(stream->journal);
    } else {
        hy_journal_close(stream->journal);
    }
    stream_destroy(stream);
    closed(ctx);
}

static void on_deleted(void *ctx, enum hy_code code)
{
    struct hy_stream *stream = ctx;
    struct hy_pipeline_env *env = stream->channel.env;
    if (code != HY_OK) {
        hy_log(HY_LOG_ERROR, "stream", stream->channel.subject, "deleting from the ledger: %s",
               hy_code_name(code));
    }
    end(stream);
    hy_pipeline_end(env);
}

static void finish_closing(struct hy_stream *stream)
{
    struct hy_pipeline_env *env = stream->channel.env;
    if ((stream->source != NULL && !hy_source_is_idle(stream->source)) ||
        !hy_transform_is_idle(stream->transform) || !hy_delivery_is_idle(stream->delivery) ||
        stream->is_pruning || stream->is_look_due || stream->is_deleting) {
        return;
    }
    if (stream->discard) {
        stream->is_deleting = true;
        hy_pipeline_begin(env);
        hy_ledger_delete_stream(env->ledger, stream->channel.stream_id, on_deleted, stream);
    } else {
        end(stream);
    }
}

static void begin_closing(struct hy_stream *stream, bool discard, hy_loop_fn *done, void *ctx)
{
    assert(!stream->channel.closing);
    stream->closed = done;
    stream->closed_ctx = ctx;
    stream->discard = discard;
    stop_stages(stream, discard);
    hy_stream_look_later(stream);
}

void hy_stream_close(struct hy_stream *stream, hy_loop_fn *done, void *ctx)
{
    begin_closing(stream, false, done, ctx);
}

void hy_stream_discard(struct hy_stream *stream, hy_loop_fn *done, void *ctx)
{
    begin_closing(stream, true, done, ctx);
}

/* ---- asking ---- */

const struct hy_stream_spec *hy_stream_spec_of(const struct hy_stream *stream)
{
    return stream->spec;
}

/* Records from before there was a backup have none to wait for. */
static void begin_backup(struct hy_stream *stream)
{
    if (stream->written_seq > 0 &&
        hy_seqset_add(&stream->settled.lanes[HY_LANE_BACKUP], 1, stream->written_seq) != HY_OK) {
        hy_log(HY_LOG_ERROR, "stream", stream->channel.subject, "out of memory");
    }
    stream->settled.has_backup = true;
}

void hy_stream_update(struct hy_stream *stream, struct hy_stream_spec *spec)
{
    hy_stream_seal_batch(stream); /* with the settings it was begun with */
    if (spec->has_backup && !stream->spec->has_backup) {
        begin_backup(stream);
        hy_stream_look_later(stream);
    }
    (void)hy_stream_spec_hold(spec);
    hy_stream_spec_release(stream->spec);
    stream->spec = spec;
    stream->channel.spec = spec;
}

struct hy_journal *hy_stream_journal(struct hy_stream *stream)
{
    return stream->journal;
}

struct hy_counters *hy_stream_counters(struct hy_stream *stream)
{
    return &stream->channel.counters;
}

struct hy_metrics *hy_stream_metrics(struct hy_stream *stream)
{
    return &stream->channel.metrics;
}
