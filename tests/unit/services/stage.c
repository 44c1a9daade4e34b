#include "unit/services/stage.h"

#include "model/stream_spec.h"
#include "pipeline/source/kinesis.h"
#include "pipeline/stream/registry.h"
#include "store/journal.h"
#include "store/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stage stage;

/* Not malloc: that one a torture test lets fail, and the stage must stand. Freed with free. */
static void *stage_alloc(size_t size)
{
    void *memory = aligned_alloc(16, (size + 16) / 16 * 16);
    assert_non_null(memory);
    return memset(memory, 0, size);
}

static char *stage_dup(hy_sv text)
{
    char *copy = stage_alloc(text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return copy;
}

/* --- the queue: what happens later --------------------------------------------------------- */

struct later {
    void (*with_code)(void *ctx, enum hy_code code);
    hy_loop_fn *plain;
    void *ctx;
    enum hy_code code;
    struct later *next;
};

static struct later *first;

static void enqueue(struct later later)
{
    struct later *copy = stage_alloc(sizeof *copy);
    *copy = later;
    struct later **end = &first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    copy->next = NULL;
    *end = copy;
}

bool stage_turn(void)
{
    if (first == NULL) {
        return false;
    }
    struct later *later = first;
    first = later->next;
    if (later->with_code != NULL) {
        later->with_code(later->ctx, later->code);
    } else {
        later->plain(later->ctx);
    }
    free(later);
    return true;
}

bool hy_loop_defer(struct hy_loop *loop, hy_loop_fn *fn, void *ctx)
{
    (void)loop;
    enqueue((struct later){ .plain = fn, .ctx = ctx });
    return true;
}

uint64_t hy_kinesis_now_ms(const struct hy_kinesis *kinesis)
{
    assert_non_null(kinesis);
    return 1767225000007;
}

void hy_pipeline_begin(struct hy_pipeline_env *env)
{
    env->under_way++;
}

void hy_pipeline_end(struct hy_pipeline_env *env)
{
    assert_true(env->under_way > 0);
    env->under_way--;
}

/* --- the ledger ---------------------------------------------------------------------------- */

static void drop_row(uint64_t id)
{
    for (size_t i = 0; i < stage.row_count; i++) {
        if (stage.rows[i].id == id) {
            free(stage.rows[i].name);
            free(stage.rows[i].description);
            stage.rows[i] = stage.rows[--stage.row_count];
            return;
        }
    }
}

void hy_ledger_put_stream(struct hy_ledger *ledger, const struct hy_ledger_stream *row,
                          hy_ledger_done_fn *done, void *ctx)
{
    (void)ledger;
    if (stage.ledger_code == HY_OK) {
        drop_row(row->id);
        stage.rows[stage.row_count++] =
            (struct stage_row){ row->id, stage_dup(row->name), stage_dup(row->description) };
    }
    enqueue((struct later){ .with_code = done, .ctx = ctx, .code = stage.ledger_code });
}

void hy_ledger_delete_stream(struct hy_ledger *ledger, uint64_t stream_id,
                             hy_ledger_done_fn *done, void *ctx)
{
    (void)ledger;
    drop_row(stream_id);
    enqueue((struct later){ .with_code = done, .ctx = ctx, .code = HY_OK });
}

enum hy_code hy_ledger_load_streams(struct hy_ledger *ledger,
                                    void (*each)(void *ctx, const struct hy_ledger_stream *row),
                                    void *ctx)
{
    (void)ledger;
    for (size_t i = 0; i < stage.row_count; i++) {
        const struct hy_ledger_stream row = { stage.rows[i].id, hy_sv_of(stage.rows[i].name),
                                              hy_sv_of(stage.rows[i].description) };
        each(ctx, &row);
    }
    return stage.ledger_code;
}

uint64_t hy_ledger_next_stream_id(struct hy_ledger *ledger)
{
    (void)ledger;
    uint64_t next = 1;
    for (size_t i = 0; i < stage.row_count; i++) {
        next = stage.rows[i].id >= next ? stage.rows[i].id + 1 : next;
    }
    return next;
}

/* --- streams and their journals ------------------------------------------------------------ */

struct hy_journal {
    char *room;
    size_t room_bytes, first_kept;
    uint64_t next_seq;
};

struct hy_stream {
    struct hy_stream_spec *spec;
    struct hy_journal journal;
    struct hy_counters counters;
    struct hy_metrics metrics;
};

static void hold_spec(struct hy_stream_spec *spec)
{
    hy_stream_spec_release((struct hy_stream_spec *)stage.spec);
    stage.spec = hy_stream_spec_hold(spec);
}

enum hy_code hy_stream_open(struct hy_pipeline_env *env, struct hy_stream_spec *spec,
                            struct hy_stream **out, struct hy_err *err)
{
    (void)env;
    if (stage.open_code != HY_OK) {
        return hy_fail(err, stage.open_code, "the stage is broken");
    }
    struct hy_stream *stream = stage_alloc(sizeof *stream);
    stream->spec = hy_stream_spec_hold(spec);
    stream->journal.next_seq = 1;
    hold_spec(spec);
    *out = stream;
    return HY_OK;
}

static void end_stream(struct hy_stream *stream, hy_loop_fn *done, void *ctx)
{
    hy_stream_spec_release(stream->spec);
    free(stream->journal.room);
    hy_metrics_finish(&stream->metrics);
    free(stream);
    enqueue((struct later){ .plain = done, .ctx = ctx });
}

void hy_stream_close(struct hy_stream *stream, hy_loop_fn *done, void *ctx)
{
    stage.closed++;
    end_stream(stream, done, ctx);
}

void hy_stream_discard(struct hy_stream *stream, hy_loop_fn *done, void *ctx)
{
    stage.discarded++;
    end_stream(stream, done, ctx);
}

void hy_stream_update(struct hy_stream *stream, struct hy_stream_spec *spec)
{
    stage.updated++;
    hy_stream_spec_release(stream->spec);
    stream->spec = hy_stream_spec_hold(spec);
    hold_spec(spec);
}

struct hy_journal *hy_stream_journal(struct hy_stream *stream)
{
    return &stream->journal;
}

struct hy_counters *hy_stream_counters(struct hy_stream *stream)
{
    return &stream->counters;
}

struct hy_metrics *hy_stream_metrics(struct hy_stream *stream)
{
    return &stream->metrics;
}

enum hy_code hy_registry_add(struct hy_registry *registry, struct hy_stream *stream)
{
    (void)registry;
    stage.open[stage.open_count++] = stream;
    return HY_OK;
}

void hy_registry_remove(struct hy_registry *registry, struct hy_stream *stream)
{
    (void)registry;
    for (size_t i = 0; i < stage.open_count; i++) {
        if (stage.open[i] == stream) {
            stage.open[i] = stage.open[--stage.open_count];
            return;
        }
    }
    fail_msg("a stream that is not in the registry was removed");
}

char *hy_journal_reserve(struct hy_journal *journal, size_t bytes_max)
{
    if (stage.journal_is_full) {
        return NULL;
    }
    free(journal->room);
    journal->room_bytes = bytes_max;
    journal->room = stage_alloc(bytes_max + 1);
    return journal->room;
}

uint64_t hy_journal_append(struct hy_journal *journal, size_t bytes, uint64_t arrived_ms)
{
    assert_true(bytes <= journal->room_bytes);
    assert_true(stage.record_count < STAGE_RECORDS_MAX);
    struct stage_record *record = &stage.records[stage.record_count++];
    *record = (struct stage_record){ stage_alloc(bytes + 1), bytes, journal->next_seq, arrived_ms };
    memcpy(record->bytes, journal->room, bytes);
    record->bytes[bytes] = '\0';
    return journal->next_seq++;
}

size_t hy_journal_mark(const struct hy_journal *journal)
{
    (void)journal;
    return stage.record_count;
}

void hy_journal_rollback(struct hy_journal *journal, size_t mark)
{
    while (stage.record_count > mark) {
        free(stage.records[--stage.record_count].bytes);
        journal->next_seq--;
    }
}

bool hy_journal_commit(struct hy_journal *journal, hy_journal_done_fn *done, void *ctx)
{
    (void)journal;
    if (stage.commit_fails) {
        return false;
    }
    enqueue((struct later){ .with_code = done, .ctx = ctx, .code = stage.journal_code });
    return true;
}

/* --- setting up ---------------------------------------------------------------------------- */

static uint64_t stage_now_ms(void *ctx)
{
    (void)ctx;
    return stage.now_ms;
}

static void raise_firehose(void)
{
    const struct hy_firehose_options options = {
        .env = &stage.env, .region = "us-east-1", .account = "123456789012",
    };
    stage.firehose = hy_firehose_create(&options);
    assert_non_null(stage.firehose);
    struct hy_err err = { .refusal = NULL };
    if (hy_firehose_load(stage.firehose, &err) != HY_OK) {
        fail_msg("the ledger does not load: %s", err.text);
    }
}

static void on_all_closed(void *ctx)
{
    *(bool *)ctx = true;
}

static void strike_firehose(void)
{
    bool is_closed = false;
    hy_firehose_close_all(stage.firehose, on_all_closed, &is_closed);
    assert_false(is_closed); /* never from inside the call */
    while (stage_turn()) {
    }
    assert_true(is_closed);
    assert_int_equal(stage.open_count, 0);
    assert_int_equal(stage.env.under_way, 0);
    hy_firehose_destroy(stage.firehose);
}

int stage_setup(void **state)
{
    (void)state;
    memset(&stage, 0, sizeof stage);
    stage.random = hy_random_from_seed(1);
    stage.env.random = &stage.random;
    stage.env.clock.now_ms = stage_now_ms;
    stage.now_ms = 1767225600123;
    raise_firehose();
    return 0;
}

int stage_teardown(void **state)
{
    (void)state;
    strike_firehose();
    hy_stream_spec_release((struct hy_stream_spec *)stage.spec);
    while (stage.record_count > 0) {
        free(stage.records[--stage.record_count].bytes);
    }
    while (stage.row_count > 0) {
        drop_row(stage.rows[0].id);
    }
    return 0;
}

void stage_restart(void)
{
    strike_firehose();
    raise_firehose();
}

/* --- calls --------------------------------------------------------------------------------- */

struct staged_call {
    struct hy_call call; /* first */
    struct stage_answer *answer;
    char *operation;
};

static void on_answer(struct hy_call *call, const struct hy_refusal *refusal, hy_sv body)
{
    struct staged_call *staged = (struct staged_call *)call;
    assert_false(staged->answer->given);
    *staged->answer = (struct stage_answer){ true, refusal, stage_dup(body) };
    hy_arena_finish(&call->arena);
    free(call->body);
    free(staged->operation);
    free(staged);
}

void stage_begin(const char *operation, const char *body, size_t len, struct stage_answer *answer)
{
    size_t count = 0;
    const struct hy_operation *operations = hy_firehose_operations(&count);
    struct staged_call *staged = stage_alloc(sizeof *staged);
    *answer = (struct stage_answer){ .given = false };
    staged->answer = answer;
    staged->operation = stage_dup(hy_sv_of(operation));
    staged->call.operation = hy_sv_of(staged->operation);
    staged->call.body = stage_alloc(len + 1);
    memcpy(staged->call.body, body, len);
    staged->call.body[len] = 'x'; /* nobody may rely on a NUL there */
    staged->call.body_len = len;
    staged->call.now_ms = stage.now_ms;
    staged->call.answer = on_answer;
    hy_arena_init(&staged->call.arena, 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        if (hy_sv_equal(operations[i].name, hy_sv_of(operation))) {
            if (stage.before_run != NULL) {
                stage.before_run();
            }
            operations[i].run(stage.firehose, &staged->call);
            return;
        }
    }
    fail_msg("no operation %s", operation);
}

struct stage_answer stage_call_bytes(const char *operation, const char *body, size_t len)
{
    struct stage_answer answer;
    stage_begin(operation, body, len, &answer);
    while (!answer.given && stage_turn()) {
    }
    assert_true(answer.given);
    return answer;
}

struct stage_answer stage_call(const char *operation, const char *body)
{
    return stage_call_bytes(operation, body, strlen(body));
}

void stage_answer_free(struct stage_answer *answer)
{
    free(answer->text);
    answer->text = NULL;
}

void stage_expect_ok(const char *operation, const char *body, const char *expected)
{
    struct stage_answer answer = stage_call(operation, body);
    if (answer.refusal != NULL) {
        fail_msg("%s %s: refused with %s: %s", operation, body, answer.refusal->name, answer.text);
    }
    if (expected != NULL && strcmp(answer.text, expected) != 0) {
        fail_msg("%s %s\n     got: %s\nexpected: %s", operation, body, answer.text, expected);
    }
    stage_answer_free(&answer);
}

void stage_expect_refused(const char *operation, const char *body, const char *error,
                          const char *text)
{
    struct stage_answer answer = stage_call(operation, body);
    if (answer.refusal == NULL) {
        fail_msg("%s %s: not refused: %s", operation, body, answer.text);
    }
    if (strcmp(answer.refusal->name, error) != 0 || strcmp(answer.text, text) != 0) {
        fail_msg("%s %s\n     got: %s: %s\nexpected: %s: %s", operation, body,
                 answer.refusal->name, answer.text, error, text);
    }
    stage_answer_free(&answer);
}

void stage_create(const char *name)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"DeliveryStreamName\":\"%s\",\"ExtendedS3DestinationConfiguration\":"
                   "{\"RoleARN\":\"" STAGE_ROLE "\",\"BucketARN\":\"" STAGE_BUCKET "\"}}", name);
    stage_expect_ok("CreateDeliveryStream", body, NULL);
}
