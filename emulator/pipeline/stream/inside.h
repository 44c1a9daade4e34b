/* inside.h - what a stream is made of; for the files of stream/ only.
 *
 * Everything that ends calls hy_stream_look_later. The look runs once, later, with nothing of
 * ours on the stack: only there are callbacks of flush and await called, and the stream freed.
 */
#ifndef HY_PIPELINE_STREAM_INSIDE_H
#define HY_PIPELINE_STREAM_INSIDE_H

#include "pipeline/delivery/delivery.h"
#include "pipeline/partition/partition.h"
#include "pipeline/source/source.h"
#include "pipeline/stream/batcher.h"
#include "pipeline/stream/settled.h"
#include "pipeline/stream/stream.h"
#include "pipeline/transform/transform.h"

struct hy_flush;

struct hy_stream {
    struct hy_channel channel;
    struct hy_stream_spec *spec; /* held */
    struct hy_journal *journal;
    struct hy_delivery *delivery;
    struct hy_partition *partition; /* NULL once closing */
    struct hy_transform *transform;
    struct hy_source *source; /* NULL: records are put */

    struct hy_batcher batcher;
    struct hy_agenda_item batch_due;

    struct hy_settled settled;
    uint64_t written_seq;       /* the last record that exists */
    uint64_t unsettled_records;
    uint64_t released;          /* what the journal was told */
    uint64_t pruned[HY_LANE_COUNT]; /* what the ledger was told */
    bool is_pruning;

    struct hy_seqset *recovered; /* by lane; while the journal is opened: not to go down again */

    struct hy_flush *flushes;
    struct hy_await *awaits;
    enum hy_code source_code; /* while the journal is opened: what its notes came to */
    bool is_look_due;

    hy_loop_fn *closed; /* set with channel.closing */
    void *closed_ctx;
    bool discard;
    bool is_deleting;   /* the ledger's rows */
};

void hy_stream_look_later(struct hy_stream *stream);

/* recovery.c: what the ledger knows; finishes renames. */
HY_MUST_CHECK
enum hy_code hy_stream_recover(struct hy_stream *stream, struct hy_err *err);

/* flush.c */
void hy_flushes_note(struct hy_stream *stream, const struct hy_settlement *settlement);
void hy_flushes_look(struct hy_stream *stream); /* pushes on, and ends those that are done */
uint64_t hy_flushes_count(const struct hy_stream *stream);

/* await.c */
void hy_awaits_look(struct hy_stream *stream);
uint64_t hy_awaits_count(const struct hy_stream *stream);

/* Seals the Lambda buffer. */
void hy_stream_seal_batch(struct hy_stream *stream);

#endif
