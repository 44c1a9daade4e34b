/* Compressions: each container, byte for byte where the format says so. Foreign readers read them
 * back in tests/e2e/test_objects.py.
 */
#include "base/buf.h"
#include "pipeline/delivery/compression.h"

#include "support/test.h"
#include "support/torture.h"

#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum hy_compression value;
    const char *name, *extension, *content_encoding;
    bool is_stored;
} formats[] = {
    { HY_COMPRESSION_NONE, "UNCOMPRESSED", "", "", true },
    { HY_COMPRESSION_GZIP, "GZIP", ".gz", "gzip", false },
    { HY_COMPRESSION_ZIP, "ZIP", ".zip", "zip", false },
    { HY_COMPRESSION_SNAPPY, "Snappy", ".snappy", "snappy-java", false },
    { HY_COMPRESSION_HADOOP_SNAPPY, "HADOOP_SNAPPY", ".snappy", "hadoop-snappy", false },
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(formats); i++) {
        const struct hy_compression_format *format = hy_compression_find(formats[i].value);
        assert_non_null(format);
        assert_string_equal(format->name, formats[i].name);
        assert_string_equal(format->extension, formats[i].extension);
        assert_string_equal(format->content_encoding, formats[i].content_encoding);
        assert_int_equal(format->compress == NULL, formats[i].is_stored);
        assert_int_equal(format->has_entry, formats[i].value == HY_COMPRESSION_ZIP);
    }
}

static enum hy_code gather(void *ctx, hy_sv bytes)
{
    hy_buf_append(ctx, bytes);
    return ((struct hy_buf *)ctx)->failed ? HY_NO_MEMORY : HY_OK;
}

/* The packed bytes; the caller finishes the buffer. */
static struct hy_buf pack_up(enum hy_compression format, hy_sv plain, const char *entry,
                             uint64_t entry_ms)
{
    struct hy_buf out;
    hy_buf_init(&out, 1 << 24);
    const struct hy_packing packing = { plain, entry, entry_ms, gather, &out };
    assert_int_equal(hy_compression_find(format)->compress(&packing), HY_OK);
    return out;
}

static char *filler(size_t len)
{
    char *bytes = malloc(len + 1);
    assert_non_null(bytes);
    uint32_t noise = 1; /* the second half of it, which does not compress */
    for (size_t i = 0; i < len; i++) {
        noise = noise * 1664525 + 1013904223;
        bytes[i] = (char)(i < len / 2 ? i / 100 % 100 : noise >> 25);
    }
    return bytes;
}

static size_t be32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Reads the blocks and compares; each is as long as it may be, but for the last. */
static void expect_blocks(hy_sv packed, size_t block_bytes, bool has_plain_length, hy_sv plain)
{
    char *block = malloc(block_bytes);
    assert_non_null(block);
    while (plain.len > 0) {
        const size_t expected = plain.len < block_bytes ? plain.len : block_bytes;
        if (has_plain_length) {
            assert_int_equal(be32(packed.ptr), expected);
            packed = (hy_sv){ packed.ptr + 4, packed.len - 4 };
        }
        const size_t len = be32(packed.ptr);
        size_t got = block_bytes;
        assert_true(len <= packed.len - 4);
        assert_int_equal(snappy_uncompress(packed.ptr + 4, len, block, &got), SNAPPY_OK);
        assert_int_equal(got, expected);
        assert_memory_equal(block, plain.ptr, got);
        packed = (hy_sv){ packed.ptr + 4 + len, packed.len - 4 - len };
        plain = (hy_sv){ plain.ptr + got, plain.len - got };
    }
    assert_int_equal(packed.len, 0);
    free(block);
}

