/* put_walk.h - the quick way through the body of a Put; see put.h. */
#ifndef HY_SERVICES_FIREHOSE_PUT_WALK_H
#define HY_SERVICES_FIREHOSE_PUT_WALK_H

#include "model/limits.h"
#include "services/firehose/put.h"
#include "services/firehose/quota.h"

enum hy_put_walk_end {
    HY_PUT_WALKED,  /* all records are appended, but those over the quota */
    HY_PUT_STOPPED, /* nothing is appended: parse it */
    HY_PUT_BUSY,    /* nothing is appended: the journal has no room */
};

struct hy_put_walked {
    struct hy_delivery_stream *stream; /* also when BUSY */
    struct hy_journal *journal;
    size_t mark;        /* to roll back to */
    uint64_t first_seq; /* of those that were appended; the others follow */
    size_t count, bytes; /* of all records of the request */
    size_t accepted_bytes;

    bool has_quota;
    struct hy_quota quota; /* the stream's, as it will be when the Put is accepted */
    size_t refused_count;  /* records over it: not appended */
    uint64_t refused[(HY_BATCH_RECORDS_MAX + 63) / 64]; /* which ones, a bit each */
};

/* The stream is found: its quota counts from here on. */
void hy_put_walked_begin(struct hy_put_walked *walked, struct hy_delivery_stream *stream,
                         uint64_t now_ms);
/* Appends the record that was decoded to the journal's reserved room, or counts it as refused. */
void hy_put_walked_add(struct hy_put_walked *walked, size_t len, uint64_t now_ms);

static inline bool hy_put_walked_is_refused(const uint64_t *refused, size_t index)
{
    return (refused[index / 64] >> (index % 64) & 1) != 0;
}

enum hy_put_walk_end hy_put_walk(const struct hy_firehose *firehose, hy_sv body, uint64_t now_ms,
                                 const struct hy_put_kind *kind, struct hy_put_walked *walked);

#endif
