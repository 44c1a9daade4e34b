#include "base/md5.h"
#include "pipeline/kinesis_note.h"
#include "pipeline/source/answers.h"
#include "pipeline/source/kpl.h"
#include "pipeline/source/position.h"
#include "pipeline/source/shards.h"
#include "pipeline/transform/event.h"
#include "store/frame.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- MD5: the test suite of RFC 1321, and lengths around a block's end ---- */

static void test_md5(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {
        { "", "d41d8cd98f00b204e9800998ecf8427e" },
        { "a", "0cc175b9c0f1b6a831c399e269772661" },
        { "abc", "900150983cd24fb0d6963f7d28e17f72" },
        { "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
          "d174ab98d277d9f5a5611c2c9f419d9f" },
        { "1234567890123456789012345678901234567890123456789012345678901234567890123456789"
          "0", "57edf4a22be3c955ac49da2e2107b67a" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        unsigned char md5[HY_MD5_BYTES];
        char hex[2 * HY_MD5_BYTES + 1];
        hy_md5(hy_sv_of(rows[i].text), md5);
        for (size_t at = 0; at < sizeof md5; at++) {
            (void)snprintf(hex + 2 * at, 3, "%02x", md5[at]);
        }
        assert_string_equal(hex, rows[i].hex);
    }
}

/* ---- KPL ---- */

struct sub {
    const char *key, *data;
};

/* A protobuf between the magic bytes and its checksum. */
static hy_sv seal(const char *protobuf, size_t len, char *out)
{
    memcpy(out, "\xF3\x89\x9A\xC2", 4);
    memcpy(out + 4, protobuf, len);
    hy_md5((hy_sv){ protobuf, len }, (unsigned char *)out + 4 + len);
    return (hy_sv){ out, len + 4 + HY_MD5_BYTES };
}

static void test_aggregates(void **state)
{
    (void)state;
#define BUF(literal) literal, sizeof(literal) - 1
    static const struct {
        const char *name, *protobuf;
        size_t len;
        const char *records; /* "key=data;..."; NULL: a plain record */
    } rows[] = {
        { "one", BUF("\x0A\x01" "k" "\x1A\x07\x08\x00\x1A\x03" "abc"), "k=abc;" },
        { "two keys", BUF("\x0A\x01" "a" "\x0A\x01" "b" "\x1A\x05\x08\x01\x1A\x01" "x"
                          "\x1A\x05\x08\x00\x1A\x01" "y"), "b=x;a=y;" },
        { "keys behind the records", BUF("\x1A\x05\x08\x00\x1A\x01" "x" "\x0A\x01" "a"), "a=x;" },
        { "hash keys and tags are passed over",
          BUF("\x0A\x01" "a" "\x12\x01" "7" "\x1A\x0C\x08\x00\x10\x00\x1A\x01" "x"
              "\x22\x03\x0A\x01" "t"), "a=x;" },
        { "an unknown member", BUF("\x0A\x01" "a" "\x48\x05" "\x1A\x05\x08\x00\x1A\x01" "x"),
          "a=x;" },
        { "an empty datum", BUF("\x0A\x01" "a" "\x1A\x04\x08\x00\x1A\x00"), "a=;" },
        { "no records", BUF("\x0A\x01" "a"), "" },
        { "nothing at all", BUF(""), "" },
        { "a key that is not in the table", BUF("\x0A\x01" "a" "\x1A\x05\x08\x01\x1A\x01" "x"),
          NULL },
        { "a record without a key", BUF("\x0A\x01" "a" "\x1A\x03\x1A\x01" "x"), NULL },
        { "a record without data", BUF("\x0A\x01" "a" "\x1A\x02\x08\x00"), NULL },
        { "the second record is cut off",
          BUF("\x0A\x01" "a" "\x1A\x05\x08\x00\x1A\x01" "x" "\x1A\x05\x08\x00\x1A\x02" "y"), NULL },
        { "longer than there is", BUF("\x0A\x7F" "a"), NULL },
        { "a varint without an end", BUF("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
          NULL },
        { "a group", BUF("\x0B\x0C"), NULL },
        { "field number 0", BUF("\x02\x00"), NULL },
        { "a record that is a number", BUF("\x18\x05"), NULL },
    };
#undef BUF
    for (size_t i = 0; i < ROWS(rows); i++) {
        char bytes[200], text[100] = "";
        struct hy_kpl kpl;
        struct hy_kpl_record record;
        const hy_sv whole = seal(rows[i].protobuf, rows[i].len, bytes);
        const enum hy_code code = hy_kpl_open(whole, &kpl);
        if ((code == HY_OK) != (rows[i].records != NULL)) {
            fail_msg("%s: %s", rows[i].name, hy_code_name(code));
        }
        uint32_t count = 0;
        while (code == HY_OK && hy_kpl_next(&kpl, &record)) {
            const size_t len = strlen(text);
            (void)snprintf(text + len, sizeof text - len, "%.*s=%.*s;",
                           HY_SV_ARG(record.partition_key), HY_SV_ARG(record.data));
            count++;
        }
        assert_int_equal(code == HY_OK ? kpl.count : 0, count);
        assert_string_equal(text, rows[i].records == NULL ? "" : rows[i].records);
        hy_kpl_finish(&kpl);

        bytes[whole.len - 1] ^= 1; /* a wrong checksum: plain */
        assert_int_equal(hy_kpl_open(whole, &kpl), HY_MALFORMED);
        bytes[whole.len - 1] ^= 1;
        bytes[3] ^= 1; /* other magic bytes */
        assert_int_equal(hy_kpl_open(whole, &kpl), HY_MALFORMED);
    }
    struct hy_kpl kpl;
    assert_int_equal(hy_kpl_open(HY_SV("\xF3\x89\x9A\xC2" "too short"), &kpl), HY_MALFORMED);
    assert_int_equal(hy_kpl_open(HY_SV(""), &kpl), HY_MALFORMED);
}

/* ---- positions ---- */

static struct hy_position position_of(const char *text)
{
    struct hy_position position;
    assert_true(hy_position_read(hy_sv_of(text), &position));
    return position;
}

static void test_positions_are_ordered(void **state)
{
    (void)state;
    /* Each further than all before it. */
    static const char *const rows[] = {
        "", "1", "9", "10/1", "10/2", "10", "11/4000000000", "11",
        "49590338271490256608559692538361571095921575989136588898",
        "49590338271490256608559692538361571095921575989136588899", "end",
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[HY_POSITION_TEXT_BYTES];
        const struct hy_position a = position_of(rows[i]);
        const size_t len = hy_position_write(&a, text);
        assert_int_equal(len, strlen(rows[i]));
        assert_memory_equal(text, rows[i], len);
        for (size_t j = 0; j < ROWS(rows); j++) {
            const struct hy_position b = position_of(rows[j]);
            assert_int_equal(hy_position_is_further(&a, &b), i > j);
        }
    }
    const struct hy_position a = position_of("0010"), b = position_of("10");
    assert_false(hy_position_is_further(&a, &b) || hy_position_is_further(&b, &a));
}

static void test_damaged_positions_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = { "x", "1x", "/1", "1/", "1/x", "1/4294967296", "ends", "-1",
                                        "1/1/1" };
    struct hy_position position;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_false(hy_position_read(hy_sv_of(rows[i]), &position));
    }
    char digits[HY_SEQUENCE_CHARS_MAX + 2];
    memset(digits, '7', sizeof digits);
    assert_true(hy_position_read((hy_sv){ digits, HY_SEQUENCE_CHARS_MAX }, &position));
    assert_false(hy_position_read((hy_sv){ digits, HY_SEQUENCE_CHARS_MAX + 1 }, &position));
}

