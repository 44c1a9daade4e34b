/* http_parse.c - llhttp's callbacks note offsets; views are made when a request is handed out.
 *
 * llhttp is paused at the end of the head and at the end of a chunked body, and its error
 * position then is the offset of the first byte it has not used.
 */
#include "io/http_parse.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADERS_FIRST = 16,
    HEADERS_MAX = 1024,
    HEAD_ROOM_BYTES = 2 * 1024,
    CHUNK_ROOM_BYTES = 16 * 1024,
    /* Behind a body of known length, so that a client that leaves is noticed by reading. */
    SPARE_BYTES = 256,
};

static size_t offset_of(const struct hy_http_parse *parse, const char *at)
{
    return (size_t)(at - hy_http_input_at(&parse->input));
}

static void refuse(struct hy_http_parse *parse, int status)
{
    parse->phase = HY_HTTP_IS_REFUSED;
    parse->refusal = status;
}

/* For a callback: llhttp stops, and we remember with which status. */
static int stop(struct hy_http_parse *parse, int status)
{
    parse->refusal = status;
    return HPE_USER;
}

/* --- fields: headers and trailers --- */

static void fields_finish(struct hy_http_fields *fields)
{
    free(fields->spans);
    free(fields->items);
}

/* Room for one more; 0, or the status to refuse with. */
static int fields_grow(struct hy_http_fields *fields)
{
    if (fields->count < fields->cap) {
        return 0;
    }
    if (fields->count >= HEADERS_MAX) {
        return 431;
    }
    size_t cap = fields->cap == 0 ? HEADERS_FIRST : 2 * fields->cap;
    struct hy_http_span *spans = realloc(fields->spans, cap * sizeof *spans);
    if (spans == NULL) {
        return 503;
    }
    fields->spans = spans;
    struct hy_http_header *items = realloc(fields->items, cap * sizeof *items);
    if (items == NULL) {
        return 503;
    }
    fields->items = items;
    fields->cap = cap;
    return 0;
}

static struct hy_http_headers fields_view(const struct hy_http_fields *fields, const char *base)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct hy_http_span *span = &fields->spans[i];
        fields->items[i] = (struct hy_http_header){
            .name = { base + span->name_at, span->name_len },
            .value = { base + span->value_at, span->value_len },
        };
    }
    return (struct hy_http_headers){ fields->items, fields->count };
}

static struct hy_http_fields *fields_of(struct hy_http_parse *parse)
{
    return parse->in_trailers ? &parse->trailers : &parse->headers;
}

static struct hy_http_span *current_span(struct hy_http_parse *parse)
{
    struct hy_http_fields *fields = fields_of(parse);
    assert(fields->count > 0);
    return &fields->spans[fields->count - 1];
}

/* --- llhttp's callbacks --- */

static int on_message_begin(llhttp_t *llhttp)
{
    struct hy_http_parse *parse = llhttp->data;
    parse->has_begun = true;
    return 0;
}

static int on_url(llhttp_t *llhttp, const char *at, size_t length)
{
    struct hy_http_parse *parse = llhttp->data;
    if (parse->target_len == 0) {
        parse->target_at = offset_of(parse, at);
    }
    parse->target_len += length;
    return 0;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t length)
{
    struct hy_http_parse *parse = llhttp->data;
    if (parse->in_field) {
        current_span(parse)->name_len += length;
        return 0;
    }
    if (parse->phase == HY_HTTP_IN_CHUNKS && !parse->in_trailers) {
        parse->in_trailers = true;
        parse->trailers_at = offset_of(parse, at);
    }
    struct hy_http_fields *fields = fields_of(parse);
    int status = fields_grow(fields);
    if (status != 0) {
        return stop(parse, status);
    }
    fields->spans[fields->count++] = (struct hy_http_span){
        .name_at = offset_of(parse, at), .name_len = length,
    };
    parse->in_field = true;
    parse->in_value = false;
    return 0;
}

/* llhttp joins folded lines (obs-fold) into one value; a server has to refuse them, and our
 * views could not show them. */
