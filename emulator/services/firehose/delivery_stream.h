/* delivery_stream.h - a delivery stream as the service sees it: its description and its state.
 *
 *   add --ledger has the row, pipeline is open--> ACTIVE --remove--> DELETING --> freed
 *   CREATING                                         \----close---------------> freed
 *
 * A stream is in the service's table from add until it is freed, and in the pipeline's registry
 * while it is ACTIVE. It is freed when its pipeline stream is gone and no write of its row is
 * under way, and nowhere else. While CREATING it can be told to go; it goes once it is ACTIVE.
 *
 * A row says DELETING before the delete is answered, so that a crash in between does not bring
 * the stream back; loading such a row goes on with the deletion.
 */
#ifndef HY_SERVICES_FIREHOSE_DELIVERY_STREAM_H
#define HY_SERVICES_FIREHOSE_DELIVERY_STREAM_H

#include "base/err.h"
#include "base/sv.h"
#include "services/firehose/quota.h"
#include "store/ledger.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define HASH_NONFATAL_OOM 1 /* stream_create looks whether it is in */
#include <uthash.h>

struct hy_firehose;
struct hy_stream;

enum hy_stream_status { HY_STREAM_CREATING, HY_STREAM_ACTIVE, HY_STREAM_DELETING };

struct hy_delivery_stream {
    struct hy_firehose *firehose;
    uint64_t id;
    cJSON *description;       /* description.h */
    char *name;               /* the table's key */
    enum hy_stream_status status;
    bool encrypted;
    bool is_read; /* from a Kinesis data stream: nothing may be put */
    bool has_quota;
    struct hy_quota quota;
    struct hy_stream *stream; /* the pipeline's; NULL when CREATING, and when it is gone */
    bool leaving;             /* close or remove it as soon as it is ACTIVE */
    bool gone;                /* nothing holds it but writes under way */
    unsigned writes;          /* of its row, under way */
    UT_hash_handle hh;
};

typedef void hy_delivery_stream_done_fn(void *ctx, enum hy_code code);

const char *hy_stream_status_name(enum hy_stream_status status); /* "ACTIVE" */

struct hy_delivery_stream *hy_delivery_stream_find(const struct hy_firehose *firehose, hy_sv name);

/* Makes a stream of a description, which it takes in any case; done(ctx) once it is ACTIVE, or
 * with what went wrong, and then it is gone. Not HY_OK: done will not be called. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_add(struct hy_firehose *firehose, cJSON *description,
                                    hy_delivery_stream_done_fn *done, void *ctx);

/* The same for a row of the ledger, at start, blocking. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_load(struct hy_firehose *firehose, uint64_t id,
                                     cJSON *description, struct hy_err *err);

/* Writes the row; done(ctx) once the ledger has it. HY_NO_MEMORY: nothing happens. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_save(struct hy_delivery_stream *stream,
                                     hy_delivery_stream_done_fn *done, void *ctx);

/* Another description, taken in any case, of an ACTIVE stream: written, and done(ctx) then. Not
 * HY_OK: the old one stays, done will not be called. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_amend(struct hy_delivery_stream *stream, cJSON *description,
                                      hy_delivery_stream_done_fn *done, void *ctx);

/* The same, when the pipeline has to know of it too: another destination. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_replace(struct hy_delivery_stream *stream, cJSON *description,
                                        hy_delivery_stream_done_fn *done, void *ctx);

/* Begins to delete an ACTIVE stream: what it holds is discarded. done(ctx) once the ledger knows
 * of it, while discarding goes on. */
HY_MUST_CHECK
enum hy_code hy_delivery_stream_remove(struct hy_delivery_stream *stream,
                                       hy_delivery_stream_done_fn *done, void *ctx);

/* Closes it when the firehose is closing (what it holds stays in the journal), otherwise removes
 * it; now, or as soon as it is ACTIVE. Nothing when it is on its way already. */
void hy_delivery_stream_leave(struct hy_delivery_stream *stream);

#endif
