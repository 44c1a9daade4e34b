/* stage.h - a Firehose service on a stage: everything below it (journal, ledger, pipeline, loop)
 * is made of cardboard, so that a test can let each of them fail and look at what they were told.
 *
 * Nothing happens by itself: what the real ones would do later (answer a commit, write a row,
 * discard a stream) waits in a queue until stage_turn.
 */
#ifndef TESTS_UNIT_SERVICES_STAGE_H
#define TESTS_UNIT_SERVICES_STAGE_H

#include "pipeline/counters.h"
#include "services/firehose/firehose.h"

#include "support/test.h"

enum { STAGE_NAMES_MAX = 64, STAGE_ROWS_MAX = 6000, STAGE_RECORDS_MAX = 2000 };

/* One answer of an operation. */
struct stage_answer {
    bool given;
    const struct hy_refusal *refusal; /* NULL: 200 */
    char *text;                       /* the body, or the refusal's sentence */
};

struct stage_record {
    char *bytes;
    size_t len;
    uint64_t seq, arrived_ms;
};

struct stage_row {
    uint64_t id;
    char *name, *description;
};

struct stage {
    struct hy_pipeline_env env;
    struct hy_random random;
    struct hy_firehose *firehose;
    uint64_t now_ms;

    /* what is broken */
    bool journal_is_full, commit_fails;
    enum hy_code journal_code, ledger_code, open_code;

    void (*before_run)(void); /* each operation, once the stage has all it needs; may be NULL */

    /* what can be looked at */
    struct stage_record records[STAGE_RECORDS_MAX]; /* in all journals, as kept */
    size_t record_count;
    struct stage_row rows[STAGE_ROWS_MAX]; /* the ledger's */
    size_t row_count;
    struct hy_stream *open[STAGE_ROWS_MAX]; /* in the registry */
    size_t open_count, discarded, closed, updated;
    const struct hy_stream_spec *spec; /* of the last open or update; held by the stage */
};

extern struct stage stage; /* one at a time */

/* setup and teardown of a test: a firehose in us-east-1, account 123456789012. Teardown closes
 * all and checks that nothing is left. */
int stage_setup(void **state);
int stage_teardown(void **state);
void stage_restart(void); /* closes the firehose, makes a new one and loads the ledger */

bool stage_turn(void); /* does what waits in the queue; false when there was nothing */

/* Runs an operation and turns until it is answered. */
struct stage_answer stage_call(const char *operation, const char *body);
struct stage_answer stage_call_bytes(const char *operation, const char *body, size_t len);
/* Only runs it; *answer is filled in when it is answered. */
void stage_begin(const char *operation, const char *body, size_t len,
                 struct stage_answer *answer);
void stage_answer_free(struct stage_answer *answer);

/* Fails the test unless the call is answered 200 with this body (NULL: any). */
void stage_expect_ok(const char *operation, const char *body, const char *expected);
void stage_expect_refused(const char *operation, const char *body, const char *error,
                          const char *text);
void stage_create(const char *name); /* a minimal stream */

#define STAGE_ROLE "arn:aws:iam::123456789012:role/r"
#define STAGE_BUCKET "arn:aws:s3:::b"

#endif
