/* stream.h - a delivery stream at work: takes records in, sends them down, knows what waits.
 *
 *   Put -> journal -> on_written -> (transform? batcher -> transform : ) -> partition -> delivery
 *                                          settled <------------------------- done
 *
 * A record is settled when its object (data or error) is in the bucket and the ledger, or it was
 * dropped, and, with backup on, its copy is in the backup bucket as well. Settled numbers are
 * kept as a set per lane; when the set's first range grows, the journal is told to release and
 * the ledger to prune.
 *
 * Opening a stream is recovering it: deliveries whose temporary file is still there are
 * finished, what the ledger says is settled is skipped, everything else in the journal goes
 * down the pipeline again with its old arrival time.
 */
#ifndef HY_PIPELINE_STREAM_STREAM_H
#define HY_PIPELINE_STREAM_STREAM_H

#include "model/stream_spec.h"
#include "pipeline/counters.h"
#include "pipeline/metrics.h"
#include "pipeline/pipeline.h"
#include "store/journal.h"

struct hy_stream; /* opaque */

/* Prepares the spec; what the pipeline cannot carry out is refused with a sentence: HY_INVALID.
 * To be asked before a spec is opened or updated to. */
HY_MUST_CHECK
enum hy_code hy_stream_check(struct hy_stream_spec *spec, struct hy_err *err);

/* HY_INVALID with what jq says: a MetadataExtraction query that cannot be compiled. Takes tens of
 * milliseconds, so a stream that was there before is not asked again when it is opened. */
HY_MUST_CHECK
enum hy_code hy_stream_check_query(const char *query, struct hy_err *err);

/* Blocking (see above). Takes a hold on the spec. Checks it first. */
HY_MUST_CHECK
enum hy_code hy_stream_open(struct hy_pipeline_env *env, struct hy_stream_spec *spec,
                            struct hy_stream **out, struct hy_err *err);

/* Stops sending down; what is under way is waited for at most grace_ms by the caller's loop;
 * waiting records stay in the journal for the next start. done(ctx), then the pointer is dead. */
void hy_stream_close(struct hy_stream *stream, hy_loop_fn *done, void *ctx);
/* DeleteDeliveryStream: buffered records are discarded, never delivered (firehose.md 2.4). */
void hy_stream_discard(struct hy_stream *stream, hy_loop_fn *done, void *ctx);

const struct hy_stream_spec *hy_stream_spec_of(const struct hy_stream *stream);
/* From now on records go by this spec; what is already in a buffer keeps the one it began with.
 * Takes a hold on the spec, which has been checked; its id and name are the stream's. */
void hy_stream_update(struct hy_stream *stream, struct hy_stream_spec *spec);

struct hy_journal *hy_stream_journal(struct hy_stream *stream); /* for the Put operations */
struct hy_counters *hy_stream_counters(struct hy_stream *stream);
struct hy_metrics *hy_stream_metrics(struct hy_stream *stream);

/* What waits where, for `GET streams/NAME`. */
struct hy_stream_waiting {
    uint64_t transform_records, transform_bytes; /* in the Lambda buffer, sealed batches included */
    uint64_t in_flight_records;                  /* in invocations */
    uint64_t buffer_records, buffer_bytes;       /* in destination buffers */
    uint64_t delivering_records;                 /* in objects being made */
    uint64_t unsettled_records;                  /* accepted, not settled: all of them */
    uint64_t calls;                              /* flushes and awaits, not yet answered */
    uint64_t oldest_ms;                          /* arrival; HY_NEVER_MS: nothing waits */
    uint64_t next_due_ms;                        /* HY_NEVER_MS: nothing waits */
};
void hy_stream_waiting(const struct hy_stream *stream, struct hy_stream_waiting *out);

struct hy_flushed_object {
    const char *bucket, *key;
    uint64_t bytes, records; /* bytes as stored */
};
struct hy_flush_result {
    const struct hy_flushed_object *objects; /* made since the flush began, in order */
    size_t object_count;
    uint64_t records; /* delivered in data objects, failed, dropped since the flush began */
    uint64_t failed;
    uint64_t dropped;
};
typedef void hy_flush_fn(void *ctx, enum hy_code code, const struct hy_flush_result *result);

/* Everything accepted so far is pushed through transform and delivery now: buffers need not be
 * due, retry pauses are skipped. The result tells of these records and of those that share an
 * object with them: data and error objects in the order in which they were begun, then backups.
 * fn(ctx) once all of it is settled; HY_CANCELLED when the stream goes away. Any number may be
 * under way. */
HY_MUST_CHECK
enum hy_code hy_stream_flush(struct hy_stream *stream, uint64_t now_ms, hy_flush_fn *fn,
                             void *ctx);

/* fn(ctx, HY_OK) once `records` of the stream have been settled since it was opened. Cancel with
 * the returned handle (then fn is not called). */
struct hy_await;
struct hy_await *hy_stream_await(struct hy_stream *stream, uint64_t records,
                                 void (*fn)(void *ctx, enum hy_code code), void *ctx);
void hy_await_cancel(struct hy_await *await);

#endif
