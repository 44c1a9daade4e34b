#include "base/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    MS_PER_DAY = 24 * 60 * 60 * 1000,
    DAYS_PER_ERA = 146097, /* 400 years; the calendar repeats after that */
};

/* The last instant that has four digits of year: 9999-12-31T23:59:59.999Z. */
#define TEXT_MAX_MS UINT64_C(253402300799999)

static bool is_leap(uint64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The year is counted from 1 March here, so that the leap day is its last day and the months'
 * lengths repeat: 153 days in every five months. */
static void set_day(struct hy_date *date, uint64_t days_since_1970)
{
    uint64_t days = days_since_1970 + 719468; /* since 0000-03-01 */
    uint64_t era = days / DAYS_PER_ERA;
    uint64_t in_era = days % DAYS_PER_ERA;
    uint64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * in_year + 2) / 153; /* 0 is March */
    year += 400 * era + (month >= 10);

    date->day = (int)(in_year - (153 * month + 2) / 5 + 1);
    date->month = (int)(month < 10 ? month + 3 : month - 9);
    date->year = (int)year;
    date->yearday = (int)(month >= 10 ? in_year - 305 : in_year + 60 + is_leap(year));
    date->weekday = (int)((days_since_1970 + 4) % 7); /* 1970 began on a Thursday */
}

struct hy_date hy_date_of(uint64_t ms)
{
    struct hy_date date;
    set_day(&date, ms / MS_PER_DAY);
    int in_day = (int)(ms % MS_PER_DAY);
    date.millisecond = in_day % 1000;
    date.second = in_day / 1000 % 60;
    date.minute = in_day / 60000 % 60;
    date.hour = in_day / 3600000;
    return date;
}

/* Returns where the next character goes. */
static char *put_digits(char *at, int number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

static char *put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

static char *put_time(char *at, const struct hy_date *date)
{
    at = put_digits(at, date->hour, 2);
    *at++ = ':';
    at = put_digits(at, date->minute, 2);
    *at++ = ':';
    return put_digits(at, date->second, 2);
}

static struct hy_date date_for_text(uint64_t ms)
{
    return hy_date_of(ms > TEXT_MAX_MS ? TEXT_MAX_MS : ms);
}

void hy_date_iso(uint64_t ms, char out[HY_DATE_TEXT_BYTES])
{
    struct hy_date date = date_for_text(ms);
    char *at = put_digits(out, date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    at = put_digits(at, date.day, 2);
    *at++ = 'T';
    at = put_time(at, &date);
    *at++ = '.';
    at = put_digits(at, date.millisecond, 3);
    put_text(at, "Z", 2);
}

void hy_date_http(uint64_t ms, char out[HY_DATE_TEXT_BYTES])
{
    static const char weekdays[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct hy_date date = date_for_text(ms);
    char *at = put_text(out, weekdays + 3 * date.weekday, 3);
    at = put_text(at, ", ", 2);
    at = put_digits(at, date.day, 2);
    *at++ = ' ';
    at = put_text(at, months + 3 * (date.month - 1), 3);
    *at++ = ' ';
    at = put_digits(at, date.year, 4);
    *at++ = ' ';
    at = put_time(at, &date);
    put_text(at, " GMT", 5);
}
