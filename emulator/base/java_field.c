#include "base/java_field.h"

#include "base/zone_names.h"

#include <stdlib.h>
#include <string.h>

enum {
    NARROW = 5, /* letters: the shortest form, one character */
    FULL = 4,
    DIGITS_MAX = 19,
    NS_PER_MS = 1000000,
    MODIFIED_JULIAN_1970 = 40587,
};

/* ---- numbers and words ---- */

static void put_number(int64_t number, size_t width, struct hy_buf *out)
{
    hy_buf_printf(out, "%0*lld", (int)width, (long long)number);
}

/* From four letters on, what does not fit is marked with a plus. */
static void put_year(int year, size_t count, struct hy_buf *out)
{
    int64_t first_too_long = 1;
    if (count == 2) {
        put_number(year % 100, 2, out);
        return;
    }
    for (size_t i = 0; i < count && i < DIGITS_MAX - 1; i++) {
        first_too_long *= 10;
    }
    if (count >= 4 && count < DIGITS_MAX && year >= first_too_long) {
        hy_buf_append_byte(out, '+');
    }
    put_number(year, count, out);
}

/* A name by the number of letters: in full, its beginning, or its first character. */
static void put_name(const char *name, size_t count, size_t short_len, struct hy_buf *out)
{
    hy_sv text = hy_sv_of(name);
    if (count == NARROW) {
        text.len = 1;
    } else if (count != FULL) {
        text.len = short_len;
    }
    hy_buf_append(out, text);
}

static void put_weekday(int weekday, size_t count, struct hy_buf *out)
{
    static const char *const names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
                                         "Friday", "Saturday" };
    put_name(names[weekday], count, 3, out);
}

/* ---- the calendar ---- */

static void write_era(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    (void)at; /* nothing happens here before 1970 */
    if (count == FULL) {
        hy_buf_append(out, HY_SV("Anno Domini"));
    } else {
        put_name("AD", count, 2, out);
    }
}

static void write_year(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_year(at->date.year, count, out);
}

static void write_month(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    static const char *const names[] = { "January", "February", "March", "April", "May", "June",
                                         "July", "August", "September", "October", "November",
                                         "December" };
    if (count <= 2) {
        put_number(at->date.month, count, out);
    } else {
        put_name(names[at->date.month - 1], count, 3, out);
    }
}

static void write_quarter(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    static const char *const names[] = { "1st quarter", "2nd quarter", "3rd quarter",
                                         "4th quarter" };
    const int quarter = (at->date.month + 2) / 3;
    if (count == FULL) {
        hy_buf_append(out, hy_sv_of(names[quarter - 1]));
    } else if (count == 3) {
        hy_buf_printf(out, "Q%d", quarter);
    } else {
        put_number(quarter, count == NARROW ? 1 : count, out);
    }
}

static void write_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.day, count, out);
}

static void write_day_of_year(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.yearday, count, out);
}

/* Java up to 18: which day of the month's weeks, when those begin on its first day. */
static void write_aligned_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number((at->date.day - 1) % 7 + 1, count, out);
}

static void write_weekday_name(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_weekday(at->date.weekday, count, out);
}

static void write_weekday(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    if (count <= 2) {
        put_number(at->date.weekday + 1, count, out);
    } else {
        put_weekday(at->date.weekday, count, out);
    }
}

struct week {
    int year, number;
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Weeks begin on Sunday; the one with 1 January is the first of the year. */
static struct week week_of(const struct hy_date *date)
{
    const int saturday = date->yearday + 6 - date->weekday;
    if (saturday > (is_leap(date->year) ? 366 : 365)) {
        return (struct week){ date->year + 1, 1 };
    }
    return (struct week){ date->year, (saturday + 6) / 7 };
}

static void write_week_year(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_year(week_of(&at->date).year, count, out);
}

static void write_week(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(week_of(&at->date).number, count, out);
}

static void write_week_of_month(const struct hy_local_time *at, size_t count,
                                struct hy_buf *out)
{
    put_number((at->date.day + 6 - at->date.weekday + 6) / 7, count, out);
}

static void write_julian_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    const int64_t before = at->date.year - 1;
    const int64_t days = 365 * (int64_t)(at->date.year - 1970) + before / 4 - before / 100 +
                         before / 400 - 477 + at->date.yearday - 1; /* since 1970 */
    put_number(days + MODIFIED_JULIAN_1970, count, out);
}

/* ---- the time of day ---- */

