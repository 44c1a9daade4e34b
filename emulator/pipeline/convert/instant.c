#include "pipeline/convert/instant.h"

#include "pipeline/convert/number.h"
#include "pipeline/convert/plain.h"

enum {
    SECONDS_PER_DAY = 24 * 60 * 60,
    NANOS_PER_SECOND = 1000 * 1000 * 1000,
    JULIAN_DAY_OF_1970 = 2440588,
    MILLIS_DIGITS_MIN = 13,
    INT_DIGITS_MAX = 9,
};

/* 9999-12-31T23:59:59Z, and as far the other way. */
#define SECONDS_MAX INT64_C(253402300799)

static bool take_byte(hy_sv *rest, char byte)
{
    if (rest->len == 0 || rest->ptr[0] != byte) {
        return false;
    }
    rest->ptr++;
    rest->len--;
    return true;
}

bool hy_instant_take_digits(hy_sv *rest, size_t max, int *out)
{
    size_t count = 0;
    int value = 0;
    max = max < INT_DIGITS_MAX ? max : INT_DIGITS_MAX;
    while (count < max && count < rest->len && rest->ptr[count] >= '0' &&
           rest->ptr[count] <= '9') {
        value = value * 10 + (rest->ptr[count] - '0');
        count++;
    }
    rest->ptr += count;
    rest->len -= count;
    *out = value;
    return count > 0;
}

