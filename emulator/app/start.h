/* start.h - the state that the user asked for: functions, buckets and streams of the config file
 * and of the command line's one-line stream.
 *
 * Made at start, and made again by POST reset.
 */
#ifndef HY_APP_START_H
#define HY_APP_START_H

#include "bucket/bucket.h"
#include "cli/config.h"
#include "cli/options.h"
#include "runtime/functions.h"
#include "services/firehose/firehose.h"

struct hy_start {
    const struct hy_options *options;
    struct hy_config config; /* zeroed without --config */
    struct hy_functions *functions;
    struct hy_buckets *buckets;
    struct hy_firehose *firehose;
    const char *region, *account;

    /* streams on their way into the ledger */
    size_t waiting_for;
    enum hy_code code; /* the first that was not HY_OK */
    void (*done)(void *ctx, enum hy_code code);
    void *done_ctx;
};

/* Reads the config file. HY_INVALID: err->text is for the user, exit status 2. */
HY_MUST_CHECK
enum hy_code hy_start_read(struct hy_start *start, struct hy_err *err);

/* HY_INVALID likewise. */
HY_MUST_CHECK
enum hy_code hy_start_functions(struct hy_start *start, struct hy_err *err);
HY_MUST_CHECK
enum hy_code hy_start_buckets(struct hy_start *start, struct hy_err *err);

HY_MUST_CHECK
enum hy_code hy_start_tables(struct hy_start *start, struct hy_err *err);

/* done(ctx, code) once every stream is in the ledger. Any other return than HY_OK: a request was
 * refused, err says which; done is not called. */
HY_MUST_CHECK
enum hy_code hy_start_streams(struct hy_start *start, uint64_t now_ms,
                              void (*done)(void *ctx, enum hy_code code), void *ctx,
                              struct hy_err *err);

void hy_start_finish(struct hy_start *start);

#endif