/* ---- notes, in frames and events ---- */

static void test_a_note_travels_in_the_frame_and_into_the_event(void **state)
{
    (void)state;
    const struct hy_kinesis_note note = {
        .arrived_ms = 1789014240448, .sub = 3, .is_last = true,
        .shard = HY_SV("shardId-000000000002"), .sequence = HY_SV("4966"),
        .partition_key = HY_SV("a\"b"),
    };
    char written[HY_KINESIS_NOTE_BYTES_MAX], frames[2 * 300];
    const hy_sv bytes = { written, hy_kinesis_note_write(&note, written) };
    memcpy(frames + HY_FRAME_HEADER_BYTES + HY_NOTED_BYTES(bytes.len), "data", 4);
    hy_frame_seal_noted(frames, bytes, 4, 7, 1000);
    const size_t first = HY_FRAME_HEADER_BYTES + HY_NOTED_BYTES(bytes.len) + 4;
    memcpy(frames + first + HY_FRAME_HEADER_BYTES, "plain", 5);
    hy_frame_seal(frames + first, 5, 8, 1000);

    hy_sv rest = { frames, first + HY_FRAME_HEADER_BYTES + 5 };
    struct hy_frame frame;
    struct hy_kinesis_note read;
    assert_true(hy_frame_next_checked(&rest, 7, &frame));
    assert_true(hy_sv_equal(frame.data, HY_SV("data")));
    assert_int_equal(frame.frame_bytes, first);
    assert_true(hy_kinesis_note_read(frame.note, &read));
    assert_int_equal(read.arrived_ms, note.arrived_ms);
    assert_true(read.sub == 3 && read.is_last && hy_sv_equal(read.shard, note.shard) &&
                hy_sv_equal(read.sequence, note.sequence) &&
                hy_sv_equal(read.partition_key, note.partition_key));
    const struct hy_processed records[] = { { .seq = 7, .places = 1, .note = frame.note,
                                              .data = frame.data } };
    assert_true(hy_frame_next_checked(&rest, 8, &frame));
    assert_true(hy_sv_equal(frame.data, HY_SV("plain")) && frame.note.len == 0);
    assert_false(hy_kinesis_note_read(frame.note, &read));

    const struct hy_event_head head = { HY_SV("123e4567-e89b-12d3-a456-426614174000"),
                                        HY_SV("arn"), HY_SV("r"), HY_SV("arn:kinesis") };
    struct hy_buf event;
    hy_buf_init(&event, 4096);
    hy_event_write(&head, records, 1, &event);
    hy_buf_append_byte(&event, '\0');
    assert_non_null(strstr(event.data, "\"sourceKinesisStreamArn\":\"arn:kinesis\""));
    assert_non_null(strstr(event.data,
                           "\"data\":\"ZGF0YQ==\",\"kinesisRecordMetadata\":{\"sequenceNumber\":"
                           "\"4966\",\"subsequenceNumber\":3,\"partitionKey\":\"a\\\"b\","
                           "\"shardId\":\"shardId-000000000002\","
                           "\"approximateArrivalTimestamp\":1789014240448}}"));
    hy_buf_finish(&event);
}

