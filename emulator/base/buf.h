/* buf.h - a growable run of bytes that cannot be made without its maximum.
 *
 * Appending past `max` (or out of memory) sets `failed` and changes nothing else; every
 * later append is then a no-op. So a writer may append many times and look once at the end.
 * `data` moves when the buffer grows: keep offsets, not pointers.
 */
#ifndef HY_BASE_BUF_H
#define HY_BASE_BUF_H

#include "base/err.h"
#include "base/sv.h"

struct hy_buf {
    char *data; /* NULL until something was reserved */
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void hy_buf_init(struct hy_buf *buf, size_t max); /* allocates nothing yet */
void hy_buf_finish(struct hy_buf *buf);           /* fine on a zeroed buffer */
void hy_buf_clear(struct hy_buf *buf);            /* len 0, failed off, memory kept */

/* Room for `size` more bytes at the end, not yet part of the buffer; NULL when it cannot
 * be had. hy_buf_commit makes the first `size` of them part of it. */
char *hy_buf_reserve(struct hy_buf *buf, size_t size);
void hy_buf_commit(struct hy_buf *buf, size_t size);

void hy_buf_append(struct hy_buf *buf, hy_sv bytes);
void hy_buf_append_byte(struct hy_buf *buf, char byte);
HY_PRINTF(2, 3)
void hy_buf_printf(struct hy_buf *buf, const char *format, ...);

hy_sv hy_buf_sv(const struct hy_buf *buf);

/* Moves the bytes out: the caller frees them; the buffer is empty again. NULL when empty. */
char *hy_buf_take(struct hy_buf *buf, size_t *len);

#endif
