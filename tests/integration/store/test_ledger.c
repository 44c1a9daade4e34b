/* test_ledger.c - streams, deliveries and watermarks, before and after a restart. */
#include "support/temp_dir.h"

#include "base/log.h"
#include "store/ledger.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

enum { DONES_MAX = 4096 };

struct rig {
    struct temp_dir dir;
    char path[2 * TEMP_PATH_BYTES];
    bool power;
    struct hy_loop *loop;
    struct hy_worker *disk;
    struct hy_ledger *ledger;
    size_t dones;
    int order[DONES_MAX];
    enum hy_code codes[DONES_MAX];
};

struct ticket {
    struct rig *rig;
    int who;
};

static void start(struct rig *rig)
{
    struct hy_err err = { 0 };
    rig->loop = hy_loop_create();
    rig->disk = hy_worker_create(rig->loop, "disk");
    assert_non_null(rig->disk);
    assert_int_equal(hy_ledger_open(rig->path, rig->power, rig->disk, &rig->ledger, &err), HY_OK);
    rig->dones = 0;
}

static void stop(struct rig *rig)
{
    hy_worker_destroy(rig->disk);
    hy_ledger_close(rig->ledger);
    hy_loop_destroy(rig->loop);
}

static void restart(struct rig *rig)
{
    stop(rig);
    start(rig);
}

static struct rig *create(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_dir_make(&rig->dir);
    temp_dir_path(&rig->dir, "hydrant.db", rig->path);
    start(rig);
    return rig;
}

static void destroy(struct rig *rig)
{
    stop(rig);
    temp_dir_remove(&rig->dir);
    free(rig);
}

static void on_done(void *ctx, enum hy_code code)
{
    struct ticket *ticket = ctx;
    struct rig *rig = ticket->rig;
    assert_true(rig->dones < DONES_MAX);
    rig->order[rig->dones] = ticket->who;
    rig->codes[rig->dones++] = code;
    free(ticket);
}

static struct ticket *ticket(struct rig *rig, int who)
{
    struct ticket *made = malloc(sizeof *made);
    assert_non_null(made);
    *made = (struct ticket){ rig, who };
    return made;
}

static void wait_for(struct rig *rig, size_t dones)
{
    while (rig->dones < dones) {
        (void)hy_loop_turn(rig->loop);
    }
}

static void put_stream(struct rig *rig, uint64_t id, const char *name, const char *description)
{
    const struct hy_ledger_stream row = { id, hy_sv_of(name), hy_sv_of(description) };
    hy_ledger_put_stream(rig->ledger, &row, on_done, ticket(rig, (int)id));
}

static void put_delivery(struct rig *rig, uint64_t stream_id, enum hy_lane lane, const char *key,
                         uint64_t first, uint64_t last)
{
    struct hy_seqrange range = { first, last };
    const struct hy_seqset seqs = { &range, 1, 1 };
    const struct hy_ledger_delivery row = {
        .stream_id = stream_id,
        .lane = lane,
        .bucket = key[0] == '\0' ? HY_SV("") : HY_SV("bucket"),
        .key = hy_sv_of(key),
        .temporary = HY_SV("0123abcd"),
        .content_type = HY_SV("application/octet-stream"),
        .content_encoding = HY_SV("gzip"),
        .bytes = 1000 + first,
        .records = last - first + 1,
        .made_ms = 1767225797123,
        .seqs = &seqs,
    };
    hy_ledger_put_delivery(rig->ledger, &row, on_done, ticket(rig, (int)first));
}

/* What a load brings, as a text that tests can compare. */
struct listing {
    char text[8192];
    size_t len;
};

__attribute__((format(printf, 2, 3)))
static void list(struct listing *listing, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(listing->text + listing->len, sizeof listing->text - listing->len,
                            format, args);
    va_end(args);
    listing->len += (size_t)n;
}

static void list_stream(void *ctx, const struct hy_ledger_stream *row)
{
    list(ctx, "%d %.*s %.*s;", (int)row->id, HY_SV_ARG(row->name), HY_SV_ARG(row->description));
}

