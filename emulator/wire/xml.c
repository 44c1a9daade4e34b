#include "wire/xml.h"

#include "base/date.h"
#include "base/json_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hy_sv escaped(char c)
{
    switch (c) {
    case '&':
        return HY_SV("&amp;");
    case '<':
        return HY_SV("&lt;");
    case '>':
        return HY_SV("&gt;");
    case '"':
        return HY_SV("&quot;");
    case '\'':
        return HY_SV("&apos;");
    case '\r':
        return HY_SV("&#xD;"); /* a reader would make LF of it */
    default:
        return (unsigned char)c < ' ' && c != '\t' && c != '\n' ? HY_SV("\xEF\xBF\xBD")
                                                                : (hy_sv){ 0 };
    }
}

void hy_xml_text(struct hy_buf *out, hy_sv text)
{
    size_t begin = 0;
    for (size_t i = 0; i < text.len; i++) {
        const hy_sv instead = escaped(text.ptr[i]);
        if (instead.ptr != NULL) {
            hy_buf_append(out, (hy_sv){ text.ptr + begin, i - begin });
            hy_buf_append(out, instead);
            begin = i + 1;
        }
    }
    hy_buf_append(out, (hy_sv){ text.ptr + begin, text.len - begin });
}

static void open(struct hy_buf *out, hy_sv name)
{
    hy_buf_printf(out, "<%.*s>", HY_SV_ARG(name));
}

static void close(struct hy_buf *out, hy_sv name)
{
    hy_buf_printf(out, "</%.*s>", HY_SV_ARG(name));
}

void hy_xml_element(struct hy_buf *out, hy_sv name, hy_sv text)
{
    open(out, name);
    hy_xml_text(out, text);
    close(out, name);
}

bool hy_xml_is_word(const char *words, hy_sv name)
{
    hy_sv rest = hy_sv_of(words);
    while (rest.len > 0) {
        if (hy_sv_equal(hy_sv_cut(&rest, ' '), name)) {
            return name.len > 0;
        }
    }
    return false;
}

/* ---- JSON in ------------------------------------------------------------------------------- */

struct walk {
    struct hy_json_scan scan;
    struct hy_buf *out;
    struct hy_buf text; /* a string, unescaped */
    const char *timestamps;
};

/* Views into the JSON, which is longer than the number. */
static void write_instant(struct walk *walk, hy_sv number)
{
    char digits[64];
    char text[HY_DATE_TEXT_BYTES];
    const size_t len = number.len < sizeof digits ? number.len : sizeof digits - 1;
    memcpy(digits, number.ptr, len);
    digits[len] = '\0';
    const double ms = round(strtod(digits, NULL) * 1000);
    const uint64_t instant_ms = ms > 0 && ms < 1e15 ? (uint64_t)ms : 0;
    hy_date_iso(instant_ms, text);
    if (instant_ms % 1000 == 0) { /* "...:17.000Z" is "...:17Z" on the wire */
        memcpy(strchr(text, '.'), "Z", 2);
    }
    hy_buf_append(walk->out, hy_sv_of(text));
}

static void write_string(struct walk *walk)
{
    const hy_sv raw = walk->scan.text;
    if (!walk->scan.escaped) {
        hy_xml_text(walk->out, raw);
        return;
    }
    hy_buf_clear(&walk->text);
    char *room = hy_buf_reserve(&walk->text, raw.len);
    if (room == NULL) {
        walk->out->failed = true;
        return;
    }
    hy_xml_text(walk->out, (hy_sv){ room, hy_json_unescape(raw, room) });
}

static bool write_value(struct walk *walk, enum hy_json_token token, hy_sv name);

static bool write_members(struct walk *walk)
{
    enum hy_json_token token;
    while ((token = hy_json_next(&walk->scan)) == HY_JSON_NAME) {
        const hy_sv name = walk->scan.text;
        token = hy_json_next(&walk->scan);
        if (token == HY_JSON_NULL) {
            continue;
        }
        open(walk->out, name);
        if (!write_value(walk, token, name)) {
            return false;
        }
        close(walk->out, name);
    }
    return token == HY_JSON_OBJECT_END;
}

static bool write_elements(struct walk *walk, hy_sv name)
{
    enum hy_json_token token;
    while ((token = hy_json_next(&walk->scan)) != HY_JSON_ARRAY_END) {
        open(walk->out, HY_SV("member"));
        if (!write_value(walk, token, name)) {
            return false;
        }
        close(walk->out, HY_SV("member"));
    }
    return true;
}

/* As deep as the scanner goes. */
static bool write_value(struct walk *walk, enum hy_json_token token, hy_sv name)
{
    switch (token) {
    case HY_JSON_OBJECT_BEGIN:
        return write_members(walk);
    case HY_JSON_ARRAY_BEGIN:
        return write_elements(walk, name);
    case HY_JSON_STRING:
        write_string(walk);
        return true;
    case HY_JSON_NUMBER:
        if (hy_xml_is_word(walk->timestamps, name)) {
            write_instant(walk, walk->scan.text);
        } else {
            hy_buf_append(walk->out, walk->scan.text);
        }
        return true;
    case HY_JSON_TRUE:
    case HY_JSON_FALSE:
        hy_buf_append(walk->out, token == HY_JSON_TRUE ? HY_SV("true") : HY_SV("false"));
        return true;
    case HY_JSON_NULL:
        return true;
    default:
        return false;
    }
}

bool hy_xml_of_json(struct hy_buf *out, hy_sv json, const char *timestamps)
{
    struct walk walk = { .out = out, .timestamps = timestamps };
    hy_buf_init(&walk.text, json.len + 1);
    hy_json_scan_init(&walk.scan, json);
    const bool good = hy_json_next(&walk.scan) == HY_JSON_OBJECT_BEGIN && write_members(&walk);
    hy_buf_finish(&walk.text);
    return good && !out->failed;
}
