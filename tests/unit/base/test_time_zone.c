/* Time zones: the reader of the tz database, against what another reader says of the same files.
 */
#include "base/time_zone.h"
#include "base/tz_rule.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

/* Around every transition of 2026 and of 2050 (where the footer's rule speaks), from Python's
 * zoneinfo. */
static const struct {
    const char *zone;
    int64_t unix_s;
    int offset_s;
    const char *abbreviation;
} rows[] = {
    { "America/New_York", 0, -18000, "EST" },
    { "America/New_York", 1767225600, -18000, "EST" },
    { "America/New_York", 1772953199, -18000, "EST" },
    { "America/New_York", 1772953200, -14400, "EDT" },
    { "America/New_York", 1793512799, -14400, "EDT" },
    { "America/New_York", 1793512800, -18000, "EST" },
    { "America/New_York", 2530767599, -18000, "EST" },
    { "America/New_York", 2530767600, -14400, "EDT" },
    { "America/New_York", 2551327199, -14400, "EDT" },
    { "America/New_York", 2551327200, -18000, "EST" },
    { "Europe/Berlin", 0, 3600, "CET" },
    { "Europe/Berlin", 1767225600, 3600, "CET" },
    { "Europe/Berlin", 1774745999, 3600, "CET" },
    { "Europe/Berlin", 1774746000, 7200, "CEST" },
    { "Europe/Berlin", 1792889999, 7200, "CEST" },
    { "Europe/Berlin", 1792890000, 3600, "CET" },
    { "Europe/Berlin", 2531955599, 3600, "CET" },
    { "Europe/Berlin", 2531955600, 7200, "CEST" },
    { "Europe/Berlin", 2550704399, 7200, "CEST" },
    { "Europe/Berlin", 2550704400, 3600, "CET" },
    { "Europe/Dublin", 0, 3600, "IST" },
    { "Europe/Dublin", 1767225600, 0, "GMT" },
    { "Europe/Dublin", 1774745999, 0, "GMT" },
    { "Europe/Dublin", 1774746000, 3600, "IST" },
    { "Europe/Dublin", 1792889999, 3600, "IST" },
    { "Europe/Dublin", 1792890000, 0, "GMT" },
    { "Europe/Dublin", 2531955599, 0, "GMT" },
    { "Europe/Dublin", 2531955600, 3600, "IST" },
    { "Europe/Dublin", 2550704399, 3600, "IST" },
    { "Europe/Dublin", 2550704400, 0, "GMT" },
    { "Asia/Kolkata", 0, 19800, "IST" },
    { "Asia/Kolkata", 1767225600, 19800, "IST" },
    { "Asia/Kolkata", 1781481600, 19800, "IST" },
    { "Asia/Kolkata", 2538864000, 19800, "IST" },
    { "Asia/Kathmandu", 0, 19800, "+0530" },
    { "Asia/Kathmandu", 1767225600, 20700, "+0545" },
    { "Asia/Kathmandu", 1781481600, 20700, "+0545" },
    { "Asia/Kathmandu", 2538864000, 20700, "+0545" },
    { "Australia/Lord_Howe", 0, 36000, "AEST" },
    { "Australia/Lord_Howe", 1767225600, 39600, "+11" },
    { "Australia/Lord_Howe", 1775314799, 39600, "+11" },
    { "Australia/Lord_Howe", 1775314800, 37800, "+1030" },
    { "Australia/Lord_Howe", 1791041399, 37800, "+1030" },
    { "Australia/Lord_Howe", 1791041400, 39600, "+11" },
    { "Australia/Lord_Howe", 2532524399, 39600, "+11" },
    { "Australia/Lord_Howe", 2532524400, 37800, "+1030" },
    { "Australia/Lord_Howe", 2548250999, 37800, "+1030" },
    { "Australia/Lord_Howe", 2548251000, 39600, "+11" },
    { "America/St_Johns", 0, -12600, "NST" },
    { "America/St_Johns", 1767225600, -12600, "NST" },
    { "America/St_Johns", 1772947799, -12600, "NST" },
    { "America/St_Johns", 1772947800, -9000, "NDT" },
    { "America/St_Johns", 1793507399, -9000, "NDT" },
    { "America/St_Johns", 1793507400, -12600, "NST" },
    { "America/St_Johns", 2530762199, -12600, "NST" },
    { "America/St_Johns", 2530762200, -9000, "NDT" },
    { "America/St_Johns", 2551321799, -9000, "NDT" },
    { "America/St_Johns", 2551321800, -12600, "NST" },
    { "Africa/Casablanca", 0, 0, "+00" },
    { "Africa/Casablanca", 1767225600, 3600, "+01" },
    { "Africa/Casablanca", 1771120799, 3600, "+01" },
    { "Africa/Casablanca", 1771120800, 0, "+00" },
    { "Africa/Casablanca", 1774144799, 0, "+00" },
    { "Africa/Casablanca", 1774144800, 3600, "+01" },
    { "Africa/Casablanca", 2536192799, 3600, "+01" },
    { "Africa/Casablanca", 2536192800, 0, "+00" },
    { "Africa/Casablanca", 2539821599, 0, "+00" },
    { "Africa/Casablanca", 2539821600, 3600, "+01" },
    { "America/Santiago", 0, -10800, "-03" },
    { "America/Santiago", 1767225600, -10800, "-03" },
    { "America/Santiago", 1775357999, -10800, "-03" },
    { "America/Santiago", 1775358000, -14400, "-04" },
    { "America/Santiago", 1788667199, -14400, "-04" },
    { "America/Santiago", 1788667200, -10800, "-03" },
    { "America/Santiago", 2532567599, -10800, "-03" },
    { "America/Santiago", 2532567600, -14400, "-04" },
    { "America/Santiago", 2545876799, -14400, "-04" },
    { "America/Santiago", 2545876800, -10800, "-03" },
    { "America/Nuuk", 0, -10800, "-03" },
    { "America/Nuuk", 1767225600, -7200, "-02" },
    { "America/Nuuk", 1774745999, -7200, "-02" },
    { "America/Nuuk", 1774746000, -3600, "-01" },
    { "America/Nuuk", 1792889999, -3600, "-01" },
    { "America/Nuuk", 1792890000, -7200, "-02" },
    { "America/Nuuk", 2531955599, -7200, "-02" },
    { "America/Nuuk", 2531955600, -3600, "-01" },
    { "America/Nuuk", 2550704399, -3600, "-01" },
    { "America/Nuuk", 2550704400, -7200, "-02" },
    { "Asia/Tokyo", 0, 32400, "JST" },
    { "Asia/Tokyo", 1767225600, 32400, "JST" },
    { "Asia/Tokyo", 1781481600, 32400, "JST" },
    { "Asia/Tokyo", 2538864000, 32400, "JST" },
    { "Pacific/Chatham", 0, 45900, "+1245" },
    { "Pacific/Chatham", 1767225600, 49500, "+1345" },
    { "Pacific/Chatham", 1775311199, 49500, "+1345" },
    { "Pacific/Chatham", 1775311200, 45900, "+1245" },
    { "Pacific/Chatham", 1790431199, 45900, "+1245" },
    { "Pacific/Chatham", 1790431200, 49500, "+1345" },
    { "Pacific/Chatham", 2532520799, 49500, "+1345" },
    { "Pacific/Chatham", 2532520800, 45900, "+1245" },
    { "Pacific/Chatham", 2547640799, 45900, "+1245" },
    { "Pacific/Chatham", 2547640800, 49500, "+1345" },
    { "Pacific/Apia", 0, -39600, "-11" },
    { "Pacific/Apia", 1767225600, 46800, "+13" },
    { "Pacific/Apia", 1781481600, 46800, "+13" },
    { "Pacific/Apia", 2538864000, 46800, "+13" },
    { "Africa/Monrovia", 0, -2670, "MMT" },
    { "Africa/Monrovia", 1767225600, 0, "GMT" },
    { "Africa/Monrovia", 1781481600, 0, "GMT" },
    { "Africa/Monrovia", 2538864000, 0, "GMT" },
    { "Asia/Tehran", 0, 12600, "+0330" },
    { "Asia/Tehran", 1767225600, 12600, "+0330" },
    { "Asia/Tehran", 1781481600, 12600, "+0330" },
    { "Asia/Tehran", 2538864000, 12600, "+0330" },
    { "Asia/Jerusalem", 0, 7200, "IST" },
    { "Asia/Jerusalem", 1767225600, 7200, "IST" },
    { "Asia/Jerusalem", 1774569599, 7200, "IST" },
    { "Asia/Jerusalem", 1774569600, 10800, "IDT" },
    { "Asia/Jerusalem", 1792882799, 10800, "IDT" },
    { "Asia/Jerusalem", 1792882800, 7200, "IST" },
    { "Asia/Jerusalem", 2531779199, 7200, "IST" },
    { "Asia/Jerusalem", 2531779200, 10800, "IDT" },
    { "Asia/Jerusalem", 2550697199, 10800, "IDT" },
    { "Asia/Jerusalem", 2550697200, 7200, "IST" },
    { "Asia/Gaza", 0, 7200, "IST" },
    { "Asia/Gaza", 1767225600, 7200, "EET" },
    { "Asia/Gaza", 1774655999, 7200, "EET" },
    { "Asia/Gaza", 1774656000, 10800, "EEST" },
    { "Asia/Gaza", 1792796399, 10800, "EEST" },
    { "Asia/Gaza", 1792796400, 7200, "EET" },
    { "Asia/Gaza", 2531865599, 7200, "EET" },
    { "Asia/Gaza", 2531865600, 10800, "EEST" },
    { "Asia/Gaza", 2536700399, 10800, "EEST" },
    { "Asia/Gaza", 2536700400, 7200, "EET" },
    { "Asia/Gaza", 2540332799, 7200, "EET" },
    { "Asia/Gaza", 2540332800, 10800, "EEST" },
    { "Asia/Gaza", 2550610799, 10800, "EEST" },
    { "Asia/Gaza", 2550610800, 7200, "EET" },
    { "America/Sao_Paulo", 0, -10800, "-03" },
    { "America/Sao_Paulo", 1767225600, -10800, "-03" },
    { "America/Sao_Paulo", 1781481600, -10800, "-03" },
    { "America/Sao_Paulo", 2538864000, -10800, "-03" },
    { "Antarctica/Troll", 0, 0, "-00" },
    { "Antarctica/Troll", 1767225600, 0, "+00" },
    { "Antarctica/Troll", 1774745999, 0, "+00" },
    { "Antarctica/Troll", 1774746000, 7200, "+02" },
    { "Antarctica/Troll", 1792889999, 7200, "+02" },
    { "Antarctica/Troll", 1792890000, 0, "+00" },
    { "Antarctica/Troll", 2531955599, 0, "+00" },
    { "Antarctica/Troll", 2531955600, 7200, "+02" },
    { "Antarctica/Troll", 2550704399, 7200, "+02" },
    { "Antarctica/Troll", 2550704400, 0, "+00" },
    { "Etc/UTC", 0, 0, "UTC" },
    { "Etc/UTC", 1767225600, 0, "UTC" },
    { "Etc/UTC", 1781481600, 0, "UTC" },
    { "Etc/UTC", 2538864000, 0, "UTC" },
};

