/* firehose.h - Amazon Data Firehose, API 2015-08-04: its operations and the streams they rule.
 *
 * A stream's truth is its description as JSON (the normalised CreateDeliveryStream request, its
 * version, times, tags): that is what the ledger stores and DescribeDeliveryStream shows. The
 * pipeline gets a struct hy_stream_spec made from it.
 */
#ifndef HY_SERVICES_FIREHOSE_FIREHOSE_H
#define HY_SERVICES_FIREHOSE_FIREHOSE_H

#include "base/buf.h"
#include "pipeline/pipeline.h"
#include "pipeline/stream/registry.h"
#include "services/service.h"

struct hy_firehose; /* opaque */

struct hy_firehose_options {
    struct hy_pipeline_env *env;   /* must outlive */
    struct hy_registry *registry;  /* must outlive */
    const char *region;            /* "us-east-1"; copied */
    const char *account;           /* "123456789012"; copied */
    bool has_quotas;               /* quota.h */
};

struct hy_firehose *hy_firehose_create(const struct hy_firehose_options *options);
void hy_firehose_destroy(struct hy_firehose *firehose); /* the registry must be empty */

/* At start, before streams are loaded: a table for format conversion, Glue-shaped JSON.
 * HY_INVALID, HY_MALFORMED: err says what is wrong with it. */
HY_MUST_CHECK
enum hy_code hy_firehose_add_table(struct hy_firehose *firehose, hy_sv json, struct hy_err *err);

/* At start, blocking: opens every stream that the ledger knows. */
HY_MUST_CHECK
enum hy_code hy_firehose_load(struct hy_firehose *firehose, struct hy_err *err);

/* At start, and for `POST reset`: a CreateDeliveryStream request (JSON, from the config file, the
 * command line or a template). A stream of that name that is there already is kept if its
 * configuration is the same and otherwise updated to it. HY_REFUSED with the service's own
 * sentence. done(ctx, code) once the ledger has it. */
HY_MUST_CHECK
enum hy_code hy_firehose_ensure(struct hy_firehose *firehose, hy_sv request, uint64_t now_ms,
                                void (*done)(void *ctx, enum hy_code code), void *ctx,
                                struct hy_err *err);

/* Deletes all streams, as DeleteDeliveryStream does; done(ctx) when they are gone. */
void hy_firehose_delete_all(struct hy_firehose *firehose, hy_loop_fn *done, void *ctx);

/* Closes all streams (their records stay in the journal); done(ctx) when they are closed. */
void hy_firehose_close_all(struct hy_firehose *firehose, hy_loop_fn *done, void *ctx);

/* What belongs to no stream in particular: ListDeliveryStreams. */
struct hy_metrics *hy_firehose_metrics(struct hy_firehose *firehose);

/* The operations, sorted by name; their `service` argument is the struct hy_firehose. */
const struct hy_operation *hy_firehose_operations(size_t *count);

/* One stream's description as DescribeDeliveryStream gives it, for `GET streams/NAME`. */
HY_MUST_CHECK
enum hy_code hy_firehose_describe(struct hy_firehose *firehose, hy_sv name, struct hy_buf *json,
                                  struct hy_err *err);

#endif
