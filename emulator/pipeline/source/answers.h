/* answers.h - what Kinesis answers, read with the pull scanner. Pure. */
#ifndef HY_PIPELINE_SOURCE_ANSWERS_H
#define HY_PIPELINE_SOURCE_ANSWERS_H

#include "base/buf.h"
#include "base/err.h"

/* Texts are decoded; views live until the next call of the same answer, or its end. */
struct hy_kinesis_record {
    hy_sv sequence;
    hy_sv partition_key;
    uint64_t arrived_ms; /* 0: not told */
    hy_sv data;          /* decoded */
};

struct hy_records_answer {
    char *next_iterator;      /* NULL: the shard is closed, and this was the end; to be freed */
    uint64_t millis_behind;
};

/* each() returns false to end the walk: HY_CANCELLED. `scratch` is for decoding, kept for its
 * memory. HY_MALFORMED, HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_answers_read_records(hy_sv body, struct hy_buf *scratch,
                                     bool (*each)(void *ctx, const struct hy_kinesis_record *r),
                                     void *ctx, struct hy_records_answer *answer);

/* GetShardIterator. *iterator is to be freed. */
HY_MUST_CHECK
enum hy_code hy_answers_read_iterator(hy_sv body, char **iterator);

struct hy_shard_answer {
    hy_sv id, parent, adjacent_parent; /* empty: none */
};

/* ListShards, and DescribeStream's description. *next: the token for the next page, to be freed;
 * NULL: no more. *has_more: DescribeStream's. */
HY_MUST_CHECK
enum hy_code hy_answers_read_shards(hy_sv body,
                                    bool (*each)(void *ctx, const struct hy_shard_answer *shard),
                                    void *ctx, char **next, bool *has_more);

enum { HY_ANSWER_TYPE_BYTES = 80, HY_ANSWER_MESSAGE_BYTES = 256 };

/* An error's type, without its namespace, and sentence; "" when the body does not tell. */
struct hy_answer_error {
    char type[HY_ANSWER_TYPE_BYTES];
    char message[HY_ANSWER_MESSAGE_BYTES];
};
void hy_answers_read_error(hy_sv body, struct hy_answer_error *error);

#endif
