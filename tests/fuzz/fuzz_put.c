/* fuzz_put.c - any bytes as the body of PutRecord and PutRecordBatch.
 *
 * First byte: bit 0 picks the operation, the rest is the body. The two ways through a Put (the
 * walk and the tree, services/firehose/put.h) must agree: what the walk accepts, the tables of
 * shapes accept, with the same records in the same order. And nothing is left in the journal of
 * a body that is refused.
 */
#include "fuzz.h"

#include "base/base64.h"
#include "model/limits.h"
#include "pipeline/stream/stream.h"
#include "services/firehose/put_walk.h"
#include "services/firehose/request.h"
#include "services/firehose/shapes.h"
#include "services/firehose/tree.h"

#include <string.h>

/* --- one stream, and a journal of cardboard ------------------------------------------------ */

static struct {
    char *bytes;
    size_t len, cap, room;
    size_t ends[HY_BATCH_RECORDS_MAX + 1];
    size_t count;
} kept;

static struct hy_delivery_stream demo = { .status = HY_STREAM_ACTIVE };

struct hy_delivery_stream *hy_delivery_stream_find(const struct hy_firehose *firehose, hy_sv name)
{
    (void)firehose;
    return hy_sv_equal(name, HY_SV("demo")) ? &demo : NULL;
}

struct hy_journal *hy_stream_journal(struct hy_stream *stream)
{
    (void)stream;
    static char there; /* nobody looks at it, but it must not be NULL */
    return (struct hy_journal *)(void *)&there;
}

char *hy_journal_reserve(struct hy_journal *journal, size_t bytes_max)
{
    (void)journal;
    if (kept.cap - kept.len < bytes_max + 1) {
        kept.cap = kept.len + bytes_max + 1;
        kept.bytes = realloc(kept.bytes, kept.cap);
        REQUIRE(kept.bytes != NULL);
    }
    kept.room = bytes_max;
    return kept.bytes + kept.len;
}

uint64_t hy_journal_append(struct hy_journal *journal, size_t bytes, uint64_t arrived_ms)
{
    (void)journal;
    (void)arrived_ms;
    REQUIRE(bytes <= kept.room && bytes <= HY_RECORD_BYTES_MAX);
    REQUIRE(kept.count < HY_BATCH_RECORDS_MAX);
    kept.len += bytes;
    kept.ends[kept.count++] = kept.len;
    return kept.count;
}

size_t hy_journal_mark(const struct hy_journal *journal)
{
    (void)journal;
    return kept.count;
}

void hy_journal_rollback(struct hy_journal *journal, size_t mark)
{
    (void)journal;
    kept.count = mark;
    kept.len = mark == 0 ? 0 : kept.ends[mark - 1];
}

/* --- the two ways -------------------------------------------------------------------------- */

static void require_record(size_t index, const char *text)
{
    const size_t begin = index == 0 ? 0 : kept.ends[index - 1];
    const size_t len = kept.ends[index] - begin;
    REQUIRE(strlen(text) == HY_BASE64_ENCODED(len));
    char *encoded = malloc(HY_BASE64_ENCODED(len) + 1);
    REQUIRE(encoded != NULL);
    hy_base64_encode((hy_sv){ kept.bytes + begin, len }, encoded);
    /* The last bits that padding leaves over may differ: the text need not be the shortest. */
    const size_t sure = len / 3 * 4;
    REQUIRE(memcmp(encoded, text, sure) == 0);
    free(encoded);
}

static void require_same(const cJSON *request, const struct hy_put_kind *kind)
{
    const cJSON *records = hy_tree_get(request, kind->member.ptr);
    const cJSON *record = kind->is_batch ? records->child : records;
    size_t count = 0;
    while (record != NULL) {
        REQUIRE(count < kept.count);
        require_record(count++, hy_tree_text(record, "Data"));
        record = kind->is_batch ? record->next : NULL;
    }
    REQUIRE(count == kept.count);
}

/* What cJSON cannot take (NUL, half a surrogate, a number of 64 digits) the tree refuses; in
 * members that nobody knows the walk need not care. */
static bool is_limit_of_trees(const struct hy_err *err)
{
    return strstr(err->text, " cannot be read") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hy_put_kind kinds[] = {
        { false, HY_SV_INIT("Record"), &hy_shape_put_record_input },
        { true, HY_SV_INIT("Records"), &hy_shape_put_record_batch_input },
    };
    if (size == 0) {
        return 0;
    }
    const struct hy_put_kind *kind = &kinds[data[0] & 1];
    const hy_sv body = { (const char *)data + 1, size - 1 };
    struct hy_put_walked walked;
    const enum hy_put_walk_end end = hy_put_walk(NULL, body, 0, kind, &walked);
    REQUIRE(end != HY_PUT_BUSY);

    cJSON *request = NULL;
    static struct hy_err err;
    const enum hy_code code = hy_request_parse(body, kind->shape, false, &request, &err);
    REQUIRE(code == HY_OK || code == HY_REFUSED); /* above all: it never looks like no memory */
    REQUIRE(end != HY_PUT_WALKED || code == HY_OK || is_limit_of_trees(&err));
    if (end == HY_PUT_WALKED && code == HY_OK) {
        require_same(request, kind);
    }
    REQUIRE(end == HY_PUT_WALKED || (kept.count == 0 && kept.len == 0));
    hy_journal_rollback(NULL, 0);
    cJSON_Delete(request);
    free(kept.bytes);
    memset(&kept, 0, sizeof kept);
    return 0;
}