static const char *streams(struct rig *rig, struct listing *listing)
{
    *listing = (struct listing){ 0 };
    assert_int_equal(hy_ledger_load_streams(rig->ledger, list_stream, listing), HY_OK);
    return listing->text;
}

static void list_delivery(void *ctx, const struct hy_ledger_delivery *row)
{
    list(ctx, "%d %.*s/", (int)row->lane, HY_SV_ARG(row->bucket));
    for (size_t i = 0; i < row->key.len; i++) {
        const unsigned char byte = (unsigned char)row->key.ptr[i];
        list(ctx, byte > 31 && byte < 127 ? "%c" : "<%d>", byte);
    }
    for (size_t i = 0; i < row->seqs->count; i++) {
        list(ctx, " %d-%d", (int)row->seqs->ranges[i].first, (int)row->seqs->ranges[i].last);
    }
    list(ctx, ";");
}

static const char *deliveries(struct rig *rig, uint64_t stream_id, struct listing *listing)
{
    *listing = (struct listing){ 0 };
    assert_int_equal(
        hy_ledger_load_deliveries(rig->ledger, stream_id, list_delivery, listing), HY_OK);
    return listing->text;
}

static void test_streams_are_put_replaced_deleted_and_loaded(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct listing listing;
    assert_string_equal(streams(rig, &listing), "");
    put_stream(rig, 2, "clicks", "{\"a\":1}");
    put_stream(rig, 1, "orders", "{}");
    put_stream(rig, 2, "clicks", "{\"a\":2}");
    put_stream(rig, 3, "gone", "{}");
    hy_ledger_delete_stream(rig->ledger, 3, on_done, ticket(rig, 9));
    assert_int_equal(rig->dones, 0);
    wait_for(rig, 5);
    static const int order[] = { 2, 1, 2, 3, 9 };
    for (size_t i = 0; i < ROWS(order); i++) {
        assert_int_equal(rig->order[i], order[i]);
        assert_int_equal(rig->codes[i], HY_OK);
    }
    assert_string_equal(streams(rig, &listing), "1 orders {};2 clicks {\"a\":2};");
    restart(rig);
    assert_string_equal(streams(rig, &listing), "1 orders {};2 clicks {\"a\":2};");
    destroy(rig);
}

static void test_ids_are_never_given_again(void **state)
{
    (void)state;
    struct rig *rig = create();
    assert_int_equal(hy_ledger_next_stream_id(rig->ledger), 1);
    assert_int_equal(hy_ledger_next_stream_id(rig->ledger), 2); /* asked for is used */
    put_stream(rig, 40, "counted by the caller", "{}");
    hy_ledger_delete_stream(rig->ledger, 40, on_done, ticket(rig, 0));
    wait_for(rig, 2);
    restart(rig);
    assert_int_equal(hy_ledger_next_stream_id(rig->ledger), 41);
    put_stream(rig, 7, "an old one, updated", "{}"); /* does not go back */
    wait_for(rig, 1);
    restart(rig);
    assert_int_equal(hy_ledger_next_stream_id(rig->ledger), 42);
    destroy(rig);
}

static void test_a_delivery_comes_back_as_it_was_put(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct hy_seqset seqs;
    hy_seqset_init(&seqs);
    assert_int_equal(hy_seqset_add(&seqs, 1, 4), HY_OK);
    assert_int_equal(hy_seqset_add(&seqs, 9, 9), HY_OK);
    assert_int_equal(hy_seqset_add(&seqs, 12, 500), HY_OK);
    const char key[] = { 'a', '/', 0, 'b', (char)0xff };
    const struct hy_ledger_delivery row = { .stream_id = 5,
                                            .lane = HY_LANE_BACKUP,
                                            .bucket = HY_SV("bucket"),
                                            .key = { key, sizeof key },
                                            .seqs = &seqs };
    hy_ledger_put_delivery(rig->ledger, &row, on_done, ticket(rig, 0));
    hy_seqset_finish(&seqs); /* views are copied */
    put_delivery(rig, 5, HY_LANE_MAIN, "", 5, 8);
    put_delivery(rig, 6, HY_LANE_MAIN, "of another stream", 1, 1);
    restart(rig); /* what was asked for is made before the disk thread stops */
    struct listing listing;
    assert_string_equal(deliveries(rig, 5, &listing),
                        "1 bucket/a/<0>b<255> 1-4 9-9 12-500;0 / 5-8;");
    destroy(rig);
}

