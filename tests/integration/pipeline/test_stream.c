/* A stream without a transform, from the journal to the bucket. */
#include "rig.h"

#include "base/log.h"

#include <libdeflate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    rig_make_dir(rig);
    rig_open(rig);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;
    rig_close(rig);
    rig_remove_dir(rig);
    free(rig);
    return 0;
}

static void test_interval(void **state)
{
    struct rig *rig = *state;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig->now_ms += 1000;
    rig_put(rig, HY_SV("def"));
    rig_advance(rig, 58999); /* 59,999 ms after the first */
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
    rig_advance(rig, 1);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_expect(rig, "out/2026/01/01/00/clicks-1-2026-01-01-00-03-17-", "abcdef");
    assert_int_equal(rig_temporaries(rig), 0);

    rig_advance(rig, 600000); /* an empty buffer makes no object */
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);

    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->incoming_records, 2);
    assert_int_equal(counters->incoming_bytes, 6);
    assert_int_equal(counters->delivered_objects, 1);
    assert_int_equal(counters->delivered_records, 2);
    assert_int_equal(counters->delivered_bytes, 6);
    assert_int_equal(counters->settled_records, 2);
}

static void put_large(struct rig *rig, char fill, size_t bytes)
{
    char *data = malloc(bytes);
    assert_non_null(data);
    memset(data, fill, bytes);
    rig_put(rig, (hy_sv){ data, bytes });
    free(data);
}

static void test_size(void **state)
{
    struct rig *rig = *state;
    rig->spec->s3.buffering.bytes = 2 * MIB;
    rig_open_stream(rig);
    put_large(rig, 'a', 1000000);
    put_large(rig, 'b', 1000000);
    rig_settle(rig);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0); /* 97,152 bytes below the hint */
    rig->now_ms += 1000;
    put_large(rig, 'c', 97151);
    rig_settle(rig);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0); /* one byte below */
    put_large(rig, 'd', 1000);
    rig_settle(rig);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1); /* over it by a part of one record, never split */
    assert_int_equal(rig->objects[0].len, 2 * MIB + 999);
    assert_int_equal(rig->objects[0].bytes[0], 'a');
    assert_int_equal(rig->objects[0].bytes[2 * MIB + 998], 'd');

    rig_put(rig, HY_SV("next")); /* has an age of its own */
    rig_advance(rig, 59999);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_advance(rig, 1);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    rig_expect(rig, "00-03-18-", "next");
}

static void test_gzip(void **state)
{
    struct rig *rig = *state;
    rig->spec->s3.compression = HY_COMPRESSION_GZIP;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("hello "));
    rig_put(rig, HY_SV("world"));
    rig_advance(rig, 60000);
    rig_look(rig);
    const struct rig_object *object = rig_object(rig, ".gz");
    char plain[64];
    size_t len = 0;
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    assert_int_equal(libdeflate_gzip_decompress(decompressor, object->bytes, object->len, plain,
                                                sizeof plain, &len), LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(decompressor);
    assert_int_equal(len, 11);
    assert_memory_equal(plain, "hello world", 11);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_bytes, 11);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_stored_bytes, object->len);
}

static void set(char **text, const char *value)
{
    free(*text);
    *text = hy_sv_dup(hy_sv_of(value));
    assert_non_null(*text);
}

/* The prefix, the name's time, and the extension that replaces the format's own. */
static void test_keys(void **state)
{
    struct rig *rig = *state;
    set(&rig->spec->s3.prefix, "d=!{timestamp:yyyy-MM-dd'T'HH}/");
    set(&rig->spec->s3.error_prefix, "e/!{firehose:error-output-type}/");
    set(&rig->spec->s3.time_zone, "America/New_York");
    set(&rig->spec->s3.file_extension, ".custom.log");
    rig->spec->s3.compression = HY_COMPRESSION_GZIP;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("hello"));
    rig_advance(rig, 60000);
    rig_look(rig);
    const struct rig_object *object = rig_object(rig, "d=2025-12-31T19/clicks-1-2025-12-31-19-");
    assert_true(hy_sv_ends_with(hy_sv_of(object->key), HY_SV(".custom.log")));
    assert_memory_equal(object->bytes, "\x1f\x8b", 2); /* packed all the same */
}

static void test_refused_specs(void **state)
{
    struct rig *rig = *state;
    struct hy_err err = { 0 };
    char *zone = rig->spec->s3.time_zone;
    rig->spec->s3.time_zone = "Mars/Olympus";
    assert_int_equal(hy_stream_open(&rig->env, rig->spec, &rig->stream, &err), HY_INVALID);
    rig->spec->s3.time_zone = zone;
    free(rig->spec->s3.prefix);
    rig->spec->s3.prefix = hy_sv_dup(HY_SV("!{partitionKeyFromQuery:k}/"));
    assert_int_equal(hy_stream_open(&rig->env, rig->spec, &rig->stream, &err), HY_INVALID);
    assert_true(err.text[0] != '\0');
    assert_null(rig->stream);
}

