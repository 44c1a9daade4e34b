#include "pipeline/delivery/object_file.h"

#include "pipeline/delivery/converted_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1024 * 1024 };

/* Where pieces of content go: to the file, or together for the compressor. */
struct sink {
    int fd;
    char *gathered; /* NULL: to the file */
    uint64_t len;   /* so far */
    uint64_t cap;
    int why;        /* errno of the write that failed */
};

enum hy_code hy_object_write(int fd, hy_sv bytes, int *why)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            *why = n == 0 ? ENOSPC : errno;
            return HY_IO;
        }
        bytes.ptr += n;
        bytes.len -= (size_t)n;
    }
    return HY_OK;
}

static enum hy_code sink_write(struct sink *sink, hy_sv bytes)
{
    if (bytes.len > sink->cap - sink->len) {
        return HY_IO; /* more than the records had: the journal is not what it was */
    }
    enum hy_code code = HY_OK;
    if (sink->gathered == NULL) {
        code = hy_object_write(sink->fd, bytes, &sink->why);
    } else if (bytes.len > 0) {
        memcpy(sink->gathered + sink->len, bytes.ptr, bytes.len);
    }
    sink->len += bytes.len;
    return code;
}

/* Frames to data, in place: data only ever moves to the front, because the header that goes is
 * longer than the LF that may come, before every record but the object's first. */
static size_t strip_headers(char *frames, size_t len, bool lf_between, bool is_first)
{
    hy_sv rest = { frames, len };
    struct hy_frame frame;
    size_t kept = 0;
    for (; hy_frame_next(&rest, &frame); is_first = false) {
        if (lf_between && !is_first) {
            frames[kept++] = '\n';
        }
        memmove(frames + kept, frame.data.ptr, frame.data.len);
        kept += frame.data.len;
    }
    return kept;
}

static size_t longest(const struct hy_extents *extents)
{
    size_t bytes = 1; /* malloc(0) may be NULL */
    for (size_t i = 0; i < extents->count; i++) {
        bytes = extents->items[i].length > bytes ? (size_t)extents->items[i].length : bytes;
    }
    return bytes;
}

static enum hy_code copy_extents(const struct hy_object_file *file, struct sink *sink)
{
    char *piece = malloc(longest(file->extents));
    if (piece == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < file->extents->count; i++) {
        const struct hy_extent *extent = &file->extents->items[i];
        code = hy_journal_read(file->journal, extent, piece);
        if (code == HY_OK) {
            const size_t len =
                strip_headers(piece, (size_t)extent->length, file->lf_between, i == 0);
            code = sink_write(sink, (hy_sv){ piece, len });
        }
    }
    free(piece);
    return code;
}

static enum hy_code copy_spool(const struct hy_object_file *file, struct sink *sink)
{
    char *piece = malloc(PIECE_BYTES);
    if (piece == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = HY_OK;
    for (uint64_t at = 0; code == HY_OK && at < file->bytes;) {
        const uint64_t left = file->bytes - at;
        const size_t len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        code = hy_spool_read(file->spool, at, piece, len);
        if (code == HY_OK) {
            code = sink_write(sink, (hy_sv){ piece, len });
        }
        at += len;
    }
    free(piece);
    return code;
}

static enum hy_code copy(const struct hy_object_file *file, struct sink *sink)
{
    enum hy_code code = file->spool != NULL ? copy_spool(file, sink) : copy_extents(file, sink);
    if (code == HY_OK && sink->len != file->bytes) {
        code = HY_IO; /* never an object that lacks something */
    }
    return code;
}

struct packed {
    int fd;
    uint64_t len;
    int why; /* as in struct sink */
};

static enum hy_code write_packed(void *ctx, hy_sv bytes)
{
    struct packed *packed = ctx;
    packed->len += bytes.len;
    return hy_object_write(packed->fd, bytes, &packed->why);
}

static enum hy_code write_compressed(struct hy_object_file *file, int fd)
{
    struct packed packed = { .fd = fd };
    struct sink sink = { .fd = -1, .cap = file->bytes };
    sink.gathered = malloc((size_t)file->bytes + 1); /* one more: malloc(0) may be NULL */
    if (sink.gathered == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = copy(file, &sink);
    if (code == HY_OK) {
        const struct hy_packing packing = {
            .bytes = { sink.gathered, (size_t)sink.len },
            .entry = file->entry,
            .entry_ms = file->entry_ms,
            .write = write_packed,
            .ctx = &packed,
        };
        code = file->format->compress(&packing);
    }
    free(sink.gathered);
    file->stored_bytes = packed.len;
    file->why = packed.why;
    return code;
}

static enum hy_code write_plain(struct hy_object_file *file, int fd)
{
    struct sink sink = { .fd = fd, .cap = file->bytes };
    const enum hy_code code = copy(file, &sink);
    file->stored_bytes = sink.len;
    file->why = sink.why;
    return code;
}

static enum hy_code fill(struct hy_object_file *file, int fd)
{
    enum hy_code code = file->conversion != NULL         ? hy_converted_file_write(file, fd)
                        : file->format->compress != NULL ? write_compressed(file, fd)
                                                         : write_plain(file, fd);
    if (code == HY_OK && file->sync && fsync(fd) != 0) {
        file->why = errno;
        code = HY_IO;
    }
    /* Not only for tidiness: a full disk may be told of here for the first time. */
    if (close(fd) != 0 && code == HY_OK) {
        file->why = errno;
        code = HY_IO;
    }
    return code;
}

void hy_object_file_make(struct hy_object_file *file)
{
    int fd = -1;
    file->temporary[0] = '\0';
    file->stored_bytes = 0;
    file->why = 0;
    if (!hy_bucket_exists(file->buckets, file->bucket)) {
        file->code = HY_NOT_FOUND; /* seen early, while the records are only in the journal */
        return;
    }
    file->code = hy_temporary_create(file->buckets, file->temporary, &fd);
    if (file->code != HY_OK) {
        file->temporary[0] = '\0';
        return;
    }
    file->code = fill(file, fd);
    if (file->code != HY_OK) {
        hy_temporary_delete(file->buckets, hy_sv_of(file->temporary));
        file->temporary[0] = '\0';
    }
}
