/* A stream that reads from an HTTP server which acts like Kinesis, and misbehaves as told. */
#include "io/http_server.h"
#include "io/timer.h"
#include "pipeline/kinesis_note.h"
#include "pipeline/source/kinesis.h"

#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARDS_MAX = 4, RECORDS_MAX = 40, ASKED_MAX = 400 };

struct fake_shard {
    const char *id, *parent;
    const char *records[RECORDS_MAX]; /* base64; number i has the sequence number 1000 + i */
    size_t count;
    bool is_closed, is_listed;
};

struct fake {
    struct hy_http_server *server;
    struct fake_shard shards[SHARDS_MAX];
    bool no_list_shards, no_timestamp;
    unsigned expired, throttled, broken, list_errors; /* so many answers are that */
    char asked[ASKED_MAX][32]; /* operations and iterator types, in order */
    size_t asked_count;
};

static const char start_text[] = "\"Timestamp\":1767225000.007";

static void note(struct fake *fake, const char *format, const char *what)
{
    if (fake->asked_count < ASKED_MAX) {
        (void)snprintf(fake->asked[fake->asked_count++], 32, format, what);
    }
}

static size_t count_asked(const struct fake *fake, const char *what)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->asked_count; i++) {
        count += strcmp(fake->asked[i], what) == 0;
    }
    return count;
}

static void answer(struct hy_http_exchange *exchange, int status, const char *text)
{
    hy_http_exchange_answer(exchange, status, (struct hy_http_headers){ NULL, 0 }, hy_sv_of(text));
}

static void refuse(struct hy_http_exchange *exchange, const char *type)
{
    char text[100];
    (void)snprintf(text, sizeof text, "{\"__type\":\"%s\",\"message\":\"no\"}", type);
    answer(exchange, 400, text);
}

static void list(struct fake *fake, struct hy_http_exchange *exchange, bool is_describe)
{
    char text[1000] = "";
    size_t len = 0;
    for (size_t i = 0; i < SHARDS_MAX; i++) {
        const struct fake_shard *shard = &fake->shards[i];
        if (shard->is_listed) {
            len += (size_t)snprintf(text + len, sizeof text - len,
                                    "%s{\"ShardId\":\"%s\"%s%s%s}", len == 0 ? "" : ",",
                                    shard->id, shard->parent == NULL ? "" : ",\"ParentShardId\":\"",
                                    shard->parent == NULL ? "" : shard->parent,
                                    shard->parent == NULL ? "" : "\"");
        }
    }
    char whole[1200];
    (void)snprintf(whole, sizeof whole, is_describe
                   ? "{\"StreamDescription\":{\"HasMoreShards\":false,\"Shards\":[%s]}}"
                   : "{\"Shards\":[%s]}", text);
    answer(exchange, 200, whole);
}

static size_t shard_in(const struct fake *fake, const char *body)
{
    for (size_t i = 0; i < SHARDS_MAX; i++) {
        if (fake->shards[i].id != NULL && strstr(body, fake->shards[i].id) != NULL) {
            return i;
        }
    }
    fail_msg("no such shard: %s", body);
    return 0;
}

static void iterator(struct fake *fake, struct hy_http_exchange *exchange, const char *body)
{
    const size_t shard = shard_in(fake, body);
    const char *number = strstr(body, "\"StartingSequenceNumber\":\"");
    size_t at = number == NULL ? 0 : strtoul(number + 26, NULL, 10) - 1000;
    char text[100];
    if (strstr(body, "AT_TIMESTAMP") != NULL) {
        note(fake, "%s", "AT_TIMESTAMP");
        assert_non_null(strstr(body, start_text));
        if (fake->no_timestamp) {
            refuse(exchange, "InvalidArgumentException");
            return;
        }
    } else if (strstr(body, "AFTER_SEQUENCE_NUMBER") != NULL) {
        note(fake, "after %s", fake->shards[shard].id);
        at++;
    } else {
        note(fake, "%s", strstr(body, "TRIM_HORIZON") != NULL ? "TRIM_HORIZON" : "at");
    }
    (void)snprintf(text, sizeof text, "{\"ShardIterator\":\"%s %zu\"}", fake->shards[shard].id,
                   at);
    answer(exchange, 200, text);
}