static void test_backup(void **state)
{
    struct rig *rig = *state;
    rig->spec->has_backup = true;
    rig->spec->backup.buffering.interval_ms = 90000;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 0); /* one lane of two */
    rig_advance(rig, 30000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    rig_expect(rig, "backup/2026/01/01/00/clicks-1-", "abc");
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->backup_objects, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->delivered_objects, 1);
}

static void test_backup_enabled_later(void **state)
{
    struct rig *rig = *state;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("before"));
    struct hy_stream_spec *old = rig->spec;
    struct hy_stream_spec *spec = hy_stream_spec_create();
    *spec = *old; /* strings move over one by one below */
    spec->holders = 1;
    char **const strings[] = { &spec->name, &spec->arn, &spec->region, &spec->version,
                               &spec->s3.bucket, &spec->s3.prefix, &spec->s3.error_prefix,
                               &spec->s3.file_extension, &spec->s3.time_zone,
                               &spec->backup.bucket, &spec->backup.prefix,
                               &spec->backup.error_prefix, &spec->backup.file_extension,
                               &spec->backup.time_zone };
    for (size_t i = 0; i < ROWS(strings); i++) {
        *strings[i] = hy_sv_dup(hy_sv_of(*strings[i]));
    }
    spec->has_backup = true;
    spec->version[0] = '2';
    spec->s3.naming = spec->backup.naming = NULL; /* the old one's */
    struct hy_err err;
    assert_int_equal(hy_stream_check(spec, &err), HY_OK);
    hy_stream_update(rig->stream, spec);
    hy_stream_spec_release(spec);
    rig_put(rig, HY_SV("after"));
    rig_advance(rig, 60000);
    rig_look(rig);
    rig_expect(rig, "out/2026/01/01/00/clicks-1-", "before"); /* as it was begun */
    rig_expect(rig, "out/2026/01/01/00/clicks-2-", "after");
    rig_expect(rig, "backup/2026/01/01/00/clicks-2-", "after");
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 2);
}

static void test_flush(void **state)
{
    struct rig *rig = *state;
    struct rig_flush first, second;
    rig_open_stream(rig);
    rig_flush(rig, &first); /* nothing there: answered at once, but not from inside */
    rig_settle(rig);
    assert_true(first.done);
    assert_int_equal(first.code, HY_OK);
    assert_int_equal(first.objects + first.records, 0);

    rig_put(rig, HY_SV("abc"));
    rig_flush(rig, &first);
    rig_put(rig, HY_SV("def")); /* not of the first flush, and does not hold it up */
    rig_flush(rig, &second);
    rig_settle(rig);
    assert_true(first.done && second.done);
    assert_int_equal(first.objects, 1);
    assert_int_equal(first.records, 1);
    assert_int_equal(second.code, HY_OK);
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
    assert_int_equal(hy_stream_counters(rig->stream)->settled_records, 2);
}

static void test_flush_is_cancelled(void **state)
{
    struct rig *rig = *state;
    struct rig_flush flush;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_flush(rig, &flush);
    rig_close_stream(rig);
    assert_true(flush.done);
    assert_true(flush.code == HY_CANCELLED || flush.code == HY_OK);
}

static void note_code(void *ctx, enum hy_code code)
{
    *(int *)ctx = (int)code;
}

static void test_await(void **state)
{
    struct rig *rig = *state;
    int none = -1, two = -1, three = -1, cancelled = -1;
    rig_open_stream(rig);
    assert_non_null(hy_stream_await(rig->stream, 0, note_code, &none));
    assert_int_equal(none, -1);
    assert_non_null(hy_stream_await(rig->stream, 2, note_code, &two));
    assert_non_null(hy_stream_await(rig->stream, 3, note_code, &three));
    struct hy_await *await = hy_stream_await(rig->stream, 2, note_code, &cancelled);
    rig_put(rig, HY_SV("abc"));
    rig_put(rig, HY_SV("def"));
    assert_int_equal(none, HY_OK);
    assert_int_equal(two, -1);
    hy_await_cancel(await);
    rig_advance(rig, 60000);
    assert_int_equal(two, HY_OK);
    assert_int_equal(three, -1);
    rig_close_stream(rig);
    assert_int_equal(three, HY_CANCELLED);
    assert_int_equal(cancelled, -1);
}

static void remove_bucket(struct rig *rig)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/buckets/out", rig->dir);
    assert_int_equal(rmdir(path), 0);
}

static void test_bucket_comes_back(void **state)
{
    struct rig *rig = *state;
    rig_open_stream(rig);
    remove_bucket(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000);
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->delivery_failures, 1);
    rig_advance(rig, 4999);
    assert_int_equal(counters->delivery_failures, 1);
    rig_advance(rig, 1);
    assert_int_equal(counters->delivery_failures, 2);
    assert_int_equal(counters->settled_records, 0);
    assert_int_equal(rig_temporaries(rig), 0);

    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.delivering_records, 1);
    assert_int_equal(waiting.unsettled_records, 1);
    assert_true(waiting.next_due_ms == rig->now_ms + 5000);

    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);
    rig_advance(rig, 5000);
    rig_look(rig);
    rig_expect(rig, "clicks-1-2026-01-01-00-03-17-", "abc");
    assert_int_equal(counters->settled_records, 1);
}

