/* recovery.c - segments, oldest first; each is read in pieces of whole frames.
 *
 * A segment's name bounds the one before it: a number that the next file claims cannot be in
 * this one. So bytes that a failed append left behind are never taken for records.
 */
#include "store/recovery.h"

#include "base/log.h"
#include "store/frame.h"
#include "store/group.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1024 * 1024 };

struct reader {
    const char *folder;
    uint64_t released;
    hy_journal_written_fn *on_written;
    void *ctx;

    char *piece; /* bytes of the segment from `offset` on; lives across segments */
    size_t len, cap;
    uint64_t offset;

    const struct hy_segment *segment;
    int fd;
    uint64_t seq;   /* that must come next */
    uint64_t limit; /* and must be below this */
};

static enum hy_code log_failure(const struct reader *reader, const char *what)
{
    hy_log(HY_LOG_ERROR, "journal", NULL, "cannot %s segment %" PRIu64 " in %s: %s", what,
           reader->segment->first, reader->folder, strerror(errno));
    return HY_IO;
}

static enum hy_code grow(struct reader *reader, size_t cap)
{
    if (cap <= reader->cap) {
        return HY_OK;
    }
    char *piece = realloc(reader->piece, cap);
    if (piece == NULL) {
        return HY_NO_MEMORY;
    }
    reader->piece = piece;
    reader->cap = cap;
    return HY_OK;
}

/* Reads on until the piece is full or the file is over. */
static enum hy_code fill(struct reader *reader)
{
    while (reader->len < reader->cap) {
        const ssize_t n = pread(reader->fd, reader->piece + reader->len, reader->cap - reader->len,
                                (off_t)(reader->offset + reader->len));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return log_failure(reader, "read");
        }
        if (n == 0) {
            break;
        }
        reader->len += (size_t)n;
    }
    return HY_OK;
}

/* Reports the good frames at the front of the piece, less the settled ones, and removes them
 * all. Returns their number. */
static size_t report(struct reader *reader)
{
    hy_sv rest = { reader->piece, reader->len };
    const char *begin = rest.ptr;
    struct hy_extent extent = { .segment = reader->segment->first };
    struct hy_frame frame;
    size_t count = 0;

    while (reader->seq < reader->limit && hy_frame_next_checked(&rest, reader->seq, &frame)) {
        reader->seq++;
        count++;
        if (frame.seq <= reader->released) {
            begin = rest.ptr;
            continue;
        }
        extent.seq = extent.count == 0 ? frame.seq : extent.seq;
        extent.count++;
    }
    if (extent.count > 0) {
        extent.offset = reader->offset + (uint64_t)(begin - reader->piece);
        extent.length = (uint64_t)(rest.ptr - begin);
        reader->on_written(reader->ctx, &extent, (hy_sv){ begin, (size_t)extent.length });
    }
    reader->offset += (uint64_t)(rest.ptr - reader->piece);
    if (rest.len > 0) {
        memmove(reader->piece, rest.ptr, rest.len);
    }
    reader->len = rest.len;
    return count;
}

/* Is the frame at the front of the piece one that could be whole if more were read? */
static bool wants_more(const struct reader *reader, uint64_t size)
{
    const uint64_t left = size - reader->offset;
    if (left <= reader->len) {
        return false; /* the piece reaches to the end of the file */
    }
    const uint64_t claimed = hy_frame_claimed_bytes((hy_sv){ reader->piece, reader->len });
    return claimed == 0 || (claimed > reader->len && claimed <= left &&
                            claimed <= HY_GROUP_BYTES_MAX);
}

/* Up to the end, or to the first bad frame: reader->offset then says where. */
static enum hy_code read_frames(struct reader *reader)
{
    const uint64_t size = reader->segment->bytes;
    reader->offset = 0;
    reader->len = 0;
    enum hy_code code = grow(reader, PIECE_BYTES);
    while (code == HY_OK && reader->offset < size) {
        code = fill(reader);
        if (code != HY_OK) {
            break;
        }
        if (report(reader) > 0) {
            continue;
        }
        if (!wants_more(reader, size)) {
            break;
        }
        const uint64_t claimed = hy_frame_claimed_bytes((hy_sv){ reader->piece, reader->len });
        if (claimed <= reader->cap) {
            break; /* the file became shorter under our hands */
        }
        code = grow(reader, (size_t)claimed);
    }
    return code;
}

