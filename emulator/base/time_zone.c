#include "base/time_zone.h"

#include "base/tz_rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 44,
    TYPE_BYTES = 6,
    OFFSET_S_MAX = 26 * 3600, /* RFC 8536 3.2: beyond it no reader has to follow */
};

struct type {
    int offset_s;
    bool is_daylight;
    size_t abbreviation; /* in chars */
};

struct hy_time_zone {
    char name[HY_TIME_ZONE_NAME_MAX + 1];
    size_t transition_count, type_count;
    int64_t *times;           /* ascending */
    unsigned char *types_at;  /* from each of them on */
    struct type *types;       /* the first holds before the first transition */
    char *chars;
    bool has_rule;
    struct hy_tz_rule rule;   /* from the last transition on */
};

/* ---- reading TZif ---- */

struct header {
    char version;
    size_t isut, isstd, leap, times, types, chars;
};

static uint32_t be32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t be64(const char *at)
{
    return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

/* As two's complement says; a cast would do, but only by the compiler's leave. */
static int signed32(uint32_t bits)
{
    return bits <= INT32_MAX ? (int)bits : -(int)(UINT32_MAX - bits) - 1;
}

static bool read_header(hy_sv *rest, struct header *header)
{
    if (rest->len < HEADER_BYTES || memcmp(rest->ptr, "TZif", 4) != 0) {
        return false;
    }
    const char *at = rest->ptr;
    *header = (struct header){
        .version = at[4],
        .isut = be32(at + 20), .isstd = be32(at + 24), .leap = be32(at + 28),
        .times = be32(at + 32), .types = be32(at + 36), .chars = be32(at + 40),
    };
    *rest = (hy_sv){ at + HEADER_BYTES, rest->len - HEADER_BYTES };
    /* No more of anything than the file can hold: sums below cannot wrap. */
    return header->isut <= HY_TZIF_BYTES_MAX && header->isstd <= HY_TZIF_BYTES_MAX &&
           header->leap <= HY_TZIF_BYTES_MAX && header->times <= HY_TZIF_BYTES_MAX &&
           header->types <= 256 && header->types > 0 && header->chars <= HY_TZIF_BYTES_MAX &&
           header->chars > 0;
}

static size_t block_bytes(const struct header *header, size_t time_bytes)
{
    return header->times * (time_bytes + 1) + header->types * TYPE_BYTES + header->chars +
           header->leap * (time_bytes + 4) + header->isstd + header->isut;
}

static bool allocate(struct hy_time_zone *zone, const struct header *header)
{
    zone->times = calloc(header->times + 1, sizeof *zone->times);
    zone->types_at = calloc(header->times + 1, 1);
    zone->types = calloc(header->types, sizeof *zone->types);
    zone->chars = calloc(header->chars + 1, 1); /* ends with a NUL whatever the file says */
    return zone->times != NULL && zone->types_at != NULL && zone->types != NULL &&
           zone->chars != NULL;
}

static bool fill_types(struct hy_time_zone *zone, const struct header *header, const char *at)
{
    for (size_t i = 0; i < header->types; i++, at += TYPE_BYTES) {
        struct type *type = &zone->types[i];
        type->offset_s = signed32(be32(at));
        type->is_daylight = at[4] != 0;
        type->abbreviation = (unsigned char)at[5];
        if (type->abbreviation >= header->chars || type->offset_s > OFFSET_S_MAX ||
            type->offset_s < -OFFSET_S_MAX) {
            return false;
        }
    }
    zone->type_count = header->types;
    return true;
}

static enum hy_code fill(struct hy_time_zone *zone, const struct header *header, const char *at,
                         size_t time_bytes)
{
    if (header->leap > 0) {
        return HY_MALFORMED; /* of "right/" zones: their seconds are not the ones we count */
    }
    if (!allocate(zone, header)) {
        return HY_NO_MEMORY;
    }
    const char *indexes = at + header->times * time_bytes;
    for (size_t i = 0; i < header->times; i++) {
        const char *time = at + i * time_bytes;
        zone->times[i] = time_bytes == 8 ? be64(time) : signed32(be32(time));
        zone->types_at[i] = (unsigned char)indexes[i];
        if (zone->types_at[i] >= header->types ||
            (i > 0 && zone->times[i] <= zone->times[i - 1])) {
            return HY_MALFORMED;
        }
    }
    zone->transition_count = header->times;
    const char *types = indexes + header->times;
    memcpy(zone->chars, types + header->types * TYPE_BYTES, header->chars);
    return fill_types(zone, header, types) ? HY_OK : HY_MALFORMED;
}

/* "\n" rule "\n"; an empty rule says nothing about the future. */
static enum hy_code read_footer(struct hy_time_zone *zone, hy_sv footer)
{
    if (footer.len < 2 || footer.ptr[0] != '\n') {
        return HY_MALFORMED;
    }
    hy_sv rule = { footer.ptr + 1, footer.len - 1 };
    const size_t end = hy_sv_find(rule, '\n');
    if (end == rule.len) {
        return HY_MALFORMED;
    }
    rule.len = end;
    zone->has_rule = rule.len > 0;
    return rule.len == 0 || hy_tz_rule_parse(rule, &zone->rule) ? HY_OK : HY_MALFORMED;
}

static enum hy_code read_all(struct hy_time_zone *zone, hy_sv tzif)
{
    struct header header;
    size_t time_bytes = 4;
    if (tzif.len > HY_TZIF_BYTES_MAX || !read_header(&tzif, &header)) {
        return HY_MALFORMED;
    }
    if (header.version >= '2') { /* the same once more, with 64 bits */
        const size_t skipped = block_bytes(&header, 4);
        if (skipped > tzif.len) {
            return HY_MALFORMED;
        }
        tzif = (hy_sv){ tzif.ptr + skipped, tzif.len - skipped };
        time_bytes = 8;
        if (!read_header(&tzif, &header)) {
            return HY_MALFORMED;
        }
    }
    const size_t bytes = block_bytes(&header, time_bytes);
    if (bytes > tzif.len) {
        return HY_MALFORMED;
    }
    const enum hy_code code = fill(zone, &header, tzif.ptr, time_bytes);
    if (code != HY_OK || time_bytes == 4) {
        return code;
    }
    return read_footer(zone, (hy_sv){ tzif.ptr + bytes, tzif.len - bytes });
}

enum hy_code hy_time_zone_parse(hy_sv name, hy_sv tzif, struct hy_time_zone **out)
{
    if (name.len > HY_TIME_ZONE_NAME_MAX) {
        return HY_MALFORMED;
    }
    struct hy_time_zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL) {
        return HY_NO_MEMORY;
    }
    memcpy(zone->name, name.ptr, name.len);
    const enum hy_code code = read_all(zone, tzif);
    if (code != HY_OK) {
        hy_time_zone_destroy(zone);
        return code;
    }
    *out = zone;
    return HY_OK;
}

