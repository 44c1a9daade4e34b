/* test_frame.c - the layout of a frame, to the byte, and what is not taken for one. */
#include "support/test.h"

#include "store/frame.h"

#include <stdlib.h>
#include <string.h>

static void test_a_frame_has_the_documented_layout(void **state)
{
    (void)state;
    char frame[HY_FRAME_HEADER_BYTES + 9] = { 0 };
    memcpy(frame + HY_FRAME_HEADER_BYTES, "123456789", 9);
    hy_frame_seal(frame, 9, 0x0102030405060708, 0x1112131415161718);
    static const unsigned char header[] = { 9, 0, 0, 0 };
    static const unsigned char numbers[] = { 8,    7,    6,    5,    4,    3,    2,    1,
                                             0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11 };
    assert_memory_equal(frame, header, sizeof header);
    assert_memory_equal(frame + 8, numbers, sizeof numbers);
    assert_memory_equal(frame + 24, "123456789", 9);
    /* CRC-32C of the 25 bytes from offset 8 on */
    uint32_t crc = ~UINT32_C(0);
    for (size_t i = 8; i < sizeof frame; i++) {
        crc ^= (unsigned char)frame[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82F63B78) : 0);
        }
    }
    crc = ~crc;
    for (int i = 0; i < 4; i++) {
        assert_int_equal((unsigned char)frame[4 + i], crc >> (8 * i) & 255);
    }
}

static void test_frames_are_taken_off_one_by_one(void **state)
{
    (void)state;
    static const char *const texts[] = { "one", "", "three" };
    char bytes[3 * HY_FRAME_HEADER_BYTES + 8];
    size_t len = 0;
    for (size_t i = 0; i < ROWS(texts); i++) {
        const size_t text_len = strlen(texts[i]);
        memcpy(bytes + len + HY_FRAME_HEADER_BYTES, texts[i], text_len);
        hy_frame_seal(bytes + len, text_len, 10 + i, 20 + i);
        len += HY_FRAME_HEADER_BYTES + text_len;
    }
    assert_int_equal(len, sizeof bytes);
    hy_sv rest = { bytes, len };
    struct hy_frame frame;
    for (size_t i = 0; i < ROWS(texts); i++) {
        assert_true(hy_frame_next(&rest, &frame));
        assert_int_equal(frame.seq, 10 + i);
        assert_int_equal(frame.arrived_ms, 20 + i);
        assert_true(hy_sv_equal(frame.data, hy_sv_of(texts[i])));
    }
    assert_int_equal(rest.len, 0);
    assert_false(hy_frame_next(&rest, &frame));
}

static void test_a_frame_that_is_cut_off_is_none(void **state)
{
    (void)state;
    for (size_t len = 0; len < HY_FRAME_HEADER_BYTES + 5; len++) {
        char whole[HY_FRAME_HEADER_BYTES + 5];
        memcpy(whole + HY_FRAME_HEADER_BYTES, "bytes", 5);
        hy_frame_seal(whole, 5, 1, 1);
        char *cut = malloc(len == 0 ? 1 : len); /* of its very size, for ASan */
        assert_non_null(cut);
        memcpy(cut, whole, len);
        hy_sv rest = { cut, len };
        struct hy_frame frame;
        assert_false(hy_frame_next(&rest, &frame));
        assert_int_equal(rest.len, len);
        free(cut);
    }
}

static void test_a_length_that_wraps_around_is_no_frame(void **state)
{
    (void)state;
    char frame[HY_FRAME_HEADER_BYTES] = { 0 };
    memset(frame, 0xff, 4);
    hy_sv rest = { frame, sizeof frame };
    struct hy_frame out;
    assert_false(hy_frame_next(&rest, &out));
    /* The highest bit is the note's. */
    assert_true(hy_frame_claimed_bytes(rest) == UINT64_C(0x7fffffff) + HY_FRAME_HEADER_BYTES);
}

static void test_the_checked_walk_wants_number_and_checksum(void **state)
{
    (void)state;
    char bytes[HY_FRAME_HEADER_BYTES + 5];
    memcpy(bytes + HY_FRAME_HEADER_BYTES, "bytes", 5);
    hy_frame_seal(bytes, 5, 7, 1);
    struct hy_frame frame;
    hy_sv rest = { bytes, sizeof bytes };
    assert_false(hy_frame_next_checked(&rest, 8, &frame));
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_false(hy_frame_next_checked(&rest, 7, &frame));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(rest.len, sizeof bytes);
    }
    assert_true(hy_frame_next_checked(&rest, 7, &frame));
}

static void test_zeros_are_no_frame(void **state)
{
    (void)state;
    static const char zeros[HY_FRAME_HEADER_BYTES]; /* what a file system may leave at the end */
    hy_sv rest = { zeros, sizeof zeros };
    struct hy_frame frame;
    assert_false(hy_frame_next_checked(&rest, 0, &frame));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_frame_has_the_documented_layout),
        cmocka_unit_test(test_frames_are_taken_off_one_by_one),
        cmocka_unit_test(test_a_frame_that_is_cut_off_is_none),
        cmocka_unit_test(test_a_length_that_wraps_around_is_no_frame),
        cmocka_unit_test(test_the_checked_walk_wants_number_and_checksum),
        cmocka_unit_test(test_zeros_are_no_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
