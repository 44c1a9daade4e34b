#include "model/limits.h"
#include "pipeline/stream/batcher.h"
#include "pipeline/transform/event.h"

#include "support/test.h"

#include <stdlib.h>

static struct hy_stream_spec *spec_of(uint64_t bytes, uint64_t interval_ms)
{
    struct hy_stream_spec *spec = hy_stream_spec_create();
    assert_non_null(spec);
    spec->transform.lambda_arn = hy_sv_dup(HY_SV("a function"));
    assert_non_null(spec->transform.lambda_arn);
    spec->transform.buffering = (struct hy_buffering){ bytes, interval_ms };
    return spec;
}

/* A frame that only counts: the batcher does not look at bytes. */
static struct hy_frame frame_of(uint64_t seq, uint64_t arrived_ms, size_t bytes)
{
    return (struct hy_frame){
        .seq = seq,
        .arrived_ms = arrived_ms,
        .frame_bytes = (uint32_t)(bytes + HY_FRAME_HEADER_BYTES),
        .data = { "", bytes },
    };
}

static uint64_t add(struct hy_batcher *batcher, struct hy_stream_spec *spec, uint64_t *offset,
                    struct hy_frame frame)
{
    assert_int_equal(hy_batcher_add(batcher, spec, 1, *offset, &frame), HY_OK);
    *offset += frame.frame_bytes;
    return frame.seq;
}

static const struct full_case {
    const char *rule;
    size_t record_bytes[4]; /* 0 ends the list */
    bool full;
} full_cases[] = {
    { "one byte below", { 999 }, false },
    { "exactly", { 1000 }, true },
    { "records add up", { 400, 600 }, true },
    { "and do not quite", { 400, 599 }, false },
    { "one large record is never split", { 5000 }, true },
    { "nothing", { 0 }, false },
};

static void test_full_by_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(full_cases); i++) {
        struct hy_stream_spec *spec = spec_of(1000, 60000);
        struct hy_batcher batcher = { 0 };
        uint64_t offset = 0;
        for (size_t k = 0; k < 4 && full_cases[i].record_bytes[k] > 0; k++) {
            add(&batcher, spec, &offset, frame_of(k + 1, 0, full_cases[i].record_bytes[k]));
        }
        if (hy_batcher_is_full(&batcher) != full_cases[i].full) {
            fail_msg("%s", full_cases[i].rule);
        }
        hy_batcher_finish(&batcher);
        hy_stream_spec_release(spec);
    }
}

static void test_full_by_count(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = spec_of(HY_MIB, 60000);
    struct hy_batcher batcher = { 0 };
    uint64_t offset = 0;
    for (uint64_t seq = 1; seq < HY_BATCH_COUNT_MAX; seq++) {
        add(&batcher, spec, &offset, frame_of(seq, 0, 0));
    }
    assert_false(hy_batcher_is_full(&batcher));
    add(&batcher, spec, &offset, frame_of(HY_BATCH_COUNT_MAX, 0, 0));
    assert_true(hy_batcher_is_full(&batcher));
    hy_batcher_finish(&batcher);
    hy_stream_spec_release(spec);
}

static void test_age_is_that_of_the_oldest(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = spec_of(HY_MIB, 60000);
    struct hy_batcher batcher = { 0 };
    uint64_t offset = 0;
    assert_true(hy_batcher_due_ms(&batcher) == HY_NEVER_MS);
    assert_null(hy_batcher_take(&batcher));
    add(&batcher, spec, &offset, frame_of(1, 5000, 1));
    add(&batcher, spec, &offset, frame_of(2, 9000, 1));
    assert_int_equal(hy_batcher_due_ms(&batcher), 65000);

    struct hy_batch *batch = hy_batcher_take(&batcher);
    assert_int_equal(batch->count, 2);
    assert_int_equal(batch->last_seq, 2);
    assert_int_equal(batch->oldest_ms, 5000);
    assert_true(hy_batcher_due_ms(&batcher) == HY_NEVER_MS);
    hy_batch_destroy(batch);
    hy_stream_spec_release(spec);
}

