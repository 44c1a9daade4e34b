/* ledger.h - what is small and relational, in SQLite: streams, deliveries, object metadata.
 *
 * The database is `<data>/hydrant.db`, WAL mode; its version is in user_version and a newer
 * one is refused. `hydrant.db.lock` beside it is locked while it is open, so that no second
 * process works in the same folder. Only the disk thread touches the database, except
 * hy_ledger_open and the loads, which run at start; a load later on is safe, but waits for the
 * transaction under way. `synchronous` is FULL with HY_DURABILITY_POWER, else OFF: what was
 * written survives a kill without it, and a start does not wait for the disk.
 *
 * A delivery is written in one transaction *before* the object gets its name. It says which
 * temporary file becomes which key and which sequence numbers that settles. After a crash the
 * rows whose temporary still exists are renamed; everything settled is known from the rows.
 * Rows are pruned when the stream's watermark has passed them.
 *
 * A record has two lanes: MAIN (its object, its error object, or dropped) and BACKUP (its
 * copy in the backup bucket). It is settled when every lane that its stream has is.
 */
#ifndef HY_STORE_LEDGER_H
#define HY_STORE_LEDGER_H

#include "base/err.h"
#include "base/seqset.h"
#include "io/worker.h"

struct hy_ledger; /* opaque */

enum hy_lane { HY_LANE_MAIN, HY_LANE_BACKUP, HY_LANE_COUNT };

struct hy_ledger_stream {
    uint64_t id;        /* never reused: names the journal's folder */
    hy_sv name;
    hy_sv description;  /* JSON; services/firehose's own, opaque here */
};

struct hy_ledger_delivery {
    uint64_t stream_id;
    enum hy_lane lane;
    hy_sv bucket, key;  /* empty key: no object (dropped records) */
    hy_sv temporary;    /* file name below the bucket root's temporary folder */
    hy_sv content_type, content_encoding;
    uint64_t bytes, records;
    uint64_t made_ms;
    const struct hy_seqset *seqs; /* may hold parts of records: store/part.h */
};

/* How far a stream's source has been read: pipeline/source's own text, opaque here. */
struct hy_ledger_checkpoint {
    uint64_t stream_id;
    hy_sv shard;
    hy_sv position;
};

typedef void hy_ledger_done_fn(void *ctx, enum hy_code code);

HY_MUST_CHECK
enum hy_code hy_ledger_open(const char *path, bool power, struct hy_worker *disk,
                            struct hy_ledger **out, struct hy_err *err);
void hy_ledger_close(struct hy_ledger *ledger); /* after the disk thread has stopped */

/* At start only, blocking; views live until the call returns. */
HY_MUST_CHECK
enum hy_code hy_ledger_load_streams(struct hy_ledger *ledger,
                                    void (*each)(void *ctx, const struct hy_ledger_stream *row),
                                    void *ctx);
HY_MUST_CHECK
enum hy_code hy_ledger_load_deliveries(struct hy_ledger *ledger, uint64_t stream_id,
                                       void (*each)(void *ctx,
                                                    const struct hy_ledger_delivery *row),
                                       void *ctx);
/* Up to which number each lane is settled without gaps: what pruned rows had said. */
HY_MUST_CHECK
enum hy_code hy_ledger_load_watermarks(struct hy_ledger *ledger, uint64_t stream_id,
                                       uint64_t watermarks[HY_LANE_COUNT]);
HY_MUST_CHECK
enum hy_code hy_ledger_load_checkpoints(struct hy_ledger *ledger, uint64_t stream_id,
                                        void (*each)(void *ctx,
                                                     const struct hy_ledger_checkpoint *row),
                                        void *ctx);
/* A number that was never given before, nor put by hy_ledger_put_stream. 0: the database
 * refused (logged). Blocking; at start only. */
uint64_t hy_ledger_next_stream_id(struct hy_ledger *ledger);

/* All of these return at once; done(ctx, code) comes on the loop, in order, after the commit.
 * Views are copied. Out of memory is told from inside the call: there is no other way left.
 * What is asked for while a transaction is under way shares the next one. */
void hy_ledger_put_stream(struct hy_ledger *ledger, const struct hy_ledger_stream *row,
                          hy_ledger_done_fn *done, void *ctx); /* inserts or replaces */
void hy_ledger_delete_stream(struct hy_ledger *ledger, uint64_t stream_id,
                             hy_ledger_done_fn *done, void *ctx); /* and all of its rows */
/* Also notes the object's metadata, if it has a key, for whoever reads it later. */
void hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                            hy_ledger_done_fn *done, void *ctx);
/* Inserts or replaces. It is in the database before any delivery that is put later. */
void hy_ledger_put_checkpoint(struct hy_ledger *ledger, const struct hy_ledger_checkpoint *row,
                              hy_ledger_done_fn *done, void *ctx);
/* Deliveries of the lane whose records are all <= watermark are forgotten, the watermark kept
 * (the highest ever given). Only for rows whose object has its name. */
void hy_ledger_prune(struct hy_ledger *ledger, uint64_t stream_id, enum hy_lane lane,
                     uint64_t watermark, hy_ledger_done_fn *done, void *ctx);

#endif