static int64_t ms_of_day(const struct hy_date *date)
{
    return ((date->hour * 60 + date->minute) * 60 + date->second) * INT64_C(1000) +
           date->millisecond;
}

static void write_half(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    (void)count;
    hy_buf_append(out, at->date.hour < 12 ? HY_SV("AM") : HY_SV("PM"));
}

static void write_part_of_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    const int hour = at->date.hour;
    const char *name = hour >= 6 && hour < 12    ? "in the morning"
                       : hour >= 12 && hour < 18 ? "in the afternoon"
                       : hour >= 18 && hour < 21 ? "in the evening"
                                                 : "at night";
    if (at->date.minute == 0 && hour == 0) {
        name = count == NARROW ? "mi" : "midnight";
    } else if (at->date.minute == 0 && hour == 12) {
        name = count == NARROW ? "n" : "noon";
    }
    hy_buf_append(out, hy_sv_of(name));
}

static void write_hour(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.hour, count, out);
}

static void write_hour_from_1(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.hour == 0 ? 24 : at->date.hour, count, out);
}

static void write_half_hour(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.hour % 12, count, out);
}

static void write_half_hour_from_1(const struct hy_local_time *at, size_t count,
                                   struct hy_buf *out)
{
    put_number((at->date.hour + 11) % 12 + 1, count, out);
}

static void write_minute(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.minute, count, out);
}

static void write_second(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(at->date.second, count, out);
}

static void write_fraction(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    const size_t start = out->len;
    hy_buf_printf(out, "%09d", at->date.millisecond * NS_PER_MS);
    if (!out->failed) {
        out->len = start + count; /* cut, not rounded */
    }
}

static void write_ms_of_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(ms_of_day(&at->date), count, out);
}

static void write_ns_of_second(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number((int64_t)at->date.millisecond * NS_PER_MS, count, out);
}

static void write_ns_of_day(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_number(ms_of_day(&at->date) * NS_PER_MS, count, out);
}

/* ---- the zone ---- */

struct offset {
    int hours, minutes, seconds;
    char sign;
};

static struct offset offset_of(const struct hy_local_time *at)
{
    const int seconds = abs(at->clock.offset_s);
    return (struct offset){
        .hours = seconds / 3600,
        .minutes = seconds / 60 % 60,
        .seconds = seconds % 60,
        .sign = at->clock.offset_s < 0 ? '-' : '+',
    };
}

/* "GMT+5:30", or with four letters "GMT+05:30". */
static void write_gmt_offset(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    const struct offset offset = offset_of(at);
    hy_buf_append(out, HY_SV("GMT"));
    if (at->clock.offset_s == 0) {
        return;
    }
    hy_buf_printf(out, "%c%0*d", offset.sign, count == FULL ? 2 : 1, offset.hours);
    if (count == FULL || offset.minutes != 0 || offset.seconds != 0) {
        hy_buf_printf(out, ":%02d", offset.minutes);
    }
    if (offset.seconds != 0) {
        hy_buf_printf(out, ":%02d", offset.seconds);
    }
}

/* One letter: minutes only when there are any. Two and three: always. Four and five: seconds
 * when there are any. Odd ones from three on have colons. `zero` is for what comes out as 0. */
static void put_offset(const struct hy_local_time *at, size_t count, const char *zero,
                       struct hy_buf *out)
{
    const struct offset offset = offset_of(at);
    const char *colon = count == 3 || count == 5 ? ":" : "";
    const bool has_minutes = count > 1 || offset.minutes != 0;
    const bool has_seconds = count > 3 && offset.seconds != 0;
    if (offset.hours == 0 && offset.minutes == 0 && !has_seconds) {
        hy_buf_append(out, hy_sv_of(zero));
        return;
    }
    hy_buf_printf(out, "%c%02d", offset.sign, offset.hours);
    if (has_minutes) {
        hy_buf_printf(out, "%s%02d", colon, offset.minutes);
    }
    if (has_seconds) {
        hy_buf_printf(out, "%s%02d", colon, offset.seconds);
    }
}

static void write_offset_or_z(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    put_offset(at, count, "Z", out);
}

static void write_offset(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    static const char *const zeros[] = { "", "+00", "+0000", "+00:00", "+0000", "+00:00" };
    put_offset(at, count, zeros[count], out);
}