static void check_whole_row(void *ctx, const struct hy_ledger_delivery *row)
{
    assert_int_equal(row->stream_id, 1);
    assert_int_equal(row->lane, HY_LANE_MAIN);
    assert_true(hy_sv_equal(row->bucket, HY_SV("bucket")));
    assert_true(hy_sv_equal(row->key, HY_SV("a/key")));
    assert_true(hy_sv_equal(row->temporary, HY_SV("0123abcd")));
    assert_true(hy_sv_equal(row->content_type, HY_SV("application/octet-stream")));
    assert_true(hy_sv_equal(row->content_encoding, HY_SV("gzip")));
    assert_int_equal(row->bytes, 1003);
    assert_int_equal(row->records, 5);
    assert_true(row->made_ms == 1767225797123);
    ++*(int *)ctx;
}

static void test_every_member_of_a_delivery_is_kept(void **state)
{
    (void)state;
    struct rig *rig = create();
    int rows = 0;
    put_delivery(rig, 1, HY_LANE_MAIN, "a/key", 3, 7);
    restart(rig);
    assert_int_equal(hy_ledger_load_deliveries(rig->ledger, 1, check_whole_row, &rows), HY_OK);
    assert_int_equal(rows, 1);
    destroy(rig);
}

static void test_prune_forgets_what_is_wholly_below_and_keeps_the_watermark(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct listing listing;
    uint64_t watermarks[HY_LANE_COUNT];
    put_delivery(rig, 1, HY_LANE_MAIN, "a", 1, 10);
    put_delivery(rig, 1, HY_LANE_MAIN, "b", 11, 20);
    put_delivery(rig, 1, HY_LANE_MAIN, "c", 15, 30);
    put_delivery(rig, 1, HY_LANE_BACKUP, "d", 1, 10);
    put_delivery(rig, 2, HY_LANE_MAIN, "e", 1, 10);
    hy_ledger_prune(rig->ledger, 1, HY_LANE_MAIN, 20, on_done, ticket(rig, 0));
    hy_ledger_prune(rig->ledger, 1, HY_LANE_MAIN, 9, on_done, ticket(rig, 0)); /* late, lower */
    restart(rig);
    assert_string_equal(deliveries(rig, 1, &listing), "0 bucket/c 15-30;1 bucket/d 1-10;");
    assert_string_equal(deliveries(rig, 2, &listing), "0 bucket/e 1-10;");
    assert_int_equal(hy_ledger_load_watermarks(rig->ledger, 1, watermarks), HY_OK);
    assert_int_equal(watermarks[HY_LANE_MAIN], 20);
    assert_int_equal(watermarks[HY_LANE_BACKUP], 0);
    assert_int_equal(hy_ledger_load_watermarks(rig->ledger, 99, watermarks), HY_OK);
    assert_int_equal(watermarks[HY_LANE_MAIN], 0);
    destroy(rig);
}

static void test_a_deleted_stream_takes_its_rows_along(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct listing listing;
    uint64_t watermarks[HY_LANE_COUNT];
    put_stream(rig, 1, "one", "{}");
    put_stream(rig, 2, "two", "{}");
    for (uint64_t id = 1; id <= 2; id++) {
        put_delivery(rig, id, HY_LANE_MAIN, "a", 1, 10);
        put_delivery(rig, id, HY_LANE_MAIN, "b", 11, 20);
        hy_ledger_prune(rig->ledger, id, HY_LANE_MAIN, 10, on_done, ticket(rig, 0));
    }
    hy_ledger_delete_stream(rig->ledger, 1, on_done, ticket(rig, 0));
    wait_for(rig, 9);
    assert_string_equal(streams(rig, &listing), "2 two {};");
    assert_string_equal(deliveries(rig, 1, &listing), "");
    assert_string_equal(deliveries(rig, 2, &listing), "0 bucket/b 11-20;");
    assert_int_equal(hy_ledger_load_watermarks(rig->ledger, 1, watermarks), HY_OK);
    assert_int_equal(watermarks[HY_LANE_MAIN], 0);
    destroy(rig);
}

