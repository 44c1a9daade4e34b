/* fuzz_journal.c - any bytes as the last segment file of a journal.
 *
 * Recovery must not crash, must report only records whose checksum is right, with numbers that
 * follow each other from the segment's first on, and must cut the file so that a second
 * recovery finds the same. It may not write anything that was not there.
 *
 * Input: the first byte is how much is released; the rest is the file.
 */
#include "fuzz.h"

#include "base/crc32c.h"
#include "base/log.h"
#include "store/recovery.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 5 };

struct seen {
    hy_sv file;
    uint64_t released, next;
    size_t end;   /* of the last record that was reported, in the file */
    uint32_t crc; /* of all that was reported */
};

static void check_extent(void *ctx, const struct hy_extent *extent, hy_sv frames)
{
    struct seen *seen = ctx;
    struct hy_frame frame;
    uint32_t count = 0;
    REQUIRE(extent->segment == FIRST && extent->seq == seen->next && extent->count > 0);
    REQUIRE(frames.len == extent->length && extent->seq > seen->released);
    REQUIRE(extent->offset >= seen->end);
    REQUIRE(extent->offset <= seen->file.len && extent->length <= seen->file.len - extent->offset);
    /* nothing is invented: it stands in the file, just there */
    REQUIRE(memcmp(seen->file.ptr + extent->offset, frames.ptr, frames.len) == 0);
    for (const char *at = frames.ptr; hy_frame_next(&frames, &frame); at = frames.ptr) {
        uint32_t crc = 0;
        for (int i = 3; i >= 0; i--) {
            crc = crc << 8 | (unsigned char)at[4 + i];
        }
        REQUIRE(crc == hy_crc32c(0, at + 8, frame.frame_bytes - 8));
        REQUIRE(frame.seq == seen->next++);
        count++;
    }
    REQUIRE(frames.len == 0 && count == extent->count);
    seen->end = (size_t)(extent->offset + extent->length);
    seen->crc = hy_crc32c(seen->crc, seen->file.ptr + extent->offset, (size_t)extent->length);
}

/* One folder for the whole run, in memory where there is such a place. */
static const char *folder(void)
{
    static char path[64];
    if (path[0] == '\0') {
        (void)snprintf(path, sizeof path, "/dev/shm/hydrant-fuzz-XXXXXX");
        if (mkdtemp(path) == NULL) {
            (void)snprintf(path, sizeof path, "/tmp/hydrant-fuzz-XXXXXX");
            REQUIRE(mkdtemp(path) != NULL);
        }
        hy_log_setup(&(struct hy_log_options){
            .level = HY_LOG_ERROR, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) });
    }
    return path;
}

static void write_segment(const char *path, hy_sv bytes)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    REQUIRE(close(fd) == 0);
}

static void recover(struct seen *seen, uint64_t *next_seq, uint64_t *bytes)
{
    struct hy_recovered found;
    REQUIRE(hy_recover(folder(), seen->released, check_extent, seen, &found) == HY_OK);
    REQUIRE(found.count <= 1 && found.next_seq > seen->released);
    *next_seq = found.next_seq;
    *bytes = found.count == 0 ? 0 : found.segments[0].bytes;
    REQUIRE(found.count == 0 || found.segments[0].first == FIRST);
    free(found.segments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const hy_sv file = { (const char *)data + 1, size - 1 };
    const uint64_t released = data[0] % 16;
    const uint64_t begin = released < FIRST ? FIRST : released + 1;
    char path[HY_SEGMENT_PATH_MAX];
    hy_segment_path(path, folder(), FIRST);
    write_segment(path, file);

    uint64_t next_seq, bytes, next_again, bytes_again;
    struct seen seen = { .file = file, .released = released, .next = begin };
    recover(&seen, &next_seq, &bytes);
    REQUIRE(next_seq == seen.next);
    struct stat status;
    const bool exists = stat(path, &status) == 0;
    REQUIRE(exists ? (uint64_t)status.st_size == bytes : bytes == 0);
    REQUIRE(seen.end == 0 || bytes == seen.end);

    struct seen again = { .file = file, .released = released, .next = begin };
    recover(&again, &next_again, &bytes_again);
    REQUIRE(bytes_again == bytes && again.crc == seen.crc && again.next == seen.next);
    REQUIRE(!exists || next_again == next_seq);
    (void)unlink(path);
    return 0;
}