static void test_offsets(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_time_zone *zone;
        assert_int_equal(hy_time_zone_open(hy_sv_of(rows[i].zone), &zone), HY_OK);
        assert_string_equal(hy_time_zone_name(zone), rows[i].zone);
        const struct hy_zone_clock clock = hy_time_zone_at(zone, rows[i].unix_s);
        if (clock.offset_s != rows[i].offset_s ||
            strcmp(clock.abbreviation, rows[i].abbreviation) != 0) {
            fail_msg("%s at %lld: %d %s", rows[i].zone, (long long)rows[i].unix_s,
                     clock.offset_s, clock.abbreviation);
        }
        hy_time_zone_destroy(zone);
    }
}

/* Which of two clocks is the summer's: tz says the opposite of Ireland's and Morocco's. */
static void test_summer(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t unix_s;
        bool is_summer;
    } cases[] = {
        { "Europe/Berlin", 1767225600, false },      /* January 2026 */
        { "Europe/Berlin", 1782864000, true },       /* July 2026 */
        { "Europe/Berlin", 2540246400, true },       /* July 2050, by rule */
        { "Australia/Lord_Howe", 1767225600, true },
        { "Europe/Dublin", 1767225600, false },
        { "Europe/Dublin", 1782864000, true },
        { "Europe/Dublin", 2540246400, true },
        { "Africa/Casablanca", 1782864000, true },
        { "Asia/Tokyo", 1782864000, false },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_time_zone *zone;
        assert_int_equal(hy_time_zone_open(hy_sv_of(cases[i].zone), &zone), HY_OK);
        if (hy_time_zone_at(zone, cases[i].unix_s).is_summer != cases[i].is_summer) {
            fail_msg("%s at %lld", cases[i].zone, (long long)cases[i].unix_s);
        }
        hy_time_zone_destroy(zone);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const unknown[] = {
        "", "Mars/Olympus", "America", "europe/berlin", "/Europe/Berlin", "Europe//Berlin",
        "Europe/Berlin/", "../zoneinfo/Europe/Berlin", "Europe/../Asia/Tokyo", "right/UTC",
        "posix/UTC", "localtime", "posixrules", "Factory", "zone.tab", "tzdata.zi", "leapseconds",
        "Europe/Berlin                                      ",
    };
    struct hy_time_zone *zone;
    for (size_t i = 0; i < ROWS(unknown); i++) {
        if (hy_time_zone_open(hy_sv_of(unknown[i]), &zone) == HY_OK) {
            fail_msg("%s", unknown[i]);
        }
    }
    assert_int_equal(hy_time_zone_open(HY_SV("UTC"), &zone), HY_OK);
    assert_null(zone); /* no file, no memory */
    assert_string_equal(hy_time_zone_name(zone), "UTC");
    assert_int_equal(hy_time_zone_at(zone, 0).offset_s, 0);
}