/* One number from the database, asked by another connection. */
static int64_t ask(struct rig *rig, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return number;
}

static void tell(struct rig *rig, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

static void test_done_means_committed_and_the_object_is_noted(void **state)
{
    (void)state;
    struct rig *rig = create();
    put_delivery(rig, 1, HY_LANE_MAIN, "logs/a.gz", 1, 10);
    put_delivery(rig, 1, HY_LANE_MAIN, "", 11, 20); /* dropped records: no object */
    wait_for(rig, 2);
    assert_int_equal(ask(rig, "SELECT count(*) FROM deliveries"), 2);
    assert_int_equal(ask(rig, "SELECT count(*) FROM objects"), 1);
    assert_int_equal(ask(rig, "SELECT bytes FROM objects WHERE bucket = 'bucket' AND"
                              " key = 'logs/a.gz' AND content_encoding = 'gzip'"),
                     1001);
    put_delivery(rig, 2, HY_LANE_MAIN, "logs/a.gz", 5, 5); /* written again: replaced */
    wait_for(rig, 3);
    assert_int_equal(ask(rig, "SELECT bytes FROM objects"), 1005);
    assert_int_equal(ask(rig, "PRAGMA user_version"), 2);
    destroy(rig);
}

static void test_many_changes_are_answered_in_order(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct rig *rig = create();
    for (uint64_t i = 1; i <= COUNT; i++) {
        put_delivery(rig, 1, HY_LANE_MAIN, "key", i, i);
        if (i % 100 == 0) {
            (void)hy_loop_turn(rig->loop);
        }
    }
    wait_for(rig, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(rig->order[i], i + 1);
        assert_int_equal(rig->codes[i], HY_OK);
    }
    assert_int_equal(ask(rig, "SELECT count(*) FROM deliveries"), COUNT);
    destroy(rig);
}

static void test_a_change_that_fails_leaves_the_others_alone(void **state)
{
    (void)state;
    struct rig *rig = create();
    tell(rig, "CREATE TRIGGER refuse BEFORE INSERT ON objects WHEN NEW.key = 'bad'"
              " BEGIN SELECT RAISE(FAIL, 'refused by the test'); END");
    put_delivery(rig, 1, HY_LANE_MAIN, "good", 1, 1);
    put_delivery(rig, 1, HY_LANE_MAIN, "bad", 2, 2);
    put_delivery(rig, 1, HY_LANE_MAIN, "good too", 3, 3);
    wait_for(rig, 3);
    assert_int_equal(rig->codes[0], HY_OK);
    assert_int_equal(rig->codes[1], HY_IO);
    assert_int_equal(rig->codes[2], HY_OK);
    struct listing listing;
    /* nothing of the bad one, although its first half went well */
    assert_string_equal(deliveries(rig, 1, &listing), "0 bucket/good 1-1;0 bucket/good too 3-3;");
    destroy(rig);
}

static void test_a_full_disk_is_an_error_and_heals(void **state)
{
    (void)state;
    struct rig *rig = create();
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit before = limit;
    limit.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    put_stream(rig, 1, "no room", "{}");
    wait_for(rig, 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rig->codes[0], HY_IO);
    put_stream(rig, 2, "room", "{}");
    wait_for(rig, 2);
    assert_int_equal(rig->codes[1], HY_OK);
    struct listing listing;
    restart(rig);
    assert_string_equal(streams(rig, &listing), "2 room {};");
    destroy(rig);
}

static void check_refused(const char *path, struct hy_worker *disk, enum hy_code code,
                          const char *words)
{
    struct hy_ledger *ledger = NULL;
    struct hy_err err = { 0 };
    assert_int_equal(hy_ledger_open(path, false, disk, &ledger, &err), code);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say: %s", err.text, words);
    }
}

static void list_checkpoint(void *ctx, const struct hy_ledger_checkpoint *row)
{
    char *text = ctx;
    const size_t len = strlen(text);
    (void)snprintf(text + len, 200 - len, "%llu %.*s %.*s;", (unsigned long long)row->stream_id,
                   HY_SV_ARG(row->shard), HY_SV_ARG(row->position));
}