/* Three at a time. */
static void records(struct fake *fake, struct hy_http_exchange *exchange, const char *body)
{
    const struct fake_shard *shard = &fake->shards[shard_in(fake, body)];
    size_t at = strtoul(strchr(body, ' ') + 1, NULL, 10), count = 0;
    char text[2000] = "{\"MillisBehindLatest\":5,\"Records\":[";
    size_t len = strlen(text);
    note(fake, "read %s", shard->id);
    if (fake->expired > 0 && fake->expired-- > 0) {
        refuse(exchange, "ExpiredIteratorException");
        return;
    }
    if (fake->throttled > 0 && fake->throttled-- > 0) {
        refuse(exchange, "ProvisionedThroughputExceededException");
        return;
    }
    if (fake->broken > 0 && fake->broken-- > 0) {
        answer(exchange, 200, "{\"Records\":[{\"SequenceNumber\":\"1000\",\"PartitionKey\":\"k\","
                              "\"Data\":\"eA==\"},{\"SequenceNumber\":");
        return;
    }
    for (; at < shard->count && count < 3; at++, count++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s{\"SequenceNumber\":\"%zu\",\"PartitionKey\":\"k\","
                                "\"ApproximateArrivalTimestamp\":%s,\"Data\":\"%s\"}",
                                count == 0 ? "" : ",", 1000 + at,
                                at == 0 && fake->no_timestamp ? "1767224000.5" : "1767225001",
                                shard->records[at]);
    }
    if (shard->is_closed && at == shard->count) {
        (void)snprintf(text + len, sizeof text - len, "],\"NextShardIterator\":null}");
    } else {
        (void)snprintf(text + len, sizeof text - len, "],\"NextShardIterator\":\"%s %zu\"}",
                       shard->id, at);
    }
    answer(exchange, 200, text);
}

static void on_request(void *ctx, struct hy_http_exchange *exchange)
{
    struct fake *fake = ctx;
    const struct hy_http_request *request = hy_http_exchange_request(exchange);
    char body[600];
    const hy_sv target = hy_http_header(request->headers, HY_SV("X-Amz-Target"));
    const hy_sv authorization = hy_http_header(request->headers, HY_SV("Authorization"));
    (void)snprintf(body, sizeof body, "%.*s", (int)request->body_len, request->body);
    assert_true(hy_sv_starts_with(authorization, HY_SV("AWS4-HMAC-SHA256 Credential=id/")));
    assert_true(hy_sv_starts_with(target, HY_SV("Kinesis_20131202.")));
    if (hy_sv_ends_with(target, HY_SV(".ListShards")) ||
        hy_sv_ends_with(target, HY_SV(".DescribeStream"))) {
        const bool is_describe = hy_sv_ends_with(target, HY_SV(".DescribeStream"));
        note(fake, "%s", is_describe ? "describe" : "list");
        assert_non_null(strstr(body, "\"StreamName\":\"in\""));
        if (fake->list_errors > 0 && fake->list_errors-- > 0) {
            answer(exchange, 500, "");
        } else if (fake->no_list_shards && !is_describe) {
            refuse(exchange, "UnknownOperationException");
        } else {
            list(fake, exchange, is_describe);
        }
    } else if (hy_sv_ends_with(target, HY_SV(".GetShardIterator"))) {
        iterator(fake, exchange, body);
    } else {
        records(fake, exchange, body);
    }
}

/* ---- the rig, with a source ---- */

static uint64_t real_now_ms(void *ctx)
{
    (void)ctx;
    return 1767225000007;
}

static void open_fake(struct rig *rig, struct fake *fake)
{
    struct hy_err err = { 0 };
    char endpoint[64];
    char id[] = "id", key[] = "key";
    const struct hy_http_server_options options = { .host = "127.0.0.1", .on_request = on_request,
                                                    .ctx = fake };
    assert_int_equal(hy_http_server_create(rig->loop, &options, &fake->server, &err), HY_OK);
    (void)snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u",
                   hy_http_server_port(fake->server));
    const struct hy_kinesis_spec spec = { endpoint, NULL, id, key };
    const struct hy_kinesis_options kinesis = { .spec = &spec, .real = { .now_ms = real_now_ms },
                                                .poll_ms = 1 };
    rig->env.kinesis = hy_kinesis_create(rig->loop, &kinesis);
    assert_non_null(rig->env.kinesis);
}

