/* channel.h - what the stages of one stream share, and how they tell the stream what is settled.
 *
 * The stream owns it and outlives its stages. Stages never call up by name: they call
 * on_settled, and on_ended whenever something of theirs that was under way has ended.
 */
#ifndef HY_PIPELINE_CHANNEL_H
#define HY_PIPELINE_CHANNEL_H

#include "base/seqset.h"
#include "model/stream_spec.h"
#include "pipeline/counters.h"
#include "pipeline/metrics.h"
#include "pipeline/pipeline.h"
#include "store/journal.h"
#include "store/ledger.h"

enum hy_parcel_kind {
    HY_PARCEL_DATA,
    HY_PARCEL_ERROR,   /* lines about records that failed */
    HY_PARCEL_BACKUP,  /* source records */
    HY_PARCEL_DROPPED, /* no object: records that the transform dropped */
};

/* Records that are nobody's concern any more in one lane. Views live until the call returns. */
struct hy_settlement {
    enum hy_parcel_kind kind;
    bool lost;                    /* given up; there is no object */
    const struct hy_seqset *seqs;
    uint64_t records;
    uint64_t order;               /* in which the lane's objects were begun */
    hy_sv bucket, key;            /* empty key: no object */
    uint64_t stored_bytes;
};

enum { HY_CHANNEL_SUBJECT_BYTES = 80 };

struct hy_channel {
    struct hy_pipeline_env *env;
    uint64_t stream_id;
    const struct hy_stream_spec *spec; /* the latest: what is tried again goes by it */
    const struct hy_journal *journal; /* NULL while it is being opened: nothing is read yet */
    /* Parts of records (store/part.h) that were in objects when the stream was opened, of records
     * that were not settled. Not changed afterwards: any thread may look. */
    struct hy_seqset known_parts;
    struct hy_counters counters;
    struct hy_metrics metrics;
    /* For names of objects, drawn in the order of the lane's parcels; apart from each other,
     * and from invocations, because what happens between them is a matter of real time. */
    struct hy_random object_random[HY_LANE_COUNT];
    struct hy_random invocation_random;
    uint64_t left_records;              /* given up until the next start: hy_channel_leave */
    bool flushing;                      /* retry pauses are skipped */
    bool closing;                       /* nothing new is begun */
    char subject[HY_CHANNEL_SUBJECT_BYTES]; /* "stream=clicks", for the log */

    void (*on_settled)(void *ctx, const struct hy_settlement *settlement);
    void (*on_ended)(void *ctx);
    void *ctx;
};

/* Records that cannot be carried on, out of memory or because the journal cannot be read back.
 * They stay in it, unsettled, and go down again at the next start. Logs that. */
void hy_channel_leave(struct hy_channel *channel, uint64_t records, enum hy_code code);

static inline uint64_t hy_channel_now_ms(const struct hy_channel *channel)
{
    return channel->env->clock.now_ms(channel->env->clock.ctx);
}

/* A sample, now. */
static inline void hy_channel_sample(struct hy_channel *channel, enum hy_metric metric,
                                     double value)
{
    hy_metrics_add(&channel->metrics, metric, value, hy_channel_now_ms(channel));
}

static inline enum hy_lane hy_parcel_lane(enum hy_parcel_kind kind)
{
    return kind == HY_PARCEL_BACKUP ? HY_LANE_BACKUP : HY_LANE_MAIN;
}

#endif