static void test_damaged_notes_are_refused(void **state)
{
    (void)state;
    const struct hy_kinesis_note note = { .shard = HY_SV("shard"), .sequence = HY_SV("12") };
    char written[HY_KINESIS_NOTE_BYTES_MAX];
    const size_t len = hy_kinesis_note_write(&note, written);
    struct hy_kinesis_note read;
    for (size_t i = 0; i < len; i++) { /* cut anywhere */
        assert_false(hy_kinesis_note_read((hy_sv){ written, i }, &read));
    }
    written[0] = 'x';
    assert_false(hy_kinesis_note_read((hy_sv){ written, len }, &read));
}

/* ---- answers ---- */

static bool print_record(void *ctx, const struct hy_kinesis_record *record)
{
    char *text = ctx;
    const size_t len = strlen(text);
    (void)snprintf(text + len, 200 - len, "%.*s %.*s %.*s %llu;", HY_SV_ARG(record->sequence),
                   HY_SV_ARG(record->partition_key), HY_SV_ARG(record->data),
                   (unsigned long long)record->arrived_ms);
    return !hy_sv_equal(record->data, HY_SV("stop"));
}

static void test_get_records_answers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum hy_code code;
        const char *records, *next; /* next NULL: none */
        uint64_t behind;
    } rows[] = {
        { "{\"Records\":[],\"NextShardIterator\":\"AA\\/B\",\"MillisBehindLatest\":12}", HY_OK, "",
          "AA/B", 12 },
        { "{\"MillisBehindLatest\":0,\"NextShardIterator\":null,\"Records\":[{\"Data\":\"eA==\","
          "\"PartitionKey\":\"\\u00e9\",\"SequenceNumber\":\"7\","
          "\"ApproximateArrivalTimestamp\":1.7976E9,\"EncryptionType\":null}]}", HY_OK,
          "7 \xC3\xA9 x 1797600000000;", NULL, 0 },
        { "{\"Records\":[{\"SequenceNumber\":\"1\",\"Data\":\"\","
          "\"ApproximateArrivalTimestamp\":1797600000.123,\"PartitionKey\":\"p\"},"
          "{\"Data\":\"c3RvcA==\",\"SequenceNumber\":\"2\",\"PartitionKey\":\"p\"},"
          "{\"Data\":\"eA==\",\"SequenceNumber\":\"3\",\"PartitionKey\":\"p\"}],"
          "\"NextShardIterator\":\"n\"}", HY_CANCELLED, "1 p  1797600000123;2 p stop 0;", NULL, 0 },
        { "{\"ChildShards\":[{\"ShardId\":\"s\"}]}", HY_OK, "", NULL, 0 },
        { "{\"NextShardIterator\":\"n\",\"Records\":[{\"SequenceNumber\":\"1\"}]}", HY_MALFORMED,
          "", NULL, 0 },
        { "{\"Records\":[{\"Data\":\"e\"}]}", HY_MALFORMED, "", NULL, 0 },
        { "{\"Records\":{}}", HY_MALFORMED, "", NULL, 0 },
        { "{\"NextShardIterator\":\"n\"", HY_MALFORMED, "", NULL, 0 },
        { "{\"NextShardIterator\":\"n\"} x", HY_MALFORMED, "", NULL, 0 },
        { "[]", HY_MALFORMED, "", NULL, 0 },
        { "", HY_MALFORMED, "", NULL, 0 },
    };
    struct hy_buf scratch;
    hy_buf_init(&scratch, 1024);
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[200] = "";
        struct hy_records_answer answer;
        assert_int_equal(hy_answers_read_records(hy_sv_of(rows[i].body), &scratch, print_record,
                                                 text, &answer), rows[i].code);
        assert_string_equal(text, rows[i].records);
        assert_string_equal(answer.next_iterator == NULL ? "none" : answer.next_iterator,
                            rows[i].next == NULL ? "none" : rows[i].next);
        if (rows[i].code == HY_OK) {
            assert_int_equal(answer.millis_behind, rows[i].behind);
        }
        free(answer.next_iterator);
    }
    hy_buf_finish(&scratch);
}

