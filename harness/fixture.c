#include "harness/fixture.h"

#include "base/base64.h"
#include "base/json_scan.h"

#include <string.h>

struct parser {
    struct hy_json_scan scan;
    struct hy_fixture_place place;
    struct hy_arena *arena;
    struct hy_fixture_event *event;
    struct hy_err *err;
    unsigned seen; /* a bit for each row of the table that is being read */
};

typedef enum hy_code member_fn(struct parser *parser, const char *name);

struct member {
    const char *name;
    member_fn *read;
};

static enum hy_code member_fail(struct parser *parser, const char *name, const char *what)
{
    return hy_fail(parser->err, HY_INVALID, "%s:%zu: member \"%s\" %s", parser->place.file,
                   parser->place.line, name, what);
}

static enum hy_code event_fail(struct parser *parser, const char *what)
{
    return hy_fail(parser->err, HY_INVALID, "%s:%zu: %s", parser->place.file, parser->place.line,
                   what);
}

static enum hy_code json_fail(struct parser *parser)
{
    return hy_fail(parser->err, HY_MALFORMED, "%s:%zu: not JSON at character %zu: %s",
                   parser->place.file, parser->place.line, parser->scan.offset + 1,
                   parser->scan.error);
}

static enum hy_code memory_fail(struct parser *parser)
{
    return hy_fail(parser->err, HY_NO_MEMORY, "%s:%zu: out of memory", parser->place.file,
                   parser->place.line);
}

/* The scanner's current string, decoded. */
static enum hy_code decode_string(struct parser *parser, hy_sv *out)
{
    *out = parser->scan.text;
    if (!parser->scan.escaped) {
        return HY_OK;
    }
    char *text = hy_arena_alloc(parser->arena, out->len);
    if (text == NULL) {
        return memory_fail(parser);
    }
    *out = (hy_sv){ text, hy_json_unescape(parser->scan.text, text) };
    return HY_OK;
}

static enum hy_code read_string(struct parser *parser, const char *name, hy_sv *out)
{
    switch (hy_json_next(&parser->scan)) {
    case HY_JSON_STRING:
        return decode_string(parser, out);
    case HY_JSON_ERROR:
        return json_fail(parser);
    default:
        return member_fail(parser, name, "must be a string");
    }
}

static enum hy_code read_base64(struct parser *parser, const char *name, hy_sv *out)
{
    hy_sv text;
    enum hy_code code = read_string(parser, name, &text);
    if (code != HY_OK) {
        return code;
    }
    char *bytes = hy_arena_alloc(parser->arena, HY_BASE64_DECODED_MAX(text.len) + 1);
    size_t len, bad_at;
    if (bytes == NULL) {
        return memory_fail(parser);
    }
    if (!hy_base64_decode(text, bytes, &len, &bad_at)) {
        return member_fail(parser, name, "is not base64");
    }
    *out = (hy_sv){ bytes, len };
    return HY_OK;
}

/* `json` without the blanks between its tokens. Checked to be JSON before. */
static size_t compact(hy_sv json, char *out)
{
    size_t len = 0;
    bool in_string = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_string && c == '\\') {
            out[len++] = c;
            c = json.ptr[++i];
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
            continue;
        }
        out[len++] = c;
    }
    return len;
}

/* An object's compact JSON text: what a browser would have sent. */
static enum hy_code read_object(struct parser *parser, const char *name, hy_sv *out)
{
    hy_sv json;
    if (!hy_json_skip_value(&parser->scan, &json)) {
        return json_fail(parser);
    }
    if (json.len == 0 || json.ptr[0] != '{') {
        return member_fail(parser, name, "must be an object; other bytes go into its _base64");
    }
    char *text = hy_arena_alloc(parser->arena, json.len);
    if (text == NULL) {
        return memory_fail(parser);
    }
    *out = (hy_sv){ text, compact(json, text) };
    return HY_OK;
}

