#define _XOPEN_SOURCE 700 /* nftw */

#include "harness/files.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, FOLDERS_OPEN = 16 };

enum hy_code hy_file_read(const char *path, struct hy_buf *out, struct hy_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return hy_fail(err, HY_IO, "%s: %s", path, strerror(errno));
    }
    size_t len = 1;
    while (len > 0) {
        char *room = hy_buf_reserve(out, CHUNK);
        len = room != NULL ? fread(room, 1, CHUNK, file) : 0;
        hy_buf_commit(out, len);
    }
    int why = ferror(file) != 0 ? errno : 0;
    (void)fclose(file);
    if (why != 0) {
        return hy_fail(err, HY_IO, "%s: %s", path, strerror(why));
    }
    return out->failed ? hy_fail(err, HY_LIMIT, "%s: too large, or out of memory", path) : HY_OK;
}

enum hy_code hy_file_write(const char *path, hy_sv bytes, struct hy_err *err)
{
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        return hy_fail(err, HY_IO, "%s: %s", path, strerror(errno));
    }
    bool is_whole = bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    is_whole = fclose(file) == 0 && is_whole;
    return is_whole ? HY_OK : hy_fail(err, HY_IO, "%s: %s", path, strerror(errno));
}

enum hy_code hy_folder_temporary(const char *top, char **out, struct hy_err *err)
{
    const char *format = "%s/firedrill-XXXXXX";
    int len = snprintf(NULL, 0, format, top);
    char *path = len < 0 ? NULL : malloc((size_t)len + 1);
    if (path == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    (void)snprintf(path, (size_t)len + 1, format, top);
    if (mkdtemp(path) == NULL) {
        int why = errno;
        free(path);
        return hy_fail(err, HY_IO, "no folder in %s: %s", top, strerror(why));
    }
    *out = path;
    return HY_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    (void)remove(path);
    return 0;
}

void hy_folder_remove(const char *path)
{
    (void)nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}

bool hy_folder_is(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}