bool hy_instant_take_fraction(hy_sv *rest, uint32_t *nanos)
{
    const size_t before = rest->len;
    int value = 0;
    if (!hy_instant_take_digits(rest, INT_DIGITS_MAX, &value)) {
        return false;
    }
    for (size_t digits = before - rest->len; digits < INT_DIGITS_MAX; digits++) {
        value *= 10;
    }
    *nanos = (uint32_t)value;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool day_exists(int year, int month, int day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* The year is counted from 1 March, as in base/date.c, the other way round. */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = year - (month <= 2);
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t in_era = y - era * 400;
    const int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

bool hy_instant_of_civil(const struct hy_civil *civil, struct hy_instant *out)
{
    if (!day_exists(civil->year, civil->month, civil->day) || civil->hour > 23 ||
        civil->minute > 59 || civil->second > 59) {
        return false;
    }
    out->seconds = days_of(civil->year, civil->month, civil->day) * SECONDS_PER_DAY +
                   civil->hour * 3600 + civil->minute * 60 + civil->second;
    out->nanos = civil->nanos;
    return true;
}

/* Four digits of year; `strict` asks for two of month and day, too. */
static bool take_date(hy_sv *rest, bool strict, struct hy_civil *civil)
{
    const size_t least = strict ? 2 : 1;
    size_t before = rest->len;
    if (!hy_instant_take_digits(rest, 4, &civil->year) || before - rest->len != 4 ||
        !take_byte(rest, '-')) {
        return false;
    }
    before = rest->len;
    if (!hy_instant_take_digits(rest, 2, &civil->month) || before - rest->len < least ||
        !take_byte(rest, '-')) {
        return false;
    }
    before = rest->len;
    return hy_instant_take_digits(rest, 2, &civil->day) && before - rest->len >= least;
}

static bool take_time(hy_sv *rest, struct hy_civil *civil)
{
    return hy_instant_take_digits(rest, 2, &civil->hour) && take_byte(rest, ':') &&
           hy_instant_take_digits(rest, 2, &civil->minute) && take_byte(rest, ':') &&
           hy_instant_take_digits(rest, 2, &civil->second) &&
           (!take_byte(rest, '.') || hy_instant_take_fraction(rest, &civil->nanos));
}

bool hy_instant_parse_date(hy_sv text, int32_t *days)
{
    struct hy_civil civil = { 0 };
    if (!take_date(&text, false, &civil) || text.len > 0 ||
        !day_exists(civil.year, civil.month, civil.day)) {
        return false;
    }
    *days = (int32_t)days_of(civil.year, civil.month, civil.day);
    return true;
}

bool hy_instant_parse_java(hy_sv text, struct hy_instant *out)
{
    struct hy_civil civil = { 0 };
    return take_date(&text, false, &civil) && take_byte(&text, ' ') &&
           take_time(&text, &civil) && text.len == 0 && hy_instant_of_civil(&civil, out);
}

static bool parse_iso(hy_sv text, struct hy_instant *out)
{
    struct hy_civil civil = { 0 };
    return take_date(&text, true, &civil) && take_byte(&text, 'T') && take_time(&text, &civil) &&
           take_byte(&text, 'Z') && text.len == 0 && hy_instant_of_civil(&civil, out);
}

/* A number of ticks, `per_second` of them, with a fraction of nine digits at most. */
static bool parse_ticks(hy_sv text, uint32_t per_second, struct hy_instant *out)
{
    const uint32_t nanos_per_tick = NANOS_PER_SECOND / per_second;
    const bool negative = take_byte(&text, '-');
    const hy_sv whole = hy_sv_cut(&text, '.');
    uint64_t ticks = 0;
    uint32_t fraction = 0;
    if (!hy_sv_to_u64(whole, &ticks) || ticks / per_second > SECONDS_MAX) {
        return false;
    }
    if (text.len > 0 && (!hy_instant_take_fraction(&text, &fraction) || text.len > 0)) {
        return false;
    }
    const int64_t seconds = (int64_t)(ticks / per_second);
    const int64_t nanos =
        (int64_t)(ticks % per_second) * nanos_per_tick + fraction / per_second;
    out->seconds = negative ? -seconds - (nanos > 0) : seconds;
    out->nanos = (uint32_t)(negative && nanos > 0 ? NANOS_PER_SECOND - nanos : nanos);
    return true;
}

bool hy_instant_parse_millis(hy_sv text, struct hy_instant *out)
{
    return parse_ticks(text, 1000, out);
}

/* 1.5e9 is a number, too, if nobody's habit. */
static bool parse_double(hy_sv text, struct hy_instant *out)
{
    char storage[64];
    struct hy_buf scratch = { .data = storage, .cap = sizeof storage, .max = sizeof storage };
    double seconds = 0;
    if (hy_number_to_double(text, &scratch, &seconds) != HY_OK ||
        !(seconds < (double)SECONDS_MAX && seconds > -(double)SECONDS_MAX)) {
        return false;
    }
    int64_t millis = (int64_t)(seconds * 1000);
    int64_t rest = millis % 1000;
    rest += rest < 0 ? 1000 : 0;
    out->seconds = (millis - rest) / 1000;
    out->nanos = (uint32_t)rest * 1000000;
    return true;
}

static bool parse_number(hy_sv text, struct hy_instant *out)
{
    const size_t digits = text.len - (text.len > 0 && text.ptr[0] == '-');
    const bool has_fraction = hy_sv_find(text, '.') < text.len;
    if (!has_fraction && digits >= MILLIS_DIGITS_MIN) {
        return hy_instant_parse_millis(text, out);
    }
    return parse_ticks(text, 1, out) || parse_double(text, out);
}

bool hy_instant_parse_openx(hy_sv text, struct hy_instant *out)
{
    if (hy_sv_find(text, ':') == text.len) {
        return parse_number(text, out);
    }
    return hy_instant_parse_java(text, out) || parse_iso(text, out);
}

void hy_instant_write(const struct hy_instant *instant, char out[12])
{
    int64_t day = instant->seconds / SECONDS_PER_DAY;
    int64_t second = instant->seconds % SECONDS_PER_DAY;
    if (second < 0) {
        second += SECONDS_PER_DAY;
        day--;
    }
    const uint64_t nanos = (uint64_t)second * NANOS_PER_SECOND + instant->nanos;
    hy_plain_u64(nanos, out);
    hy_plain_u32((uint32_t)(day + JULIAN_DAY_OF_1970), out + 8);
}
