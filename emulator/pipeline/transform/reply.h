/* reply.h - what the function said about each record of a batch (firehose.md 4.5, 4.6). Pure.
 *
 * The reply is scanned once, in place, in linear time; ids may come in any order. Every record
 * of the batch gets an outcome: one that is not in the reply fails with Lambda.MissingRecordId.
 * Ids that are not of this batch are ignored.
 */
#ifndef HY_PIPELINE_TRANSFORM_REPLY_H
#define HY_PIPELINE_TRANSFORM_REPLY_H

#include "pipeline/partition/partition.h"

struct hy_reply {
    char *data;                     /* the decoded bytes that records point into */
    size_t data_len;
    struct hy_partition_key *keys;  /* of all records, see hy_processed */
    size_t key_count, key_cap;
};

/* Sets outcome, data, failure, key_first and key_count of all `records`, whose seq and place are
 * set and rise. `text` is scratch: strings are unescaped in it, and keys point into it.
 * HY_MALFORMED: not JSON, or not of the required form; the whole batch has failed.
 * HY_NO_MEMORY. In both cases the outcomes mean nothing. */
HY_MUST_CHECK
enum hy_code hy_reply_parse(char *text, size_t len, struct hy_processed *records, size_t count,
                            struct hy_reply *reply);
void hy_reply_finish(struct hy_reply *reply); /* fine when zeroed */

#endif
