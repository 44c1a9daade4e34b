/* fuzz_reply.c - any bytes as a function's reply.
 *
 * The first byte is the number of records in the batch (0 to 7; their numbers are 1, 2, 4, 5, 7,
 * 8, 10), the rest is the reply. Whatever it says, every record has exactly one outcome, and all
 * views lie in what the reply owns or in its text.
 */
#include "fuzz.h"

#include "pipeline/transform/reply.h"

#include <string.h>

enum { RECORDS_MAX = 7 };

static void check_record(const struct hy_processed *record, const struct hy_reply *reply)
{
    switch (record->outcome) {
    case HY_OUTCOME_OK:
        REQUIRE(record->failure == NULL);
        REQUIRE(record->data.ptr >= reply->data);
        REQUIRE(record->data.ptr + record->data.len <= reply->data + reply->data_len);
        REQUIRE(record->key_first + record->key_count <= reply->key_count);
        return;
    case HY_OUTCOME_DROPPED:
        REQUIRE(record->failure == NULL);
        return;
    case HY_OUTCOME_FAILED:
        REQUIRE(record->failure != NULL && record->failure->code != NULL);
        REQUIRE(record->data.len == 0 && record->key_count == 0);
        return;
    }
    REQUIRE(false);
}

static void check_keys(const struct hy_reply *reply, const char *text, size_t len)
{
    for (size_t i = 0; i < reply->key_count; i++) {
        const hy_sv name = reply->keys[i].name;
        REQUIRE(name.ptr >= text && name.ptr + name.len <= text + len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t seqs[RECORDS_MAX] = { 1, 2, 4, 5, 7, 8, 10 };
    struct hy_processed records[RECORDS_MAX];
    struct hy_reply reply;
    if (size == 0) {
        return 0;
    }
    const size_t count = data[0] % (RECORDS_MAX + 1);
    const size_t len = size - 1;
    char *text = malloc(len + 1);
    REQUIRE(text != NULL);
    memcpy(text, data + 1, len);
    memset(records, 0, sizeof records);
    for (size_t i = 0; i < count; i++) {
        records[i].seq = seqs[i];
    }
    const enum hy_code code = hy_reply_parse(text, len, records, count, &reply);
    REQUIRE(code == HY_OK || code == HY_MALFORMED);
    if (code == HY_OK) {
        for (size_t i = 0; i < count; i++) {
            check_record(&records[i], &reply);
        }
        check_keys(&reply, text, len);
        hy_reply_finish(&reply);
    }
    free(text);
    return 0;
}
