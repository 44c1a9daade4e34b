/* http_answer.c - the head is measured once and then written without a check: this runs for
 * every Put. */
#include "io/http_answer.h"

#include "io/loop.h"

#include <string.h>

hy_sv hy_http_date_at(struct hy_http_date *date, uint64_t loop_ms)
{
    if (loop_ms >= date->until_ms) {
        uint64_t wall_ms = hy_loop_wall_ms();
        hy_date_http(wall_ms, date->text);
        date->len = strlen(date->text);
        date->until_ms = loop_ms + 1000 - wall_ms % 1000;
    }
    return (hy_sv){ date->text, date->len };
}

bool hy_http_status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static char *put(char *at, hy_sv text)
{
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    return at + text.len;
}

static char *put_clean(char *at, hy_sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        at[i] = (unsigned char)c < 0x20 && c != '\t' ? ' ' : c;
    }
    return at + text.len;
}

static char *put_number(char *at, size_t number)
{
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

static char *put_status_line(char *at, int status)
{
    at = put(at, HY_SV("HTTP/1.1 "));
    at = put_number(at, (size_t)status);
    *at++ = ' ';
    at = put(at, hy_sv_of(hy_http_reason(status)));
    return put(at, HY_SV("\r\n"));
}

/* The headers that we would add and the caller has brought. */
struct brought {
    bool length, date, connection;
};

static char *put_headers(char *at, struct hy_http_headers headers, struct brought *brought)
{
    for (size_t i = 0; i < headers.count; i++) {
        hy_sv name = headers.items[i].name;
        brought->length |= name.len == 14 && hy_sv_equal_nocase(name, HY_SV("content-length"));
        brought->date |= name.len == 4 && hy_sv_equal_nocase(name, HY_SV("date"));
        brought->connection |= name.len == 10 && hy_sv_equal_nocase(name, HY_SV("connection"));
        at = put_clean(at, name);
        at = put(at, HY_SV(": "));
        at = put_clean(at, headers.items[i].value);
        at = put(at, HY_SV("\r\n"));
    }
    return at;
}

static char *put_framing(char *at, const struct hy_http_head *head)
{
    if (head->is_chunked) {
        return put(at, HY_SV("Transfer-Encoding: chunked\r\n"));
    }
    if (head->has_no_framing || !hy_http_status_has_body(head->status)) {
        return at;
    }
    at = put(at, HY_SV("Content-Length: "));
    at = put_number(at, head->body_len);
    return put(at, HY_SV("\r\n"));
}

static char *put_connection(char *at, enum hy_http_connection connection)
{
    switch (connection) {
    case HY_HTTP_SAY_CLOSE:
        return put(at, HY_SV("Connection: close\r\n"));
    case HY_HTTP_SAY_KEEP_ALIVE:
        return put(at, HY_SV("Connection: keep-alive\r\n"));
    default:
        return at;
    }
}

static size_t measure(const struct hy_http_head *head)
{
    size_t size = 256; /* status line and everything that we may add */
    for (size_t i = 0; i < head->headers.count; i++) {
        size += head->headers.items[i].name.len + head->headers.items[i].value.len + 4;
    }
    return size;
}

void hy_http_head_append(struct hy_buf *out, const struct hy_http_head *head)
{
    char *begin = hy_buf_reserve(out, measure(head));
    if (begin == NULL) {
        return;
    }
    struct brought brought = { false, false, false };
    char *at = put_status_line(begin, head->status);
    at = put_headers(at, head->headers, &brought);
    if (!brought.length) {
        at = put_framing(at, head);
    }
    if (!brought.connection) {
        at = put_connection(at, head->connection);
    }
    if (!brought.date) {
        at = put(at, HY_SV("Date: "));
        at = put(at, head->date);
        at = put(at, HY_SV("\r\n"));
    }
    at = put(at, HY_SV("\r\n"));
    hy_buf_commit(out, (size_t)(at - begin));
}