/* The members of the object that has just begun, each at most once, by the table. */
static enum hy_code read_members(struct parser *parser, const struct member *members, size_t count)
{
    parser->seen = 0;
    enum hy_json_token token;
    while ((token = hy_json_next(&parser->scan)) == HY_JSON_NAME) {
        size_t i = 0;
        while (i < count && !hy_json_is(&parser->scan, hy_sv_of(members[i].name))) {
            i++;
        }
        if (i == count) {
            return hy_fail(parser->err, HY_INVALID, "%s:%zu: unknown member \"%.*s\"",
                           parser->place.file, parser->place.line,
                           HY_SV_ARG(parser->scan.text));
        }
        if ((parser->seen & 1U << i) != 0) {
            return member_fail(parser, members[i].name, "stands there twice");
        }
        parser->seen |= 1U << i;
        unsigned seen = parser->seen;
        enum hy_code code = members[i].read(parser, members[i].name);
        if (code != HY_OK) {
            return code;
        }
        parser->seen = seen; /* a member may hold an object of its own */
    }
    return token == HY_JSON_OBJECT_END ? HY_OK : json_fail(parser);
}

/* ---- http ---- */

static enum hy_code read_method(struct parser *parser, const char *name)
{
    return read_string(parser, name, &parser->event->method);
}

static enum hy_code read_path(struct parser *parser, const char *name)
{
    enum hy_code code = read_string(parser, name, &parser->event->path);
    if (code == HY_OK && !hy_sv_starts_with(parser->event->path, HY_SV("/"))) {
        return member_fail(parser, name, "must begin with a slash");
    }
    return code;
}

static bool breaks_line(hy_sv text)
{
    return memchr(text.ptr, '\r', text.len) != NULL || memchr(text.ptr, '\n', text.len) != NULL ||
           memchr(text.ptr, '\0', text.len) != NULL;
}

static enum hy_code read_header(struct parser *parser, const char *name,
                                struct hy_http_header *header)
{
    enum hy_code code = decode_string(parser, &header->name);
    if (code == HY_OK) {
        code = read_string(parser, name, &header->value);
    }
    if (code == HY_OK && (header->name.len == 0 || breaks_line(header->name) ||
                          breaks_line(header->value))) {
        return member_fail(parser, name, "has a header that cannot be sent");
    }
    return code;
}

static enum hy_code read_headers(struct parser *parser, const char *name)
{
    struct hy_http_header *items =
        hy_arena_alloc(parser->arena, HY_FIXTURE_HEADERS_MAX * sizeof *items);
    if (items == NULL) {
        return memory_fail(parser);
    }
    enum hy_json_token token = hy_json_next(&parser->scan);
    if (token != HY_JSON_OBJECT_BEGIN && token != HY_JSON_ERROR) {
        return member_fail(parser, name, "must be an object");
    }
    size_t count = 0;
    while ((token = hy_json_next(&parser->scan)) == HY_JSON_NAME) {
        if (count == HY_FIXTURE_HEADERS_MAX) {
            return member_fail(parser, name, "has more than 100 headers");
        }
        enum hy_code code = read_header(parser, name, &items[count++]);
        if (code != HY_OK) {
            return code;
        }
    }
    parser->event->headers = (struct hy_http_headers){ items, count };
    return token == HY_JSON_OBJECT_END ? HY_OK : json_fail(parser);
}

static enum hy_code read_data(struct parser *parser, const char *name)
{
    return read_object(parser, name, &parser->event->data);
}

static enum hy_code read_data_base64(struct parser *parser, const char *name)
{
    return read_base64(parser, name, &parser->event->data);
}

enum { HTTP_METHOD, HTTP_PATH, HTTP_HEADERS, HTTP_BODY, HTTP_BODY_BASE64, HTTP_COUNT };

static const struct member http_members[HTTP_COUNT] = {
    [HTTP_METHOD] = { "method", read_method },
    [HTTP_PATH] = { "path", read_path },
    [HTTP_HEADERS] = { "headers", read_headers },
    [HTTP_BODY] = { "body", read_data },
    [HTTP_BODY_BASE64] = { "body_base64", read_data_base64 },
};

