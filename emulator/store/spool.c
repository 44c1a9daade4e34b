/* spool.c - the front of the bytes in a file, the end of them in memory.
 *
 * While everything fits into memory_max there is no file. Once there is one, only a small
 * tail is kept, so that many small appends become few writes.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "store/spool.h"

#include "base/buf.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAIL_BYTES_MAX = 64 * 1024 };

struct hy_spool {
    char *dir;
    size_t memory_max;
    int fd;              /* -1: no file yet */
    uint64_t file_bytes; /* in the file; the tail follows them */
    struct hy_buf tail;
};

struct hy_spool *hy_spool_create(const char *dir, size_t memory_max)
{
    struct hy_spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL) {
        return NULL;
    }
    spool->dir = hy_sv_dup(hy_sv_of(dir));
    spool->memory_max = memory_max;
    spool->fd = -1;
    hy_buf_init(&spool->tail, memory_max);
    if (spool->dir == NULL) {
        hy_spool_destroy(spool);
        return NULL;
    }
    return spool;
}

void hy_spool_destroy(struct hy_spool *spool)
{
    if (spool == NULL) {
        return;
    }
    if (spool->fd >= 0) {
        (void)close(spool->fd);
    }
    hy_buf_finish(&spool->tail);
    free(spool->dir);
    free(spool);
}

uint64_t hy_spool_bytes(const struct hy_spool *spool)
{
    return spool->file_bytes + spool->tail.len;
}

static int open_named_and_unlink(const char *dir)
{
    const size_t size = strlen(dir) + sizeof "/spool-XXXXXX";
    char *path = malloc(size);
    if (path == NULL) {
        errno = ENOMEM;
        return -1;
    }
    (void)snprintf(path, size, "%s/spool-XXXXXX", dir);
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(path);
    }
    free(path);
    return fd;
}

static enum hy_code open_file(struct hy_spool *spool)
{
    spool->fd = open(spool->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->fd < 0) { /* not every file system can */
        spool->fd = open_named_and_unlink(spool->dir);
    }
    if (spool->fd < 0) {
        hy_log(HY_LOG_ERROR, "spool", NULL, "cannot make a file in %s: %s", spool->dir,
               strerror(errno));
        return HY_IO;
    }
    return HY_OK;
}

/* At the end of the file. What a failed write leaves behind it is overwritten by the next. */
static enum hy_code write_out(struct hy_spool *spool, hy_sv bytes)
{
    if (spool->fd < 0 && open_file(spool) != HY_OK) {
        return HY_IO;
    }
    size_t done = 0;
    while (done < bytes.len) {
        const ssize_t n = pwrite(spool->fd, bytes.ptr + done, bytes.len - done,
                                 (off_t)(spool->file_bytes + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            hy_log(HY_LOG_ERROR, "spool", NULL, "cannot write to a file in %s: %s", spool->dir,
                   strerror(n == 0 ? ENOSPC : errno));
            return HY_IO;
        }
        done += (size_t)n;
    }
    spool->file_bytes += done;
    return HY_OK;
}

/* The tail goes to the file, and will be small from now on. */
static enum hy_code spill(struct hy_spool *spool)
{
    const enum hy_code code = write_out(spool, hy_buf_sv(&spool->tail));
    if (code != HY_OK) {
        return code;
    }
    const size_t max = spool->memory_max < TAIL_BYTES_MAX ? spool->memory_max : TAIL_BYTES_MAX;
    if (spool->tail.max == max) {
        hy_buf_clear(&spool->tail);
        return HY_OK;
    }
    hy_buf_finish(&spool->tail);
    hy_buf_init(&spool->tail, max);
    return HY_OK;
}

enum hy_code hy_spool_append(struct hy_spool *spool, hy_sv bytes)
{
    if (bytes.len == 0) {
        return HY_OK;
    }
    if (bytes.len > spool->tail.max - spool->tail.len) {
        const enum hy_code code = spill(spool);
        if (code != HY_OK) {
            return code;
        }
        if (bytes.len > spool->tail.max) {
            return write_out(spool, bytes);
        }
    }
    char *at = hy_buf_reserve(&spool->tail, bytes.len);
    if (at == NULL) {
        spool->tail.failed = false; /* there may be memory the next time */
        return HY_NO_MEMORY;
    }
    memcpy(at, bytes.ptr, bytes.len);
    hy_buf_commit(&spool->tail, bytes.len);
    return HY_OK;
}

static enum hy_code read_file(const struct hy_spool *spool, uint64_t offset, char *out,
                              size_t length)
{
    size_t done = 0;
    while (done < length) {
        const ssize_t n = pread(spool->fd, out + done, length - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            hy_log(HY_LOG_ERROR, "spool", NULL, "cannot read a file in %s back: %s", spool->dir,
                   n == 0 ? "it is too short" : strerror(errno));
            return HY_IO;
        }
        done += (size_t)n;
    }
    return HY_OK;
}

enum hy_code hy_spool_read(const struct hy_spool *spool, uint64_t offset, char *out,
                           size_t length)
{
    const uint64_t bytes = hy_spool_bytes(spool);
    if (offset > bytes || length > bytes - offset) {
        return HY_INVALID;
    }
    size_t in_file = 0;
    if (offset < spool->file_bytes) {
        const uint64_t left = spool->file_bytes - offset;
        in_file = left < length ? (size_t)left : length;
        const enum hy_code code = read_file(spool, offset, out, in_file);
        if (code != HY_OK) {
            return code;
        }
    }
    if (length > in_file) {
        const size_t from = (size_t)(offset + in_file - spool->file_bytes);
        memcpy(out + in_file, spool->tail.data + from, length - in_file);
    }
    return HY_OK;
}
