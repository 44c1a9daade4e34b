#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP_MIN = 256 };

void hy_buf_init(struct hy_buf *buf, size_t max)
{
    *buf = (struct hy_buf){ .max = max };
}

void hy_buf_finish(struct hy_buf *buf)
{
    free(buf->data);
    *buf = (struct hy_buf){ .max = buf->max };
}

void hy_buf_clear(struct hy_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

static bool grow(struct hy_buf *buf, size_t needed)
{
    size_t cap = buf->cap > buf->max / 2 ? buf->max : buf->cap * 2;
    cap = cap < CAP_MIN ? CAP_MIN : cap;
    cap = cap > buf->max ? buf->max : cap;
    cap = cap < needed ? needed : cap;
    char *data = realloc(buf->data, cap == 0 ? 1 : cap);
    if (data == NULL) {
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

char *hy_buf_reserve(struct hy_buf *buf, size_t size)
{
    if (buf->failed) {
        return NULL;
    }
    if (size > buf->max - buf->len) {
        buf->failed = true;
        return NULL;
    }
    bool has_room = buf->data != NULL && size <= buf->cap - buf->len;
    if (!has_room && !grow(buf, buf->len + size)) {
        buf->failed = true;
        return NULL;
    }
    return buf->data + buf->len;
}

void hy_buf_commit(struct hy_buf *buf, size_t size)
{
    assert(size <= buf->cap - buf->len);
    buf->len += size;
}

void hy_buf_append(struct hy_buf *buf, hy_sv bytes)
{
    if (bytes.len == 0) {
        return;
    }
    char *at = hy_buf_reserve(buf, bytes.len);
    if (at != NULL) {
        memcpy(at, bytes.ptr, bytes.len);
        buf->len += bytes.len;
    }
}

void hy_buf_append_byte(struct hy_buf *buf, char byte)
{
    char *at = hy_buf_reserve(buf, 1);
    if (at != NULL) {
        *at = byte;
        buf->len++;
    }
}

/* Formatted into a place of its own, because the NUL may not count against max. */
void hy_buf_printf(struct hy_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    if ((size_t)len < sizeof small) {
        hy_buf_append(buf, (hy_sv){ small, (size_t)len });
        return;
    }
    char *at = hy_buf_reserve(buf, (size_t)len);
    char *text = at == NULL ? NULL : malloc((size_t)len + 1);
    if (text == NULL) {
        buf->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    memcpy(at, text, (size_t)len);
    buf->len += (size_t)len;
    free(text);
}

hy_sv hy_buf_sv(const struct hy_buf *buf)
{
    return (hy_sv){ buf->data, buf->len };
}

char *hy_buf_take(struct hy_buf *buf, size_t *len)
{
    *len = buf->len;
    if (buf->len == 0) {
        return NULL;
    }
    char *data = buf->data;
    *buf = (struct hy_buf){ .max = buf->max };
    return data;
}