static void set_source(struct rig *rig)
{
    rig->spec->source.stream_arn = strdup("arn:aws:kinesis:eu-west-1:123456789012:stream/in");
    assert_non_null(rig->spec->source.stream_arn);
    rig->spec->source.start_ms = 1767225000007;
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

static void close_fake(struct rig *rig, struct fake *fake)
{
    bool stopped = false;
    hy_kinesis_destroy(rig->env.kinesis);
    rig->env.kinesis = NULL;
    hy_http_server_stop(fake->server, 0, set_flag, &stopped);
    rig_run_until(rig, &stopped);
}

static void wait_for_records(struct rig *rig, uint64_t count)
{
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    while (counters->incoming_records < count) {
        assert_true(hy_loop_turn(rig->loop));
    }
    assert_int_equal(counters->incoming_records, count);
}

/* So many requests more: what they could bring too much has come then. */
static void wait_for_requests(struct rig *rig, const struct fake *fake, size_t count)
{
    const size_t before = fake->asked_count;
    while (fake->asked_count < before + count) {
        assert_true(hy_loop_turn(rig->loop));
    }
}

static void expect_delivered(struct rig *rig, const char *text)
{
    struct rig_flush flush;
    rig_flush(rig, &flush);
    rig_run_until(rig, &flush.done);
    rig_look(rig);
    rig_expect(rig, "clicks-1-", text);
}

static struct fake one_shard(void)
{
    struct fake fake = { .shards = { { .id = "shard-a", .is_listed = true, .count = 4,
                                       .records = { "MAo=", "MQo=", "Mgo=", "Mwo=" } } } };
    return fake;
}

static void test_parents_first_through_every_trouble(void **state)
{
    (void)state;
    struct rig rig = { .now_ms = rig_start_ms };
    struct fake fake = one_shard();
    fake.expired = 1;
    fake.throttled = 2;
    fake.broken = 1;
    fake.list_errors = 1;
    fake.no_list_shards = true;
    fake.shards[0].is_closed = true;
    fake.shards[1] = (struct fake_shard){ .id = "shard-b", .parent = "shard-a", .is_listed = true,
                                          .count = 1, .records = { "NAo=" } };
    rig_make_dir(&rig);
    rig_open(&rig);
    set_source(&rig);
    open_fake(&rig, &fake);
    rig_open_stream(&rig);
    wait_for_records(&rig, 5);
    expect_delivered(&rig, "0\n1\n2\n3\n4\n");

    const struct hy_counters *counters = hy_stream_counters(rig.stream);
    assert_int_equal(counters->data_read_records, 5);
    assert_int_equal(counters->data_read_bytes, 10);
    assert_int_equal(counters->kinesis_millis_behind, 5);
    assert_int_equal(counters->throttled_get_records, 2);
    assert_true(count_asked(&fake, "describe") >= 2); /* again when a's end had come */
    size_t b = 0;
    while (strcmp(fake.asked[b], "read shard-b") != 0) {
        b++;
    }
    for (; b < fake.asked_count; b++) { /* a is at its end */
        assert_string_not_equal(fake.asked[b], "read shard-a");
    }
    rig_close_stream(&rig);
    close_fake(&rig, &fake);
    rig_close(&rig);
    rig_remove_dir(&rig);
}

static void test_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct rig rig = { .now_ms = rig_start_ms };
    struct fake fake = one_shard();
    rig_make_dir(&rig);
    for (size_t round = 0; round < 3; round++) {
        rig_open(&rig);
        set_source(&rig);
        open_fake(&rig, &fake);
        rig_open_stream(&rig);
        wait_for_records(&rig, round == 0 ? 4 : 1);
        wait_for_requests(&rig, &fake, 4);
        wait_for_records(&rig, round == 0 ? 4 : 1);
        rig_close_stream(&rig);
        close_fake(&rig, &fake);
        rig_close(&rig);
        fake.shards[0].records[fake.shards[0].count++] = round == 0 ? "NAo=" : "NQo=";
    }
    assert_int_equal(count_asked(&fake, "AT_TIMESTAMP"), 1);
    assert_int_equal(count_asked(&fake, "after shard-a"), 2);
    rig_remove_dir(&rig);
}

