#include "pipeline/convert/joda.h"

enum { YEAR_DIGITS_MAX = 4, PIVOT = 70 };

/* One piece of a pattern: a letter so many times, or text (letter 0). */
struct piece {
    char letter;
    size_t count;
    hy_sv text;
};

struct parse {
    struct hy_civil civil;
    bool is_afternoon;
    int offset_minutes;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* False at the end and in front of a quote that is not closed: rest is then not empty. */
static bool next_piece(hy_sv *rest, struct piece *out)
{
    if (rest->len == 0) {
        return false;
    }
    const char first = rest->ptr[0];
    size_t used = 1;
    *out = (struct piece){ .count = 1, .text = { rest->ptr, 1 } };
    if (first == '\'') {
        const hy_sv inner = { rest->ptr + 1, rest->len - 1 };
        const size_t end = hy_sv_find(inner, '\'');
        if (end == inner.len) {
            return false;
        }
        used = end + 2;
        const bool goes_on = used < rest->len && rest->ptr[used] == '\''; /* 'o''clock' */
        if (end > 0) {
            out->text = (hy_sv){ inner.ptr, end + goes_on };
        }
    } else if (is_letter(first)) {
        while (used < rest->len && rest->ptr[used] == first) {
            used++;
        }
        out->letter = first;
        out->count = used;
    }
    rest->ptr += used;
    rest->len -= used;
    return true;
}

static bool has_letter(const char *letters, char letter)
{
    for (; *letters != '\0'; letters++) {
        if (*letters == letter) {
            return true;
        }
    }
    return false;
}

bool hy_joda_is_valid(hy_sv pattern)
{
    struct piece piece;
    const bool is_empty = pattern.len == 0;
    while (next_piece(&pattern, &piece)) {
        if (piece.letter != '\0' && !has_letter("yYuMdHhKkamsSEZ", piece.letter)) {
            return false;
        }
    }
    return pattern.len == 0 && !is_empty;
}

static bool is_numeric(const struct piece *piece)
{
    return has_letter("yYudHhKkmsS", piece->letter) || (piece->letter == 'M' && piece->count < 3);
}

static bool take_word(hy_sv *text, hy_sv word)
{
    const hy_sv head = { text->ptr, word.len };
    if (text->len < word.len || !hy_sv_equal_nocase(head, word)) {
        return false;
    }
    text->ptr += word.len;
    text->len -= word.len;
    return true;
}

/* The index of the name that the text begins with, from 1, in full or its first three letters. */
static int take_name(hy_sv *text, const hy_sv *names, int count)
{
    for (int i = 0; i < count; i++) {
        const hy_sv brief = { names[i].ptr, 3 };
        if (take_word(text, names[i]) || take_word(text, brief)) {
            return i + 1;
        }
    }
    return 0;
}

static bool take_month_name(hy_sv *text, int *month)
{
    static const hy_sv names[] = {
        HY_SV_INIT("January"),   HY_SV_INIT("February"), HY_SV_INIT("March"),
        HY_SV_INIT("April"),     HY_SV_INIT("May"),      HY_SV_INIT("June"),
        HY_SV_INIT("July"),      HY_SV_INIT("August"),   HY_SV_INIT("September"),
        HY_SV_INIT("October"),   HY_SV_INIT("November"), HY_SV_INIT("December"),
    };
    *month = take_name(text, names, 12);
    return *month > 0;
}

static bool take_weekday(hy_sv *text)
{
    static const hy_sv names[] = {
        HY_SV_INIT("Sunday"),   HY_SV_INIT("Monday"), HY_SV_INIT("Tuesday"),
        HY_SV_INIT("Wednesday"), HY_SV_INIT("Thursday"), HY_SV_INIT("Friday"),
        HY_SV_INIT("Saturday"),
    };
    return take_name(text, names, 7) > 0;
}

/* Z, +hhmm or +hh:mm, in minutes to take away. */
static bool take_offset(hy_sv *text, int *minutes)
{
    int hour = 0, minute = 0;
    if (take_word(text, HY_SV("Z"))) {
        *minutes = 0;
        return true;
    }
    const bool negative = take_word(text, HY_SV("-"));
    if (!negative && !take_word(text, HY_SV("+"))) {
        return false;
    }
    if (!hy_instant_take_digits(text, 2, &hour)) {
        return false;
    }
    (void)take_word(text, HY_SV(":"));
    if (!hy_instant_take_digits(text, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *minutes = (negative ? -1 : 1) * (hour * 60 + minute);
    return true;
}

static bool take_year(hy_sv *text, const struct piece *piece, size_t digits, int *year)
{
    if (!hy_instant_take_digits(text, digits, year)) {
        return false;
    }
    if (piece->count == 2) {
        *year += *year < PIVOT ? 2000 : *year < 100 ? 1900 : 0;
    }
    return true;
}

static bool take_half_day(hy_sv *text, struct parse *parse)
{
    parse->is_afternoon = take_word(text, HY_SV("PM"));
    return parse->is_afternoon || take_word(text, HY_SV("AM"));
}

/* Digits of a number that another number follows are as many as there are letters. */
static bool take_piece(hy_sv *text, const struct piece *piece, bool is_tight, struct parse *parse)
{
    struct hy_civil *civil = &parse->civil;
    const size_t digits = is_tight ? piece->count : 2;
    switch (piece->letter) {
    case '\0':
        return take_word(text, piece->text);
    case 'y': case 'Y': case 'u':
        return take_year(text, piece, is_tight ? piece->count : YEAR_DIGITS_MAX, &civil->year);
    case 'M':
        return piece->count < 3 ? hy_instant_take_digits(text, digits, &civil->month)
                                : take_month_name(text, &civil->month);
    case 'd':
        return hy_instant_take_digits(text, digits, &civil->day);
    case 'H': case 'h': case 'K': case 'k':
        if (!hy_instant_take_digits(text, digits, &civil->hour)) {
            return false;
        }
        civil->hour %= piece->letter == 'k' ? 24 : piece->letter == 'h' ? 12 : 100;
        return true;
    case 'a':
        return take_half_day(text, parse);
    case 'm':
        return hy_instant_take_digits(text, digits, &civil->minute);
    case 's':
        return hy_instant_take_digits(text, digits, &civil->second);
    case 'S':
        return hy_instant_take_fraction(text, &civil->nanos);
    case 'E':
        return take_weekday(text);
    default:
        return take_offset(text, &parse->offset_minutes);
    }
}

bool hy_joda_parse(hy_sv pattern, hy_sv text, struct hy_instant *out)
{
    struct parse parse = { .civil = { .year = 1970, .month = 1, .day = 1 } };
    struct piece piece, next;
    bool has_next = next_piece(&pattern, &next);
    while (has_next) {
        piece = next;
        has_next = next_piece(&pattern, &next);
        const bool is_tight = has_next && is_numeric(&next);
        if (!take_piece(&text, &piece, is_tight, &parse)) {
            return false;
        }
    }
    if (parse.is_afternoon && parse.civil.hour < 12) {
        parse.civil.hour += 12;
    }
    if (text.len > 0 || !hy_instant_of_civil(&parse.civil, out)) {
        return false;
    }
    out->seconds -= (int64_t)parse.offset_minutes * 60;
    return true;
}
