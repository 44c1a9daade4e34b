/* put.h - PutRecord and PutRecordBatch: the body of the call, and what the reply says.
 *
 * Pure. A put keeps its records as they stand in the body and nowhere else; when only some of a
 * batch were taken, hy_put_keep_failed makes it the batch of the others.
 */
#ifndef HY_HARNESS_PUT_H
#define HY_HARNESS_PUT_H

#include "base/buf.h"
#include "harness/fixture.h"

/* firehose.md 2.7, 2.8 */
enum {
    HY_PUT_RECORDS_MAX = 500,
    HY_PUT_BYTES_MAX = 4 * 1024 * 1024, /* of all records, decoded */
    HY_PUT_RECORD_BYTES_MAX = 1024000,
};

struct hy_put_entry {
    struct hy_fixture_place place;
    size_t offset, len; /* of {"Data":"..."} in the body */
    size_t bytes;       /* of the record */

    bool failed;        /* said the reply */
    hy_sv error, message;
};

struct hy_put {
    bool is_batch;
    bool is_sealed;
    struct hy_buf body;
    struct hy_put_entry *entries;
    size_t count, cap;
    size_t bytes; /* of all records */
};

/* On HY_NO_MEMORY hy_put_finish is still due. */
HY_MUST_CHECK
enum hy_code hy_put_init(struct hy_put *put, bool is_batch, hy_sv stream);
void hy_put_finish(struct hy_put *put); /* fine on a zeroed put */

/* Would the service take one more of that size in this batch? */
bool hy_put_has_room(const struct hy_put *put, size_t bytes);
HY_MUST_CHECK
enum hy_code hy_put_add(struct hy_put *put, hy_sv data, struct hy_fixture_place place);

/* The call, whole. Valid until the put is changed; nothing can be added any more. */
HY_MUST_CHECK
enum hy_code hy_put_body(struct hy_put *put, hy_sv *body);
const char *hy_put_target(const struct hy_put *put); /* the value of X-Amz-Target */

/* A reply of status 200: sets failed, error and message of each entry; the views are the reply's.
 * HY_MALFORMED: it is not the reply to this put. */
HY_MUST_CHECK
enum hy_code hy_put_read_reply(struct hy_put *put, hy_sv reply);
size_t hy_put_failed(const struct hy_put *put);

/* Leaves the failed entries only, not failed any more. */
void hy_put_keep_failed(struct hy_put *put);

/* ---- refusals ---- */

struct hy_put_refusal {
    hy_sv type;    /* "ResourceNotFoundException"; empty when the body does not say */
    hy_sv message;
}; /* views of the body; escapes are left as they are */

struct hy_put_refusal hy_put_read_refusal(hy_sv body);

/* Is it worth another try, with this status, or with this error name of an answer or entry? */
bool hy_put_may_retry(int status, hy_sv error);

#endif
