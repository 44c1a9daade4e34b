#include "base/date_read.h"

#include "base/date.h"

#include <string.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year));
}

static bool is_possible(const struct hy_date *date)
{
    return date->year >= 1970 && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
           date->day <= days_of(date->year, date->month) && date->hour < 24 &&
           date->minute < 60 && date->second < 60;
}

/* The inverse of hy_date_of, to the second. */
static uint64_t ms_of(const struct hy_date *date)
{
    uint64_t year = (uint64_t)date->year - 1;
    uint64_t days = 365 * year + year / 4 - year / 100 + year / 400 - 719162; /* since 1970 */
    for (int month = 1; month < date->month; month++) {
        days += (uint64_t)days_of(date->year, month);
    }
    days += (uint64_t)date->day - 1;
    uint64_t minutes = (days * 24 + (uint64_t)date->hour) * 60 + (uint64_t)date->minute;
    return (minutes * 60 + (uint64_t)date->second) * 1000;
}

static int month_of(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 1; month <= 12; month++) {
        if (memcmp(names + 3 * (month - 1), name, 3) == 0) {
            return month;
        }
    }
    return 0;
}

/* Walks text and form together: a letter of the form stands for a digit of that field, `b` for a
 * letter of the month's name, `?` for any byte, everything else for itself. */
static bool read_form(hy_sv text, const char *form, uint64_t *ms)
{
    struct hy_date date = { 0 };
    if (text.len != strlen(form)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        int *field = form[i] == 'y'   ? &date.year
                     : form[i] == 'm' ? &date.month
                     : form[i] == 'd' ? &date.day
                     : form[i] == 'h' ? &date.hour
                     : form[i] == 'i' ? &date.minute
                     : form[i] == 's' ? &date.second
                                      : NULL;
        if (field != NULL) {
            if (text.ptr[i] < '0' || text.ptr[i] > '9') {
                return false;
            }
            *field = *field * 10 + (text.ptr[i] - '0');
        } else if (form[i] == 'b') {
            date.month = date.month == 0 ? month_of(text.ptr + i) : date.month;
        } else if (form[i] != '?' && form[i] != text.ptr[i]) {
            return false;
        }
    }
    if (!is_possible(&date)) {
        return false;
    }
    *ms = ms_of(&date);
    return true;
}

bool hy_date_read_basic(hy_sv text, uint64_t *ms)
{
    return read_form(text, "yyyymmddThhiissZ", ms);
}

bool hy_date_read_iso(hy_sv text, uint64_t *ms)
{
    return read_form(text, "yyyy-mm-ddThh:ii:ssZ", ms);
}

bool hy_date_read_http(hy_sv text, uint64_t *ms)
{
    return read_form(text, "???, dd bbb yyyy hh:ii:ss GMT", ms) ||
           read_form(text, "???, dd bbb yyyy hh:ii:ss +0000", ms) ||
           read_form(text, "???, dd bbb yyyy hh:ii:ss -0000", ms);
}