/* The endpoint has no AT_TIMESTAMP: record 0 came before the start. */
static void test_without_at_timestamp_what_is_older_is_passed_over(void **state)
{
    (void)state;
    struct rig rig = { .now_ms = rig_start_ms };
    struct fake fake = one_shard();
    fake.no_timestamp = true;
    rig_make_dir(&rig);
    rig_open(&rig);
    set_source(&rig);
    open_fake(&rig, &fake);
    rig_open_stream(&rig);
    wait_for_records(&rig, 3);
    assert_int_equal(count_asked(&fake, "TRIM_HORIZON"), 1);
    expect_delivered(&rig, "1\n2\n3\n");
    rig_close_stream(&rig);
    close_fake(&rig, &fake);
    rig_close(&rig);
    rig_remove_dir(&rig);
}

/* A journal that the ledger knows nothing of, as after a crash between the two, and which ends in
 * the middle of an aggregate. */
static void append_noted(struct rig *rig, const struct hy_kinesis_note *from, hy_sv data)
{
    char text[HY_KINESIS_NOTE_BYTES_MAX];
    struct hy_journal *journal = hy_stream_journal(rig->stream);
    const hy_sv written = { text, hy_kinesis_note_write(from, text) };
    char *room = hy_journal_reserve(journal, HY_NOTED_BYTES(written.len) + data.len);
    assert_non_null(room);
    memcpy(room + HY_NOTED_BYTES(written.len), data.ptr, data.len);
    (void)hy_journal_append_noted(journal, written, data.len, rig->now_ms);
}

static void on_kept(void *ctx, enum hy_code code)
{
    assert_int_equal(code, HY_OK);
    set_flag(ctx);
}

static void test_the_journal_knows_more_than_the_ledger(void **state)
{
    (void)state;
    struct rig rig = { .now_ms = rig_start_ms };
    struct fake fake = one_shard();
    bool done = false;
    /* Number 1002 is the aggregate of "x\n", "y\n", "z\n", all with the key "k". */
    fake.shards[0].records[2] =
        "84mawgoBaxoGCAAaAngKGgYIABoCeQoaBggAGgJ6CpIkVFtoTEH5tp76WXIkGeQ=";
    struct hy_kinesis_note from = { .shard = HY_SV("shard-a"), .sequence = HY_SV("1001"),
                                    .partition_key = HY_SV("k"), .is_last = true };
    rig_make_dir(&rig);
    rig_open(&rig);
    set_source(&rig);
    rig_open_stream(&rig); /* without an endpoint nothing is read */
    append_noted(&rig, &from, HY_SV("1\n"));
    from.sequence = HY_SV("1002");
    from.is_last = false;
    append_noted(&rig, &from, HY_SV("x\n"));
    assert_true(hy_journal_commit(hy_stream_journal(rig.stream), on_kept, &done));
    rig_run_until(&rig, &done);
    rig_close_stream(&rig);
    rig_close(&rig);

    rig_open(&rig);
    set_source(&rig);
    open_fake(&rig, &fake);
    rig_open_stream(&rig);
    wait_for_records(&rig, 3);
    assert_int_equal(count_asked(&fake, "at"), 1);
    expect_delivered(&rig, "1\nx\ny\nz\n3\n");
    rig_close_stream(&rig);
    close_fake(&rig, &fake);
    rig_close(&rig);
    rig_remove_dir(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parents_first_through_every_trouble),
        cmocka_unit_test(test_goes_on_where_it_stopped),
        cmocka_unit_test(test_without_at_timestamp_what_is_older_is_passed_over),
        cmocka_unit_test(test_the_journal_knows_more_than_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