void hy_time_zone_destroy(struct hy_time_zone *zone)
{
    if (zone == NULL) {
        return;
    }
    free(zone->times);
    free(zone->types_at);
    free(zone->types);
    free(zone->chars);
    free(zone);
}

/* ---- the system's database ---- */

/* Letters, digits, "_+-" in parts between slashes, and none of what lies beside the zones. */
static bool is_zone_name(hy_sv name)
{
    static const char *const others[] = { "posix/", "right/", "posixrules", "localtime",
                                          "Factory" };
    char last = '/';
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (!is_word && (c != '/' || last == '/')) {
            return false;
        }
        last = c;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (hy_sv_starts_with(name, hy_sv_of(others[i]))) {
            return false;
        }
    }
    return last != '/' && name.len <= HY_TIME_ZONE_NAME_MAX;
}

static enum hy_code read_file(const char *path, char *bytes, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return errno == ENOMEM ? HY_NO_MEMORY : HY_NOT_FOUND;
    }
    *len = fread(bytes, 1, HY_TZIF_BYTES_MAX, file);
    const bool is_bad = ferror(file) != 0; /* a folder, such as America, too */
    (void)fclose(file);
    return is_bad ? HY_NOT_FOUND : HY_OK;
}

static enum hy_code find_file(hy_sv name, char *bytes, size_t *len)
{
    static const char *const folders[] = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                           "/usr/share/lib/zoneinfo", "/etc/zoneinfo" };
    enum hy_code code = HY_NOT_FOUND;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && code == HY_NOT_FOUND; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%.*s", folders[i], HY_SV_ARG(name));
        code = read_file(path, bytes, len);
    }
    return code;
}

