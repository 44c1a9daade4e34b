/* http_answer.h - a response's head as bytes. */
#ifndef HY_IO_HTTP_ANSWER_H
#define HY_IO_HTTP_ANSWER_H

#include "base/buf.h"
#include "base/date.h"
#include "io/http_message.h"

/* The Date header's text, made once a second. */
struct hy_http_date {
    char text[HY_DATE_TEXT_BYTES];
    size_t len;
    uint64_t until_ms; /* of the loop's time */
};

hy_sv hy_http_date_at(struct hy_http_date *date, uint64_t loop_ms);

enum hy_http_connection {
    HY_HTTP_SAY_NOTHING,    /* HTTP/1.1 and we go on */
    HY_HTTP_SAY_KEEP_ALIVE, /* HTTP/1.0 and we go on */
    HY_HTTP_SAY_CLOSE,
};

struct hy_http_head {
    int status;
    struct hy_http_headers headers;
    enum hy_http_connection connection;
    bool is_chunked;   /* else with a Content-Length, if the status may have one */
    bool has_no_framing; /* neither: the end is the end of the connection (HTTP/1.0 streams) */
    size_t body_len;
    hy_sv date;
};

/* Does an answer with this status have a body at all? */
bool hy_http_status_has_body(int status);

/* Appends status line, headers and the empty line. A header that the caller brings is not
 * added again (Content-Length, Date, Connection). Control characters in values become blanks:
 * some values come from clients. out->failed when out of memory. */
void hy_http_head_append(struct hy_buf *out, const struct hy_http_head *head);

#endif