/* The event of whatever fits must fit into Lambda's 6 MiB. */
static void test_room_in_the_event(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 200, 4000, HY_RECORD_BYTES_MAX };
    for (size_t i = 0; i < ROWS(sizes); i++) {
        struct hy_stream_spec *spec = spec_of(100 * (uint64_t)HY_MIB, 60000);
        struct hy_batcher batcher = { 0 };
        uint64_t offset = 0, seq = 0;
        struct hy_frame frame = frame_of(++seq, UINT64_C(1789014240448), sizes[i]);
        while (hy_batcher_has_room(&batcher, &frame)) {
            seq = add(&batcher, spec, &offset, frame);
            frame.seq++;
        }
        const uint64_t record = (sizes[i] + 2) / 3 * 4 + 260;
        const uint64_t limit = HY_LAMBDA_PAYLOAD_MAX - HY_EVENT_ENVELOPE_BYTES;
        assert_true(batcher.open->encoded_bytes == record * batcher.open->count);
        assert_true(batcher.open->encoded_bytes <= limit);
        assert_true(batcher.open->encoded_bytes + record > limit); /* and no sooner */
        hy_batcher_finish(&batcher);
        hy_stream_spec_release(spec);
    }
}

static void test_batch_keeps_its_spec(void **state)
{
    (void)state;
    struct hy_stream_spec *spec = spec_of(HY_MIB, 60000);
    struct hy_batcher batcher = { 0 };
    uint64_t offset = 0;
    add(&batcher, spec, &offset, frame_of(1, 0, 1));
    assert_int_equal(spec->holders, 2);
    hy_batcher_finish(&batcher);
    assert_int_equal(spec->holders, 1);
    hy_stream_spec_release(spec);
}

/* ---- extents ---- */

static void test_extents(void **state)
{
    (void)state;
    struct hy_extents extents = { 0 };
    struct hy_frame frame = frame_of(1, 0, 100);
    assert_int_equal(hy_extents_add(&extents, 1, 0, &frame), HY_OK);
    frame.seq = 2;
    assert_int_equal(hy_extents_add(&extents, 1, 124, &frame), HY_OK);
    assert_int_equal(extents.count, 1); /* follows: shares */
    assert_int_equal(extents.items[0].count, 2);
    frame.seq = 4;
    assert_int_equal(hy_extents_add(&extents, 1, 372, &frame), HY_OK);
    assert_int_equal(extents.count, 2); /* one was left out */
    frame.seq = 5;
    assert_int_equal(hy_extents_add(&extents, 5, 0, &frame), HY_OK);
    assert_int_equal(extents.count, 3); /* another segment */
    assert_int_equal(hy_extents_bytes(&extents), 4 * 124);
    hy_extents_drop_last(&extents, &frame);
    assert_int_equal(extents.count, 2);
    hy_extents_finish(&extents);

    /* Whoever reads one back needs little memory, however long the run is. */
    uint64_t offset = 0;
    for (uint64_t seq = 1; seq <= 5000; seq++) {
        frame = frame_of(seq, 0, 1000);
        assert_int_equal(hy_extents_add(&extents, 1, offset, &frame), HY_OK);
        offset += frame.frame_bytes;
    }
    assert_int_equal(hy_extents_bytes(&extents), offset);
    for (size_t i = 0; i < extents.count; i++) {
        assert_true(extents.items[i].length < HY_EXTENT_BYTES + 1024);
    }
    assert_int_equal(extents.count, 5);
    hy_extents_finish(&extents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_by_bytes),
        cmocka_unit_test(test_full_by_count),
        cmocka_unit_test(test_age_is_that_of_the_oldest),
        cmocka_unit_test(test_room_in_the_event),
        cmocka_unit_test(test_batch_keeps_its_spec),
        cmocka_unit_test(test_extents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
