/* Every allocation fails once. What could not be done has changed nothing, and leaves nothing.
 *
 * The linker puts our malloc, calloc and realloc before the real ones (--wrap).
 */
#include "pipeline/partition/buffer.h"
#include "pipeline/stream/batcher.h"
#include "pipeline/transform/record_id.h"
#include "pipeline/transform/reply.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static size_t allocations_left; /* before one fails; 0: all succeed from now on */
static bool has_struck;

static bool strike(void)
{
    if (allocations_left == 0 || --allocations_left > 0) {
        return false;
    }
    has_struck = true;
    return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return strike() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return strike() ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return strike() ? NULL : __real_realloc(old, size);
}

/* Again and again, until a round in which nothing failed. */
static void torture(void (*attempt)(void), size_t rounds_min)
{
    size_t round = 0;
    do {
        has_struck = false;
        allocations_left = ++round;
        attempt();
        allocations_left = 0;
    } while (has_struck);
    assert_true(round > rounds_min);
}

static struct hy_stream_spec *make_spec(void)
{
    const size_t left = allocations_left;
    allocations_left = 0; /* not what is looked at here */
    struct hy_stream_spec *spec = hy_stream_spec_create();
    assert_non_null(spec);
    spec->transform.buffering = (struct hy_buffering){ 1024 * 1024, 60000 };
    spec->s3.buffering = spec->transform.buffering;
    allocations_left = left;
    return spec;
}

/* Frames that do not follow each other: each wants an extent and a range of its own. */
static struct hy_frame frame_of(uint64_t n)
{
    return (struct hy_frame){
        .seq = 2 * n, .arrived_ms = n, .frame_bytes = 34, .data = { "0123456789", 10 }
    };
}

static void fill_batch(void)
{
    struct hy_stream_spec *spec = make_spec();
    struct hy_batcher batcher = { 0 };
    size_t count = 0;
    for (uint64_t n = 1; n <= 40; n++) {
        const struct hy_frame frame = frame_of(n);
        count += hy_batcher_add(&batcher, spec, 1, 100 * n, &frame) == HY_OK;
    }
    assert_int_equal(count, has_struck ? 39 : 40);
    assert_int_equal(batcher.open->count, count);
    assert_int_equal(batcher.open->bytes, 10 * count);
    assert_int_equal(hy_extents_bytes(&batcher.open->extents), 34 * count);
    hy_batcher_finish(&batcher);
    assert_int_equal(spec->holders, 1);
    hy_stream_spec_release(spec);
}

static void fill_buffer_with_frames(void)
{
    struct hy_stream_spec *spec = make_spec();
    struct hy_buffer buffer;
    if (hy_buffer_init(&buffer, spec, HY_PARCEL_DATA) == HY_OK) {
        size_t count = 0;
        for (uint64_t n = 1; n <= 40; n++) {
            const struct hy_frame frame = frame_of(n);
            count += hy_buffer_add_frame(&buffer, 1, 100 * n, &frame) == HY_OK;
        }
        assert_int_equal(count, has_struck ? 39 : 40);
        assert_int_equal(buffer.parcel->records, count);
        assert_int_equal(hy_extents_bytes(&buffer.parcel->extents), 34 * count);
        assert_int_equal(hy_seqset_size(&buffer.parcel->seqs), count);
        hy_buffer_finish(&buffer);
    }
    assert_int_equal(spec->holders, 1);
    hy_stream_spec_release(spec);
}

/* Whoever brings a record again after a failure gets it in once. */
static void fill_buffer_with_entries(void)
{
    struct hy_stream_spec *spec = make_spec();
    struct hy_buffer buffer;
    if (hy_buffer_init(&buffer, spec, HY_PARCEL_DATA) == HY_OK) {
        for (uint64_t n = 1; n <= 40; n++) {
            const struct hy_entry entry = {
                .seq = 2 * n, .arrived_ms = n, .source_bytes = 1, .data = { "0123456789", 10 }
            };
            while (hy_buffer_add_entry(&buffer, "/tmp", &entry, 5) != HY_OK) {
                assert_true(has_struck);
            }
            assert_false(buffer.owes);
        }
        assert_int_equal(buffer.parcel->records, 40);
        assert_int_equal(buffer.parcel->bytes, 400);
        assert_int_equal(hy_spool_bytes(buffer.parcel->spool), 400);
        assert_int_equal(hy_seqset_size(&buffer.parcel->seqs), 40);
        hy_buffer_finish(&buffer);
    }
    assert_int_equal(spec->holders, 1);
    hy_stream_spec_release(spec);
}

static void parse_reply(void)
{
    static const char before[] = "{\"records\":[{\"recordId\":\"";
    static const char after[] = "\",\"result\":\"Ok\",\"data\":\"YQ==\",\"metadata\":{"
                                "\"partitionKeys\":{\"a\":\"1\",\"b\":\"2\"}}}]}";
    char text[sizeof before + HY_RECORD_ID_CHARS + sizeof after];
    struct hy_processed record = { .seq = 1 };
    struct hy_reply reply;
    memcpy(text, before, sizeof before - 1);
    hy_record_id_write(1, 0, text + sizeof before - 1);
    memcpy(text + sizeof before - 1 + HY_RECORD_ID_CHARS, after, sizeof after - 1);
    const size_t len = sizeof before - 1 + HY_RECORD_ID_CHARS + sizeof after - 1;
    const enum hy_code code = hy_reply_parse(text, len, &record, 1, &reply);
    assert_int_equal(code, has_struck ? HY_NO_MEMORY : HY_OK);
    if (code == HY_OK) {
        assert_int_equal(record.key_count, 2);
        hy_reply_finish(&reply);
    }
}

static void test_batcher(void **state)
{
    (void)state;
    torture(fill_batch, 3);
}

static void test_buffer(void **state)
{
    (void)state;
    torture(fill_buffer_with_frames, 5);
    torture(fill_buffer_with_entries, 4);
}

static void test_reply(void **state)
{
    (void)state;
    torture(parse_reply, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batcher),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
