/* http_message.h - the parts of an HTTP message that both sides share. */
#ifndef HY_IO_HTTP_MESSAGE_H
#define HY_IO_HTTP_MESSAGE_H

#include "base/sv.h"

struct hy_http_header {
    hy_sv name, value;
};

struct hy_http_headers {
    const struct hy_http_header *items;
    size_t count;
};

/* The first of that name (any case); the empty view with ptr NULL when there is none. */
hy_sv hy_http_header(struct hy_http_headers headers, hy_sv name);

const char *hy_http_reason(int status); /* "Not Found"; "Unknown" for what nobody knows */

#endif
