/* test_date_read.c - text that names an instant: both sides of every field, and what is none. */
#include "base/date_read.h"

#include "base/date.h"
#include "support/test.h"

#include <string.h>

typedef bool read_date(hy_sv text, uint64_t *ms);

static const struct date_case {
    read_date *read;
    const char *text;
    uint64_t s; /* since 1970; REFUSED: it is no date */
} dates[] = {
#define REFUSED UINT64_MAX
    { hy_date_read_basic, "19700101T000000Z", 0 },
    { hy_date_read_basic, "20000229T235959Z", 951868799 },
    { hy_date_read_basic, "20000301T000000Z", 951868800 },
    { hy_date_read_basic, "20261121T171943Z", 1795281583 },
    { hy_date_read_basic, "99991231T235959Z", 253402300799 },
    { hy_date_read_basic, "19691231T235959Z", REFUSED },
    { hy_date_read_basic, "20260229T000000Z", REFUSED },
    { hy_date_read_basic, "21000229T000000Z", REFUSED },
    { hy_date_read_basic, "20260431T000000Z", REFUSED },
    { hy_date_read_basic, "20260001T000000Z", REFUSED },
    { hy_date_read_basic, "20261301T000000Z", REFUSED },
    { hy_date_read_basic, "20260100T000000Z", REFUSED },
    { hy_date_read_basic, "20260101T240000Z", REFUSED },
    { hy_date_read_basic, "20260101T006000Z", REFUSED },
    { hy_date_read_basic, "20260101T000060Z", REFUSED },
    { hy_date_read_basic, "20260101T000000", REFUSED },
    { hy_date_read_basic, "20260101T000000Z ", REFUSED },
    { hy_date_read_basic, "20260101 000000Z", REFUSED },
    { hy_date_read_basic, "2026010aT000000Z", REFUSED },
    { hy_date_read_basic, "", REFUSED },
    { hy_date_read_iso, "2026-11-21T17:19:43Z", 1795281583 },
    { hy_date_read_iso, "2026-11-21 17:19:43Z", REFUSED },
    { hy_date_read_iso, "2026-11-21T17:19:43", REFUSED },
    { hy_date_read_iso, "2026-11-31T17:19:43Z", REFUSED },
    { hy_date_read_http, "Sat, 21 Nov 2026 17:19:43 GMT", 1795281583 },
    { hy_date_read_http, "Sat, 21 Nov 2026 17:19:43 -0000", 1795281583 },
    { hy_date_read_http, "Sat, 21 Nov 2026 17:19:43 +0000", 1795281583 },
    { hy_date_read_http, "Sat, 21 Nov 2026 17:19:43 +0100", REFUSED },
    { hy_date_read_http, "Sat, 21 Nox 2026 17:19:43 GMT", REFUSED },
    { hy_date_read_http, "Sat, 21 ovN 2026 17:19:43 GMT", REFUSED },
    { hy_date_read_http, "Sat, 31 Nov 2026 17:19:43 GMT", REFUSED },
    { hy_date_read_http, "Sat, 1 Nov 2026 17:19:43 GMT", REFUSED },
};

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(dates); i++) {
        uint64_t ms = 0;
        bool is_date = dates[i].read(hy_sv_of(dates[i].text), &ms);
        if (is_date != (dates[i].s != REFUSED) || (is_date && ms != dates[i].s * 1000)) {
            fail_msg("%s: %s, %llu ms", dates[i].text, is_date ? "a date" : "none",
                     (unsigned long long)ms);
        }
    }
}

/* Some day of every month for 400 years, there and back. */
static void test_there_and_back(void **state)
{
    (void)state;
    const uint64_t step_ms = UINT64_C(2600003000); /* 30 days and some, whole seconds */
    for (uint64_t ms = 0; ms < UINT64_C(12622780800000); ms += step_ms) {
        char text[HY_DATE_TEXT_BYTES];
        uint64_t read_ms;
        hy_date_http(ms, text);
        assert_true(hy_date_read_http(hy_sv_of(text), &read_ms));
        assert_true(read_ms == ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
