/* parcel.h - what becomes one object: settings, content, and the records it settles.
 *
 * Made empty by partition/, which fills it; pushed to delivery/, which has it from then on. All
 * memory that the way down needs is taken when the parcel is made or filled, so that sealing
 * and pushing cannot fail.
 *
 * The content is either places in the journal (extents) or bytes (spool), never both.
 */
#ifndef HY_PIPELINE_DELIVERY_PARCEL_H
#define HY_PIPELINE_DELIVERY_PARCEL_H

#include "base/agenda.h"
#include "base/random.h"
#include "base/seqset.h"
#include "bucket/bucket.h"
#include "model/stream_spec.h"
#include "pipeline/batch.h"
#include "pipeline/channel.h"
#include "pipeline/delivery/object_file.h"
#include "store/spool.h"

struct hy_delivery;
struct hy_endpoint_way;

enum hy_parcel_state {
    HY_PARCEL_FILLING,    /* not pushed yet */
    HY_PARCEL_QUEUED,     /* for one of the places where objects are made */
    HY_PARCEL_MAKING,     /* its temporary file is being written */
    HY_PARCEL_RECORDING,  /* in the ledger */
    HY_PARCEL_PUBLISHING, /* getting its name */
    HY_PARCEL_WAITING,    /* for another attempt */
    HY_PARCEL_HELD,       /* until fewer requests are on their way to the endpoint */
    HY_PARCEL_SENDING,    /* to the endpoint */
};

/* A record in the spool. Only an HTTP endpoint wants to know where one ends. */
struct hy_parcel_piece {
    uint64_t seq;
    uint64_t arrived_ms;
    size_t bytes;
};

struct hy_parcel {
    enum hy_parcel_kind kind;
    struct hy_stream_spec *spec;  /* held */
    const struct hy_s3_spec *s3;  /* of the spec: the destination's or the backup's */
    struct hy_extents extents;
    struct hy_spool *spool;       /* or NULL */
    struct hy_parcel_piece *pieces;      /* of the spool, in a parcel for an endpoint; else NULL */
    size_t piece_count, piece_cap;
    struct hy_seqset seqs;
    uint64_t records;
    uint64_t bytes;               /* of the content, before compression */
    uint64_t source_bytes;        /* of the records as they were put */
    uint64_t oldest_ms;           /* arrival */
    char key[HY_OBJECT_KEY_MAX + 1]; /* set when it is sealed; "" for dropped records */
    size_t key_len;
    char error_key[HY_OBJECT_KEY_MAX + 1]; /* likewise: for records that cannot be converted */
    size_t error_key_len;
    char entry[HY_UUID_BYTES];    /* likewise, with formats that have one: of the ZIP archive */

    /* delivery's own */
    struct hy_delivery *delivery;
    enum hy_parcel_state state;
    uint64_t order;
    unsigned failures;            /* attempts that failed */
    bool is_recorded;             /* the ledger has its row */
    bool is_lost;                 /* given up */
    bool is_taken;                /* the endpoint has it */
    bool is_rejected;             /* the endpoint will never take it */
    struct hy_endpoint_way *way;  /* to the endpoint; or NULL */
    bool is_split;                /* what could not be converted has a parcel of its own */
    struct hy_object_file file;
    struct hy_agenda_item retry;
    uint64_t retry_ms;
    struct hy_parcel *prev, *next;             /* of the stream */
    struct hy_parcel *queue_prev, *queue_next; /* of all streams, while queued */
};

/* NULL when out of memory. */
struct hy_parcel *hy_parcel_create(struct hy_stream_spec *spec, enum hy_parcel_kind kind);
void hy_parcel_destroy(struct hy_parcel *parcel); /* NULL is fine */

/* Do its records go to an HTTP endpoint, not to the bucket? */
bool hy_parcel_is_for_endpoint(const struct hy_parcel *parcel);

/* Will it be an object? The others have only their row in the ledger. */
bool hy_parcel_has_object(const struct hy_parcel *parcel);

/* It is settled. */
void hy_parcel_count(const struct hy_parcel *parcel, struct hy_counters *counters);

/* Room for one more piece, so that adding it cannot fail. */
HY_MUST_CHECK
enum hy_code hy_parcel_reserve_piece(struct hy_parcel *parcel);
void hy_parcel_add_piece(struct hy_parcel *parcel, const struct hy_parcel_piece *piece);

/* What its file is made from; another attempt begins anew. */
void hy_parcel_begin_file(struct hy_parcel *parcel, const struct hy_channel *channel);

/* Will its records be converted? */
bool hy_parcel_is_converted(const struct hy_parcel *parcel);

/* After an attempt that converted: the records that could not be converted leave the parcel for
 * one of their own, *failed, which is NULL when there are none. HY_NO_MEMORY changes nothing. */
HY_MUST_CHECK
enum hy_code hy_parcel_split(struct hy_parcel *parcel, struct hy_parcel **failed);

#endif