static void test_local_time(void **state)
{
    (void)state;
    struct hy_time_zone *zone;
    assert_int_equal(hy_time_zone_open(HY_SV("America/New_York"), &zone), HY_OK);
    struct hy_local_time local = hy_local_time_of(0, zone); /* still the year before */
    assert_int_equal(local.date.year, 1969);
    assert_int_equal(local.date.month, 12);
    assert_int_equal(local.date.day, 31);
    assert_int_equal(local.date.hour, 19);
    assert_int_equal(local.date.weekday, 3);
    assert_int_equal(local.date.yearday, 365);
    local = hy_local_time_of(18000000, zone);
    assert_int_equal(local.date.year, 1970);
    assert_int_equal(local.date.hour, 0);
    hy_time_zone_destroy(zone);
}

/* ---- the footer's rules ---- */

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        int64_t unix_s;
        bool is_daylight;
    } cases[] = {
        { "UTC0", 1782864000, false },
        { "<-03>3", 1782864000, false },
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1774745999, false }, /* 2026-03-29T00:59:59Z */
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, true },
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1792889999, true },  /* 2026-10-25T00:59:59Z */
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, false },
        { "AEST-10AEDT,M10.1.0,M4.1.0/3", 1767225600, true }, /* over new year */
        { "EST5EDT,0/0,J365/25", 1767243600, true },         /* always, RFC 8536 3.3.1 */
        { "EST5EDT,0/0,J365/25", 1767243599, true },
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1774745999, false }, /* before midnight */
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1774746000, true },
        { "EET-2EEST,M3.4.4/50,M10.4.4/50", 1774648799, false }, /* two days on: Gaza, 2026-03-27 */
        { "EET-2EEST,M3.4.4/50,M10.4.4/50", 1774656000, true },
        { "AAA0BBB,J60,J61", 1709258399, false }, /* J60 is 1 March in leap years too */
        { "AAA0BBB,J60,J61", 1709258400, true },
        { "AAA0BBB,59,60", 1709171999, false },   /* 59 is 29 February in a leap year */
        { "AAA0BBB,59,60", 1709172000, true },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_tz_rule rule;
        assert_true(hy_tz_rule_parse(hy_sv_of(cases[i].rule), &rule));
        if (hy_tz_rule_is_daylight(&rule, cases[i].unix_s) != cases[i].is_daylight) {
            fail_msg("row %zu: %s at %lld", i, cases[i].rule, (long long)cases[i].unix_s);
        }
    }
    static const char *const wrong[] = {
        "", "UT0", "UTC", "UTC0x", "<UTC0", "<>0", "UTC25", "UTC0:60", "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,366,J1",
        "CET-1CEST,M3.5.0,M10.5.0,", "CET-1CEST,M3.5.0/,M10.5.0",
        "CET-1CEST,M3.5.0/168,M10.5.0", "ABCDEFGHIJKLMNOP0",
    };
    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct hy_tz_rule rule;
        if (hy_tz_rule_parse(hy_sv_of(wrong[i]), &rule)) {
            fail_msg("%s is no rule", wrong[i]);
        }
    }
}