static void write_rfc_offset(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    if (count == FULL) {
        write_gmt_offset(at, FULL, out);
    } else if (count == 5) {
        put_offset(at, 5, "Z", out);
    } else {
        put_offset(at, 2, "+0000", out);
    }
}

static void write_zone_id(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    (void)count;
    hy_buf_append(out, hy_sv_of(hy_time_zone_name(at->zone)));
}

/* A zone that has no name in our table is called by its offset, as Java does. */
static void put_zone_name(const struct hy_local_time *at, enum hy_zone_name which,
                          struct hy_buf *out)
{
    const hy_sv name = hy_zone_name(hy_sv_of(hy_time_zone_name(at->zone)), which);
    if (name.len > 0) {
        hy_buf_append(out, name);
    } else {
        write_gmt_offset(at, FULL, out);
    }
}

static void write_zone_name(const struct hy_local_time *at, size_t count, struct hy_buf *out)
{
    const bool is_summer = at->clock.is_summer;
    if (count == FULL) {
        put_zone_name(at, is_summer ? HY_ZONE_LONG_SUMMER : HY_ZONE_LONG_STANDARD, out);
    } else {
        put_zone_name(at, is_summer ? HY_ZONE_SHORT_SUMMER : HY_ZONE_SHORT_STANDARD, out);
    }
}

static void write_generic_name(const struct hy_local_time *at, size_t count,
                               struct hy_buf *out)
{
    put_zone_name(at, count == FULL ? HY_ZONE_LONG_GENERIC : HY_ZONE_SHORT_GENERIC, out);
}

/* ---- the table ---- */

struct hy_java_field {
    char letter;
    unsigned counts; /* bit n: n letters in a row are fine */
    void (*write)(const struct hy_local_time *at, size_t count, struct hy_buf *out);
};

#define UP_TO(n) ((2u << (n)) - 2)
#define JUST(n) (1u << (n))
#define YEARS (UP_TO(10) | JUST(DIGITS_MAX)) /* between them Java fails when it prints */

static const struct hy_java_field fields[] = {
    { 'A', UP_TO(DIGITS_MAX), write_ms_of_day },
    { 'B', JUST(1) | JUST(4) | JUST(5), write_part_of_day },
    { 'D', UP_TO(3), write_day_of_year },
    { 'E', UP_TO(5), write_weekday_name },
    { 'F', JUST(1), write_aligned_day },
    { 'G', UP_TO(5), write_era },
    { 'H', UP_TO(2), write_hour },
    { 'K', UP_TO(2), write_half_hour },
    { 'L', UP_TO(5), write_month },
    { 'M', UP_TO(5), write_month },
    { 'N', UP_TO(DIGITS_MAX), write_ns_of_day },
    { 'O', JUST(1) | JUST(4), write_gmt_offset },
    { 'Q', UP_TO(5), write_quarter },
    { 'S', UP_TO(9), write_fraction },
    { 'V', JUST(2), write_zone_id },
    { 'W', JUST(1), write_week_of_month },
    { 'X', UP_TO(5), write_offset_or_z },
    { 'Y', YEARS, write_week_year },
    { 'Z', UP_TO(5), write_rfc_offset },
    { 'a', JUST(1), write_half },
    { 'c', UP_TO(5) & ~JUST(2), write_weekday },
    { 'd', UP_TO(2), write_day },
    { 'e', UP_TO(5), write_weekday },
    { 'g', UP_TO(DIGITS_MAX), write_julian_day },
    { 'h', UP_TO(2), write_half_hour_from_1 },
    { 'k', UP_TO(2), write_hour_from_1 },
    { 'm', UP_TO(2), write_minute },
    { 'n', UP_TO(DIGITS_MAX), write_ns_of_second },
    { 'q', UP_TO(5), write_quarter },
    { 's', UP_TO(2), write_second },
    { 'u', YEARS, write_year },
    { 'v', JUST(1) | JUST(4), write_generic_name },
    { 'w', UP_TO(2), write_week },
    { 'x', UP_TO(5), write_offset },
    { 'y', YEARS, write_year },
    { 'z', UP_TO(4), write_zone_name },
};

const struct hy_java_field *hy_java_field_find(char letter, size_t count)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].letter == letter) {
            return count <= DIGITS_MAX && (fields[i].counts & JUST(count)) ? &fields[i] : NULL;
        }
    }
    return NULL;
}

void hy_java_field_write(const struct hy_java_field *field, size_t count,
                         const struct hy_local_time *at, struct hy_buf *out)
{
    field->write(at, count, out);
}
