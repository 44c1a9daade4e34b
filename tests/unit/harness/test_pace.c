/* test_pace.c - when events are due, and how numbers are told. */
#include "harness/pace.h"
#include "harness/tally.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const struct parse_case {
    const char *text;
    double factor; /* negative: refused */
} parse_cases[] = {
    { "original", 1 }, { "max", 0 },  { "x60", 60 }, { "x0.5", 0.5 }, { "x1000000", 1000000 },
    { "x1000001", -1 }, { "x0", -1 }, { "x-1", -1 }, { "x", -1 },     { "x6a", -1 },
    { "60", -1 },      { "", -1 },    { "xnan", -1 }, { "xinf", -1 }, { "Max", -1 },
};

static void test_speeds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(parse_cases); i++) {
        struct hy_pace pace;
        bool ok = hy_pace_parse(hy_sv_of(parse_cases[i].text), &pace);
        if (ok != (parse_cases[i].factor >= 0) ||
            (ok && (pace.factor > parse_cases[i].factor || pace.factor < parse_cases[i].factor))) {
            fail_msg("%s", parse_cases[i].text);
        }
    }
}

enum { FILE_END = -1, MS = 1000000 };

static const struct due_case {
    const char *name;
    double factor;
    int64_t at_ms[6]; /* FILE_END: the next file begins */
    uint64_t due_ns;  /* of the last */
} due_cases[] = {
    { "as recorded", 1, { 0, 0, 0, 0, 10, 12 }, 12ULL * MS },
    { "ten times faster", 10, { 0, 0, 0, 0, 10, 12 }, 1200000 },
    { "half as fast", 0.5, { 0, 0, 0, 0, 10, 12 }, 24ULL * MS },
    { "as answers come", 0, { 0, 0, 0, 0, 10, 12 }, 0 },
    { "a file behind a file", 1, { 0, 7, 10, FILE_END, 0, 12 }, 22ULL * MS },
    { "the first event of a file", 1, { 0, 7, 10, FILE_END, 3, 3 }, 13ULL * MS },
    { "a time that falls begins a recording", 1, { 0, 7, 10, 0, 0, 2 }, 12ULL * MS },
    { "twice", 1, { 0, 7, 0, 5, 1, 2 }, 14ULL * MS },
    { "no overflow", 1, { 0, INT64_MAX, 0, INT64_MAX, 0, INT64_MAX }, UINT64_MAX },
};

static void test_due(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(due_cases); i++) {
        const struct due_case *row = &due_cases[i];
        struct hy_pace pace = { .factor = row->factor };
        uint64_t due_ns = 0;
        for (size_t k = 0; k < ROWS(row->at_ms); k++) {
            if (row->at_ms[k] == FILE_END) {
                hy_pace_next_file(&pace);
            } else {
                due_ns = hy_pace_due_ns(&pace, (uint64_t)row->at_ms[k]);
            }
        }
        if (due_ns != row->due_ns) {
            fail_msg("%s: %llu", row->name, (unsigned long long)due_ns);
        }
    }
}

static void test_progress(void **state)
{
    (void)state;
    static const struct {
        struct hy_tally tally;
        double seconds, done;
        const char *line;
    } cases[] = {
        { { .records = 999, .requests = 1, .acknowledged = 990, .failed = 2 }, 10, 0,
          "1,000 sent, 990 acknowledged, 2 failed, 99/s" },
        { { .records = 1234567, .acknowledged = 1000000 }, 100, 0.5,
          "1,234,567 sent, 1,000,000 acknowledged, 0 failed, 10,000/s, about 1,234,567 left, "
          "1 m 40 s to go" },
        { { .records = 10 }, 4000, 0.5,
          "10 sent, 0 acknowledged, 0 failed, 0/s, about 10 left, 1 h 6 m to go" },
        { { .records = 0 }, 0, 0, "0 sent, 0 acknowledged, 0 failed, 0/s" },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_buf line;
        hy_buf_init(&line, 4096);
        hy_tally_progress(&cases[i].tally, cases[i].seconds, cases[i].done, &line);
        if (!hy_sv_equal(hy_buf_sv(&line), hy_sv_of(cases[i].line))) {
            fail_msg("%.*s", HY_SV_ARG(hy_buf_sv(&line)));
        }
        hy_buf_finish(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_speeds),
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