/* ---- files ---- */

#define HEADER(version, times, types, chars) \
    "TZif" version "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" \
    "\0\0\0" times "\0\0\0" types "\0\0\0" chars
#define TYPE_AAA "\0\0\x0e\x10\0\0" /* an hour ahead */
#define TYPE_BBB "\0\0\x1c\x20\1\4"
#define EMPTY HEADER("2", "\0", "\1", "\4") TYPE_AAA "AAA\0"

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        hy_sv bytes;
        enum hy_code code;
        int offset_s; /* at 100 */
    } cases[] = {
        { "version 1", HY_SV_INIT(HEADER("\0", "\0", "\1", "\4") TYPE_AAA "AAA\0"), HY_OK, 3600 },
        { "version 1, transitions in 32 bits",
          HY_SV_INIT(HEADER("\0", "\2", "\2", "\10") "\x80\0\0\0" "\0\0\0\x64" "\0\1"
                     TYPE_AAA TYPE_BBB "AAA\0BBB\0"), HY_OK, 7200 },
        { "version 2, a rule", HY_SV_INIT(EMPTY EMPTY "\nCCC-3\n"), HY_OK, 10800 },
        { "version 2, no rule", HY_SV_INIT(EMPTY EMPTY "\n\n"), HY_OK, 3600 },
        { "version 2, transitions in 64 bits",
          HY_SV_INIT(EMPTY HEADER("2", "\1", "\2", "\10") "\0\0\0\0\0\0\0\x65" "\1"
                     TYPE_AAA TYPE_BBB "AAA\0BBB\0" "\nCCC-3\n"), HY_OK, 3600 },
        { "nothing", HY_SV_INIT(""), HY_MALFORMED, 0 },
        { "not TZif", HY_SV_INIT("TZjf" EMPTY), HY_MALFORMED, 0 },
        { "cut in the header", HY_SV_INIT("TZif2\0\0\0"), HY_MALFORMED, 0 },
        { "cut in the block", HY_SV_INIT(HEADER("\0", "\0", "\1", "\4") TYPE_AAA "AAA"),
          HY_MALFORMED, 0 },
        { "no second header", HY_SV_INIT(EMPTY), HY_MALFORMED, 0 },
        { "no footer", HY_SV_INIT(EMPTY EMPTY), HY_MALFORMED, 0 },
        { "footer without end", HY_SV_INIT(EMPTY EMPTY "\nCCC-3"), HY_MALFORMED, 0 },
        { "a wrong rule", HY_SV_INIT(EMPTY EMPTY "\nCCC\n"), HY_MALFORMED, 0 },
        { "no types", HY_SV_INIT(HEADER("\0", "\0", "\0", "\4") "AAA\0"), HY_MALFORMED, 0 },
        { "an abbreviation outside",
          HY_SV_INIT(HEADER("\0", "\0", "\1", "\4") "\0\0\x0e\x10\0\4" "AAA\0"), HY_MALFORMED, 0 },
        { "a day and more ahead",
          HY_SV_INIT(HEADER("\0", "\0", "\1", "\4") "\0\1\x6d\xa1\0\0" "AAA\0"), HY_MALFORMED, 0 },
        { "a type outside",
          HY_SV_INIT(HEADER("\0", "\1", "\1", "\4") "\0\0\0\1" "\1" TYPE_AAA "AAA\0"),
          HY_MALFORMED, 0 },
        { "transitions out of order",
          HY_SV_INIT(HEADER("\0", "\2", "\1", "\4") "\0\0\0\1\0\0\0\1" "\0\0" TYPE_AAA "AAA\0"),
          HY_MALFORMED, 0 },
        { "leap seconds",
          HY_SV_INIT("TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\1"
                     "\0\0\0\0" "\0\0\0\1" "\0\0\0\4" TYPE_AAA "AAA\0" "\0\0\0\1\0\0\0\1"),
          HY_MALFORMED, 0 },
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_time_zone *zone = NULL;
        const enum hy_code code = hy_time_zone_parse(HY_SV("A"), cases[i].bytes, &zone);
        if (code != cases[i].code ||
            (code == HY_OK && hy_time_zone_at(zone, 100).offset_s != cases[i].offset_s)) {
            fail_msg("%s: code %d", cases[i].what, code);
        }
        hy_time_zone_destroy(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets), cmocka_unit_test(test_summer),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_local_time),
        cmocka_unit_test(test_rules),   cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