static enum hy_code read_http(struct parser *parser, const char *name)
{
    switch (hy_json_next(&parser->scan)) {
    case HY_JSON_OBJECT_BEGIN:
        break;
    case HY_JSON_ERROR:
        return json_fail(parser);
    default:
        return member_fail(parser, name, "must be an object");
    }
    enum hy_code code = read_members(parser, http_members, HTTP_COUNT);
    if (code != HY_OK) {
        return code;
    }
    const struct hy_fixture_event *event = parser->event;
    if (event->method.len == 0 || breaks_line(event->method)) {
        return member_fail(parser, name, "needs a method");
    }
    if (event->path.len == 0 || breaks_line(event->path)) {
        return member_fail(parser, name, "needs a path");
    }
    unsigned bodies = 1U << HTTP_BODY | 1U << HTTP_BODY_BASE64;
    if ((parser->seen & bodies) == bodies) {
        return member_fail(parser, name, "has both body and body_base64");
    }
    return HY_OK;
}

/* ---- the event ---- */

static enum hy_code read_at_ms(struct parser *parser, const char *name)
{
    enum hy_json_token token = hy_json_next(&parser->scan);
    if (token == HY_JSON_ERROR) {
        return json_fail(parser);
    }
    if (token != HY_JSON_NUMBER || !hy_sv_to_u64(parser->scan.text, &parser->event->at_ms)) {
        return member_fail(parser, name, "must be a whole number of milliseconds");
    }
    return HY_OK;
}

static enum hy_code read_stream(struct parser *parser, const char *name)
{
    enum hy_code code = read_string(parser, name, &parser->event->stream);
    if (code == HY_OK && parser->event->stream.len == 0) {
        return member_fail(parser, name, "is empty");
    }
    return code;
}

enum { AT_MS, STREAM, DATA, DATA_BASE64, HTTP, EVENT_COUNT };

static const struct member event_members[EVENT_COUNT] = {
    [AT_MS] = { "at_ms", read_at_ms },
    [STREAM] = { "stream", read_stream },
    [DATA] = { "data", read_data },
    [DATA_BASE64] = { "data_base64", read_data_base64 },
    [HTTP] = { "http", read_http },
};

/* Do the members that were seen make one event? */
static enum hy_code check(struct parser *parser)
{
    bool has_data = (parser->seen & 1U << DATA) != 0;
    bool has_base64 = (parser->seen & 1U << DATA_BASE64) != 0;
    bool has_http = (parser->seen & 1U << HTTP) != 0;
    if ((parser->seen & 1U << AT_MS) == 0) {
        return event_fail(parser, "member \"at_ms\" is missing");
    }
    if (has_data + has_base64 + has_http != 1) {
        return event_fail(parser, "an event has one of \"data\", \"data_base64\" and \"http\"");
    }
    if (has_http && (parser->seen & 1U << STREAM) != 0) {
        return event_fail(parser, "member \"stream\" does not go with \"http\"");
    }
    parser->event->kind = has_http ? HY_FIXTURE_HTTP : HY_FIXTURE_RECORD;
    return HY_OK;
}

enum hy_code hy_fixture_parse(hy_sv line, struct hy_fixture_place place, struct hy_arena *arena,
                              struct hy_fixture_event *event, struct hy_err *err)
{
    struct parser parser = { .place = place, .arena = arena, .event = event, .err = err };
    *event = (struct hy_fixture_event){ .place = place };
    hy_json_scan_init(&parser.scan, line);

    enum hy_json_token token = hy_json_next(&parser.scan);
    if (token == HY_JSON_ERROR) {
        return json_fail(&parser);
    }
    if (token != HY_JSON_OBJECT_BEGIN) {
        return event_fail(&parser, "an event is a JSON object");
    }
    enum hy_code code = read_members(&parser, event_members, EVENT_COUNT);
    if (code == HY_OK && hy_json_next(&parser.scan) != HY_JSON_END) {
        code = json_fail(&parser);
    }
    return code == HY_OK ? check(&parser) : code;
}
