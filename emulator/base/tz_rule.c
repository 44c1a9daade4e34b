#include "base/tz_rule.h"

#include <string.h>

enum {
    DAY_S = 24 * 3600,
    OFFSET_HOURS_MAX = 24,
    DAY_HOURS_MAX = 167,  /* RFC 8536: a week, for rules that are said in odd ways */
    NAME_CHARS_MIN = 3,
};

/* ---- reading ---- */

static bool take(hy_sv *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c) {
        return false;
    }
    rest->ptr++;
    rest->len--;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool read_number(hy_sv *rest, int max, int *out)
{
    int number = 0;
    size_t digits = 0;
    while (rest->len > 0 && is_digit(rest->ptr[0]) && digits < 4) {
        number = 10 * number + (rest->ptr[0] - '0');
        take(rest, rest->ptr[0]);
        digits++;
    }
    *out = number;
    return digits > 0 && number <= max;
}

static bool read_name(hy_sv *rest, char out[HY_TZ_ABBREVIATION_BYTES])
{
    const bool is_quoted = take(rest, '<');
    size_t len = 0;
    while (len < rest->len) {
        const char c = rest->ptr[len];
        if (!is_letter(c) && !(is_quoted && (is_digit(c) || c == '+' || c == '-'))) {
            break;
        }
        len++;
    }
    if (len < NAME_CHARS_MIN || len >= HY_TZ_ABBREVIATION_BYTES) {
        return false;
    }
    memcpy(out, rest->ptr, len);
    out[len] = '\0';
    *rest = (hy_sv){ rest->ptr + len, rest->len - len };
    return !is_quoted || take(rest, '>');
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(hy_sv *rest, int hours_max, int *out)
{
    int hours, minutes = 0, seconds = 0;
    const bool is_negative = take(rest, '-');
    if (!is_negative) {
        (void)take(rest, '+');
    }
    if (!read_number(rest, hours_max, &hours) ||
        (take(rest, ':') && !read_number(rest, 59, &minutes)) ||
        (take(rest, ':') && !read_number(rest, 59, &seconds))) {
        return false;
    }
    *out = (hours * 3600 + minutes * 60 + seconds) * (is_negative ? -1 : 1);
    return true;
}

static bool read_day(hy_sv *rest, struct hy_tz_day *day)
{
    *day = (struct hy_tz_day){ .form = '0', .time_s = 2 * 3600 };
    bool good;
    if (take(rest, 'M')) {
        day->form = 'M';
        good = read_number(rest, 12, &day->month) && take(rest, '.') &&
               read_number(rest, 5, &day->week) && take(rest, '.') &&
               read_number(rest, 6, &day->day) && day->month >= 1 && day->week >= 1;
    } else if (take(rest, 'J')) {
        day->form = 'J';
        good = read_number(rest, 365, &day->day) && day->day >= 1;
    } else {
        good = read_number(rest, 365, &day->day);
    }
    return good && (!take(rest, '/') || read_time(rest, DAY_HOURS_MAX, &day->time_s));
}

bool hy_tz_rule_parse(hy_sv text, struct hy_tz_rule *out)
{
    hy_sv rest = text;
    *out = (struct hy_tz_rule){ 0 };
    if (!read_name(&rest, out->standard.abbreviation) ||
        !read_time(&rest, OFFSET_HOURS_MAX, &out->standard.offset_s)) {
        return false;
    }
    out->standard.offset_s = -out->standard.offset_s;
    if (rest.len == 0) {
        return true;
    }
    out->has_daylight = true;
    out->daylight.offset_s = out->standard.offset_s + 3600;
    if (!read_name(&rest, out->daylight.abbreviation)) {
        return false;
    }
    if (rest.len > 0 && rest.ptr[0] != ',') {
        if (!read_time(&rest, OFFSET_HOURS_MAX, &out->daylight.offset_s)) {
            return false;
        }
        out->daylight.offset_s = -out->daylight.offset_s;
    }
    return take(&rest, ',') && read_day(&rest, &out->start) && take(&rest, ',') &&
           read_day(&rest, &out->end) && rest.len == 0;
}

/* ---- asking ---- */

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Days from 1970-01-01 to 1 January of the year. */
static int64_t days_to_year(int64_t year)
{
    const int64_t before = year - 1;
    return 365 * (year - 1970) + floor_div(before, 4) - floor_div(before, 100) +
           floor_div(before, 400) - 477; /* leap years before 1970 */
}

/* Day of the year, from 0. */
static int day_in_year(const struct hy_tz_day *day, int64_t year)
{
    static const int begins[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    if (day->form == '0') {
        return day->day;
    }
    if (day->form == 'J') {
        return day->day - 1 + (is_leap(year) && day->day >= 60);
    }
    const int leap = is_leap(year);
    const int begin = begins[day->month - 1] + (day->month > 2 ? leap : 0);
    const int end = begins[day->month] + (day->month > 1 ? leap : 0);
    const int64_t weekday = (days_to_year(year) + begin + 4) % 7; /* 1970 began on a Thursday */
    int at = begin + (int)((day->day - weekday % 7 + 14) % 7) + 7 * (day->week - 1);
    while (at >= end) {
        at -= 7;
    }
    return at;
}

static int64_t instant_of(const struct hy_tz_day *day, int64_t year, int offset_s)
{
    return (days_to_year(year) + day_in_year(day, year)) * DAY_S + day->time_s - offset_s;
}

/* The latest change before the instant decides. Changes of three years are looked at, because
 * a rule may put one a week beyond its year. */
bool hy_tz_rule_is_daylight(const struct hy_tz_rule *rule, int64_t unix_s)
{
    if (!rule->has_daylight) {
        return false;
    }
    const int64_t year = 1970 + floor_div(unix_s, 31556952); /* within a day of it */
    int64_t latest = INT64_MIN;
    bool is_daylight = false;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        const int64_t start = instant_of(&rule->start, y, rule->standard.offset_s);
        const int64_t end = instant_of(&rule->end, y, rule->daylight.offset_s);
        if (end <= unix_s && end >= latest) {
            latest = end;
            is_daylight = false;
        }
        if (start <= unix_s && start >= latest) {
            latest = start;
            is_daylight = true;
        }
    }
    return is_daylight;
}
