/* rig.h - a stream with everything below it, in a folder of its own, on a clock that the test
 * owns; and Lambda functions that do as the test says.
 *
 * The loop, the disk thread, the journal, the ledger and the buckets are real. hy_invoke is not:
 * rig.c has it.
 */
#ifndef HY_TESTS_INTEGRATION_PIPELINE_RIG_H
#define HY_TESTS_INTEGRATION_PIPELINE_RIG_H

#include "base/base64.h"
#include "base/json_scan.h"
#include "bucket/bucket.h"
#include "pipeline/delivery/sweep.h"
#include "pipeline/stream/stream.h"
#include "runtime/functions.h"
#include "store/journal.h"
#include "store/ledger.h"

#include "support/test.h"

#define RIG_FUNCTION "arn:aws:lambda:us-east-1:123456789012:function:f"

enum { RIG_PENDING_MAX = 64, RIG_OBJECTS_MAX = 64 };

static const uint64_t rig_start_ms = 1767225797000; /* 2026-01-01T00:03:17Z */

/* Makes the reply to an event; returns how the invocation ends. */
typedef enum hy_invoke_outcome rig_handler_fn(hy_sv event, struct hy_buf *reply);

struct hy_invocation {
    struct hy_functions *functions;
    hy_invoke_fn *fn;
    void *ctx;
    hy_sv event;
    bool is_answered;
};

struct hy_functions {
    struct hy_loop *loop;
    rig_handler_fn *handler; /* NULL: the test answers, see rig_answer */
    struct hy_invocation pending[RIG_PENDING_MAX]; /* every invocation there was, in order */
    size_t count;
    char ids[RIG_PENDING_MAX][HY_UUID_BYTES];      /* their invocationIds */
    size_t at_once, at_once_max;
};

struct rig_object {
    char *key; /* below the buckets' root, the bucket's name included */
    char *bytes;
    size_t len;
};

struct rig {
    char dir[64];
    uint64_t now_ms;
    struct hy_loop *loop;
    struct hy_worker *disk;
    struct hy_ledger *ledger;
    struct hy_buckets *buckets;
    struct hy_journals *journals;
    struct hy_functions functions;
    struct hy_agenda agenda;
    struct hy_random random;
    struct hy_pipeline_env env;
    char spool_dir[96];

    struct hy_stream_spec *spec; /* to be changed before rig_open_stream */
    struct hy_stream *stream;

    struct rig_object objects[RIG_OBJECTS_MAX]; /* by rig_look, sorted by key */
    size_t object_count;
};

void rig_make_dir(struct rig *rig);
/* Ground and a spec: bucket "out", 5 MiB or 60 s, no transform. */
void rig_open(struct rig *rig);
/* The spec as it was in the beginning; the one before is the caller's. */
void rig_new_spec(struct rig *rig);
void rig_set_transform(struct rig *rig, rig_handler_fn *handler); /* 1 MiB or 60 s, 3 retries */
void rig_open_stream(struct rig *rig);
void rig_close_stream(struct rig *rig);
void rig_close(struct rig *rig);      /* the folder stays */
void rig_remove_dir(struct rig *rig);

void rig_run_until(struct rig *rig, const bool *flag);

/* Put and acknowledged. */
void rig_put(struct rig *rig, hy_sv data);
/* Until nothing is under way. */
void rig_settle(struct rig *rig);
/* Turns until there are so many invocations to answer. */
void rig_wait_for_invocations(struct rig *rig, size_t count);
void rig_answer(struct rig *rig, size_t index, enum hy_invoke_outcome outcome, hy_sv payload);
/* As the test's clock moves: to every due time on the way, settling each time. */
void rig_advance(struct rig *rig, uint64_t ms);

struct rig_flush {
    bool done;
    enum hy_code code;
    size_t objects;
    uint64_t records, failed, dropped;
    char keys[4][HY_OBJECT_KEY_MAX];
};
void rig_flush(struct rig *rig, struct rig_flush *flush); /* begins it */

void rig_look(struct rig *rig);                 /* reads the buckets */
size_t rig_temporaries(const struct rig *rig);  /* files in the temporary folder */
/* The one object whose key holds `part`. */
const struct rig_object *rig_object(const struct rig *rig, const char *part);
void rig_expect(const struct rig *rig, const char *part, const char *text);

/* Handlers. Upper-cases; "drop..." is Dropped, "fail..." is ProcessingFailed. */
rig_handler_fn rig_upper;

#endif