static void put_checkpoint(struct rig *rig, uint64_t stream_id, const char *shard,
                           const char *position, int number)
{
    const struct hy_ledger_checkpoint row = { stream_id, hy_sv_of(shard), hy_sv_of(position) };
    hy_ledger_put_checkpoint(rig->ledger, &row, on_done, ticket(rig, number));
}

static void test_checkpoints_are_replaced_and_go_with_their_stream(void **state)
{
    (void)state;
    struct rig *rig = create();
    char text[200] = "";
    put_checkpoint(rig, 1, "b", "10", 1);
    put_checkpoint(rig, 1, "a", "7/2", 2);
    put_checkpoint(rig, 2, "a", "", 3);
    put_checkpoint(rig, 1, "b", "end", 4);
    wait_for(rig, 4);
    assert_int_equal(hy_ledger_load_checkpoints(rig->ledger, 1, list_checkpoint, text), HY_OK);
    assert_string_equal(text, "1 a 7/2;1 b end;");
    hy_ledger_delete_stream(rig->ledger, 1, on_done, ticket(rig, 5));
    wait_for(rig, 5);
    text[0] = '\0';
    assert_int_equal(hy_ledger_load_checkpoints(rig->ledger, 1, list_checkpoint, text), HY_OK);
    assert_int_equal(hy_ledger_load_checkpoints(rig->ledger, 2, list_checkpoint, text), HY_OK);
    assert_string_equal(text, "2 a ;");
    destroy(rig);
}

/* As the first version left it. */
static void test_a_database_of_version_1_is_brought_up_to_date(void **state)
{
    (void)state;
    struct rig *rig = create();
    stop(rig);
    tell(rig, "DROP TABLE checkpoints");
    tell(rig, "PRAGMA user_version = 1");
    start(rig);
    assert_int_equal(ask(rig, "PRAGMA user_version"), 2);
    put_checkpoint(rig, 1, "a", "1", 1);
    wait_for(rig, 1);
    assert_int_equal(ask(rig, "SELECT count(*) FROM checkpoints"), 1);
    destroy(rig);
}

static void test_what_cannot_be_opened_is_a_sentence(void **state)
{
    (void)state;
    struct rig *rig = create();
    check_refused(rig->path, rig->disk, HY_BUSY, "is in use by another process");
    check_refused("/nonexistent/hydrant.db", rig->disk, HY_IO, "No such file");
    stop(rig);
    tell(rig, "PRAGMA user_version = 3");
    check_refused(rig->path, NULL, HY_INVALID, "has version 3, made by a newer hydrant");
    tell(rig, "PRAGMA user_version = 2");
    temp_dir_write(&rig->dir, "not.db", "certainly not a database of SQLite, but long enough", 51);
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(&rig->dir, "not.db", path);
    check_refused(path, NULL, HY_IO, "not a database");
    rig->power = true;
    start(rig); /* and none of the refusals did any harm */
    destroy(rig);
}

int main(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    hy_log_setup(&(struct hy_log_options){
        .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_are_put_replaced_deleted_and_loaded),
        cmocka_unit_test(test_ids_are_never_given_again),
        cmocka_unit_test(test_checkpoints_are_replaced_and_go_with_their_stream),
        cmocka_unit_test(test_a_database_of_version_1_is_brought_up_to_date),
        cmocka_unit_test(test_a_delivery_comes_back_as_it_was_put),
        cmocka_unit_test(test_every_member_of_a_delivery_is_kept),
        cmocka_unit_test(test_prune_forgets_what_is_wholly_below_and_keeps_the_watermark),
        cmocka_unit_test(test_a_deleted_stream_takes_its_rows_along),
        cmocka_unit_test(test_done_means_committed_and_the_object_is_noted),
        cmocka_unit_test(test_many_changes_are_answered_in_order),
        cmocka_unit_test(test_a_change_that_fails_leaves_the_others_alone),
        cmocka_unit_test(test_a_full_disk_is_an_error_and_heals),
        cmocka_unit_test(test_what_cannot_be_opened_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
