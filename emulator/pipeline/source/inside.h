/* inside.h - what a source is made of; for the files of source/ only.
 *
 *   source.c   opening, the poll, closing
 *   listing.c  which shards there are
 *   reading.c  one shard: its iterator, its records, its position
 *   trouble.c  what they share: asking, and what went wrong
 */
#ifndef HY_PIPELINE_SOURCE_INSIDE_H
#define HY_PIPELINE_SOURCE_INSIDE_H

#include "base/json_write.h"
#include "io/timer.h"
#include "pipeline/source/kinesis.h"
#include "pipeline/source/shards.h"
#include "pipeline/source/source.h"

enum { HY_KINESIS_TIMEOUT_MS = 30000 };

struct hy_source {
    struct hy_channel *channel;
    struct hy_stream_spec *spec; /* held */
    struct hy_journal *journal;
    hy_sv stream_name, region;   /* in the spec's ARN */
    struct hy_timer *timer;
    struct hy_shards shards;
    struct hy_buf scratch;
    bool closing;
    bool no_timestamp;           /* the endpoint does not do AT_TIMESTAMP */
    char said[HY_ANSWER_TYPE_BYTES]; /* the trouble that was logged last */

    struct hy_buf list_body;
    struct hy_http_fetch *list_fetch;
    char *list_next;             /* the next page's token, or DescribeStream's last shard */
    bool no_list_shards;         /* the endpoint has only DescribeStream */
    unsigned list_failures, list_pause; /* polls */
};

/* source.c: looks at every shard that is due. */
void hy_source_poll_shards(struct hy_source *source);
/* When closing: whoever waits for us to be idle is told to look. */
void hy_source_ended(struct hy_source *source);

/* listing.c */
void hy_source_list(struct hy_source *source);

/* reading.c */
void hy_shard_look_at(struct hy_shard *shard); /* nothing of it is under way */
void hy_shard_save(struct hy_shard *shard);    /* its position, into the ledger */

/* trouble.c */
unsigned hy_source_pause_after(unsigned failures); /* polls */
/* Logs it, once for each kind in a row: everything is tried again for ever. */
void hy_source_say(struct hy_source *source, const char *operation, const char *type,
                   const char *message);
/* Is it an answer? Otherwise *error says what is wrong. */
bool hy_source_is_good(const struct hy_http_response *response, struct hy_answer_error *error);
bool hy_source_is_throttle(const struct hy_answer_error *error);
bool hy_source_is_not_understood(const struct hy_answer_error *error);

/* Begins a request's body, with the stream's name if so wanted. */
void hy_source_begin_body(struct hy_source *source, bool with_name, struct hy_buf *body,
                          struct hy_json_write *json);
/* Ends the body and sends it. NULL when it could not be asked: that was logged. */
struct hy_http_fetch *hy_source_ask(struct hy_source *source, const struct hy_kinesis_call *call,
                                    struct hy_buf *body, hy_http_fetch_fn *fn, void *ctx);

#endif
