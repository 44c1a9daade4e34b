/* Format conversion on the whole pipeline, while the ledger refuses rows: an object that has to be
 * made again finds its bad records again, and they have gone already. */
#include "rig.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

void __real_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx);
void __wrap_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx);

static struct {
    struct hy_loop *loop;
    unsigned pattern; /* bit i: the i-th row is refused */
    unsigned rows;
} plan;

struct refusal {
    hy_ledger_done_fn *done;
    void *ctx;
};

static void refuse(void *ctx)
{
    const struct refusal refusal = *(struct refusal *)ctx;
    free(ctx);
    refusal.done(refusal.ctx, HY_IO);
}

void __wrap_hy_ledger_put_delivery(struct hy_ledger *ledger, const struct hy_ledger_delivery *row,
                                   hy_ledger_done_fn *done, void *ctx)
{
    const unsigned number = plan.rows++;
    if (number >= 8 || (plan.pattern >> number & 1) == 0) {
        __real_hy_ledger_put_delivery(ledger, row, done, ctx);
        return;
    }
    struct refusal *refusal = malloc(sizeof *refusal);
    assert_non_null(refusal);
    *refusal = (struct refusal){ done, ctx };
    assert_true(hy_loop_defer(plan.loop, refuse, refusal));
}

static void begin(struct rig *rig, unsigned pattern)
{
    rig_make_dir(rig);
    rig_open(rig);
    rig->spec->conversion.configuration = hy_sv_dup(HY_SV(
        "{\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{"
        "\"Compression\":\"UNCOMPRESSED\",\"EnableDictionaryCompression\":false}}}}"));
    rig->spec->conversion.table = hy_sv_dup(HY_SV(
        "{\"DatabaseName\":\"d\",\"Name\":\"t\",\"Columns\":["
        "{\"Name\":\"s\",\"Type\":\"string\"}]}"));
    plan.loop = rig->loop;
    plan.pattern = pattern;
    plan.rows = 0;
    rig_open_stream(rig);
}

static void end(struct rig *rig)
{
    rig_close(rig);
    rig_remove_dir(rig);
}

/* How often `word` is in the objects whose key holds `part`. */
static size_t count(const struct rig *rig, const char *part, hy_sv word)
{
    size_t found = 0;
    for (size_t i = 0; i < rig->object_count; i++) {
        const struct rig_object *object = &rig->objects[i];
        for (size_t at = 0; strstr(object->key, part) != NULL && at + word.len <= object->len;
             at++) {
            found += memcmp(object->bytes + at, word.ptr, word.len) == 0;
        }
    }
    return found;
}

static void test_refused_rows_double_and_lose_nothing(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 32; pattern++) {
        struct rig rig = { .now_ms = 0 };
        begin(&rig, pattern);
        rig_put(&rig, HY_SV("{\"s\":\"good-one\"}"));
        rig_put(&rig, HY_SV("bad"));
        rig_put(&rig, HY_SV("{\"s\":\"good-two\"}"));
        rig_advance(&rig, 60000 + 8 * 5000);
        rig_look(&rig);
        assert_int_equal(rig.object_count, 2);
        /* Each once as a value, and once as the least or the greatest. */
        assert_int_equal(count(&rig, ".parquet", HY_SV("good-one")), 2);
        assert_int_equal(count(&rig, ".parquet", HY_SV("good-two")), 2);
        assert_int_equal(count(&rig, "format-conversion-failed", HY_SV("\"YmFk\"")), 1);
        assert_int_equal(rig_temporaries(&rig), 0);
        const struct hy_counters *counters = hy_stream_counters(rig.stream);
        assert_int_equal(counters->error_objects, 1);
        assert_int_equal(counters->delivered_objects, 1);
        assert_int_equal(counters->delivered_records, 2);
        end(&rig);
    }
}

static void test_nothing_but_bad_records(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        struct rig rig = { .now_ms = 0 };
        struct rig_flush flush = { .done = false };
        begin(&rig, pattern);
        rig_put(&rig, HY_SV("bad"));
        rig_put(&rig, HY_SV("worse"));
        rig_flush(&rig, &flush);
        for (int i = 0; i < 4; i++) {
            rig_advance(&rig, 5000);
        }
        rig_run_until(&rig, &flush.done);
        assert_int_equal(flush.code, HY_OK);
        assert_int_equal(flush.records, 2);
        assert_int_equal(flush.failed, 2);
        rig_look(&rig);
        assert_int_equal(rig.object_count, 1);
        assert_int_equal(count(&rig, "format-conversion-failed", HY_SV("\"rawData\"")), 2);
        assert_int_equal(rig_temporaries(&rig), 0);
        end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_rows_double_and_lose_nothing),
        cmocka_unit_test(test_nothing_but_bad_records),
    };
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = -1 });
    return cmocka_run_group_tests(tests, NULL, NULL);
}