static bool print_shard(void *ctx, const struct hy_shard_answer *shard)
{
    char *text = ctx;
    const size_t len = strlen(text);
    (void)snprintf(text + len, 200 - len, "%.*s<%.*s,%.*s;", HY_SV_ARG(shard->id),
                   HY_SV_ARG(shard->parent), HY_SV_ARG(shard->adjacent_parent));
    return true;
}

static void test_lists_of_shards(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum hy_code code;
        const char *shards, *next;
        bool has_more;
    } rows[] = {
        { "{\"Shards\":[{\"ShardId\":\"a\",\"HashKeyRange\":{\"ShardId\":\"x\"}},"
          "{\"ParentShardId\":\"a\",\"AdjacentParentShardId\":\"b\",\"ShardId\":\"c\"}],"
          "\"NextToken\":\"t\"}", HY_OK, "a<,;c<a,b;", "t", false },
        { "{\"Shards\":[],\"NextToken\":null}", HY_OK, "", "", false },
        { "{\"StreamDescription\":{\"HasMoreShards\":true,\"Shards\":[{\"ShardId\":\"a\","
          "\"ParentShardId\":null}],\"StreamName\":\"s\"}}", HY_OK, "a<,;", "", true },
        { "{\"Shards\":[{}]}", HY_MALFORMED, "", "", false },
        { "{\"Shards\":7}", HY_MALFORMED, "", "", false },
        { "{\"NextToken\":\"t\",\"Shards\":[", HY_MALFORMED, "", "", false },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[200] = "", *next = NULL;
        bool has_more = false;
        assert_int_equal(hy_answers_read_shards(hy_sv_of(rows[i].body), print_shard, text, &next,
                                                &has_more), rows[i].code);
        assert_string_equal(text, rows[i].shards);
        assert_string_equal(next == NULL ? "" : next, rows[i].next);
        assert_int_equal(has_more, rows[i].has_more);
        free(next);
    }
}

