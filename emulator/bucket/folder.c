#define _GNU_SOURCE /* nftw */
#include "bucket/folder.h"

#include "base/log.h"
#include "base/sv.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_FILES_MAX = 64 };

/* Opens one folder below `at`, making it when it is missing. */
static int step(int at, hy_sv name, bool sync)
{
    char text[NAME_MAX + 1];
    if (name.len > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    int fd = openat(at, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 || errno != ENOENT) {
        return fd;
    }
    if (mkdirat(at, text, 0777) != 0 && errno != EEXIST) {
        return -1;
    }
    if (sync && fsync(at) != 0) {
        return -1;
    }
    return openat(at, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int hy_folder_open_making(int at, const char *path, bool sync)
{
    hy_sv rest = hy_sv_of(path);
    int fd = openat(at, path[0] == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && rest.len > 0) {
        const hy_sv name = hy_sv_cut(&rest, '/');
        if (name.len == 0) {
            continue;
        }
        const int next = step(fd, name, sync);
        const int why = errno;
        (void)close(fd);
        errno = why;
        fd = next;
    }
    return fd;
}

bool hy_folder_make(const char *path)
{
    const int fd = hy_folder_open_making(AT_FDCWD, path, false);
    if (fd < 0) {
        return false;
    }
    (void)close(fd);
    return true;
}

static int delete_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    /* Somebody else may be deleting as well; a folder may get a new file meanwhile. */
    if (at->level > 0 && remove(path) != 0 && errno != ENOENT && errno != ENOTEMPTY) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot delete %s: %s", path, strerror(errno));
        return 1;
    }
    return 0;
}

enum hy_code hy_folder_empty(const char *path)
{
    const int result = nftw(path, delete_entry, WALK_FILES_MAX, FTW_DEPTH | FTW_PHYS);
    if (result < 0 && errno != ENOENT) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot empty %s: %s", path, strerror(errno));
    }
    return result == 0 || (result < 0 && errno == ENOENT) ? HY_OK : HY_IO;
}
