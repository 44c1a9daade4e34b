/* fuzz_http.c - any bytes as what a client sends.
 *
 * Nothing may crash the parser, leak, or make it read what was not sent; a body never has more
 * bytes than were allowed; and however the bytes are cut into pieces, the same requests come
 * out. The first byte picks the size of the pieces.
 */
#include "fuzz.h"

#include "io/http_parse.h"

#include <string.h>

enum { HEAD_MAX = 512, BODY_MAX = 256 };

/* All that was said, as a number; a refusal ends it (which one may depend on the pieces: a
 * limit is noticed earlier when the bytes come one by one). */
struct said {
    uint64_t sum;
    unsigned requests;
    bool is_refused;
};

static void add(struct said *said, hy_sv bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        said->sum = (said->sum ^ (unsigned char)bytes.ptr[i]) * 1099511628211u;
    }
    said->sum = (said->sum ^ bytes.len) * 1099511628211u;
}

static void add_headers(struct said *said, struct hy_http_headers headers)
{
    for (size_t i = 0; i < headers.count; i++) {
        REQUIRE(headers.items[i].name.len > 0);
        REQUIRE(memchr(headers.items[i].value.ptr, '\n', headers.items[i].value.len) == NULL);
        add(said, headers.items[i].name);
        add(said, headers.items[i].value);
    }
}

static void add_request(struct said *said, const struct hy_http_parse *parse)
{
    const struct hy_http_request *request = &parse->request;
    REQUIRE(request->body_len <= BODY_MAX);
    REQUIRE(request->path.len <= request->target.len);
    said->requests++;
    add(said, request->method);
    add(said, request->target);
    add(said, request->query);
    add_headers(said, request->headers);
    add(said, (hy_sv){ request->body, request->body_len });
    add_headers(said, request->trailers);
    said->sum += parse->keep_alive;
    memset(request->body, '#', request->body_len); /* it is the handler's to write into */
}

static void turn_all(struct said *said, struct hy_http_parse *parse)
{
    for (;;) {
        switch (hy_http_parse_turn(parse)) {
        case HY_HTTP_MORE:
            return;
        case HY_HTTP_HEAD:
            REQUIRE(parse->request.body_len == 0);
            hy_http_parse_allow(parse, BODY_MAX);
            (void)hy_http_parse_waits_for_continue(parse);
            break;
        case HY_HTTP_WHOLE:
            add_request(said, parse);
            (void)hy_http_parse_next(parse);
            break;
        case HY_HTTP_REFUSED:
            REQUIRE(parse->refusal >= 400 && parse->refusal <= 505);
            said->is_refused = true;
            return;
        }
    }
}

static struct said feed(const uint8_t *data, size_t size, size_t piece)
{
    struct said said = { .sum = 14695981039346656037u };
    struct hy_http_parse parse;
    hy_http_parse_init(&parse, HEAD_MAX);
    while (size > 0 && !said.is_refused) {
        size_t room;
        char *to = hy_http_parse_room(&parse, &room);
        REQUIRE(to != NULL && room > 0);
        size_t now = size < piece ? size : piece;
        now = now < room ? now : room;
        memcpy(to, data, now);
        hy_http_parse_received(&parse, now);
        data += now;
        size -= now;
        turn_all(&said, &parse);
    }
    if (!said.is_refused && hy_http_parse_truncate(&parse)) {
        add_request(&said, &parse);
    }
    hy_http_parse_finish(&parse);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct said whole = feed(data + 1, size - 1, SIZE_MAX);
    struct said pieces = feed(data + 1, size - 1, data[0] % 32 + 1u);
    REQUIRE(whole.requests == pieces.requests);
    REQUIRE(whole.sum == pieces.sum);
    REQUIRE(whole.is_refused == pieces.is_refused);
    return 0;
}
