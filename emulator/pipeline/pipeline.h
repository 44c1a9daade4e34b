/* pipeline.h - a record's way from the journal to the bucket, one way; what its stages share.
 *
 *   journal -frames-> stream/ -batches-> transform/ -records-> partition/ -parcels-> delivery/
 *            (without a transform or a processor: frames go straight on, as extents of the journal)
 *
 * The hand-over, the same for every stage:
 *   - push takes what it is given. From the call on it is the stage's, whatever happens.
 *   - done runs exactly once, and never before push has returned.
 *   - done brings a code. HY_OK: it is in the bucket (or in its error prefix, or dropped), and
 *     the ledger says so; it is no longer anybody's concern upstream. HY_CANCELLED: the stream
 *     was deleted or we are stopping; the journal still has it.
 *
 * Time is an argument on the way down. What completes later (an invocation, an object file)
 * reads the clock at that edge, through `env->clock`.
 */
#ifndef HY_PIPELINE_PIPELINE_H
#define HY_PIPELINE_PIPELINE_H

#include "base/agenda.h"
#include "base/clock.h"
#include "base/random.h"
#include "io/loop.h"
#include "io/worker.h"

struct hy_buckets;
struct hy_functions;
struct hy_http_client;
struct hy_journals;
struct hy_kinesis;
struct hy_ledger;
struct hy_parcel;
struct hy_stream_spec;

/* What went wrong with records of a stream; lives until the call returns. */
struct hy_failure_event {
    const struct hy_stream_spec *spec;
    bool is_backup;      /* on the way to the backup bucket */
    const char *url;     /* on the way to this HTTP endpoint; NULL: to a bucket */
    const char *code;    /* "S3.NoSuchBucket"; firehose.md 4.8 */
    hy_sv message;
};

/* What every stage of every stream works with. Outlives them all. */
struct hy_pipeline_env {
    struct hy_loop *loop;
    struct hy_worker *disk;
    struct hy_journals *journals;
    struct hy_ledger *ledger;
    struct hy_buckets *buckets;
    struct hy_functions *functions;
    struct hy_http_client *http; /* for HTTP endpoint destinations */
    uint64_t endpoint_timeout_ms; /* real time an endpoint has to answer; 0: the service's */
    struct hy_kinesis *kinesis; /* NULL: no endpoint is configured */
    const char *spool_dir;
    bool sync_objects;       /* --durability power */
    struct hy_clock clock;
    struct hy_random *random;
    struct hy_agenda *agenda;

    /* Things under way (invocations, objects being made, ledger writes): the manual clock and
     * flush wait until it is 0. Whoever starts one counts up, whoever ends it counts down and,
     * at 0, calls on_quiet (may be NULL). */
    size_t under_way;
    void (*on_quiet)(void *ctx);
    void *on_quiet_ctx;

    /* Told of every failure; may be NULL. */
    void (*on_failure)(void *ctx, const struct hy_failure_event *event);
    void *on_failure_ctx;

    /* private to delivery/; zeroed by whoever makes the environment */
    struct hy_parcel *parcels;        /* whose object waits to be made, first come first */
    unsigned objects_being_made;
};

void hy_pipeline_begin(struct hy_pipeline_env *env); /* one thing more under way */
void hy_pipeline_end(struct hy_pipeline_env *env);   /* one thing less */
void hy_pipeline_tell_failure(const struct hy_pipeline_env *env,
                              const struct hy_failure_event *event);

#endif