static enum hy_code read_segment(struct reader *reader, const struct hy_segment *segment,
                                 uint64_t limit)
{
    char path[HY_SEGMENT_PATH_MAX];
    hy_segment_path(path, reader->folder, segment->first);
    reader->segment = segment;
    reader->seq = segment->first;
    reader->limit = limit;
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0) {
        return log_failure(reader, "open");
    }
    const enum hy_code code = read_frames(reader);
    (void)close(reader->fd);
    return code;
}

/* A segment that others follow: damage loses records, and is said aloud. */
static void look_for_loss(const struct reader *reader)
{
    if (reader->seq < reader->limit) {
        hy_log(HY_LOG_ERROR, "journal", NULL,
               "records %" PRIu64 " to %" PRIu64 " in %s are lost: segment %" PRIu64
               " is damaged or ends at byte %" PRIu64,
               reader->seq, reader->limit - 1, reader->folder, reader->segment->first,
               reader->offset);
    }
}

static enum hy_code cut_last(const struct reader *reader, struct hy_segment *segment)
{
    if (reader->offset == segment->bytes) {
        return HY_OK;
    }
    char path[HY_SEGMENT_PATH_MAX];
    hy_segment_path(path, reader->folder, segment->first);
    hy_log(HY_LOG_WARN, "journal", NULL,
           "%s: the last %" PRIu64 " bytes are not whole records and are cut off", path,
           segment->bytes - reader->offset);
    if (truncate(path, (off_t)reader->offset) != 0) {
        return log_failure(reader, "cut");
    }
    segment->bytes = reader->offset;
    return HY_OK;
}

static enum hy_code recover_one(struct reader *reader, const struct hy_segment *segments,
                                size_t count, size_t at, struct hy_recovered *out)
{
    const bool is_last = at + 1 == count;
    const uint64_t limit = is_last ? UINT64_MAX : segments[at + 1].first;
    if (!is_last && limit - 1 <= reader->released) {
        hy_segment_delete(reader->folder, segments[at].first);
        return HY_OK;
    }
    enum hy_code code = read_segment(reader, &segments[at], limit);
    struct hy_segment kept = segments[at];
    const bool is_damaged = reader->offset < kept.bytes;
    if (code == HY_OK && is_last) {
        code = cut_last(reader, &kept);
    } else if (code == HY_OK) {
        look_for_loss(reader);
    }
    if (code != HY_OK) {
        return code;
    }
    out->next_seq = reader->seq > out->next_seq ? reader->seq : out->next_seq;
    if (kept.bytes == 0 || (is_last && reader->seq - 1 <= reader->released)) {
        hy_segment_delete(reader->folder, kept.first);
        return HY_OK;
    }
    out->last_is_damaged = is_damaged && !is_last;
    out->segments[out->count++] = kept; /* in place: never ahead of what is read */
    return HY_OK;
}

enum hy_code hy_recover(const char *folder, uint64_t released, hy_journal_written_fn *on_written,
                        void *ctx, struct hy_recovered *out)
{
    struct hy_segment *segments = NULL;
    size_t count = 0;
    *out = (struct hy_recovered){ .next_seq = released + 1 };
    enum hy_code code = hy_segments_list(folder, &segments, &count);
    if (code != HY_OK || count == 0) {
        free(segments);
        return code;
    }
    struct reader reader = {
        .folder = folder, .released = released, .on_written = on_written, .ctx = ctx, .fd = -1
    };
    out->segments = segments;
    for (size_t i = 0; code == HY_OK && i < count; i++) {
        code = recover_one(&reader, segments, count, i, out);
    }
    free(reader.piece);
    if (code != HY_OK) {
        free(segments);
        *out = (struct hy_recovered){ 0 };
    }
    return code;
}
