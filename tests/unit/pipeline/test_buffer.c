#include "base/clock.h"
#include "pipeline/partition/buffer.h"

#include "support/test.h"

static struct hy_stream_spec *make_spec(void)
{
    struct hy_stream_spec *spec = hy_stream_spec_create();
    assert_non_null(spec);
    spec->s3.buffering = (struct hy_buffering){ 1000, 60000 };
    spec->backup.buffering = (struct hy_buffering){ 2000, 90000 };
    return spec;
}

static struct hy_entry entry_of(uint64_t seq, uint64_t arrived_ms, size_t bytes)
{
    static const char filler[4096];
    return (struct hy_entry){
        .seq = seq, .arrived_ms = arrived_ms, .source_bytes = 7, .data = { filler, bytes }
    };
}

static const struct full_case {
    const char *rule;
    enum hy_parcel_kind kind;
    size_t record_bytes[3]; /* 0 ends the list */
    bool full;
} full_cases[] = {
    { "one byte below", HY_PARCEL_DATA, { 999 }, false },
    { "exactly", HY_PARCEL_DATA, { 1000 }, true },
    { "records add up", HY_PARCEL_DATA, { 1, 999 }, true },
    { "more than the hint", HY_PARCEL_DATA, { 999, 500 }, true },
    { "errors go by the same hint", HY_PARCEL_ERROR, { 1000 }, true },
    { "the backup has its own", HY_PARCEL_BACKUP, { 1000, 999 }, false },
    { "and reaches it", HY_PARCEL_BACKUP, { 1000, 1000 }, true },
};

static void test_full(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(full_cases); i++) {
        struct hy_stream_spec *spec = make_spec();
        struct hy_buffer buffer;
        assert_int_equal(hy_buffer_init(&buffer, spec, full_cases[i].kind), HY_OK);
        for (size_t k = 0; k < 3 && full_cases[i].record_bytes[k] > 0; k++) {
            const struct hy_entry entry = entry_of(k + 1, 0, full_cases[i].record_bytes[k]);
            assert_int_equal(hy_buffer_add_entry(&buffer, "/tmp", &entry, 0), HY_OK);
        }
        if (hy_buffer_is_full(&buffer) != full_cases[i].full) {
            fail_msg("%s", full_cases[i].rule);
        }
        hy_buffer_finish(&buffer);
        hy_stream_spec_release(spec);
    }
}

/* With a transform the interval begins when the transformed data comes; the object is still
 * named by the arrival of the oldest record. */
static void test_time_of_entry_and_of_arrival(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = make_spec();
    struct hy_buffer buffer;
    assert_int_equal(hy_buffer_init(&buffer, spec, HY_PARCEL_DATA), HY_OK);
    assert_true(buffer.due_ms == HY_NEVER_MS);
    const struct hy_entry later = entry_of(2, 5000, 10);
    const struct hy_entry sooner = entry_of(1, 4000, 10);
    assert_int_equal(hy_buffer_add_entry(&buffer, "/tmp", &later, 100000), HY_OK);
    assert_int_equal(hy_buffer_add_entry(&buffer, "/tmp", &sooner, 110000), HY_OK);
    assert_int_equal(buffer.due_ms, 160000);

    struct hy_parcel *parcel = hy_buffer_take(&buffer);
    assert_int_equal(parcel->oldest_ms, 4000);
    assert_int_equal(parcel->records, 2);
    assert_int_equal(parcel->bytes, 20);
    assert_int_equal(parcel->source_bytes, 14);
    assert_int_equal(hy_seqset_size(&parcel->seqs), 2);
    hy_parcel_destroy(parcel);
    hy_stream_spec_release(spec);
}

static void test_frames_take_no_bytes(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = make_spec();
    struct hy_buffer buffer;
    const struct hy_frame frame = {
        .seq = 1, .arrived_ms = 3000, .frame_bytes = 34, .data = { "", 10 }
    };
    assert_int_equal(hy_buffer_init(&buffer, spec, HY_PARCEL_DATA), HY_OK);
    assert_int_equal(hy_buffer_add_frame(&buffer, 1, 0, &frame), HY_OK);
    assert_int_equal(buffer.due_ms, 63000);
    assert_int_equal(buffer.parcel->bytes, 10);
    assert_null(buffer.parcel->spool);
    hy_buffer_finish(&buffer);
    hy_stream_spec_release(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_time_of_entry_and_of_arrival),
        cmocka_unit_test(test_frames_take_no_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