static void test_flush_does_not_wait_for_a_retry(void **state)
{
    struct rig *rig = *state;
    struct rig_flush flush;
    rig_open_stream(rig);
    remove_bucket(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);
    rig_flush(rig, &flush);
    rig_settle(rig);
    assert_true(flush.done);
    assert_int_equal(flush.objects, 1);
}

static void test_given_up_after_a_day(void **state)
{
    struct rig *rig = *state;
    const uint64_t day_ms = 24 * 3600 * 1000;
    rig_open_stream(rig);
    const struct hy_log_options quiet = { .level = HY_LOG_ERROR, .fd = -1 };
    hy_log_setup(&quiet); /* it will be loud, as it should */
    remove_bucket(rig);
    rig_put(rig, HY_SV("abc"));
    rig_advance(rig, 60000);
    rig_advance(rig, day_ms - 60001);
    const struct hy_counters *counters = hy_stream_counters(rig->stream);
    assert_int_equal(counters->lost_records, 0);
    rig_advance(rig, 1);
    assert_int_equal(counters->lost_records, 1);
    assert_int_equal(counters->settled_records, 1);
    assert_int_equal(hy_bucket_create(rig->buckets, HY_SV("out")), HY_OK);

    rig_close_stream(rig); /* nor does it come back */
    rig_open_stream(rig);
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
}

static void test_close_keeps_what_waits(void **state)
{
    struct rig *rig = *state;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("abc"));
    rig_close_stream(rig);
    rig_look(rig);
    assert_int_equal(rig->object_count, 0);
    rig->now_ms += 59999;
    rig_open_stream(rig); /* with the arrival it had: due in 1 ms */
    struct hy_stream_waiting waiting;
    hy_stream_waiting(rig->stream, &waiting);
    assert_int_equal(waiting.buffer_records, 1);
    assert_int_equal(waiting.unsettled_records, 1);
    assert_int_equal(hy_stream_counters(rig->stream)->incoming_records, 0);
    rig_advance(rig, 1);
    rig_look(rig);
    rig_expect(rig, "clicks-1-2026-01-01-00-03-17-", "abc");
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

static void test_discard(void **state)
{
    struct rig *rig = *state;
    bool discarded = false;
    rig_open_stream(rig);
    rig_put(rig, HY_SV("delivered"));
    rig_advance(rig, 60000);
    rig_put(rig, HY_SV("discarded"));
    hy_stream_discard(rig->stream, set_flag, &discarded);
    assert_false(discarded);
    rig_run_until(rig, &discarded);
    rig->stream = NULL;
    rig_advance(rig, 60000);
    rig_look(rig);
    assert_int_equal(rig->object_count, 1);
    rig_expect(rig, "clicks-1-", "delivered");

    uint64_t watermarks[HY_LANE_COUNT];
    assert_int_equal(hy_ledger_load_watermarks(rig->ledger, 7, watermarks), HY_OK);
    assert_int_equal(watermarks[HY_LANE_MAIN], 0);
    rig_close(rig); /* the disk thread has done what it had to */
    char path[128];
    (void)snprintf(path, sizeof path, "%s/journal/7", rig->dir);
    assert_int_equal(access(path, F_OK), -1);
    rig_open(rig);
}

static void test_same_seed_same_keys(void **state)
{
    struct rig *rig = *state;
    char key[HY_OBJECT_KEY_MAX];
    for (int run = 0; run < 2; run++) {
        struct rig other = { 0 };
        rig_make_dir(&other);
        rig_open(&other);
        rig_open_stream(&other);
        rig_put(&other, HY_SV("abc"));
        rig_advance(&other, 60000);
        rig_look(&other);
        assert_int_equal(other.object_count, 1);
        if (run == 0) {
            (void)snprintf(key, sizeof key, "%s", other.objects[0].key);
        }
        assert_string_equal(other.objects[0].key, key);
        rig_close(&other);
        rig_remove_dir(&other);
    }
    (void)rig;
}

static void test_restart_draws_other_names(void **state)
{
    struct rig *rig = *state;
    for (int run = 0; run < 2; run++) { /* same seed, same time: still not the same object */
        rig->now_ms = rig_start_ms;
        rig_open_stream(rig);
        rig_put(rig, HY_SV("abc"));
        rig_advance(rig, 60000);
        rig_close_stream(rig);
    }
    rig_look(rig);
    assert_int_equal(rig->object_count, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_interval),
        TEST(test_size),
        TEST(test_gzip),
        TEST(test_keys),
        TEST(test_refused_specs),
        TEST(test_backup),
        TEST(test_backup_enabled_later),
        TEST(test_flush),
        TEST(test_flush_is_cancelled),
        TEST(test_await),
        TEST(test_bucket_comes_back),
        TEST(test_flush_does_not_wait_for_a_retry),
        TEST(test_given_up_after_a_day),
        TEST(test_close_keeps_what_waits),
        TEST(test_discard),
        TEST(test_same_seed_same_keys),
        TEST(test_restart_draws_other_names),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
