/* temporary.c - files on their way to become objects, in ROOT/.hydrant-tmp.
 *
 * Their names are random, so that one made after a crash never meets one from before it.
 */
#include "bucket/buckets.h"

#include "base/log.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RANDOM_BYTES = 16, TRIES = 8 };

_Static_assert(RANDOM_BYTES * 2 < HY_TEMPORARY_NAME_BYTES, "a temporary's name fits");

bool hy_temporary_path(hy_sv name, char out[HY_TEMPORARY_PATH_BYTES])
{
    /* It comes back from the ledger: nothing that could lead elsewhere is believed. */
    if (name.len == 0 || name.len >= HY_TEMPORARY_NAME_BYTES || name.ptr[0] == '.' ||
        hy_sv_find(name, '/') < name.len || hy_sv_find(name, '\0') < name.len) {
        return false;
    }
    (void)snprintf(out, HY_TEMPORARY_PATH_BYTES, "%s/%.*s", HY_TEMPORARIES, HY_SV_ARG(name));
    return true;
}

static bool draw_name(char name[HY_TEMPORARY_NAME_BYTES])
{
    unsigned char bytes[RANDOM_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

static int create(const struct hy_buckets *buckets, char name[HY_TEMPORARY_NAME_BYTES])
{
    char path[HY_TEMPORARY_PATH_BYTES];
    for (int i = 0; i < TRIES; i++) {
        if (!draw_name(name)) {
            return -1;
        }
        const bool is_name = hy_temporary_path(hy_sv_of(name), path);
        assert(is_name);
        const int fd = openat(buckets->root_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            return fd;
        }
        if (errno == ENOENT) { /* somebody tidied up between two tests */
            (void)mkdirat(buckets->root_fd, HY_TEMPORARIES, 0777);
        } else if (errno != EEXIST) {
            return -1;
        }
    }
    return -1;
}

enum hy_code hy_temporary_create(struct hy_buckets *buckets, char name[HY_TEMPORARY_NAME_BYTES],
                                 int *fd)
{
    *fd = create(buckets, name);
    if (*fd < 0) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot make a file in %s/%s: %s", buckets->root,
               HY_TEMPORARIES, strerror(errno));
        return HY_IO;
    }
    return HY_OK;
}

bool hy_temporary_exists(struct hy_buckets *buckets, hy_sv name)
{
    char path[HY_TEMPORARY_PATH_BYTES];
    return hy_temporary_path(name, path) && faccessat(buckets->root_fd, path, F_OK, 0) == 0;
}

void hy_temporary_delete(struct hy_buckets *buckets, hy_sv name)
{
    char path[HY_TEMPORARY_PATH_BYTES];
    if (hy_temporary_path(name, path) && unlinkat(buckets->root_fd, path, 0) != 0 &&
        errno != ENOENT) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot delete %s/%s: %s", buckets->root, path,
               strerror(errno));
    }
}

void hy_temporaries_sweep(struct hy_buckets *buckets, bool (*keep)(void *ctx, hy_sv name),
                          void *ctx)
{
    const int fd =
        openat(buckets->root_fd, HY_TEMPORARIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const hy_sv name = hy_sv_of(entry->d_name);
        if (name.ptr[0] != '.' && !keep(ctx, name)) {
            hy_temporary_delete(buckets, name);
        }
    }
    (void)closedir(folder);
}