static bool is_folded(const struct hy_http_parse *parse, const struct hy_http_span *span,
                      size_t at)
{
    if (parse->in_value) {
        return at != span->value_at + span->value_len;
    }
    size_t from = span->name_at + span->name_len;
    const char *base = hy_http_input_at(&parse->input);
    return memchr(base + from, '\n', at - from) != NULL;
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t length)
{
    struct hy_http_parse *parse = llhttp->data;
    if (length == 0) {
        return 0;
    }
    struct hy_http_span *span = current_span(parse);
    size_t value_at = offset_of(parse, at);
    if (is_folded(parse, span, value_at)) {
        return stop(parse, 400);
    }
    if (!parse->in_value) {
        span->value_at = value_at;
        parse->in_value = true;
    }
    span->value_len += length;
    return 0;
}

static int on_header_value_complete(llhttp_t *llhttp)
{
    struct hy_http_parse *parse = llhttp->data;
    struct hy_http_span *span = current_span(parse);
    const char *base = hy_http_input_at(&parse->input);
    parse->in_field = false;

    char last = span->name_len > 0 ? base[span->name_at + span->name_len - 1] : ' ';
    if (last == ' ' || last == '\t') {
        return stop(parse, 400); /* "Name : value"; llhttp's loose mode lets it pass */
    }
    if (!parse->in_value) {
        span->value_at = span->name_at + span->name_len;
    }
    const char *value = base + span->value_at;
    while (span->value_len > 0 &&
           (value[span->value_len - 1] == ' ' || value[span->value_len - 1] == '\t')) {
        span->value_len--;
    }
    hy_sv name = { base + span->name_at, span->name_len };
    if (span->name_len == 6 && !parse->in_trailers && hy_sv_equal_nocase(name, HY_SV("expect"))) {
        parse->expects_continue =
            hy_sv_equal_nocase((hy_sv){ value, span->value_len }, HY_SV("100-continue"));
    }
    return 0;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct hy_http_parse *parse = llhttp->data;
    parse->keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    return HPE_PAUSED;
}

static int on_chunk_header(llhttp_t *llhttp)
{
    struct hy_http_parse *parse = llhttp->data;
    if (llhttp->content_length > parse->body_max - parse->body_len) {
        return stop(parse, 413);
    }
    return 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t length)
{
    struct hy_http_parse *parse = llhttp->data;
    char *to = hy_http_input_at(&parse->input) + parse->body_at + parse->body_len;
    if (to != at) {
        memmove(to, at, length); /* to the left, over what llhttp has passed */
    }
    parse->body_len += length;
    return 0;
}

