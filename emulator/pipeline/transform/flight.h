/* flight.h - one batch on its way through its stages; for the files of transform/ only.
 *
 * What takes time is done on the pool by hy_flight_build and hy_flight_read, one at a time; the
 * loop has the flight in between. Its records may be more than an event takes, because they are
 * sub-records or were compressed: then there are several events, one after the other, each with
 * an invocation and a reply of its own. `first` and `end` are the records of the one at hand.
 */
#ifndef HY_PIPELINE_TRANSFORM_FLIGHT_H
#define HY_PIPELINE_TRANSFORM_FLIGHT_H

#include "pipeline/batch.h"
#include "pipeline/process/metadata.h"
#include "pipeline/process/process.h"
#include "pipeline/transform/reply.h"
#include "pipeline/transform/transform.h"

/* A reply that came. Records point into it until they have been passed on. */
struct hy_answer {
    char *text;
    struct hy_reply reply;
    struct hy_answer *next;
};

/* Likewise, what their partition keys point into. */
struct hy_key_bytes {
    struct hy_buf values;
    struct hy_key_bytes *next;
};

enum hy_flight_state {
    HY_FLIGHT_QUEUED,
    HY_FLIGHT_BUILDING,
    HY_FLIGHT_INVOKING,
    HY_FLIGHT_PAUSED,
    HY_FLIGHT_READING,
    HY_FLIGHT_DONE,
};

enum { HY_FLIGHT_TOLD_MAX = 8 };

/* While BUILDING or READING, the pool has it. */
struct hy_flight {
    struct hy_transform *transform;
    struct hy_channel *channel;
    struct hy_batch *batch;
    enum hy_flight_state state;
    char invocation_id[HY_UUID_BYTES];
    unsigned attempts;                /* with the event at hand */
    struct hy_process *process;       /* has the records, from BUILDING on */
    char *frames;                     /* as they were put; NULL when nothing points into them */
    size_t first, end;
    struct hy_buf event;
    char *reply_text;                 /* came, and has not been read */
    size_t reply_len;
    struct hy_answer *answers;        /* read */
    struct hy_extractor *extractor;   /* of the transform, while the flight holds a place */
    struct hy_key_bytes *key_bytes;
    const struct hy_failure *failure; /* of all records of the event at hand */
    const struct hy_failure *told[HY_FLIGHT_TOLD_MAX]; /* what CloudWatch's log has of it */
    size_t told_count;
    enum hy_code code;                /* of the pool's work */
    size_t passed;                    /* records that partition/ has taken */
    struct hy_agenda_item pause;
    uint64_t pause_ms;
    struct hy_flight *prev, *next;
};

void hy_flight_finish(struct hy_flight *flight); /* its memory but for itself */

/* Reads the records, if that has not been done, and writes the next event. Without a function, or
 * with nothing left to send, first == end afterwards. Sets code. */
void hy_flight_build(void *flight);

/* Gives each record of the event its outcome, by the reply or by `failure`. Sets code. */
void hy_flight_read(void *flight);

/* Records that go through the function, and all. */
size_t hy_flight_going(const struct hy_flight *flight);
size_t hy_flight_total(const struct hy_flight *flight);
struct hy_processed *hy_flight_record(struct hy_flight *flight, size_t index);

#endif
