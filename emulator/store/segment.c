#include "store/segment.h"

#include "base/log.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_DIGITS = 20 };

static const char suffix[] = ".seg";

void hy_segment_folder(char out[HY_SEGMENT_PATH_MAX], const char *dir, uint64_t id)
{
    const int length = snprintf(out, HY_SEGMENT_PATH_MAX, "%s/%" PRIu64, dir, id);
    assert(length > 0 && length < HY_SEGMENT_PATH_MAX);
}

void hy_segment_path(char out[HY_SEGMENT_PATH_MAX], const char *folder, uint64_t first)
{
    const int length = snprintf(out, HY_SEGMENT_PATH_MAX, "%s/%0*" PRIu64 "%s", folder,
                                NAME_DIGITS, first, suffix);
    assert(length > 0 && length < HY_SEGMENT_PATH_MAX);
}

/* Only what hy_segment_path can have made is a segment. */
static bool name_is_segment(const char *name, uint64_t *first)
{
    const hy_sv text = hy_sv_of(name);
    if (text.len != NAME_DIGITS + sizeof suffix - 1 || strcmp(name + NAME_DIGITS, suffix) != 0) {
        return false;
    }
    return hy_sv_to_u64((hy_sv){ name, NAME_DIGITS }, first) && *first > 0;
}

static int by_first(const void *a, const void *b)
{
    const uint64_t x = ((const struct hy_segment *)a)->first;
    const uint64_t y = ((const struct hy_segment *)b)->first;
    return x < y ? -1 : x > y;
}

struct listing {
    struct hy_segment *items;
    size_t count, cap;
};

static enum hy_code listing_add(struct listing *listing, const struct hy_segment *segment)
{
    if (listing->count == listing->cap) {
        const size_t cap = listing->cap == 0 ? 8 : listing->cap * 2;
        struct hy_segment *items = realloc(listing->items, cap * sizeof *items);
        if (items == NULL) {
            return HY_NO_MEMORY;
        }
        listing->items = items;
        listing->cap = cap;
    }
    listing->items[listing->count++] = *segment;
    return HY_OK;
}

static enum hy_code list_open_folder(DIR *folder, const char *path, struct listing *listing)
{
    enum hy_code code = HY_OK;
    errno = 0;
    for (struct dirent *entry; code == HY_OK && (entry = readdir(folder)) != NULL; errno = 0) {
        struct hy_segment segment = { 0 };
        struct stat status;
        if (!name_is_segment(entry->d_name, &segment.first)) {
            continue;
        }
        if (fstatat(dirfd(folder), entry->d_name, &status, 0) != 0) {
            hy_log(HY_LOG_ERROR, "journal", NULL, "cannot look at %s/%s: %s", path,
                   entry->d_name, strerror(errno));
            return HY_IO;
        }
        segment.bytes = (uint64_t)status.st_size;
        code = listing_add(listing, &segment);
    }
    if (code == HY_OK && errno != 0) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot list %s: %s", path, strerror(errno));
        return HY_IO;
    }
    return code;
}

enum hy_code hy_segments_list(const char *folder, struct hy_segment **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        if (errno == ENOENT) {
            return HY_NOT_FOUND;
        }
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot open %s: %s", folder, strerror(errno));
        return HY_IO;
    }
    struct listing listing = { 0 };
    const enum hy_code code = list_open_folder(stream, folder, &listing);
    (void)closedir(stream);
    if (code != HY_OK) {
        free(listing.items);
        return code;
    }
    if (listing.count > 1) {
        qsort(listing.items, listing.count, sizeof *listing.items, by_first);
    }
    *out = listing.items;
    *count = listing.count;
    return HY_OK;
}

void hy_segment_delete(const char *folder, uint64_t first)
{
    char path[HY_SEGMENT_PATH_MAX];
    hy_segment_path(path, folder, first);
    if (unlink(path) != 0 && errno != ENOENT) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot delete %s: %s", path, strerror(errno));
    }
}

/* Without a list: it must succeed when there is no memory as well. */
void hy_segments_delete_all(const char *folder)
{
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        uint64_t first = 0;
        if (name_is_segment(entry->d_name, &first)) {
            hy_segment_delete(folder, first);
        }
    }
    (void)closedir(stream);
    if (rmdir(folder) != 0) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot remove %s: %s", folder, strerror(errno));
    }
}

static enum hy_code log_failure(const struct hy_segment_write *write, const char *what)
{
    hy_log(HY_LOG_ERROR, "journal", NULL, "cannot %s segment %" PRIu64 " of %s/%" PRIu64 ": %s",
           what, write->segment, write->dir, write->id, strerror(errno));
    return HY_IO;
}

static enum hy_code open_file(struct hy_segment_write *write)
{
    char folder[HY_SEGMENT_PATH_MAX], path[HY_SEGMENT_PATH_MAX];
    hy_segment_folder(folder, write->dir, write->id);
    hy_segment_path(path, folder, write->segment);
    /* A file of this name that we are to make is left from an append that failed. */
    const int make = write->offset == 0 ? O_CREAT | O_TRUNC : 0;
    write->fd = open(path, O_WRONLY | O_CLOEXEC | make, 0666);
    return write->fd < 0 ? log_failure(write, "open") : HY_OK;
}

static enum hy_code write_all(const struct hy_segment_write *write)
{
    size_t done = 0;
    while (done < write->bytes.len) {
        const ssize_t n = pwrite(write->fd, write->bytes.ptr + done, write->bytes.len - done,
                                 (off_t)(write->offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return log_failure(write, "write");
        }
        done += (size_t)n;
    }
    return HY_OK;
}

static enum hy_code flush_folder(const struct hy_segment_write *write)
{
    char folder[HY_SEGMENT_PATH_MAX];
    hy_segment_folder(folder, write->dir, write->id);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;
    const enum hy_code code = ok ? HY_OK : log_failure(write, "flush the folder of");
    if (fd >= 0) {
        (void)close(fd);
    }
    return code;
}

static enum hy_code flush(const struct hy_segment_write *write)
{
    if (!write->power) {
        return HY_OK;
    }
    if (fdatasync(write->fd) != 0) {
        return log_failure(write, "flush");
    }
    return write->offset == 0 ? flush_folder(write) : HY_OK;
}

static bool cut(struct hy_segment_write *write)
{
    write->needs_cut = ftruncate(write->fd, (off_t)write->offset) != 0;
    return !write->needs_cut;
}

static void undo(struct hy_segment_write *write)
{
    if (write->offset > 0) {
        if (!cut(write)) {
            (void)log_failure(write, "cut back");
        }
        return;
    }
    char folder[HY_SEGMENT_PATH_MAX];
    hy_segment_folder(folder, write->dir, write->id);
    (void)close(write->fd);
    write->fd = -1;
    hy_segment_delete(folder, write->segment);
}

enum hy_code hy_segment_append(struct hy_segment_write *write)
{
    if (write->fd < 0) {
        const enum hy_code code = open_file(write);
        if (code != HY_OK) {
            return code;
        }
    }
    if (write->needs_cut && !cut(write)) {
        return log_failure(write, "cut back");
    }
    enum hy_code code = write_all(write);
    if (code == HY_OK) {
        code = flush(write);
    }
    if (code != HY_OK) {
        undo(write);
    }
    return code;
}