static void test_snappy(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 32767, 32768, 32769, 262143, 262144, 262145, 700000 };
    for (size_t i = 0; i < ROWS(lengths); i++) {
        const hy_sv plain = { filler(lengths[i]), lengths[i] };
        struct hy_buf packed = pack_up(HY_COMPRESSION_SNAPPY, plain, NULL, 0);
        assert_memory_equal(packed.data, "\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
        expect_blocks((hy_sv){ packed.data + 16, packed.len - 16 }, 32768, false, plain);
        hy_buf_finish(&packed);
        packed = pack_up(HY_COMPRESSION_HADOOP_SNAPPY, plain, NULL, 0);
        expect_blocks(hy_buf_sv(&packed), 262144, true, plain);
        hy_buf_finish(&packed);
        free((char *)plain.ptr);
    }
}

static uint16_t le16(const char *at)
{
    return (uint16_t)((unsigned char)at[0] | (unsigned char)at[1] << 8);
}

/* The local header at the front: method, time, name. */
static void test_zip(void **state)
{
    (void)state;
    static const struct {
        uint64_t ms;
        uint16_t time, date;
    } cases[] = {
        { 1783951445678, 14 << 11 | 4 << 5 | 2, 46 << 9 | 7 << 5 | 13 }, /* 2026-07-13T14:04:05 */
        { 0, 0, 1 << 5 | 1 },                                           /* 1980-01-01 */
    };
    static const char entry[] = "0b9f3f2c-2f0e-4a57-9a38-0c9f5c6d3a11";
    const hy_sv plain = { filler(100000), 100000 };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_buf packed = pack_up(HY_COMPRESSION_ZIP, plain, entry, cases[i].ms);
        struct hy_buf again = pack_up(HY_COMPRESSION_ZIP, plain, entry, cases[i].ms);
        assert_true(hy_sv_equal(hy_buf_sv(&packed), hy_buf_sv(&again)));
        assert_memory_equal(packed.data, "PK\3\4", 4);
        assert_int_equal(le16(packed.data + 8), 8); /* deflated */
        assert_int_equal(le16(packed.data + 10), cases[i].time);
        assert_int_equal(le16(packed.data + 12), cases[i].date);
        assert_int_equal(le16(packed.data + 26), strlen(entry));
        assert_memory_equal(packed.data + 30, entry, strlen(entry));
        hy_buf_finish(&packed);
        hy_buf_finish(&again);
    }
    struct hy_buf nothing = pack_up(HY_COMPRESSION_ZIP, (hy_sv){ plain.ptr, 0 }, entry, 0);
    assert_memory_equal(nothing.data, "PK\3\4", 4);
    hy_buf_finish(&nothing);
    free((char *)plain.ptr);
}

static void pack(void *ctx)
{
    const struct hy_compression_format *format = ctx;
    char bytes[1000] = "some bytes";
    struct hy_buf out;
    hy_buf_init(&out, 10000);
    const struct hy_packing packing = { { bytes, sizeof bytes }, "entry", 0, gather, &out };
    const enum hy_code code = format->compress(&packing);
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    hy_buf_finish(&out);
}

static enum hy_code refuse(void *ctx, hy_sv bytes)
{
    (void)bytes;
    return --*(int *)ctx < 0 ? HY_IO : HY_OK;
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    const hy_sv plain = { filler(1000000), 1000000 };
    for (size_t i = 1; i < ROWS(formats); i++) {
        for (int good = 0; good < (formats[i].value == HY_COMPRESSION_GZIP ? 1 : 2); good++) {
            int left = good;
            const struct hy_packing packing = { plain, "entry", 0, refuse, &left };
            assert_int_equal(hy_compression_find(formats[i].value)->compress(&packing), HY_IO);
        }
    }
    free((char *)plain.ptr);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 1; i < ROWS(formats); i++) {
        union { /* torture's ctx is not const; the table is */
            const struct hy_compression_format *table;
            void *ctx;
        } format = { .table = hy_compression_find(formats[i].value) };
        assert_true(torture(pack, format.ctx) > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_snappy),
        cmocka_unit_test(test_zip),
        cmocka_unit_test(test_a_full_disk_is_told),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
