/* temp_dir.h - a folder for one test, and what is in a folder. Removed with all below it. */
#ifndef HY_TESTS_SUPPORT_TEMP_DIR_H
#define HY_TESTS_SUPPORT_TEMP_DIR_H

#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMP_PATH_BYTES = 512 };

struct temp_dir {
    char path[TEMP_PATH_BYTES];
};

static inline void temp_dir_make(struct temp_dir *dir)
{
    (void)snprintf(dir->path, sizeof dir->path, "/tmp/hydrant-test-XXXXXX");
    assert_non_null(mkdtemp(dir->path));
}

static inline void temp_dir_empty_at(int at, const char *name)
{
    const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlinkat(fd, entry->d_name, 0) != 0) {
            temp_dir_empty_at(fd, entry->d_name);
            (void)unlinkat(fd, entry->d_name, AT_REMOVEDIR);
        }
    }
    (void)closedir(folder);
}

static inline void temp_dir_remove(struct temp_dir *dir)
{
    temp_dir_empty_at(AT_FDCWD, dir->path);
    (void)rmdir(dir->path);
}

/* Entries of dir/name less the dots; -1 when there is no such folder. */
static inline int temp_dir_count(const struct temp_dir *dir, const char *name)
{
    char path[2 * TEMP_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", dir->path, name);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return -1;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(folder);
    return count;
}

static inline void temp_dir_path(const struct temp_dir *dir, const char *name,
                                 char out[2 * TEMP_PATH_BYTES])
{
    (void)snprintf(out, 2 * TEMP_PATH_BYTES, "%s/%s", dir->path, name);
}

/* The bytes of dir/name; the caller frees them. */
static inline char *temp_dir_read(const struct temp_dir *dir, const char *name, size_t *len)
{
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(dir, name, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    bytes[*len] = '\0';
    (void)fclose(file);
    return bytes;
}

static inline void temp_dir_write(const struct temp_dir *dir, const char *name,
                                  const char *bytes, size_t len)
{
    char path[2 * TEMP_PATH_BYTES];
    temp_dir_path(dir, name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

#endif