static void test_errors_and_iterators(void **state)
{
    (void)state;
    struct hy_answer_error error;
    hy_answers_read_error(HY_SV("{\"message\":\"m\",\"__type\":\"com.amazon.x#Expired\"}"), &error);
    assert_string_equal(error.type, "Expired");
    assert_string_equal(error.message, "m");
    hy_answers_read_error(HY_SV("<html>"), &error);
    assert_string_equal(error.type, "");

    char *iterator = NULL;
    assert_int_equal(hy_answers_read_iterator(HY_SV("{\"ShardIterator\":\"i\"}"), &iterator),
                     HY_OK);
    assert_string_equal(iterator, "i");
    free(iterator);
    assert_int_equal(hy_answers_read_iterator(HY_SV("{}"), &iterator), HY_MALFORMED);
    assert_int_equal(hy_answers_read_iterator(HY_SV("{\"ShardIterator\":7}"), &iterator),
                     HY_MALFORMED);
}

/* ---- shards ---- */

static void test_parents_before_children(void **state)
{
    (void)state;
    struct hy_shards shards = { 0 };
    static const struct hy_shard_answer list[] = {
        { .id = HY_SV_INIT("a") },
        { .id = HY_SV_INIT("b") },
        { .id = HY_SV_INIT("c"), .parent = HY_SV_INIT("a"), .adjacent_parent = HY_SV_INIT("b") },
        { .id = HY_SV_INIT("d"), .parent = HY_SV_INIT("gone") },
    };
    for (size_t i = 0; i < ROWS(list); i++) {
        assert_true(hy_shards_note(&shards, NULL, &list[i]));
    }
    struct hy_shard *a = hy_shards_get(&shards, NULL, HY_SV("a"));
    struct hy_shard *b = hy_shards_get(&shards, NULL, HY_SV("b"));
    struct hy_shard *c = hy_shards_get(&shards, NULL, HY_SV("c"));
    struct hy_shard *d = hy_shards_get(&shards, NULL, HY_SV("d"));
    assert_false(hy_shards_is_readable(&shards, a)); /* the list is not whole yet */
    shards.generation++;
    assert_true(hy_shards_is_readable(&shards, a) && hy_shards_is_readable(&shards, d));
    assert_false(hy_shards_is_readable(&shards, c));
    a->position.is_end = true;
    assert_false(hy_shards_is_readable(&shards, a) || hy_shards_is_readable(&shards, c));
    b->position.is_end = true;
    assert_true(hy_shards_is_readable(&shards, c));

    b->position.is_end = false; /* not read, but no longer in the list: nothing to wait for */
    assert_true(hy_shards_note(&shards, NULL, &list[2]));
    assert_false(hy_shards_is_readable(&shards, c)); /* while the list is being read */
    shards.generation++;
    assert_true(hy_shards_is_readable(&shards, c));
    assert_false(hy_shards_is_readable(&shards, b));
    hy_shards_finish(&shards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md5),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_positions_are_ordered),
        cmocka_unit_test(test_damaged_positions_are_refused),
        cmocka_unit_test(test_a_note_travels_in_the_frame_and_into_the_event),
        cmocka_unit_test(test_damaged_notes_are_refused),
        cmocka_unit_test(test_get_records_answers),
        cmocka_unit_test(test_lists_of_shards),
        cmocka_unit_test(test_errors_and_iterators),
        cmocka_unit_test(test_parents_before_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