enum hy_code hy_time_zone_open(hy_sv name, struct hy_time_zone **out)
{
    *out = NULL;
    if (hy_sv_equal(name, HY_SV("UTC"))) {
        return HY_OK;
    }
    if (!is_zone_name(name)) {
        return HY_NOT_FOUND;
    }
    char *bytes = malloc(HY_TZIF_BYTES_MAX);
    if (bytes == NULL) {
        return HY_NO_MEMORY;
    }
    size_t len = 0;
    enum hy_code code = find_file(name, bytes, &len);
    if (code == HY_OK) {
        code = hy_time_zone_parse(name, (hy_sv){ bytes, len }, out);
    }
    free(bytes);
    return code;
}

/* ---- asking ---- */

const char *hy_time_zone_name(const struct hy_time_zone *zone)
{
    return zone != NULL ? zone->name : "UTC";
}

/* How many transitions are not after the instant. */
static size_t transitions_until(const struct hy_time_zone *zone, int64_t unix_s)
{
    size_t low = 0, high = zone->transition_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= unix_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct type *type_after(const struct hy_time_zone *zone, size_t transitions)
{
    return &zone->types[transitions == 0 ? 0 : zone->types_at[transitions - 1]];
}

/* Ireland's winter time, and Morocco's in Ramadan, is "daylight" time in tz, with clocks put
 * back. Summer is when they are ahead, so the neighbours are asked. */
static bool is_summer(const struct hy_time_zone *zone, size_t transitions)
{
    const struct type *type = type_after(zone, transitions);
    if (transitions < zone->transition_count) {
        const struct type *next = type_after(zone, transitions + 1);
        if (next->is_daylight != type->is_daylight && next->offset_s != type->offset_s) {
            return type->offset_s > next->offset_s;
        }
    }
    if (transitions > 0) {
        const struct type *previous = type_after(zone, transitions - 1);
        if (previous->is_daylight != type->is_daylight &&
            previous->offset_s != type->offset_s) {
            return type->offset_s > previous->offset_s;
        }
    }
    return type->is_daylight;
}

static struct hy_zone_clock by_rule(const struct hy_tz_rule *rule, int64_t unix_s)
{
    const bool is_daylight = hy_tz_rule_is_daylight(rule, unix_s);
    const struct hy_tz_clock *clock = is_daylight ? &rule->daylight : &rule->standard;
    const struct hy_tz_clock *other = is_daylight ? &rule->standard : &rule->daylight;
    return (struct hy_zone_clock){
        .offset_s = clock->offset_s,
        .is_summer = rule->has_daylight && clock->offset_s > other->offset_s,
        .abbreviation = clock->abbreviation,
    };
}

struct hy_zone_clock hy_time_zone_at(const struct hy_time_zone *zone, int64_t unix_s)
{
    if (zone == NULL) {
        return (struct hy_zone_clock){ .abbreviation = "UTC" };
    }
    const size_t transitions = transitions_until(zone, unix_s);
    if (transitions == zone->transition_count && zone->has_rule) {
        return by_rule(&zone->rule, unix_s);
    }
    const struct type *type = type_after(zone, transitions);
    return (struct hy_zone_clock){
        .offset_s = type->offset_s,
        .is_summer = is_summer(zone, transitions),
        .abbreviation = zone->chars + type->abbreviation,
    };
}

struct hy_local_time hy_local_time_of(uint64_t ms, const struct hy_time_zone *zone)
{
    /* The calendar repeats after 400 years, weekdays too: a detour for what is before 1970. */
    static const uint64_t era_ms = UINT64_C(146097) * 24 * 3600 * 1000;
    struct hy_local_time local = {
        .clock = hy_time_zone_at(zone, (int64_t)(ms / 1000)),
        .zone = zone,
    };
    const int64_t offset_ms = (int64_t)local.clock.offset_s * 1000;
    if (offset_ms < 0 && ms < (uint64_t)-offset_ms) {
        local.date = hy_date_of(ms + era_ms - (uint64_t)-offset_ms);
        local.date.year -= 400;
    } else {
        local.date = hy_date_of(offset_ms < 0 ? ms - (uint64_t)-offset_ms
                                              : ms + (uint64_t)offset_ms);
    }
    return local;
}
