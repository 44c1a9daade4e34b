/* put_walk.h - the quick way through the body of a Put; see put.h. */
#ifndef HY_SERVICES_FIREHOSE_PUT_WALK_H
#define HY_SERVICES_FIREHOSE_PUT_WALK_H

#include "services/firehose/put.h"

enum hy_put_walk_end {
    HY_PUT_WALKED,  /* all records are appended */
    HY_PUT_STOPPED, /* nothing is appended: parse it */
    HY_PUT_BUSY,    /* nothing is appended: the journal has no room */
};

struct hy_put_walked {
    struct hy_delivery_stream *stream; /* also when BUSY */
    size_t mark;        /* of its journal: to roll back to */
    uint64_t first_seq; /* the others follow */
    size_t count, bytes;
};

enum hy_put_walk_end hy_put_walk(const struct hy_firehose *firehose, hy_sv body, uint64_t now_ms,
                                 const struct hy_put_kind *kind, struct hy_put_walked *walked);

#endif