static int on_message_complete(llhttp_t *llhttp)
{
    (void)llhttp;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* --- the request's views --- */

static void split_target(struct hy_http_request *request)
{
    size_t mark = hy_sv_find(request->target, '?');
    request->path = (hy_sv){ request->target.ptr, mark };
    request->query = (hy_sv){ NULL, 0 };
    if (mark < request->target.len) {
        request->query = (hy_sv){ request->target.ptr + mark + 1, request->target.len - mark - 1 };
    }
}

static void make_views(struct hy_http_parse *parse)
{
    char *base = hy_http_input_at(&parse->input);
    struct hy_http_request *request = &parse->request;
    request->method = hy_sv_of(llhttp_method_name((llhttp_method_t)parse->llhttp.method));
    request->target = (hy_sv){ base + parse->target_at, parse->target_len };
    split_target(request);
    request->headers = fields_view(&parse->headers, base);
    request->trailers = fields_view(&parse->trailers, base);
    request->body = base + parse->body_at;
    request->body_len = parse->phase == HY_HTTP_IS_WHOLE ? parse->body_len : 0;
}

static enum hy_http_turn make_whole(struct hy_http_parse *parse, size_t end)
{
    parse->phase = HY_HTTP_IS_WHOLE;
    parse->end = end;
    make_views(parse);
    return HY_HTTP_WHOLE;
}

/* --- phases --- */

static void begin_request(struct hy_http_parse *parse)
{
    llhttp_reset(&parse->llhttp);
    parse->phase = HY_HTTP_IN_HEAD;
    parse->has_begun = parse->in_field = parse->in_value = parse->in_trailers = false;
    parse->expects_continue = parse->keep_alive = false;
    parse->headers.count = parse->trailers.count = 0;
    parse->target_len = 0;
    parse->parsed = 0;
    parse->body_len = 0;
    parse->request.truncated_body = false;
}

void hy_http_parse_init(struct hy_http_parse *parse, size_t head_max)
{
    *parse = (struct hy_http_parse){ .head_max = head_max };
    llhttp_init(&parse->llhttp, HTTP_REQUEST, &settings);
    parse->llhttp.data = parse;
    begin_request(parse);
}

void hy_http_parse_finish(struct hy_http_parse *parse)
{
    fields_finish(&parse->headers);
    fields_finish(&parse->trailers);
    hy_http_input_finish(&parse->input);
}

/* How much room to have before reading. Chunked bodies double, as their end is not known. */
static size_t room_wanted(const struct hy_http_parse *parse)
{
    size_t live = hy_http_input_live(&parse->input);
    switch (parse->phase) {
    case HY_HTTP_IN_HEAD:
        return hy_http_input_room(&parse->input) < HEAD_ROOM_BYTES ? live + HEAD_ROOM_BYTES : 0;
    case HY_HTTP_IN_CHUNKS:
        return hy_http_input_room(&parse->input) < CHUNK_ROOM_BYTES ? live + CHUNK_ROOM_BYTES : 0;
    case HY_HTTP_IS_REFUSED:
        return CHUNK_ROOM_BYTES;
    default:
        return 0;
    }
}

char *hy_http_parse_room(struct hy_http_parse *parse, size_t *size)
{
    size_t wanted = room_wanted(parse);
    *size = 0;
    if (wanted > 0 && !hy_http_input_reserve(&parse->input, wanted)) {
        return NULL;
    }
    *size = hy_http_input_room(&parse->input);
    return *size == 0 ? NULL : parse->input.data + parse->input.end;
}

void hy_http_parse_received(struct hy_http_parse *parse, size_t size)
{
    assert(size <= hy_http_input_room(&parse->input));
    parse->input.end += size;
}

/* Feeds llhttp what it has not seen. True when it paused: `parsed` is then the offset of what
 * follows. On an error the phase is REFUSED. */
static bool feed(struct hy_http_parse *parse)
{
    char *base = hy_http_input_at(&parse->input);
    size_t live = hy_http_input_live(&parse->input);
    if (parse->parsed == live) {
        return false;
    }
    parse->refusal = 0;
    llhttp_errno_t rc =
        llhttp_execute(&parse->llhttp, base + parse->parsed, live - parse->parsed);
    if (rc == HPE_OK) {
        parse->parsed = live;
        return false;
    }
    if (rc == HPE_PAUSED) {
        parse->parsed = offset_of(parse, llhttp_get_error_pos(&parse->llhttp));
        return true;
    }
    refuse(parse, parse->refusal != 0 ? parse->refusal : 400);
    return false;
}

/* What llhttp leaves to us because we pause it before it decides about the body. */
static int check_head(const struct hy_http_parse *parse)
{
    const llhttp_t *llhttp = &parse->llhttp;
    if (parse->parsed > parse->head_max) {
        return 431;
    }
    if (llhttp->http_major != 1) {
        return 505;
    }
    bool has_encoding = (llhttp->flags & F_TRANSFER_ENCODING) != 0;
    bool is_chunked = (llhttp->flags & F_CHUNKED) != 0;
    bool has_length = (llhttp->flags & F_CONTENT_LENGTH) != 0;
    if (has_encoding && (!is_chunked || has_length || llhttp->http_minor == 0)) {
        return 400;
    }
    return 0;
}

static enum hy_http_turn turn_head(struct hy_http_parse *parse)
{
    bool is_over = feed(parse);
    if (parse->phase == HY_HTTP_IS_REFUSED) {
        return HY_HTTP_REFUSED;
    }
    if (!is_over) {
        if (parse->parsed <= parse->head_max) {
            return HY_HTTP_MORE;
        }
        refuse(parse, 431);
        return HY_HTTP_REFUSED;
    }
    int status = check_head(parse);
    if (status != 0) {
        refuse(parse, status);
        return HY_HTTP_REFUSED;
    }
    parse->phase = HY_HTTP_AFTER_HEAD;
    parse->body_at = parse->parsed;
    parse->is_http_1_0 = parse->llhttp.http_minor == 0;
    make_views(parse);
    return HY_HTTP_HEAD;
}

static enum hy_http_turn turn_chunks(struct hy_http_parse *parse)
{
    bool is_over = feed(parse);
    if (parse->phase == HY_HTTP_IS_REFUSED) {
        return HY_HTTP_REFUSED;
    }
    if (parse->in_trailers && parse->parsed - parse->trailers_at > parse->head_max) {
        refuse(parse, 431);
        return HY_HTTP_REFUSED;
    }
    if (is_over) {
        return make_whole(parse, parse->parsed);
    }
    if (!parse->in_trailers) {
        /* All that came is joined to the body: what was between the chunks is room again. */
        parse->parsed = parse->body_at + parse->body_len;
        parse->input.end = parse->input.begin + parse->parsed;
    }
    return HY_HTTP_MORE;
}

enum hy_http_turn hy_http_parse_turn(struct hy_http_parse *parse)
{
    switch (parse->phase) {
    case HY_HTTP_IN_HEAD:
        return turn_head(parse);
    case HY_HTTP_AFTER_HEAD:
        return HY_HTTP_HEAD;
    case HY_HTTP_IN_FIXED: {
        size_t end = parse->body_at + parse->body_len;
        return hy_http_input_live(&parse->input) >= end ? make_whole(parse, end) : HY_HTTP_MORE;
    }
    case HY_HTTP_IN_CHUNKS:
        return turn_chunks(parse);
    case HY_HTTP_IS_WHOLE:
        return HY_HTTP_WHOLE;
    default:
        return HY_HTTP_REFUSED;
    }
}

static void begin_fixed(struct hy_http_parse *parse, uint64_t length)
{
    if (length > parse->body_max) {
        refuse(parse, 413);
        return;
    }
    parse->phase = HY_HTTP_IN_FIXED;
    parse->body_len = (size_t)length;
    size_t end = parse->body_at + parse->body_len;
    size_t live = hy_http_input_live(&parse->input);
    if (end > live && !hy_http_input_reserve(&parse->input, end - live + SPARE_BYTES)) {
        refuse(parse, 503);
    }
}

void hy_http_parse_allow(struct hy_http_parse *parse, size_t body_max)
{
    assert(parse->phase == HY_HTTP_AFTER_HEAD);
    parse->body_max = body_max;
    if ((parse->llhttp.flags & F_CHUNKED) == 0) {
        begin_fixed(parse, parse->llhttp.content_length);
        return;
    }
    parse->phase = HY_HTTP_IN_CHUNKS;
    parse->llhttp.upgrade = 0; /* we never switch protocols: CONNECT has a body like any other */
    llhttp_resume(&parse->llhttp);
}

bool hy_http_parse_truncate(struct hy_http_parse *parse)
{
    if (parse->phase != HY_HTTP_IN_FIXED && parse->phase != HY_HTTP_IN_CHUNKS) {
        return false;
    }
    size_t live = hy_http_input_live(&parse->input);
    if (parse->phase == HY_HTTP_IN_FIXED) {
        parse->body_len = live - parse->body_at;
    }
    parse->trailers.count = 0; /* the last one may be half there */
    parse->request.truncated_body = true;
    parse->keep_alive = false;
    (void)make_whole(parse, live);
    return true;
}

bool hy_http_parse_waits_for_continue(const struct hy_http_parse *parse)
{
    if (!parse->expects_continue || parse->is_http_1_0) {
        return false;
    }
    bool expects_body = parse->phase == HY_HTTP_IN_CHUNKS ||
                        (parse->phase == HY_HTTP_IN_FIXED && parse->body_len > 0);
    return expects_body && hy_http_input_live(&parse->input) == parse->body_at;
}

bool hy_http_parse_next(struct hy_http_parse *parse)
{
    assert(parse->phase == HY_HTTP_IS_WHOLE);
    hy_http_input_consume(&parse->input, parse->end);
    begin_request(parse);
    return hy_http_input_live(&parse->input) > 0;
}

void hy_http_parse_drop(struct hy_http_parse *parse)
{
    parse->input.begin = parse->input.end = 0;
}
